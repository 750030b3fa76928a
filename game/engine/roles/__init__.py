"""All roles, by name."""

from __future__ import annotations

from game.engine.roles import (
    coven,
    mafia,
    mafia_support,
    neutral_benign,
    neutral_chaos,
    neutral_evil,
    neutral_killing,
    town_investigative,
    town_killing,
    town_protective,
    town_support,
)
from game.engine.roles.base import Role

_GROUPS = (
    town_investigative,
    town_killing,
    town_protective,
    town_support,
    mafia,
    mafia_support,
    coven,
    neutral_benign,
    neutral_evil,
    neutral_killing,
    neutral_chaos,
)

ROLES: dict[str, Role] = {
    cls.name: cls()
    for module in _GROUPS
    for cls in vars(module).values()
    if isinstance(cls, type) and issubclass(cls, Role) and cls.__module__ == module.__name__ and "group" in vars(cls)
}
"""Role name to its card, in the order of the groups."""

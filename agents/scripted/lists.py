"""What a role list gives away: who can exist how often, and how many enemies sit at the table."""

from __future__ import annotations

from functools import cache

from game.engine.roles import ROLES
from game.engine.roles.groups import CLASSIC
from game.engine.types import Faction

SPOKEN_ROLES: frozenset[str] = frozenset({*ROLES, *(role for group in CLASSIC.values() for role in group)})
"""Every role that may come up in talk."""
_RANDOM = {"Random Town": Faction.TOWN, "Random Mafia": Faction.MAFIA, "Random Coven": Faction.COVEN,
           "Random Neutral": Faction.NEUTRAL}  # fmt: skip
EXPECTED_ANY = 0.35
"""Enemies expected in a slot that may hold anything."""


@cache
def is_town(role: str) -> bool:
    """Whether a role is on the Town's side."""
    return role in ROLES and ROLES[role].faction is Faction.TOWN


@cache
def is_killer(role: str) -> bool:
    """Whether the Town must get rid of a role to win."""
    return role in ROLES and ROLES[role].side not in (None, "Town")


@cache
def capacity(slots: tuple[str, ...], role: str) -> int:
    """How many players can hold a role at most."""
    card = ROLES.get(role)
    count = sum(slot == role for slot in slots)
    if card is None:
        return count
    count += sum(slot in ("Any", card.alignment) or _RANDOM.get(slot) is card.faction for slot in slots)
    return min(count, 1) if card.unique else count


@cache
def exact(slots: tuple[str, ...], role: str) -> int:
    """How many players hold a role for certain."""
    return sum(slot == role for slot in slots)


@cache
def expected_killers(slots: tuple[str, ...]) -> float:
    """How many players the Town must get rid of."""
    return sum(_killer_share(slot) for slot in slots)


@cache
def has_mafia(slots: tuple[str, ...]) -> bool:
    """Whether the list promises Mafia."""
    return any("Mafia" in slot or (slot in ROLES and ROLES[slot].faction is Faction.MAFIA) for slot in slots)


@cache
def posable(slots: tuple[str, ...]) -> tuple[str, ...]:
    """Town roles that may be in the game and that a liar can pose as."""
    return tuple(role for role in ROLES if is_town(role) and capacity(slots, role) and role not in ("Jailor", "Mayor"))


@cache
def enemy_share(slots: tuple[str, ...], group: str) -> float:
    """How likely a role of an Investigator's group is to be an enemy, by the role list alone."""
    enemies = sum(_weight(slots, role) for role in CLASSIC.get(group, ()) if is_killer(role))
    whole = sum(_weight(slots, role) for role in CLASSIC.get(group, ()))
    return enemies / whole if whole else 0.5


def _weight(slots: tuple[str, ...], role: str) -> float:
    flexible = capacity(slots, role) - exact(slots, role)
    return exact(slots, role) + 0.25 * max(0, flexible)


def _killer_share(slot: str) -> float:
    if slot in ROLES:
        return float(is_killer(slot))
    if "Mafia" in slot or "Coven" in slot or slot == "Neutral Killing":
        return 1.0
    return EXPECTED_ANY if slot in ("Any", "Random Neutral") else 0.0

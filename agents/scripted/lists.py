"""What a role list gives away: who can exist how often, and how many enemies sit at the table."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from game.engine.roles import ROLES
from game.engine.roles.groups import GROUPS
from game.engine.types import Faction

SPOKEN_ROLES: frozenset[str] = frozenset(
    {*ROLES, *(role for groups in GROUPS.values() for group in groups.values() for role in group)}
)
"""Every role that may come up in talk."""
_RANDOM = {"Random Town": Faction.TOWN, "Random Mafia": Faction.MAFIA, "Random Coven": Faction.COVEN,
           "Random Neutral": Faction.NEUTRAL}  # fmt: skip
_SECRETIVE = frozenset({"Jailor", "Mayor"})
"""Town roles that can prove themselves, so that nobody else can pose as them."""
HARMLESS = frozenset({"Survivor", "Amnesiac", "Guardian Angel"})
"""Neutral roles that live with every winner and can say what they are."""


class RoleList(NamedTuple):
    """The slots of a table and the ruleset that fills them."""

    slots: tuple[str, ...] = ()
    ruleset: str = "classic"

    @property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """The Investigator's groups by letter."""
        return GROUPS[self.ruleset]


@cache
def is_town(role: str) -> bool:
    """Whether a role is on the Town's side."""
    return role in ROLES and ROLES[role].faction is Faction.TOWN


@cache
def is_killer(role: str) -> bool:
    """Whether the Town must get rid of a role to win."""
    return role in ROLES and ROLES[role].side not in (None, "Town")


@cache
def is_good(role: str) -> bool:
    """What a Psychic calls good (M129)."""
    return is_town(role) or role in HARMLESS


@cache
def pool(slot: str, ruleset: str) -> tuple[str, ...]:
    """The roles that may fill a slot that is no exact role."""
    cards = [card for card in ROLES.values() if ruleset in card.rulesets and card.dealt]
    if slot == "Any":
        return tuple(card.name for card in cards)
    return tuple(card.name for card in cards if card.alignment == slot or card.faction is _RANDOM.get(slot))


@cache
def capacity(deck: RoleList, role: str) -> int:
    """How many players can hold a role at most."""
    count = exact(deck, role)
    card = ROLES.get(role)
    if card is None or (role == "Vampire Hunter" and not count and not capacity(deck, "Vampire")):
        return count
    count += sum(role in pool(slot, deck.ruleset) for slot in deck.slots if slot not in ROLES)
    return min(count, 1) if card.unique else count


@cache
def exact(deck: RoleList, role: str) -> int:
    """How many players hold a role for certain."""
    return sum(slot == role for slot in deck.slots)


@cache
def expected_killers(deck: RoleList) -> float:
    """How many players the Town must get rid of."""
    return sum(_killer_share(slot, deck.ruleset) for slot in deck.slots)


@cache
def expected_of(deck: RoleList, role: str) -> float:
    """How many players hold a role, on average."""
    return exact(deck, role) + sum(
        1 / len(pool(slot, deck.ruleset))
        for slot in deck.slots
        if slot not in ROLES and role in pool(slot, deck.ruleset)
    )


@cache
def has_faction(deck: RoleList, faction: Faction) -> bool:
    """Whether the list promises a faction."""
    return any(faction in slot.split() or (slot in ROLES and ROLES[slot].faction is faction) for slot in deck.slots)


@cache
def posable(deck: RoleList) -> tuple[str, ...]:
    """Roles that may be in the game and that a liar can pose as."""
    honest = (role for role in ROLES if is_town(role) or role in ("Survivor", "Amnesiac"))
    return tuple(role for role in honest if role not in _SECRETIVE and capacity(deck, role))


@cache
def enemy_share(deck: RoleList, group: str) -> float:
    """How likely a role of an Investigator's group is to be an enemy, by the role list alone."""
    roles = deck.groups.get(group, ())
    enemies = sum(_weight(deck, role) for role in roles if is_killer(role))
    whole = sum(_weight(deck, role) for role in roles)
    return enemies / whole if whole else 0.5


def _weight(deck: RoleList, role: str) -> float:
    flexible = capacity(deck, role) - exact(deck, role)
    return exact(deck, role) + 0.25 * max(0, flexible)


@cache
def _killer_share(slot: str, ruleset: str) -> float:
    if slot in ROLES:
        return float(is_killer(slot))
    roles = pool(slot, ruleset)
    return sum(map(is_killer, roles)) / len(roles) if roles else 0.0

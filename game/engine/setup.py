"""Before the first day: role lists, how they are dealt, who learns whom (M1 to M7)."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from game.engine import chance
from game.engine import events as e
from game.engine.changes import apply_mode, assign_all, introduce, uses_of
from game.engine.config import RAPID, Ruleset, Seconds, Table
from game.engine.day import advance, open_phase
from game.engine.match import Match
from game.engine.roles import ROLES
from game.engine.state import EMPTY
from game.engine.types import HOST, PUBLIC, Alignment, Channel, Faction, Phase, only

SEATS = range(7, 16)
"""How many may play (M2)."""
ANY = "Any"
RANDOM = tuple(f"Random {faction.value}" for faction in Faction)
RANDOM_CAP = 4
"""Mafia, Coven and Vampires that random slots may deal of each (M4)."""
ANY_CAP = 5
"""Mafia that Any may deal (M4)."""
COPIES = 3
"""Of one exact role in a custom list (M5)."""


class SetupError(ValueError):
    """A table that cannot be played; says why in a sentence."""


@dataclass(frozen=True, slots=True)
class Mode:
    """An official role list (M5)."""

    ruleset: Ruleset
    slots: tuple[str, ...]
    note: str = ""
    seconds: Seconds = field(default_factory=Seconds)


def _mode(ruleset: Ruleset, slots: str, note: str = "", seconds: Seconds | None = None) -> Mode:
    names: list[str] = []
    for part in filter(None, slots.split(", ")):
        name, _, times = part.partition(" x")
        names += [name] * int(times or 1)
    return Mode(ruleset, tuple(names), note, seconds or Seconds())


_RANKED = ("Jailor, Town Investigative x2, Town Protective, Town Killing, Town Support, Random Town x3, Godfather, Mafioso, "
           "Random Mafia x2, Neutral Evil, Neutral Killing")  # fmt: skip
_COVEN_RANKED = ("Jailor, Town Investigative x2, Town Protective, Town Killing, Town Support, Random Town x3, Coven Leader, "
                 "Medusa, Random Coven x2, Neutral Killing, Neutral Evil")  # fmt: skip

MODES: dict[str, Mode] = {
    "Classic": _mode("classic", "Sheriff, Doctor, Investigator, Jailor, Medium, Godfather, Framer, Executioner, Escort, "
                     "Mafioso, Lookout, Serial Killer, Town Killing, Jester, Random Town"),
    "Ranked": _mode("classic", _RANKED),
    "Ranked Practice": _mode("classic", _RANKED),
    "All Any": _mode("classic", "Any x15"),
    "Rainbow": _mode("classic", "Godfather, Arsonist, Survivor, Jailor, Amnesiac, Serial Killer, Witch, Any, Witch, "
                     "Serial Killer, Amnesiac, Veteran, Survivor, Arsonist, Mafioso"),
    "Dracula's Palace": _mode("classic", "Doctor, Lookout x2, Jailor, Vigilante, Town Protective, Town Support x2, "
                              "Vampire Hunter, Jester, Witch, Vampire x4"),
    "Town Traitor": _mode("classic", "Sheriff, Jailor, Doctor, Lookout, Town Investigative, Town Protective, Town Killing, "
                          "Town Support, Random Town x3, Godfather, Mafioso, Random Mafia, Witch", "traitor"),
    "Rapid": _mode("classic", "", "host", RAPID),
    "Custom": _mode("classic", "", "host"),
    "Vigilantics": _mode("classic", "Vigilante x10, Witch x5", "retired"),
    "Coven Classic": _mode("coven", "Sheriff, Lookout, Psychic, Jailor, Town Protective, Coven Leader, Potion Master, "
                           "Executioner, Random Coven, Medusa, Random Town, Plaguebearer, Random Town, Pirate, Random Town"),
    "Coven Ranked": _mode("coven", _COVEN_RANKED),
    "Coven Ranked Practice": _mode("coven", _COVEN_RANKED),
    "Mafia Returns": _mode("coven", "Sheriff, Lookout, Psychic, Jailor, Town Protective, Random Town x3, Godfather, "
                           "Ambusher, Hypnotist, Random Mafia, Executioner, Pirate, Plaguebearer"),
    "VIP": _mode("coven", "Sheriff, Crusader, Psychic, Vigilante, Trapper, Coven Leader, Potion Master, Guardian Angel, "
                 "Random Coven, Medusa, Tracker, Town Protective x2, Town Support, Pirate", "vip"),
    "Lovers": _mode("coven", "Sheriff, Doctor, Psychic, Tracker, Town Protective x2, Town Support x2, Pirate, Arsonist, "
                    "Werewolf, Serial Killer, Godfather, Medusa, Plaguebearer", "lovers"),
    "Coven Town Traitor": _mode("coven", "Sheriff, Jailor, Crusader, Tracker, Town Investigative, Town Protective, "
                                "Town Killing, Town Support, Random Town x3, Coven Leader, Medusa, Random Coven x2", "traitor"),
    "Coven All Any": _mode("coven", "Any x15"),
}  # fmt: skip
"""Official lists by name; an empty list is the host's to choose. `note` names a rule beyond the list: "traitor",
"vip" or "lovers", "retired" for lists that are no longer offered, "host" where the list is the host's."""


def start(table: Table, seed: str, roles: Sequence[str] | None = None) -> list[e.Event]:
    """The events that open a match: the table, the deal, the teams, Day 1.

    `roles` gives every seat's role instead of dealing them (scenarios, tests). Raises SetupError.
    """
    if roles is None:
        validate(table)
        roles = deal(table, seed)
    match = Match(EMPTY)
    sit_down(match, table, seed, roles)
    open_phase(match, Phase.DAY_ONE, 1)
    advance(match)
    return match.log


def sit_down(match: Match, table: Table, seed: str, roles: Sequence[str]) -> None:
    """Everything before the first phase: the table, the roles, the teams, the targets."""
    match.add(e.MatchOpened(PUBLIC, table, chance.commitment(seed)), e.Seeded(HOST, seed))
    for seat, role in enumerate(roles, 1):
        match.add(e.RoleDealt(only(seat), seat, role))
        match.extend(uses_of(seat, role))
    for channel in dict.fromkeys(ROLES[role].channel for role in roles):
        if channel is not None:
            introduce(match, channel)
    assign_all(match)
    if table.mode in MODES:
        apply_mode(match, MODES[table.mode].note)


# Role lists -----------------------------------------------------------------------------------------------------------


def validate(table: Table) -> None:
    """Raise SetupError with a sentence unless the table can be dealt."""
    seats = len(table.names)
    if seats not in SEATS:
        raise SetupError(f"A match needs {SEATS[0]} to {SEATS[-1]} players; this table has {seats}.")
    if len({name.casefold() for name in table.names}) < seats:
        raise SetupError("Two players have the same name.")
    if len(table.slots) != seats:
        raise SetupError(f"{seats} players need {seats} slots; the role list has {len(table.slots)}.")
    _validate_slots(table)
    _validate_counts(table)


def _validate_slots(table: Table) -> None:
    """Every slot must be known, and some role must fit it under these rules (M3, M4)."""
    for slot in dict.fromkeys(table.slots):
        if not is_slot(slot):
            near = difflib.get_close_matches(slot, [*ROLES, *Alignment, *RANDOM, ANY], 1)
            raise SetupError(f"There is no slot {slot!r}." + (f" Did you mean {near[0]}?" if near else ""))
        if slot in ROLES and not ROLES[slot].dealt:
            raise SetupError(f"{slot} is never dealt: a player becomes it in the course of a match.")
        if slot == Alignment.MAFIA_KILLING:
            raise SetupError(f"{slot} is no slot: name Godfather or Mafioso, or take Random Mafia.")
        if slot in ROLES and table.ruleset not in ROLES[slot].rulesets:
            raise SetupError(f"{slot} is not part of the {table.ruleset} ruleset.")
        if slot not in ROLES and not _pool(slot, table):
            raise SetupError(f"No role of the {table.ruleset} ruleset fits the slot {slot}.")


def _validate_counts(table: Table) -> None:
    """Uniques once; in lists of one's own also few of a kind, and a killer for the Mafia (M4, M5)."""
    exact = [slot for slot in table.slots if slot in ROLES]
    mode = MODES.get(table.mode)
    chosen = mode is None or table.slots != mode.slots[: len(table.slots)]
    for role in dict.fromkeys(exact):
        times = exact.count(role)
        if times > 1 and ROLES[role].unique:
            raise SetupError(f"{role} is unique but stands {times} times in the list.")
        if chosen and times > COPIES:
            raise SetupError(f"At most {COPIES} of one role: {role} stands {times} times in the list.")
    helpers = [role for role in exact if ROLES[role].faction is Faction.MAFIA]
    if chosen and helpers and not {"Godfather", "Mafioso"} & set(exact) and "Random Mafia" not in table.slots:
        raise SetupError(f"A Mafia needs a killer: add Godfather, Mafioso or Random Mafia beside {helpers[0]}.")


def is_slot(slot: str) -> bool:
    """Whether a role list may name this at all (M3)."""
    return slot in ROLES or slot == ANY or slot in RANDOM or slot in set(Alignment)


def deal(table: Table, seed: str) -> list[str]:
    """A role for every seat: exact slots first, then alignments, factions, Any; then shuffled (M4)."""
    dealt: list[str] = [slot for slot in table.slots if slot in ROLES]
    for place, slot in sorted(enumerate(table.slots), key=lambda item: (_breadth(item[1]), item[0])):
        if slot not in ROLES:
            pool = [role for role in _pool(slot, table) if _may_be_dealt(role, slot, dealt)]
            if not pool:
                raise SetupError(f"No role is left for the slot {slot}.")
            dealt.append(chance.pick(pool, seed, "deal", place))
    return _with_killer(chance.shuffled(dealt, seed, "seats"))


def may_bring(slot: str, table: Table) -> tuple[str, ...]:
    """The roles that may lie in a slot of the table's list, as far as the list alone tells."""
    return _pool(slot, table)


def _breadth(slot: str) -> int:
    return 0 if slot in ROLES else 3 if slot == ANY else 2 if slot in RANDOM else 1


def _pool(slot: str, table: Table) -> tuple[str, ...]:
    """The roles that a random slot may bring, however often they were dealt; hunters only where there is prey."""
    return _open_pool(slot, table.ruleset, table.slots)


@lru_cache(maxsize=512)
def _open_pool(slot: str, ruleset: Ruleset, slots: tuple[str, ...]) -> tuple[str, ...]:
    prey = {ROLES[role].side for other in dict.fromkeys(slots) for role in _fitting(other, ruleset)}
    return tuple(role for role in _fitting(slot, ruleset) if ROLES[role].hunts in (None, *prey))


def _fitting(slot: str, ruleset: Ruleset) -> tuple[str, ...]:
    """What a slot may bring at all, an exact one included."""
    return tuple(
        card.name
        for card in ROLES.values()
        if ruleset in card.rulesets
        and card.dealt
        and slot in (card.name, ANY, card.alignment.value, f"Random {card.faction.value}")
    )


def _may_be_dealt(role: str, slot: str, dealt: list[str]) -> bool:
    """Uniques once, and no team larger than its cap (M4)."""
    card = ROLES[role]
    if card.unique and role in dealt:
        return False
    if card.channel is None:
        return True
    cap = ANY_CAP if slot == ANY and card.channel is Channel.MAFIA else RANDOM_CAP
    return sum(ROLES[other].channel is card.channel for other in dealt) < cap


def _with_killer(dealt: list[str]) -> list[str]:
    """A Mafia without Godfather and Mafioso gets a Mafioso in place of its first member (M4)."""
    mafia = [place for place, role in enumerate(dealt) if ROLES[role].faction is Faction.MAFIA]
    if mafia and not {"Godfather", "Mafioso"} & set(dealt):
        dealt[mafia[0]] = "Mafioso"
    return dealt


def table_for(mode: str, names: Sequence[str], **settings: object) -> Table:
    """The table of an official mode for these players; a smaller lobby uses the first slots (M5). Raises SetupError."""
    if mode not in MODES:
        raise SetupError(f"There is no mode {mode!r}; there are {', '.join(MODES)}.")
    found = MODES[mode]
    settings.setdefault("seconds", found.seconds)
    return Table(tuple(names), found.slots[: len(names)], mode, found.ruleset, **settings)  # type: ignore[arg-type]

"""Before the first day: role lists, how they are dealt, who learns whom (M1 to M7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from game.engine import chance
from game.engine import events as e
from game.engine.config import Ruleset, Table
from game.engine.day import open_phase
from game.engine.deaths import fall_back, uses_of
from game.engine.match import Match
from game.engine.roles import ROLES
from game.engine.state import EMPTY
from game.engine.types import HOST, PUBLIC, Alignment, Faction, Phase, Seat, group, only

SEATS = range(7, 16)
"""How many may play (M2)."""
ANY = "Any"
RANDOM = {"Random Town": Faction.TOWN, "Random Mafia": Faction.MAFIA, "Random Coven": Faction.COVEN,
          "Random Neutral": Faction.NEUTRAL}  # fmt: skip
RANDOM_CAP = 4
"""Mafia, Coven and Vampires that random slots may deal of each (M4)."""
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


def _mode(ruleset: Ruleset, slots: str, note: str = "") -> Mode:
    names: list[str] = []
    for part in filter(None, slots.split(", ")):
        name, _, times = part.partition(" x")
        names += [name] * int(times or 1)
    return Mode(ruleset, tuple(names), note)


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
    "Rapid": _mode("classic", "", "host"),
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
"""Official lists by name; an empty list is the host's to choose. `note` names a rule beyond the list."""

SPECIAL_RULES = frozenset({"traitor", "vip", "lovers"})
"""Notes that stand for rules which are not built yet; such a mode is known but cannot be played."""


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
    return match.log


def sit_down(match: Match, table: Table, seed: str, roles: Sequence[str]) -> None:
    """Everything before the first phase: the table, the roles, the teams, the targets."""
    match.add(e.MatchOpened(PUBLIC, table, chance.commitment(seed)), e.Seeded(HOST, seed))
    for seat, role in enumerate(roles, 1):
        match.add(e.RoleDealt(only(seat), seat, role))
        match.extend(uses_of(seat, role))
    introduce(match)
    assign(match)


def introduce(match: Match) -> None:
    """Let every team meet (M7)."""
    for channel in dict.fromkeys(ROLES[match.of(seat).role].channel for seat in match.public.seats):
        if channel is None:
            continue
        team = [seat for seat in match.public.seats if ROLES[match.of(seat).role].channel is channel]
        match.add(e.TeamMet(group(team), tuple((seat, match.of(seat).role) for seat in team)))


def assign(match: Match) -> None:
    """Give targets to those who need one; who finds none falls back at once (M6)."""
    for seat in match.public.seats:
        if ROLES[match.of(seat).role].wants_lynched != "target":
            continue
        legal = [s for s in match.public.seats if _may_be_hunted(match.of(s).role)]
        target = chance.pick(legal, match.secret.seed, "assign", seat) if legal else 0
        match.add(e.FactSet(only(seat), seat, "target", target))
        if target:
            match.add(e.Told(only(seat), "executioner_target", (target,)))
    fall_back(match)


def _may_be_hunted(role: str) -> bool:
    card = ROLES[role]
    return card.faction is Faction.TOWN and role not in ("Jailor", "Mayor")


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
    mode = MODES.get(table.mode)
    if mode and mode.note in SPECIAL_RULES:
        raise SetupError(f"The mode {table.mode} cannot be played yet: its own rule is not built.")
    unknown = [slot for slot in table.slots if not _known(slot)]
    if unknown:
        raise SetupError(f"Not built yet: {', '.join(dict.fromkeys(unknown))}.")
    _validate_counts(table)


def _validate_counts(table: Table) -> None:
    exact = [slot for slot in table.slots if slot in ROLES]
    for role in dict.fromkeys(exact):
        times, card = exact.count(role), ROLES[role]
        if table.ruleset not in card.rulesets:
            raise SetupError(f"{role} is not part of the {table.ruleset} ruleset.")
        if times > 1 and card.unique:
            raise SetupError(f"{role} is unique but stands {times} times in the list.")
        if table.mode in ("Custom", "Rapid") and times > COPIES:
            raise SetupError(f"At most {COPIES} of one role: {role} stands {times} times in the list.")
    for slot in dict.fromkeys(table.slots):
        if slot not in ROLES and not _pool(slot, table):
            raise SetupError(f"No role that is built fits the slot {slot}.")


def _known(slot: str) -> bool:
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
    return chance.shuffled(_with_killer(dealt), seed, "seats")


def _breadth(slot: str) -> int:
    return 0 if slot in ROLES else 3 if slot == ANY else 2 if slot in RANDOM else 1


def _pool(slot: str, table: Table) -> list[str]:
    cards = [card for card in ROLES.values() if table.ruleset in card.rulesets]
    if slot == ANY:
        return [card.name for card in cards]
    if slot in RANDOM:
        return [card.name for card in cards if card.faction is RANDOM[slot]]
    return [card.name for card in cards if card.alignment == slot]


def _may_be_dealt(role: str, slot: str, dealt: list[str]) -> bool:
    card = ROLES[role]
    if card.unique and role in dealt:
        return False
    capped = card.channel is not None and slot != ANY
    return not capped or sum(ROLES[other].channel is card.channel for other in dealt) < RANDOM_CAP


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
    return Table(tuple(names), found.slots[: len(names)], mode, found.ruleset, **settings)  # type: ignore[arg-type]


def roles_unbuilt(slots: Sequence[str]) -> list[str]:
    """Exact roles in a list that this release does not play yet."""
    return [slot for slot in dict.fromkeys(slots) if not _known(slot)]


def seat_of(table: Table, name: str) -> Seat:
    """The seat of a player by name, 0 when nobody is called so."""
    return next((seat for seat, other in enumerate(table.names, 1) if other.casefold() == name.casefold()), 0)

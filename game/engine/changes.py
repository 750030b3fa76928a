"""Roles that change in mid-match: assignments, teams, successions, conversions, the book (M6, M7, M124, M137 to M148).

Knows who becomes what and who is told; who dies, and when this is looked at, is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from game.engine import chance
from game.engine import events as e
from game.engine.match import Match
from game.engine.night.effects import Turn
from game.engine.roles import ROLES
from game.engine.types import PUBLIC, Channel, Faction, Phase, Seat, group, only


@dataclass(frozen=True, slots=True)
class Ladder:
    """How a team fills its first two places (M124)."""

    head: str
    hand: str


LADDERS = {Channel.MAFIA: Ladder("Godfather", "Mafioso")}
"""Teams with a line of succession, by their channel."""
NEVER_HUNTED = frozenset({"Jailor", "Mayor"})
"""Members of the Town that no Executioner is set upon (M6)."""
NEVER_WATCHED = frozenset({"Guardian Angel", "Executioner", "Jester"})
"""Whom no Guardian Angel watches over (M6)."""
PLAGUE = ("Plaguebearer", "Pestilence")
"""Who spreads the plague, and what it becomes (M145)."""


def settle_changes(match: Match) -> None:
    """Silent role changes after deaths (M60 step 5): lost assignments, lost prey, succession, the book."""
    fall_back(match)
    for channel, ladder in LADDERS.items():
        _succeed(match, channel, ladder)
    hand_on_book(match)


# One role for another -------------------------------------------------------------------------------------------------


def change_role(match: Match, seat: Seat, role: str, uses: Mapping[str, int] | None = None) -> None:
    """Give a seat another role with its full uses, or those named; its team learns it at once (M7)."""
    old, new = ROLES[match.of(seat).role].channel, ROLES[role].channel
    mates = group(mate for mate, _ in match.of(seat).team) if old is new else only(seat)
    match.add(e.RoleDealt(mates or only(seat), seat, role))
    match.extend(uses_of(seat, role, uses))
    match.add(e.Told(only(seat), "role_changed", (), role))
    if new is not None and new is not old:
        introduce(match, new)
    _assign(match, seat)


def uses_of(seat: Seat, role: str, uses: Mapping[str, int] | None = None) -> Iterable[e.Event]:
    """The limited abilities of a role, full unless `uses` says otherwise."""
    for ability in ROLES[role].abilities:
        if ability.uses is not None:
            yield e.UsesSet(only(seat), seat, ability.id, (uses or {}).get(ability.id, ability.uses))


def introduce(match: Match, channel: Channel) -> None:
    """Let a team meet, the dead included (M7)."""
    team = [seat for seat in match.public.seats if ROLES[match.of(seat).role].channel is channel]
    match.add(e.TeamMet(group(team), tuple((seat, match.of(seat).role) for seat in team)))


def turn(match: Match, change: Turn) -> None:
    """Somebody becomes what was decided in the night, unless dead by now or another was faster (M138, M143)."""
    seat, role = change.seat, _open_place(match, change.role)
    if seat not in match.public.living or role is None:
        return
    if change.announced:
        match.add(e.Announced(PUBLIC, change.announced, 0, role))
    change_role(match, seat, role)
    if role != change.role:
        _stand_in(match, seat)
    if change.by != seat:
        _join(match, seat)


def _open_place(match: Match, role: str) -> str | None:
    """The role that can be taken up: not a unique one that lives, and no head where there is no team (M138)."""
    living = {match.of(seat).role for seat in match.public.living}
    if ROLES[role].unique and role in living:
        return None
    for channel, ladder in LADDERS.items():
        if role == ladder.head and not any(ROLES[other].channel is channel for other in living):
            return ladder.hand
    return role


def _join(match: Match, seat: Seat) -> None:
    """A convert's team is told, and rests for a night (M143)."""
    day = match.public.day
    match.add(e.FactSet(only(seat), seat, "converted_on", day), e.Told(only(seat), "converted"))
    for mate, _ in match.of(seat).team:
        if mate in match.public.living:
            match.add(e.FactSet(only(mate), mate, "fed_on", day))
            if mate != seat:
                match.add(e.Told(only(mate), "vampire_joined", (seat,)))


def break_out(match: Match) -> None:
    """Whoever has infected everybody else alive becomes Pestilence (M145)."""
    bearer, plague = PLAGUE
    living = match.public.living
    for seat in sorted(living):
        others = living - {seat}
        if match.of(seat).role == bearer and others and all(match.secret.mark(s, "infected") for s in others):
            match.add(e.Announced(PUBLIC, "pestilence_arrived", seat))
            change_role(match, seat, plague)


# Assignments ----------------------------------------------------------------------------------------------------------


def assign_all(match: Match) -> None:
    """Give players to those who need one; who finds none falls back at once (M6)."""
    for seat in match.public.seats:
        _assign(match, seat)
    fall_back(match)


def _assign(match: Match, seat: Seat) -> None:
    """Draw the player that a role is set upon, if it is one of those and has none yet."""
    key = ROLES[match.of(seat).role].assigned
    if key is None or match.of(seat).fact(key) is not None:
        return
    legal = [other for other in match.public.seats if other != seat and _fits(match, key, other)]
    found = chance.pick(legal, match.secret.seed, "assign", seat) if legal else 0
    match.add(e.FactSet(only(seat), seat, key, found))
    if found:
        match.add(e.Told(only(seat), _TOLD[key], (found,)))


_TOLD = {"target": "executioner_target", "ward": "guardian_target"}


def _fits(match: Match, key: str, seat: Seat) -> bool:
    role = ROLES[match.of(seat).role]
    if seat not in match.public.living:
        return False
    if key == "ward":
        return role.name not in NEVER_WATCHED
    return role.faction is Faction.TOWN and role.name not in NEVER_HUNTED


def fall_back(match: Match) -> None:
    """Whoever has lost the player they were set upon, or the prey they hunt, becomes something else."""
    for seat in sorted(match.public.living):
        role = ROLES[match.of(seat).role]
        if role.fallback and not match.of(seat).goal_met and _has_lost(match, seat):
            change_role(match, seat, role.fallback, role.fallback_uses)


def _has_lost(match: Match, seat: Seat) -> bool:
    """M137 (dead, or turned Vampire), M139 (dead), M144 (no Vampire left, where there was one)."""
    role = ROLES[match.of(seat).role]
    if role.hunts:
        hunted = {s for s in match.public.seats if ROLES[match.of(s).role].side == role.hunts}
        return bool(hunted) and not hunted & match.public.living
    target = int(match.of(seat).fact(role.assigned or "") or 0)
    turned = role.wants_lynched == "target" and target and ROLES[match.of(target).role].channel is Channel.VAMPIRE
    return target not in match.public.living or bool(turned)


# Succession -----------------------------------------------------------------------------------------------------------


def _succeed(match: Match, channel: Channel, ladder: Ladder) -> None:
    team = [seat for seat in sorted(match.public.living) if ROLES[match.of(seat).role].channel is channel]
    roles = {match.of(seat).role: seat for seat in team}
    if not team or ladder.head in roles:
        return
    hand = roles.get(ladder.hand)
    if hand is None:
        change_role(match, team[0], ladder.hand)
        _stand_in(match, team[0])
    elif not match.of(hand).fact("stood_in") and _has_fallen(match, ladder.head):
        change_role(match, hand, ladder.head)


def _stand_in(match: Match, seat: Seat) -> None:
    """Whoever fills a hand's place for want of another does not follow a head that fell before (M124, M138)."""
    match.add(e.FactSet(only(seat), seat, "stood_in", 1))


def _has_fallen(match: Match, role: str) -> bool:
    return any(match.of(grave.seat).role == role for grave in match.public.graves)


def hand_on_book(match: Match) -> None:
    """The Necronomicon comes to the Coven, and to the next one when its holder dies (M148)."""
    public = match.public
    coven = [seat for seat in public.seats if ROLES[match.of(seat).role].channel is Channel.COVEN]
    living = [seat for seat in coven if seat in public.living]
    if public.day < public.table.options.book_night or any(match.of(seat).fact("book") for seat in living):
        return
    first = not any(match.of(seat).fact("book") for seat in coven)
    if not living or (first and public.phase is not Phase.NIGHT):
        return
    heirs = [seat for seat in living if ROLES[match.of(seat).role].inherits_book] if first else []
    holder = match.pick(heirs or living, "book_pick")
    match.add(e.FactSet(only(holder), holder, "book", 1), e.Told(group(living), "book_received", (holder,)))


# What a mode adds -----------------------------------------------------------------------------------------------------


def apply_mode(match: Match, note: str) -> None:
    """Secret Traitors, marked VIPs, pairs of Lovers (M5, M178)."""
    if note in _MODE_RULES:
        _MODE_RULES[note](match)


def _mark_traitor(match: Match) -> None:
    seat = match.pick(_town(match), "traitor")
    match.add(e.FactSet(only(seat), seat, "traitor", 1), e.Told(only(seat), "traitor"))


def _mark_vip(match: Match) -> None:
    match.add(e.Announced(PUBLIC, "vip", match.pick(_town(match), "vip")))


def _pair_lovers(match: Match) -> None:
    seats = chance.shuffled(list(match.public.seats), match.secret.seed, "lovers")
    for one, other in zip(seats[::2], seats[1::2], strict=False):
        for seat, lover in ((one, other), (other, one)):
            match.add(e.FactSet(only(seat), seat, "lover", lover), e.Told(only(seat), "lover", (lover,)))


def _town(match: Match) -> list[Seat]:
    return [seat for seat in match.public.seats if ROLES[match.of(seat).role].faction is Faction.TOWN]


_MODE_RULES = {"traitor": _mark_traitor, "vip": _mark_vip, "lovers": _pair_lovers}

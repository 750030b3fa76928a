"""Deaths as the town learns of them, and what follows: successors, lost assignments, personal goals.

The rules are M16, M60 to M67 and M124.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from game.engine import events as e
from game.engine.match import Match
from game.engine.night.resolve import Fallen
from game.engine.roles import ROLES
from game.engine.types import PUBLIC, Cause, Channel, Seat, ShownWill, group, only


@dataclass(frozen=True, slots=True)
class Ladder:
    """How a team fills its first two places (M124)."""

    head: str
    hand: str


LADDERS = {Channel.MAFIA: Ladder("Godfather", "Mafioso")}
"""Teams with a line of succession, by their channel."""


def bury(match: Match, fallen: Fallen) -> None:
    """Read out one death of the night with role, will and death notes (M60, M66)."""
    notes = dict.fromkeys(
        match.of(strike.by).note
        for strike in fallen.strikes
        if strike.by != fallen.seat and ROLES[match.of(strike.by).role].death_note
    )
    bloody = any(strike.bloody for strike in fallen.strikes)
    _die(match, fallen.seat, fallen.causes, tuple(note for note in notes if note), bloody=bloody)


def lynch(match: Match, seat: Seat) -> None:
    """The condemned dies whatever their defence, and goals that hang on it are met (M16, M136, M137)."""
    _die(match, seat, (Cause.LYNCH,))
    for hunter in sorted(match.public.living):
        me = match.of(hunter)
        if ROLES[me.role].wants_lynched == "target" and me.fact("target") == seat and not me.goal_met:
            match.add(e.GoalMet(only(hunter), hunter), e.Told(only(hunter), "executioner_won", (seat,)))
    if ROLES[match.of(seat).role].wants_lynched == "self":
        match.add(e.GoalMet(only(seat), seat), e.Announced(PUBLIC, "jester_revenge", seat))


def read_out_departed(match: Match) -> bool:
    """Read out the deaths of those who left (M67); whether there were any."""
    buried = {grave.seat for grave in match.public.graves}
    gone = sorted(match.public.departed - buried)
    for seat in gone:
        _die(match, seat, (Cause.LEFT_GAME,))
    return bool(gone)


def _die(
    match: Match, seat: Seat, causes: tuple[Cause, ...], notes: tuple[str, ...] = (), *, bloody: bool = False
) -> None:
    me = match.of(seat)
    shown = ShownWill.BLOODIED if bloody else ShownWill.SHOWN
    match.add(e.Died(PUBLIC, seat, causes, me.role, shown, "" if bloody else me.will, notes))


def settle_changes(match: Match) -> None:
    """Silent role changes after deaths (M60 step 5): lost assignments, then succession."""
    fall_back(match)
    for channel, ladder in LADDERS.items():
        _succeed(match, channel, ladder)


def fall_back(match: Match) -> None:
    """Whoever has lost the player they were assigned becomes something else (M137, M139)."""
    for seat in sorted(match.public.living):
        me = match.of(seat)
        fallback = ROLES[me.role].fallback
        target = me.fact("target")
        if fallback and not me.goal_met and target is not None and target not in match.public.living:
            change_role(match, seat, fallback)


def _succeed(match: Match, channel: Channel, ladder: Ladder) -> None:
    team = [seat for seat in sorted(match.public.living) if ROLES[match.of(seat).role].channel is channel]
    roles = {match.of(seat).role: seat for seat in team}
    if not team or ladder.head in roles:
        return
    hand = roles.get(ladder.hand)
    if hand is None:
        change_role(match, team[0], ladder.hand)
        match.add(e.FactSet(only(team[0]), team[0], "stood_in", 1))
    elif not match.of(hand).fact("stood_in") and _has_fallen(match, ladder.head):
        change_role(match, hand, ladder.head)


def _has_fallen(match: Match, role: str) -> bool:
    return any(match.of(grave.seat).role == role for grave in match.public.graves)


def change_role(match: Match, seat: Seat, role: str) -> None:
    """Give a seat another role with its full uses; its team learns it at once (M7)."""
    team = match.of(seat).team
    match.add(e.RoleDealt(group(mate for mate, _ in team) or only(seat), seat, role))
    match.extend(uses_of(seat, role))
    match.add(e.Told(only(seat), "role_changed", (), role))


def uses_of(seat: Seat, role: str) -> Iterable[e.Event]:
    """The limited abilities of a role, full."""
    for ability in ROLES[role].abilities:
        if ability.uses is not None:
            yield e.UsesSet(only(seat), seat, ability.id, ability.uses)

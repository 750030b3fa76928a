"""Deaths as the town learns of them, and the goals that hang on them.

The rules are M16, M39 to M41, M60 to M67, M130 to M132, M136 and M137.
"""

from __future__ import annotations

from dataclasses import dataclass

from game.engine import events as e
from game.engine.match import Match
from game.engine.night.resolve import Fallen
from game.engine.roles import ROLES
from game.engine.types import CLEANED, PUBLIC, STONED, Cause, Seat, ShownWill, only


@dataclass(frozen=True, slots=True)
class Epitaph:
    """What a grave shows (M66)."""

    role: str
    will_shown: ShownWill
    will: str


def bury(match: Match, fallen: Fallen) -> None:
    """Read out one death of the night with role, will and death notes (M60, M66)."""
    notes = dict.fromkeys(
        match.of(strike.by).note
        for strike in fallen.strikes
        if strike.by not in (0, fallen.seat) and ROLES[match.of(strike.by).role].death_note
    )
    epitaph = _epitaph(match, fallen)
    _die(match, fallen.seat, fallen.causes, epitaph, tuple(note for note in notes if note))
    if fallen.clean:
        match.add(e.WillRead(only(fallen.clean.by), fallen.seat, match.of(fallen.seat).will))
    if epitaph.will_shown is ShownWill.FORGED and fallen.forge:
        match.add(e.Told(only(fallen.forge.by), "forge_success", (fallen.seat,)))


def _epitaph(match: Match, fallen: Fallen) -> Epitaph:
    """Cleaned, else stoned, else forged, else bloodied or as it is (M41, M66)."""
    if fallen.clean:
        return Epitaph(CLEANED, ShownWill.HIDDEN, "")
    if Cause.STONED in fallen.causes:
        return Epitaph(STONED, ShownWill.HIDDEN, "")
    if fallen.forge:
        return Epitaph(fallen.forge.role, ShownWill.FORGED, match.of(fallen.forge.by).note)
    if any(strike.bloody for strike in fallen.strikes):
        return Epitaph(_worn(match, fallen.seat), ShownWill.BLOODIED, "")
    return _plain(match, fallen.seat)


def _plain(match: Match, seat: Seat) -> Epitaph:
    return Epitaph(_worn(match, seat), ShownWill.SHOWN, match.of(seat).will)


def _worn(match: Match, seat: Seat) -> str:
    """The role that a body passes for: a disguise covers its night and the day after (M132)."""
    public, secret = match.public, match.secret
    night = public.day - 1 if public.phase.is_day else public.day
    worn = secret.mark(seat, "disguised_on") == night
    return str(secret.mark(seat, "disguised_as")) if worn else match.of(seat).role


def lynch(match: Match, seat: Seat) -> None:
    """The condemned dies whatever their defence, and goals that hang on it are met (M16, M136, M137)."""
    _die(match, seat, (Cause.LYNCH,), _plain(match, seat))
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
        _die(match, seat, (Cause.LEFT_GAME,), _plain(match, seat))
    return bool(gone)


def break_hearts(match: Match) -> None:
    """A lover does not outlive the partner (M5, Lovers)."""
    buried = {grave.seat for grave in match.public.graves}
    for seat in sorted(match.public.living):
        if match.of(seat).fact("lover") in buried:
            _die(match, seat, (Cause.HEARTBREAK,), _plain(match, seat))


def _die(match: Match, seat: Seat, causes: tuple[Cause, ...], epitaph: Epitaph, notes: tuple[str, ...] = ()) -> None:
    match.add(e.Died(PUBLIC, seat, causes, epitaph.role, epitaph.will_shown, epitaph.will, notes))

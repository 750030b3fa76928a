"""When a match ends and who has won (M170 to M178). Pure judgement on a state; writes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from game.engine.roles import ROLES
from game.engine.state import State
from game.engine.types import Seat

DRAW = "draw"
LOVERS = "Lovers"
"""The outcome when a pair of Lovers outlives all others."""
QUIET_FROM = 7
"""Days without a death count towards a draw from here on (M175)."""
TRAITOR_DAYS = 3
"""Days that the Town has to find a Traitor who is left alone (M178)."""

_KILLABLE = frozenset({"Godfather", "Mafioso", "Vampire", "Transporter", "Jailor"})
_HELPLESS = frozenset({"Escort"})
_BEATS: dict[str, frozenset[str]] = {
    "Arsonist": _KILLABLE | {"Serial Killer", "Escort"},
    "Serial Killer": _KILLABLE,
    "Werewolf": frozenset({"Godfather", "Mafioso", "Vampire", "Serial Killer", "Veteran"}),
    "Vampire": frozenset({"Transporter", "Escort"}),
    "Godfather": frozenset({"Transporter"}),
    "Transporter": frozenset({"Mafioso"}),
    "Coven Leader": frozenset({"Godfather"}),
    "Medusa": frozenset({"Transporter"}),
}
"""Who is held to have won when only these two are left (M176). A Jailor counts without executions only."""
_BEATS_HELPLESS = frozenset({"Mafia", "Coven"})
"""Sides of which anybody beats the helpless, but for those of the Coven that have a duel of their own."""


@dataclass(frozen=True, slots=True)
class Result:
    """An outcome, a rival faction of M171 or a draw, and the seats that win."""

    outcome: str
    winners: tuple[Seat, ...]


def result(state: State) -> Result | None:
    """How the match has ended at this moment, or None while it goes on. Call at dawn and after a lynch only.

    A table that checks no wins (scenarios) still ends when nobody is left to be asked.
    """
    public = state.public
    if public.living and (not public.table.options.check_wins or (public.day < 2 and public.phase.is_day)):
        return None
    outcome = _outcome(state)
    return _won(state, outcome) if outcome else None


def side_of(state: State, seat: Seat) -> str | None:
    """The rival faction for which a seat plays (M171); a Traitor plays for the evil team (M178)."""
    if state.of(seat).fact("traitor"):
        return evil_side(state)
    return ROLES[state.role(seat)].side


def evil_side(state: State) -> str:
    """The team that a Traitor serves."""
    return "Coven" if state.public.table.ruleset == "coven" else "Mafia"


def _outcome(state: State) -> str | None:
    public = state.public
    sides = {side for seat in public.living if (side := side_of(state, seat))}
    if public.vip and public.vip not in public.living and "Coven" in sides:
        return "Coven"
    if len(sides) == 1:
        side = sides.pop()
        return None if side == "Town" and _witch_hunt(state) else side
    if not sides:
        return DRAW
    if _only_a_pair(state):
        return LOVERS
    if _traitor_escapes(state):
        return evil_side(state)
    return DRAW if _quiet(state) else _deadlock(state)


def _won(state: State, outcome: str) -> Result:
    seats = state.public.seats
    winners = {seat for seat in seats if _wins(state, seat, outcome)}
    winners |= {seat for seat in seats if state.of(seat).fact("lover") in winners}
    return Result(outcome, tuple(sorted(winners)))


def _wins(state: State, seat: Seat, outcome: str) -> bool:
    """Whether a seat's side has won, or its own goal is met (M173)."""
    role, me, living = ROLES[state.role(seat)], state.of(seat), state.public.living
    if me.goal_met or (outcome == LOVERS and seat in living):
        return True
    if role.outlives:
        survivor = seat if role.outlives == "self" else me.fact("ward")
        return survivor in living and outcome != role.spites
    return outcome != DRAW and side_of(state, seat) == outcome


def _witch_hunt(state: State) -> bool:
    """A Town that has bullets left still hunts whoever lives to spite it (M172)."""
    living = state.public.living
    spite = any(ROLES[state.role(seat)].spites == "Town" for seat in living)
    return spite and not _quiet(state) and any(state.of(seat).left("shoot") for seat in living)


def _only_a_pair(state: State) -> bool:
    living = sorted(state.public.living)
    return len(living) == 2 and state.of(living[0]).fact("lover") == living[1]


def _traitor_escapes(state: State) -> bool:
    """The Traitor, alone of the evil team for three days, has won (M178)."""
    public = state.public
    evil = [seat for seat in public.seats if side_of(state, seat) == evil_side(state)]
    left = [seat for seat in evil if seat in public.living]
    if len(left) != 1 or not state.of(left[0]).fact("traitor") or public.phase.is_day:
        return False
    fell = max((grave.day for grave in public.graves if grave.seat in evil), default=public.day)
    return public.day >= fell + TRAITOR_DAYS


def _quiet(state: State) -> bool:
    """No death and no conversion in two whole cycles, counted at the dawn that ends the second (M175)."""
    public = state.public
    if public.phase.is_day or public.day < QUIET_FROM + 1:
        return False
    converted = (state.of(seat).fact("converted_on") for seat in public.seats)
    days = [grave.day for grave in public.graves] + [day for day in converted if isinstance(day, int)]
    return max(days, default=0) < public.day - 1


def _deadlock(state: State) -> str | None:
    """The side that wins a duel which can only drag on (M176)."""
    living = sorted(state.public.living)
    if len(living) != 2:
        return None
    for winner, loser in (living, living[::-1]):
        if _beats(state, winner, loser):
            return side_of(state, winner)
    return None


def _beats(state: State, winner: Seat, loser: Seat) -> bool:
    role, other = state.role(winner), state.role(loser)
    if other in _BEATS.get(role, ()):
        return not state.of(loser).left("execute")
    own_duel = role in ("Coven Leader", "Medusa")
    return other in _HELPLESS and side_of(state, winner) in _BEATS_HELPLESS and not own_duel

"""When a match ends and who has won (M170 to M177). Pure judgement on a state; writes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from game.engine.roles import ROLES
from game.engine.state import State
from game.engine.types import Seat

DRAW = "draw"
QUIET_FROM = 7
"""Days without a death count towards a draw from here on (M175)."""

_BEATS: dict[str, frozenset[str]] = {
    "Serial Killer": frozenset({"Godfather", "Mafioso", "Vampire", "Transporter", "Jailor"}),
    "Transporter": frozenset({"Mafioso"}),
    "Godfather": frozenset({"Transporter", "Escort"}),
    "Mafioso": frozenset({"Escort"}),
    "Framer": frozenset({"Escort"}),
}
"""Who is held to have won when only these two are left (M176). A Jailor counts without executions only."""


@dataclass(frozen=True, slots=True)
class Result:
    """An outcome, a rival faction of M171 or a draw, and the seats that win."""

    outcome: str
    winners: tuple[Seat, ...]


def result(state: State) -> Result | None:
    """How the match has ended at this moment, or None while it goes on. Call at dawn and after a lynch only."""
    public = state.public
    if not public.table.options.check_wins or (public.day < 2 and public.phase.is_day):
        return None
    sides = {side for seat in public.living if (side := ROLES[state.role(seat)].side)}
    if len(sides) == 1:
        return _won(state, sides.pop())
    if not sides or _quiet(state):
        return _won(state, DRAW)
    side = _deadlock(state)
    return _won(state, side) if side else None


def _won(state: State, outcome: str) -> Result:
    winners = tuple(
        seat
        for seat in state.public.seats
        if state.of(seat).goal_met or (outcome != DRAW and ROLES[state.role(seat)].side == outcome)
    )
    return Result(outcome, winners)


def _quiet(state: State) -> bool:
    """No death in two whole cycles, counted at the dawn that ends the second (M175)."""
    public = state.public
    if public.phase.is_day or public.day < QUIET_FROM + 1:
        return False
    return all(grave.day < public.day - 1 for grave in public.graves)


def _deadlock(state: State) -> str | None:
    """The side that wins a duel which can only drag on (M176)."""
    living = sorted(state.public.living)
    if len(living) != 2:
        return None
    for winner, loser in (living, living[::-1]):
        role, other = state.role(winner), state.role(loser)
        if other in _BEATS.get(role, ()) and not state.of(loser).left("execute"):
            return ROLES[role].side
    return None

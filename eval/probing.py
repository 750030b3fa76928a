"""Agents asked privately what they take the others for: at each day's end, and around some accusations.

An agent's memory is a function of what it has seen, so who is asked is an agent of the same kind that has read the same
log, beside the match. The match knows nothing of it: neither its log, nor its budgets, nor its decisions.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from agents.guess import Guess
from agents.llm.agent import silent
from agents.llm.prompt import WindowTooSmall
from agents.seating import agent_for_seat
from eval.evidence import record_of
from eval.metrics import case
from eval.models import Probe
from eval.sources import match_check
from eval.statements import StatementKind, statements_of
from game.engine import chance
from game.engine import events as e
from game.engine.fold import fold, view, visible
from game.engine.state import EMPTY, State
from game.engine.types import Channel, Phase
from game.models import Match, Seat
from game.selectors import log_of

SHARE = 0.1
"""Of the public accusations, those before and after which listeners are asked."""
LISTENERS = 3
"""Who are asked about one accusation."""


@dataclass(frozen=True, slots=True)
class Point:
    """A moment at which one seat is asked: when it has seen the log up to `after_seq`."""

    seat: int
    day: int
    after_seq: int
    event_id: int = 0


Answered: TypeAlias = tuple[Point, Guess]


def points_of(log: Sequence[e.Event], seed: str, share: float = SHARE) -> list[Point]:
    """When which seats are asked, in the order of the log. `seed` draws accusations and listeners."""
    found: list[Point] = []
    state = EMPTY
    for seq, event in enumerate(log, 1):
        state = fold(state, event)
        if isinstance(event, e.PhaseOpened) and event.phase is Phase.NIGHT:
            found += [Point(seat, event.day, seq) for seat in sorted(state.public.living)]
    return sorted([*found, *_around(log, seed, share)], key=lambda point: (point.after_seq, point.seat))


def _around(log: Sequence[e.Event], seed: str, share: float) -> Iterable[Point]:
    """Before and after accusations that were drawn."""
    record = record_of(log)
    living = {day.day: day.living for day in record.days}
    said = {line.seq: line for line in record.lines if line.channel is Channel.PUBLIC}
    accused = {one.event_id: one for one in statements_of(record) if one.kind is StatementKind.ACCUSATION}
    for seq in sorted(said.keys() & accused.keys()):
        line, one = said[seq], accused[seq]
        if chance.draw(seed, "probe", seq) >= share:
            continue
        listeners = living[line.day] - {line.seat, one.subject}
        drawn = sorted((chance.draw(seed, "listener", seq, seat), seat) for seat in listeners)
        for _, seat in drawn[:LISTENERS]:
            yield Point(seat, line.day, seq - 1, seq)
            yield Point(seat, line.day, seq, seq)


def match_probe(*, match: Match, share: float = SHARE) -> int:
    """Ask all who are to be asked by now and were not; how many answered or were asked in vain.

    Persons are never asked. Raises Rejected for a match of which nobody may see everything yet.
    """
    match_check(match)
    seats = {seat.number: seat for seat in match.seats.all() if not seat.of_person}
    asked = set(Probe.objects.filter(match=match).values_list("seat", "after_seq", "event_id"))
    log = log_of(match.pk)
    due = [
        point for point in points_of(log, match.commitment, share)
        if point.seat in seats and (point.seat, point.after_seq, point.event_id) not in asked
    ]  # fmt: skip
    agents = {number: agent_for_seat(seat=seats[number], match=match, listen=silent) for number in _seats_of(due)}
    able = {number: agent for number, agent in agents.items() if hasattr(agent, "guess")}
    answered = asyncio.run(_asked(log, [point for point in due if point.seat in able], able))
    rows = [_row(match, seats[point.seat], point, guess) for point, guess in answered]
    Probe.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _seats_of(points: Iterable[Point]) -> list[int]:
    return sorted({point.seat for point in points})


async def _asked(log: Sequence[e.Event], points: Sequence[Point], agents: Mapping[int, Any]) -> list[Answered]:
    """What each point came to: a seat's one after the other, those of all seats at once."""
    states = _states(log, {point.after_seq for point in points})
    mine = [[point for point in points if point.seat == seat] for seat in _seats_of(points)]
    try:
        found = await asyncio.gather(*(_asked_one(agents[one[0].seat], log, one, states) for one in mine))
    finally:
        for agent in agents.values():
            if hasattr(agent, "aclose"):
                await agent.aclose()
    return [answered for part in found for answered in part]


async def _asked_one(
    agent: Any, log: Sequence[e.Event], points: Sequence[Point], states: Mapping[int, State]
) -> list[Answered]:  # fmt: skip
    found, read = [], 0
    for point in points:
        try:
            agent.observe(visible(log[read : point.after_seq], point.seat))
            guess = agent.guess(view(states[point.after_seq], point.seat))
            found.append((point, await guess if inspect.isawaitable(guess) else guess))
        except WindowTooSmall as error:
            return [*found, *((other, Guess(error=str(error)[:300])) for other in points[len(found) :])]
        read = point.after_seq
    return found


def _states(log: Sequence[e.Event], places: Set[int]) -> dict[int, State]:
    """The states after some of the events."""
    found, state = {}, EMPTY
    for seq, event in enumerate(log, 1):
        state = fold(state, event)
        if seq in places:
            found[seq] = state
    return found


def _row(match: Match, seat: Seat, point: Point, guess: Guess) -> Probe:
    found = asdict(guess)
    return Probe(match=match, day=point.day, after_seq=point.after_seq, event_id=point.event_id, seat=seat.number,
                 agent=seat.agent, **found)  # fmt: skip


def probes_of(match: Match) -> list[case.Probe]:
    """What was answered in a match, as metrics take it."""
    rows = Probe.objects.filter(match=match, error="").order_by("after_seq", "seat")
    return [
        case.Probe(
            row.seat, row.day, {int(seat): found for seat, found in row.alignments.items()},
            {int(seat): chance for seat, chance in row.evil.items()}, row.event_id, row.after_seq == row.event_id,
        )
        for row in rows
    ]  # fmt: skip

"""Drivers of the loop for agents in this process: one match in one thread, one with deadlines, many in lockstep."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from game.engine.actions import Answer, Elapsed, Reply
from game.engine.asks import Ask
from game.engine.events import Event
from game.engine.fold import fold_all, view, visible
from game.engine.state import EMPTY, State
from game.engine.types import Phase, Seat
from game.play.loop import Turn, play
from game.play.seats import Agent, AnyAgent

Watch = Callable[[Sequence[Event]], None]
"""Called with the events of each turn as they come."""


@dataclass(frozen=True, slots=True)
class Played:
    """A finished match: its whole log and its last state."""

    log: tuple[Event, ...]
    state: State


def run_sync(opening: Sequence[Event], agents: Mapping[Seat, Agent], watch: Watch | None = None) -> Played:
    """Play a match to its end in this thread. Deadlines do not exist here."""
    log: list[Event] = []
    loop = _begin(opening)
    turn = next(loop)
    while True:
        _note(log, turn, watch)
        _show(turn, agents)
        if turn.state.public.ending:
            return Played(tuple(log), turn.state)
        turn = loop.send([_decide(turn, agents[ask.seat], ask) for ask in turn.asks])


def run_lockstep(openings: Iterable[Sequence[Event]], seat_agents: Callable[[int, State], Mapping[Seat, Agent]],
                 keep_log: bool = True) -> list[Played]:  # fmt: skip
    """Play many matches side by side, one turn of each at a time, so that the asks of all can be answered as a batch.

    `seat_agents(place, state)` seats the match at that place of `openings`. The results keep that order.
    """
    running = []
    for place, opening in enumerate(openings):
        loop = _begin(opening)
        turn = next(loop)
        running.append((place, loop, turn, seat_agents(place, turn.state), cast("list[Event]", [])))
    done: dict[int, Played] = {}
    while running:
        following = []
        for place, loop, turn, agents, log in running:
            if keep_log:
                log.extend(turn.events)
            _show(turn, agents)
            if turn.state.public.ending:
                done[place] = Played(tuple(log), turn.state)
            else:
                turn = loop.send([_decide(turn, agents[ask.seat], ask) for ask in turn.asks])
                following.append((place, loop, turn, agents, log))
        running = following
    return [done[place] for place in sorted(done)]


async def run_async(opening: Sequence[Event], agents: Mapping[Seat, AnyAgent], watch: Watch | None = None) -> Played:
    """Play a match to its end, all asks of a turn at once, each within its stage's seconds under the wall clock.

    Who is late has passed. Raises what an agent raises.
    """
    log: list[Event] = []
    loop = _begin(opening)
    turn = next(loop)
    while True:
        _note(log, turn, watch)
        _show(turn, agents)
        if turn.state.public.ending:
            return Played(tuple(log), turn.state)
        turn = loop.send(await _gather(turn, agents))


def stage_seconds(state: State) -> float:
    """How long a stage lasts under the wall clock: the phase's seconds, divided among its rounds (M10)."""
    table, phase = state.public.table, state.public.phase
    if phase in (Phase.SETUP, Phase.OVER):
        return 0.0
    rounds = {
        Phase.DAY_ONE: table.rounds.day_one,
        Phase.DISCUSSION: table.rounds.discussion,
        Phase.VOTING: table.rounds.voting,
        Phase.NIGHT: table.rounds.night + 1,
    }.get(phase, 1)
    seconds: int = getattr(table.seconds, phase.value)
    return seconds / max(1, rounds)


async def _gather(turn: Turn, agents: Mapping[Seat, AnyAgent]) -> list[Reply]:
    timeout = stage_seconds(turn.state) if turn.state.public.table.clock == "wall" else None
    tasks = [asyncio.ensure_future(_decide_soon(turn, agents[ask.seat], ask)) for ask in turn.asks]
    done, late = await asyncio.wait(tasks, timeout=timeout)
    for task in late:
        task.cancel()
    replies: list[Reply] = [task.result() for task in tasks if task in done]
    return [*replies, Elapsed(turn.state.public.stage)] if late else replies


async def _decide_soon(turn: Turn, agent: AnyAgent, ask: Ask) -> Answer:
    decision = agent.decide(view(turn.state, ask.seat), ask)
    if inspect.isawaitable(decision):
        decision = await decision
    return decision.answer(ask)


def _begin(opening: Sequence[Event]) -> Generator[Turn, Sequence[Reply], State]:
    return play(fold_all(EMPTY, opening), opening)


def _decide(turn: Turn, agent: Agent, ask: Ask) -> Answer:
    return agent.decide(view(turn.state, ask.seat), ask).answer(ask)


def _show(turn: Turn, agents: Mapping[Seat, AnyAgent]) -> None:
    for seat, agent in agents.items():
        agent.observe(visible(turn.events, seat))


def _note(log: list[Event], turn: Turn, watch: Watch | None) -> None:
    log.extend(turn.events)
    if watch:
        watch(turn.events)

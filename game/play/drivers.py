"""Drivers of the loop for agents in this process: one match in one thread, one with deadlines, many in lockstep."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from game.engine.actions import Answer, Elapsed, Reply
from game.engine.asks import Ask
from game.engine.config import Clock, Talk
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

    At a fifo table each answer is applied as it comes, and the slower ones go on with the view that they were asked
    with; at others all answers of a turn are applied together. Who is late has passed. Raises what an agent raises.
    """
    log: list[Event] = []
    loop = _begin(opening)
    turn = next(loop)
    desks = _Desks(agents)
    try:
        while True:
            _note(log, turn, watch)
            await desks.meet(turn)
            if turn.state.public.ending:
                return Played(tuple(log), turn.state)
            turn = loop.send(await desks.replies(turn))
    finally:
        await desks.clear(tuple(agents))


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


class _Desks:
    """Who is thinking about which ask. Whoever thinks observes nothing meanwhile, and all of it afterwards."""

    def __init__(self, agents: Mapping[Seat, AnyAgent]) -> None:
        self._agents = agents
        self._unseen: dict[Seat, list[Event]] = {seat: [] for seat in agents}
        self._asks: dict[Seat, Ask] = {}
        self._thoughts: dict[Seat, asyncio.Task[Answer]] = {}
        self._came: list[Seat] = []
        """Whose answers are there, in the order in which they came."""
        self._stage, self._over = 0, 0.0
        """A stage, and when its time is over by the clock of the event loop."""

    async def meet(self, turn: Turn) -> None:
        """Take everybody from asks that are closed, and let them observe; those still thinking, later."""
        still = {ask.seat: ask.id for ask in turn.asks}
        await self.clear([seat for seat, ask in self._asks.items() if still.get(seat) != ask.id])
        for seat, unseen in self._unseen.items():
            unseen += visible(turn.events, seat)
            if seat not in self._thoughts:
                self._unseen[seat] = []
                self._agents[seat].observe(unseen)

    async def replies(self, turn: Turn) -> list[Reply]:
        """The answers of all; at a fifo table, as soon as one is there. With the end of the time, where it is over."""
        for ask in turn.asks:
            if ask.seat not in self._thoughts:
                self._asks[ask.seat] = ask
                self._thoughts[ask.seat] = asyncio.ensure_future(self._think(turn, ask))
        fifo = turn.state.public.table.talk is Talk.FIFO
        until = asyncio.FIRST_COMPLETED if fifo else asyncio.ALL_COMPLETED
        await asyncio.wait(self._thoughts.values(), timeout=self._left(turn.state), return_when=until)
        came = self._take()
        if not self._thoughts or (fifo and came):
            return came
        await self.clear(tuple(self._thoughts))
        return [*came, Elapsed(turn.state.public.stage)]

    async def _think(self, turn: Turn, ask: Ask) -> Answer:
        try:
            decision = self._agents[ask.seat].decide(view(turn.state, ask.seat), ask)
            if inspect.isawaitable(decision):
                decision = await decision
            return decision.answer(ask)
        finally:
            self._came.append(ask.seat)

    def _take(self) -> list[Reply]:
        """The answers that are there, in the order in which they came."""
        came, self._came = self._came, []
        for seat in came:
            del self._asks[seat]
        return [self._thoughts.pop(seat).result() for seat in came]

    def _left(self, state: State) -> float | None:
        """Seconds that the stage has left; None without a wall clock."""
        if state.public.table.clock is not Clock.WALL:
            return None
        now = asyncio.get_running_loop().time()
        if self._stage != state.public.stage:
            self._stage, self._over = state.public.stage, now + stage_seconds(state)
        return max(0.0, self._over - now)

    async def clear(self, seats: Iterable[Seat]) -> None:
        """Stop the thoughts of these seats and wait until they have stopped."""
        stopped = [self._thoughts.pop(seat) for seat in seats if seat in self._thoughts]
        for thought in stopped:
            thought.cancel()
        await asyncio.gather(*stopped, return_exceptions=True)
        self._asks = {seat: ask for seat, ask in self._asks.items() if seat in self._thoughts}
        self._came = [seat for seat in self._came if seat in self._thoughts]


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

"""The agents of one match that are thinking right now, on one event loop for as long as the match is driven.

Model clients keep connections to the loop that they were used on, so there is one, and it runs whenever the driver
waits. Knows asks and decisions; touches no database: rows are written while the loop stands still.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass
from typing import Any

from game.bell import Bell
from game.engine.actions import Pass
from game.engine.asks import Ask
from game.play.seats import Decision

log = logging.getLogger(__name__)

LETTING_GO = 2.0
"""Seconds that cancelled agents have to end."""


@dataclass(frozen=True, slots=True)
class Made:
    """What an agent decided about an ask, or what went wrong; `spent_ms` is None where it answered at once."""

    ask: Ask
    decision: Decision
    error: str = ""
    spent_ms: int | None = None


@dataclass(frozen=True, slots=True)
class _Task:
    ask: Ask
    task: asyncio.Task[Decision]
    since: float

    @property
    def spent_ms(self) -> int:
        return round((time.monotonic() - self.since) * 1000)


class Thinking:
    """Asks that agents work on. Call it from one thread."""

    def __init__(self, match_id: int, bell: Bell) -> None:
        self._match_id, self._bell = match_id, bell
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._tasks: dict[tuple[str, int], _Task] = {}

    @property
    def asks(self) -> list[Ask]:
        """What is being thought about."""
        return [one.ask for one in self._tasks.values()]

    def holds(self, ask: Ask) -> bool:
        """Whether an agent is at work on this try at the ask."""
        return (ask.id, ask.attempt) in self._tasks

    def begin(self, ask: Ask, decision: Awaitable[Decision]) -> None:
        """Let an agent think; it gets time whenever `wait` is called."""
        task = self._runner.get_loop().create_task(_awaited(decision))
        self._tasks[ask.id, ask.attempt] = _Task(ask, task, time.monotonic())

    def finished(self) -> list[Made]:
        """What was decided since the last call, in no particular order."""
        done = [key for key, one in self._tasks.items() if one.task.done()]
        return [_made(self._tasks.pop(key)) for key in done]

    def wait(self, seconds: float) -> None:
        """Let the agents think until one has finished, the match is called, or the time is over."""
        self._runner.run(self._news(seconds))

    async def _news(self, seconds: float) -> None:
        rung = asyncio.ensure_future(self._bell.rung(self._match_id))
        tasks = (one.task for one in self._tasks.values())
        try:
            await asyncio.wait({rung, *tasks}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            rung.cancel()
            (outcome,) = await asyncio.gather(rung, return_exceptions=True)
        if isinstance(outcome, Exception):
            raise outcome

    def cancel(self, asks: Iterable[Ask] | None = None) -> dict[str, int]:
        """Stop thinking about these asks, or about all; the ms spent on each, by ask id."""
        keys = [(ask.id, ask.attempt) for ask in asks] if asks is not None else list(self._tasks)
        dropped = [self._tasks.pop(key) for key in keys if key in self._tasks]
        for one in dropped:
            one.task.cancel()
        if dropped:
            self._runner.run(_ended([one.task for one in dropped]))
        return {one.ask.id: one.spent_ms for one in dropped}

    def close(self, agents: Iterable[Any] = ()) -> None:
        """Stop everything, let agents close what they hold on this loop (`aclose`), and end the loop."""
        self.cancel()
        closing = [agent.aclose() for agent in agents if hasattr(agent, "aclose")]
        if closing:
            self._runner.run(_gathered(closing))
        self._runner.close()


async def _awaited(decision: Awaitable[Decision]) -> Decision:
    return await decision


async def _ended(tasks: list[asyncio.Task[Decision]]) -> None:
    done, _ = await asyncio.wait(tasks, timeout=LETTING_GO)
    for task in done:
        if not task.cancelled():
            task.exception()  # looked at, or asyncio would call it forgotten


async def _gathered(closing: list[Awaitable[None]]) -> None:
    await asyncio.gather(*closing, return_exceptions=True)


def _made(one: _Task) -> Made:
    """The result of a task that has ended; an exception is a pass, with its reason."""
    try:
        return Made(one.ask, one.task.result(), spent_ms=one.spent_ms)
    except asyncio.CancelledError:  # by the agent itself
        return Made(one.ask, Decision((Pass(),)), "CancelledError: the agent gave up", one.spent_ms)
    except Exception as error:
        log.exception("The agent of seat %s failed", one.ask.seat)
        return Made(one.ask, Decision((Pass(),)), sentence(error), one.spent_ms)


def sentence(error: Exception) -> str:
    """An exception as it is kept on a row."""
    return f"{type(error).__name__}: {error}"[:500]

"""The watcher of one lane of our own: starts its server, waits until it answers, restarts it, lets it sleep, ends it.

What is wanted comes from a `Store` and what is goes back to it, so that any store will do. One step a beat; nothing is
remembered that the next step does not look at again.
"""

from __future__ import annotations

import asyncio
import time
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from agents.lanes import metrics, process, swapping
from agents.lanes.command import Command, Impossible, ServerSpec
from agents.lanes.control import Control, Unanswered
from agents.lanes.facts import State, Wanted


@dataclass(frozen=True, slots=True)
class Wish:
    """What a lane should be now. `seats` have their place on it; `room` says whether its memory is free for it."""

    wanted: Wanted
    seats: int = 0
    room: bool = True


@dataclass(frozen=True, slots=True)
class Report:
    """What a lane is. `since` is when this run of its server answered first, in seconds since 1970."""

    state: State
    url: str = ""
    pid: int | None = None
    since: float | None = None
    restarts: int = 0
    error: str = ""


class Store(Protocol):
    """Where wishes come from and reports go to."""

    async def wish(self) -> Wish | None:
        """What is wanted; None when the lane does not exist any more."""

    async def tell(self, report: Report) -> None:
        """Keep what changed."""

    async def beat(self, figures: Mapping[str, float | None] | None) -> None:
        """Keep a sign of life, and figures where the server gave some."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds, and numbers of times."""

    beat: float = 1.0
    ready_within: float = 900.0
    """A model that is fetched first takes its time."""
    warm_up: float = 300.0
    probe: float = 5.0
    most_probes: int = 4
    """Probes in a row without an answer after which a server counts as hung."""
    pause: float = 1.0
    """Before the first restart; each further one waits twice as long, up to `longest_pause`."""
    longest_pause: float = 60.0
    lasted: float = 60.0
    """A server that answered for so long died by accident: the pauses begin anew."""
    most_deaths: int = 3
    """Deaths in a row before it ever answered, after which the lane is broken."""
    grace: float = process.GRACE


@dataclass(slots=True)
class Watcher:
    """Watches one lane for as long as `run` lasts."""

    spec: Callable[[], Awaitable[ServerSpec]]
    """What the server is started with, asked at each start."""
    command: Callable[[ServerSpec], Command]
    store: Store
    log: Path
    environment: Mapping[str, str]
    say: Callable[[str], None]
    timing: Timing = field(default_factory=Timing)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    report: Report = field(default_factory=lambda: Report(State.OFF))
    _spec: ServerSpec | None = None
    _process: Process | None = None
    _started: float = 0.0
    _not_before: float = 0.0
    _log_from: int = 0
    """Where in the log this start of the server begins."""
    _deaths: int = 0
    _pauses: int = 0
    _asleep: bool = False
    _misses: int = 0
    _reading: metrics.Reading | None = None

    async def run(self) -> State:
        """Watch until the lane is wanted no more, is broken, or `stopping` is set; its state then."""
        beats = asyncio.create_task(self._beat())
        try:
            while not self.stopping.is_set() and await self._step():
                await self._pause()
        finally:
            beats.cancel()
            await asyncio.wait({beats})
            await self._end()
        final = self.report.state if self.report.state is State.BROKEN else State.OFF
        await self._tell(final, pid=None, since=None)
        return final

    async def _step(self) -> bool:
        """Come one step closer to what is wanted; whether to go on."""
        wish = await self.store.wish()
        if wish is None or wish.wanted is Wanted.OFF:
            return False
        if self._process is not None and self._process.returncode is not None:
            await self._died(f"the server {process.ending(self._process.returncode)}")
        elif self._misses >= self.timing.most_probes:
            await self._died(f"the server gave no answer {self._misses} times in a row")
        if self.report.state is State.BROKEN:
            return False
        if wish.wanted is Wanted.DRAINING:
            return await self._drain(wish)
        if wish.wanted is Wanted.ASLEEP or not wish.room:
            await self._sleep()
        elif self._asleep:
            await self._wake()
        elif self._process is None:
            await self._start()
        elif self.report.state is not State.READY:
            await self._look()
        return True

    async def _drain(self, wish: Wish) -> bool:
        """Go on while seats have their place here or requests are under way."""
        busy = 0 if self._reading is None else self._reading.running + self._reading.waiting
        if self._process is None or self._asleep or not (wish.seats or busy):
            self.say("drained")
            return False
        if self.report.state is State.STARTING:
            await self._look()
        elif self.report.state is not State.DRAINING:
            await self._tell(State.DRAINING)
        return True

    # Up and down ------------------------------------------------------------------------------------------------------

    async def _start(self) -> None:
        if time.monotonic() < self._not_before:
            return
        try:
            self._spec = await self.spec()
            words = self.command(self._spec)
            if not process.is_free(self._spec.port):
                raise Impossible(f"Port {self._spec.port} is taken by another program.")
            self._log_from = process.size(self.log)
            self._process = await process.start(words, self.log, self.environment)
        except (Impossible, OSError) as error:
            self.say(str(error))
            await self._tell(State.BROKEN, error=str(error))
            return
        self._started, self._misses, self._reading = time.monotonic(), 0, None
        self.say("; ".join((f"started the server (pid {self._process.pid}); its log is {self.log}", *words.notes)))
        await self._tell(State.STARTING, url=self._spec.url, pid=self._process.pid, since=None)

    async def _look(self) -> None:
        """Whether a starting server answers by now; then one request warms it up."""
        control = self._control()
        try:
            if not (await control.ask("/health")).good:
                raise Unanswered("not yet")
            warm = {"model": self._base, "prompt": "Hello", "max_tokens": 1}
            await control.must("/v1/completions", warm, self.timing.warm_up)
        except Unanswered as error:
            if time.monotonic() - self._started > self.timing.ready_within:
                await self._died(f"the server was not ready within {self.timing.ready_within:g} s: {error}")
            return
        self._deaths, self._misses = 0, 0
        self.say(f"ready after {time.monotonic() - self._started:.0f} s at {control.url}")
        await self._tell(State.READY, since=time.time(), error="")

    async def _died(self, what: str) -> None:
        """Clear away, and try again after a pause, unless it never came up."""
        lived = 0.0 if self.report.since is None else time.time() - self.report.since
        self._deaths = self._deaths + 1 if self.report.since is None else 0
        self._pauses = 1 if lived > self.timing.lasted else self._pauses + 1
        await self._end()
        error = f"{what}. {process.cause(self.log, self._log_from)[:300]}".strip()
        if self._deaths >= self.timing.most_deaths:
            self.say(f"{what}, {self._deaths} times before it was ready: given up")
            await self._tell(State.BROKEN, pid=None, since=None, error=error)
            return
        wait = min(self.timing.pause * 2 ** (self._pauses - 1), self.timing.longest_pause)
        self._not_before = time.monotonic() + wait
        self.say(f"{what}; starting it again in {wait:g} s")
        await self._tell(State.DOWN, pid=None, since=None, restarts=self.report.restarts + 1, error=error)

    async def _end(self) -> None:
        if self._process is not None:
            await process.stop(self._process, self.timing.grace)
        self._process, self._asleep, self._misses, self._reading = None, False, 0, None

    # Sleep ------------------------------------------------------------------------------------------------------------

    async def _sleep(self) -> None:
        """Give the memory away: asleep where the server can, else ended."""
        if self.report.state is State.ASLEEP:
            return
        if self._process is not None and self.report.state is State.READY and self._spec and self._spec.sleeps:
            try:
                await swapping.fall_asleep(self._control())
                self._asleep = True
            except Unanswered as error:
                self.say(f"it does not fall asleep ({error}) and is stopped instead")
        if not self._asleep:
            await self._end()
        await self._tell(State.ASLEEP, since=None, pid=self._process.pid if self._process else None)

    async def _wake(self) -> None:
        try:
            await swapping.wake_up(self._control())
        except Unanswered as error:
            await self._died(f"the server did not wake up: {error}")
            return
        self._asleep = False
        await self._tell(State.READY, since=time.time())

    # Signs of life ----------------------------------------------------------------------------------------------------

    async def _beat(self) -> None:
        """A sign of life a beat, with figures while the server answers."""
        while True:
            figures = await self._probe() if self._answers else None
            await self.store.beat(figures)
            await asyncio.sleep(self.timing.beat)

    @property
    def _answers(self) -> bool:
        return self._process is not None and not self._asleep and self.report.state in (State.READY, State.DRAINING)

    async def _probe(self) -> Mapping[str, float | None] | None:
        control = self._control()
        try:
            reply = await control.ask("/health", timeout=self.timing.probe)
            page = await control.ask("/metrics", timeout=self.timing.probe)
        except Unanswered:
            self._misses += 1
            return None
        self._misses = 0 if reply.good else self._misses + 1
        before, self._reading = self._reading, metrics.read(page.text, time.time())
        return metrics.figures(self._reading, before)

    async def _pause(self) -> None:
        """Until the next step: a beat, or less when the server ends or somebody asks to stop."""
        waits: list[asyncio.Task[object]] = [asyncio.create_task(_as_object(self.stopping.wait()))]
        if self._process is not None and self._process.returncode is None:
            waits.append(asyncio.create_task(_as_object(self._process.wait())))
        await asyncio.wait(waits, timeout=self.timing.beat, return_when=asyncio.FIRST_COMPLETED)
        for task in waits:
            task.cancel()
        await asyncio.wait(waits)

    async def _tell(self, state: State, **changes: object) -> None:
        self.report = replace(self.report, state=state, **changes)  # type: ignore[arg-type]
        await self.store.tell(self.report)

    def _control(self) -> Control:
        return Control(self.report.url, timeout=self.timing.probe)

    @property
    def _base(self) -> str:
        return self._spec.base if self._spec else ""


async def _as_object(waiting: Awaitable[object]) -> object:
    return await waiting

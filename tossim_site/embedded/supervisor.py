"""Keeps child processes alive, and stops them in the reverse order of their start.

Every child is a direct child in a session of its own, so a Ctrl-C at the terminal reaches the supervisor
alone, and the kernel ends it when the supervisor is killed. Knows nothing of which children there are.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from asyncio.subprocess import DEVNULL, Process
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path

from tossim_site.embedded.errors import StackError
from tossim_site.embedded.programs import Program, ends_with_us

QUICK = 30.0
"""Seconds: a child that lives less has died quickly."""
MOST_QUICK_DEATHS = 5
ECHO = 0.3
"""Seconds in which a second request to stop is the first one's echo: some senders signal a process and its group."""
LONGEST_LOG = 5_000_000
"""Bytes: a longer log is set aside at the next start, and the one set aside before is dropped."""


@dataclass(frozen=True, slots=True)
class Child:
    """A program to keep alive."""

    program: Program
    log: str
    grace: float = 10.0
    """Seconds from the signal that asks it to end to the one that makes it."""
    orphaned: signal.Signals = signal.SIGKILL
    """What the kernel sends it when the supervisor is gone."""
    niceness: int = 0
    may_end: bool = False
    """Whether it is for others to say if one that has ended is to be started again."""


@dataclass(slots=True)
class Supervisor:
    """Children, started one by one. A signal sets `stopping`, and so does a child that keeps dying."""

    logs: Path
    say: Callable[[str], None]
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    failure: str = ""
    pause: float = 0.4
    """Seconds before the first restart; each further one waits twice as long, and five seconds at most."""
    _asked_at: float = 0.0
    _running: dict[str, tuple[Child, Process]] = field(default_factory=dict)
    _keepers: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _spawning: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def supervise(self, work: Coroutine[None, None, None]) -> None:
        """Does `work`, which starts children, until it ends or something asks to stop; then ends every child.

        Raises StackError when a child keeps dying, and whatever `work` raises.
        """
        self._listen()
        task = asyncio.create_task(work)
        stopping = asyncio.create_task(self.stopping.wait())
        await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        task.cancel()
        await asyncio.wait({task})
        await self.stop()
        if self.failure:
            raise StackError(self.failure)
        with contextlib.suppress(asyncio.CancelledError):
            await task

    async def start(self, child: Child) -> None:
        """Starts a child and keeps it alive from now on; nothing once everything is being stopped."""
        rotate(self.logs / child.log)
        async with self._spawning:
            if self.stopping.is_set():
                return
            process = await self._spawn(child)
            self._keepers[child.program.name] = asyncio.create_task(self._keep(child, process))

    def keeps(self, child: Child) -> bool:
        """Whether a child of that name was started and is kept alive now."""
        keeper = self._keepers.get(child.program.name)
        return keeper is not None and not keeper.done()

    async def stop(self) -> None:
        """Ends every child in good order, the last one started first."""
        self.stopping.set()
        async with self._spawning:
            pass
        for child, process in reversed(self._running.values()):
            await self._end(child, process)
        await asyncio.gather(*self._keepers.values())

    def kill(self) -> None:
        """Ends every child at once."""
        for _, process in self._running.values():
            _signal_group(process, signal.SIGKILL)

    def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signum != signal.SIGHUP or signal.getsignal(signum) is not signal.SIG_IGN:  # nohup ignores SIGHUP
                loop.add_signal_handler(signum, self._asked_to_stop)

    def _asked_to_stop(self) -> None:
        now = time.monotonic()
        if not self.stopping.is_set():
            self.say("stopping (ask again to stop at once)")
            self.stopping.set()
            self._asked_at = now
        elif now - self._asked_at > ECHO:
            self.say("stopping at once")
            self.kill()

    async def _keep(self, child: Child, process: Process) -> None:
        deaths = 0
        while True:
            since = time.monotonic()
            code = await process.wait()
            if self.stopping.is_set():
                return
            _signal_group(process, signal.SIGKILL)
            if child.may_end:
                del self._running[child.program.name]
                why = f" ({_ended(code)}; see {self.logs / child.log})" if code else ""
                self.say(f"{child.program.name} has ended{why}")
                return
            deaths = deaths + 1 if time.monotonic() - since < QUICK else 1
            if deaths > MOST_QUICK_DEATHS:
                self._give_up(child, code)
                return
            self.say(f"{child.program.name} ended ({_ended(code)}); starting it again")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.stopping.wait(), min(self.pause * 2 ** (deaths - 1), 5.0))
            respawned = await self._respawn(child)
            if respawned is None:
                return
            process = respawned

    async def _respawn(self, child: Child) -> Process | None:
        async with self._spawning:
            if self.stopping.is_set():
                return None
            try:
                return await self._spawn(child)
            except OSError as error:
                self.failure = f"{child.program.name} cannot be started again: {error.strerror}. Everything is stopped."
                self.stopping.set()
                return None

    async def _spawn(self, child: Child) -> Process:
        def prepare() -> None:
            os.nice(child.niceness)
            bind()

        bind = ends_with_us(child.orphaned)
        with (self.logs / child.log).open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *child.program.command,
                stdin=DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=prepare,
                **({"start_new_session": True} | child.program.options),
            )
        self._running[child.program.name] = (child, process)
        return process

    async def _end(self, child: Child, process: Process) -> None:
        if process.returncode is None:
            since = time.monotonic()
            process.send_signal(child.program.stop)
            try:
                await asyncio.wait_for(process.wait(), child.grace)
            except TimeoutError:
                _signal_group(process, signal.SIGKILL)
                await process.wait()
            self.say(f"stopped {child.program.name} ({time.monotonic() - since:.1f} s)")
        _signal_group(process, signal.SIGKILL)

    def _give_up(self, child: Child, code: int) -> None:
        log = self.logs / child.log
        self.failure = (
            f"{child.program.name} keeps ending ({_ended(code)}), so everything is stopped. "
            f"Its log, {log}, ends with:\n" + tail(log)
        )
        self.stopping.set()


def rotate(log: Path) -> None:
    """Sets a log that has grown long aside."""
    if log.exists() and log.stat().st_size > LONGEST_LOG:
        log.replace(log.with_name(f"{log.name}.1"))


def tail(log: Path, lines: int = 12) -> str:
    """The last lines of a log, indented."""
    with log.open(errors="replace") as file:
        return "".join(f"    {line.rstrip()}\n" for line in deque(file, lines)).rstrip("\n")


def _signal_group(process: Process, signum: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signum)


def _ended(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"

"""Many spectators of one match in one process, driven by lines on standard input; each is answered by a JSON line.

    python -m bench.crowd ADDRESS ORIGIN SPECTATORS

`tally` gives what came since the last one; `storm` drops all connections at once and comes back at once; `until N`
waits until everybody has the log up to N. Each spectator does what the page does: it names its last event when it
comes back, and says every five seconds how far it is.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import lru_cache
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

PING = 5.0
"""Seconds between two signs of a page."""
PATIENCE = 60.0
"""Seconds in which everybody should have everything."""


class Tally:
    """What all spectators were given since some moment."""

    def __init__(self) -> None:
        self.since = time.time()
        self.frames = self.events = self.lost = self.duplicates = self.closed = 0
        self.delays: list[float] = []

    def figures(self) -> dict[str, Any]:
        """The tally as plain values; delays in ms, of events that were written after its beginning."""
        delays = sorted(self.delays)
        return {
            "seconds": time.time() - self.since, "frames": self.frames, "events": self.events, "lost": self.lost,
            "duplicates": self.duplicates, "closed": self.closed, "p50_ms": part(delays, 0.5),
            "p99_ms": part(delays, 0.99), "longest_ms": part(delays, 1.0),
        }  # fmt: skip


def part(values: Sequence[float], share: float) -> float | None:
    """The value below which this share of sorted values lies; None of none."""
    return round(values[min(len(values) - 1, int(len(values) * share))], 1) if values else None


class Spectator:
    """One page that watches."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd = crowd
        self.last = self.goal = 0
        self.wire: ClientConnection | None = None

    @property
    def current(self) -> bool:
        """Whether it has what there was when it came."""
        return self.wire is not None and 0 < self.goal <= self.last

    async def watch(self) -> None:
        """Watch for ever; a lost connection is opened again."""
        while True:
            with contextlib.suppress(OSError, WebSocketException, TimeoutError):
                address = f"{self.crowd.address}&after={self.last}"
                async with connect(address, origin=self.crowd.origin, max_size=None, open_timeout=PATIENCE) as wire:
                    self.wire, self.goal = wire, 0
                    async for text in wire:
                        self.hear(str(text), time.time())
                self.crowd.tally.closed += wire.close_code not in (None, 1000, 1005)
            self.wire = None

    def hear(self, text: str, now: float) -> None:
        """Count one frame."""
        tally = self.crowd.tally
        tally.frames += 1
        kind, told = read(text)
        if kind == "hello":
            self.goal = told[0][0]
        for n, at in told if kind == "events" else ():
            tally.duplicates += n <= self.last
            tally.lost += max(0, n - self.last - 1)
            self.last = max(self.last, n)
            tally.events += 1
            if at > tally.since:
                tally.delays.append((now - at) * 1000)
        if self.current:
            self.crowd.arrived(self)


@lru_cache(maxsize=512)
def read(text: str) -> tuple[str, Sequence[tuple[int, float]]]:
    """What kind of frame it is, and the numbers and moments in it. Most frames are the same for everybody."""
    if text.startswith('{"type":"events"'):
        return "events", tuple((item["n"], item["at"] / 1000) for item in json.loads(text)["items"])
    if text.startswith('{"type":"hello"'):
        return "hello", ((json.loads(text)["cursor"], 0.0),)
    return "", ()


class Crowd:
    """All spectators, and what is asked of them together."""

    def __init__(self, address: str, origin: str, count: int) -> None:
        self.address, self.origin = address, origin
        self.tally = Tally()
        self.spectators = [Spectator(self) for _ in range(count)]
        self.awaited: set[Spectator] = set()
        self.all_here = asyncio.Event()

    def arrived(self, spectator: Spectator) -> None:
        """Note that somebody has what there was."""
        self.awaited.discard(spectator)
        if not self.awaited:
            self.all_here.set()

    async def gather(self) -> float:
        """Seconds until everybody has what there was when they came."""
        self.awaited = set(self.spectators)
        self.all_here.clear()
        began = time.monotonic()
        await asyncio.wait_for(self.all_here.wait(), PATIENCE)
        return time.monotonic() - began

    async def sign(self) -> None:
        """Say for everybody, one after the other, how far they are."""
        while True:
            for one in self.spectators:
                await asyncio.sleep(PING / len(self.spectators))
                if one.wire:
                    with contextlib.suppress(WebSocketException):
                        await one.wire.send(json.dumps({"type": "ping", "t": 0, "n": one.last}))

    async def counted(self, _: str) -> dict[str, Any]:
        """What came since the last time."""
        found, self.tally = self.tally.figures(), Tally()
        return found

    async def storm(self, _: str) -> dict[str, Any]:
        """Everybody loses the connection, and comes back; seconds until all of them are where they should be."""
        for one in self.spectators:
            if one.wire:
                one.wire.transport.abort()
                one.wire, one.goal = None, 0
        return {"seconds": await self.gather()}

    async def until(self, number: str) -> dict[str, Any]:
        """Wait until everybody has the log up to a number; how many events are missing."""
        over = time.monotonic() + PATIENCE
        while time.monotonic() < over and any(one.last < int(number) for one in self.spectators):
            await asyncio.sleep(0.05)
        return {"missing": sum(max(0, int(number) - one.last) for one in self.spectators)}


async def main(address: str, origin: str, count: int) -> None:
    """Watch, and do as told."""
    crowd = Crowd(address, origin, count)
    tasks = [asyncio.create_task(one.watch()) for one in crowd.spectators]
    print(json.dumps({"seconds": await crowd.gather()}), flush=True)
    tasks.append(asyncio.create_task(crowd.sign()))
    orders: dict[str, Callable[[str], Awaitable[dict[str, Any]]]] = {
        "tally": crowd.counted, "storm": crowd.storm, "until": crowd.until,
    }  # fmt: skip
    while line := await asyncio.to_thread(sys.stdin.readline):
        word, _, rest = line.strip().partition(" ")
        print(json.dumps(await orders[word](rest)), flush=True)
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))

"""How well a running server streams a live match: many pages on one match, delay and gaps.

    python bench/stream.py http://127.0.0.1:8000/m/1 --clients 200 --seconds 20

Delay is from the moment an event was written to the moment a page has it, so server and bench must share a clock.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from urllib.parse import urlsplit

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed


class Tally:
    """What all pages saw together."""

    def __init__(self) -> None:
        self.frames = self.items = self.gaps = self.closed = self.bytes = 0
        self.delays: list[float] = []


async def watch(address: str, origin: str, began: float, until: float, tally: Tally) -> None:
    """One page: reads until the time is over and counts."""
    last = 0
    async with connect(address, origin=origin, max_size=None) as page:
        while (left := until - time.time()) > 0:
            try:
                text = await asyncio.wait_for(page.recv(), left)
            except TimeoutError:
                return
            except ConnectionClosed:
                tally.closed += 1
                return
            tally.frames += 1
            tally.bytes += len(text)
            frame = json.loads(text)
            for item in frame.get("items", ()):
                tally.gaps += item["n"] != last + 1
                last = item["n"]
                tally.items += 1
                if item["at"] / 1000 > began:
                    tally.delays.append(time.time() - item["at"] / 1000)
            if "items" in frame:
                await page.send(json.dumps({"type": "ping", "t": 0, "n": last}))


async def run(url: str, clients: int, seconds: float, viewpoint: str) -> Tally:
    """All pages at once."""
    parts = urlsplit(url)
    address = f"ws://{parts.netloc}/ws{parts.path}/?as={viewpoint}"
    tally, began = Tally(), time.time()
    until = began + seconds
    await asyncio.gather(
        *(watch(address, f"{parts.scheme}://{parts.netloc}", began, until, tally) for _ in range(clients))
    )
    return tally


def main() -> None:
    """Read the command line, run, report."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("url", help="the page of a match that is being played")
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--as", dest="viewpoint", default="public")
    given = parser.parse_args()
    tally = asyncio.run(run(given.url, given.clients, given.seconds, given.viewpoint))
    delays = sorted(tally.delays)
    print(f"{given.clients} pages, {given.seconds:g} s: {tally.items} items in {tally.frames} frames, "
          f"{tally.bytes / 1e6:.1f} MB, {tally.gaps} gaps, {tally.closed} closed")  # fmt: skip
    if delays:
        p50, p99 = (delays[min(len(delays) - 1, int(len(delays) * part))] for part in (0.5, 0.99))
        print(f"delay of {len(delays)} live items: median {p50 * 1000:.0f} ms, 99th percentile {p99 * 1000:.0f} ms")


if __name__ == "__main__":
    main()

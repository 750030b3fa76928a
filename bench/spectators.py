"""Many spectators on one running match: what reaches them, how late, and what it costs the web server.

    ./tossim bench spectators [--spectators 500] [--rate 2] [--seconds 20] [--json]

A site of its own is started. A log is written event by event at a steady rate, as the driver of a match writes it, and
everybody watches it with all-knowing eyes, so every event goes to everybody. Then all drop their connection at once and
come back, while the log goes on. The baseline, in the same run, is one spectator alone.

Delay is from the moment that the database notes for an event to the moment at which a spectator has it, by one clock.
The crowd is one process of its own; its share of a core is printed, since on few cores it takes from the server.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

import psutil

from bench.site import long_log, running_site, stored
from game.engine.events import Event

HEAD = 200
"""Events that are there when the first spectator comes."""
Figures = dict[str, Any]


def main() -> int:
    """Measure and print."""
    words = argparse.ArgumentParser(prog="bench spectators", description=__doc__.partition("\n")[0])
    words.add_argument("--spectators", type=int, default=500)
    words.add_argument("--rate", type=float, default=2.0, help="events a second")
    words.add_argument("--seconds", type=float, default=20.0, help="length of each part")
    words.add_argument("--json", action="store_true")
    chosen = words.parse_args()
    _, log = long_log(HEAD + int(chosen.rate * chosen.seconds * 6))
    with running_site() as stack:
        match = stored(log[:HEAD])
        assert stack.site is not None
        web = psutil.Process(stack.site.pid)
        with writing(match.pk, log[HEAD:], chosen.rate) as written:
            parts = [
                watched(stack.url, match.pk, web, count, chosen.seconds, written) for count in (1, chosen.spectators)
            ]
    found = {
        "spectators": chosen.spectators, "events_per_second": chosen.rate, "cores": psutil.cpu_count(),
        "load_average": psutil.getloadavg()[0], "alone": parts[0]["steady"], **parts[1],
    }  # fmt: skip
    print(json.dumps(found) if chosen.json else in_words(found))
    return 0


class Writer(threading.Thread):
    """Appends a log to a match at a steady rate until it is told to stop."""

    def __init__(self, match_id: int, log: Sequence[Event], rate: float) -> None:
        super().__init__(daemon=True)
        self.match_id, self.log, self.rate = match_id, log, rate
        self.pausing, self.ending = threading.Event(), threading.Event()
        self.busy = threading.Lock()
        self.last = HEAD

    def run(self) -> None:
        """Write event after event."""
        from django.db import connection

        from game.log import events_append

        due = time.monotonic()
        for event in self.log:
            due = max(due, time.monotonic() - 1.0) + 1.0 / self.rate
            if self.ending.wait(max(0.0, due - time.monotonic())):
                break
            with self.busy:
                self.last = events_append(match_id=self.match_id, lease=0, events=[event])
        connection.close()

    @contextlib.contextmanager
    def paused(self) -> Iterator[int]:
        """Write nothing as long as the `with` lasts; gives the log's length."""
        with self.busy:
            yield self.last


@contextlib.contextmanager
def writing(match_id: int, log: Sequence[Event], rate: float) -> Iterator[Writer]:
    """A log that grows."""
    writer = Writer(match_id, log, rate)
    writer.start()
    try:
        yield writer
    finally:
        writer.ending.set()
        writer.join()


class Crowd:
    """A crowd in a process of its own."""

    def __init__(self, url: str, match_id: int, count: int) -> None:
        address = f"{url.replace('http', 'ws', 1)}/ws/m/{match_id}/?as=god"
        command = [sys.executable, "-m", "bench.crowd", address, url, str(count)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.came = self.answer()["seconds"]

    def answer(self) -> Figures:
        """What the crowd says next."""
        assert self.process.stdout is not None
        found: Figures = json.loads(self.process.stdout.readline())
        return found

    def tell(self, words: str) -> Figures:
        """Have it do something; what came of it."""
        assert self.process.stdin is not None
        print(words, file=self.process.stdin, flush=True)
        return self.answer()

    def leave(self) -> None:
        """End it."""
        self.process.communicate()


def watched(url: str, match_id: int, web: psutil.Process, count: int, seconds: float, writer: Writer) -> Figures:
    """What a crowd sees: in peace, and for as long again from the moment at which all connections break."""
    crowd = Crowd(url, match_id, count)
    meter = Meter(web, psutil.Process(crowd.process.pid))
    try:
        crowd.tell("tally")
        meter.read()
        time.sleep(seconds)
        steady = crowd.tell("tally") | meter.read()
        back = crowd.tell("storm")["seconds"]
        time.sleep(max(0.0, seconds - back))
        with writer.paused() as last:
            missing = crowd.tell(f"until {last}")["missing"]
            storm = crowd.tell("tally") | meter.read()
    finally:
        crowd.leave()
    steady["lost"] += missing
    return {"arrival_seconds": crowd.came, "steady": costed(steady), "storm": costed({"back_seconds": back, **storm})}


class Meter:
    """Seconds of CPU that the web server and the crowd have taken since it was last read."""

    def __init__(self, *processes: psutil.Process) -> None:
        self.processes = processes
        self.before = [0.0] * len(processes)

    def read(self) -> Figures:
        """The seconds of both."""
        now = [sum(process.cpu_times()[:2]) for process in self.processes]
        web, crowd = (after - before for after, before in zip(now, self.before, strict=True))
        self.before = now
        return {"web_cpu_s": web, "crowd_cpu_s": crowd}


def costed(part: Figures) -> Figures:
    """The same with what a thousand messages cost the web server."""
    return {**part, "web_cpu_s_per_1000": 1000 * part["web_cpu_s"] / max(1, part["frames"])}


def in_words(found: Figures) -> str:
    """The figures as a text."""
    alone, steady, storm = found["alone"], found["steady"], found["storm"]
    many = str(found["spectators"])
    shares = [f"{name} {steady[name] / alone[name]:.1f} times" for name in ("p50_ms", "p99_ms")]
    return (
        f"{found['events_per_second']:g} events a second; {found['cores']} cores, load average at the end "
        f"{found['load_average']:.1f}\n"
        f"{told('1 spectator', alone)}\n"
        f"{told(many + ' spectators', steady)}\n"
        f"{told(many + ' after a storm', storm)}\n"
        f"all came in {found['arrival_seconds']:.1f} s; after the storm all were current in "
        f"{storm['back_seconds']:.1f} s\n"
        f"many beside one: {', '.join(shares)}"
    )


def told(name: str, part: Figures) -> str:
    """A line of one part."""
    return (
        f"{name:>24}: {part['events']} events in {part['frames']} frames, {part['lost']} lost, {part['duplicates']} "
        f"twice, {part['closed']} closed; p50 {part['p50_ms']} ms, p99 {part['p99_ms']} ms, longest "
        f"{part['longest_ms']} ms; web {part['web_cpu_s'] / part['seconds']:.0%} of a core, "
        f"{part['web_cpu_s_per_1000']:.2f} s a thousand messages; crowd {part['crowd_cpu_s'] / part['seconds']:.0%}"
    )


if __name__ == "__main__":
    sys.exit(main())

"""`manage.py lane start|stop|status|drain|run [NAME]`: what lanes do, from a terminal."""

from __future__ import annotations

import asyncio
import difflib
import signal
import subprocess
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.utils import timezone

from agents import selectors, services, watching
from agents.lanes import process
from agents.lanes.facts import Kind, State, Wanted
from agents.lanes.server import Watcher
from agents.models import Lane
from game.services import Rejected

LOOK = 0.2
"""Seconds between two looks at a lane that somebody waits for."""
TELL = 5.0
"""Seconds after which a wait says how long it has lasted."""
NOTHING = (
    "There is no lane yet. Write models and lanes into a file (docs/lanes.md shows one), "
    "then: manage.py lanes_load FILE, and manage.py lane start NAME."
)


class Command(BaseCommand):
    """`run` watches one lane in the foreground; `start` does so behind one's back and waits until it is ready."""

    help = "Start, stop, drain and look at the lanes on which models run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("action", choices=("start", "stop", "status", "drain", "run"))
        parser.add_argument("name", nargs="?", metavar="NAME", help="a lane; status without one shows all")
        parser.add_argument("--wait", type=float, default=900.0, metavar="SECONDS", help="how long start waits")

    def handle(self, *, action: str, name: str | None, wait: float, **_: Any) -> None:
        """Do it, or say why not."""
        try:
            if action == "status":
                self._status(name)
            elif name is None:
                raise CommandError(f"Which lane? manage.py lane {action} NAME; manage.py lane status shows all.")
            elif action == "start":
                self._start(_lane(name), wait)
            elif action == "run":
                self._run(_lane(name))
            else:
                self._end(_lane(name), Wanted.OFF if action == "stop" else Wanted.DRAINING, wait)
        except Rejected as error:
            raise CommandError(error.reason) from error
        except OperationalError as error:
            raise CommandError("There is no database: start one with ./tossim up.") from error

    def _say(self, sentence: str) -> None:
        self.stdout.write(f"{timezone.now():%H:%M:%S} {sentence}")
        self.stdout.flush()

    # Status -----------------------------------------------------------------------------------------------------------

    def _status(self, name: str | None) -> None:
        lanes = [_lane(name)] if name else list(Lane.objects.all())
        if not lanes:
            self.stdout.write(NOTHING)
            return
        seats, models = selectors.seats_by_lane(), selectors.models_by_lane()
        head = ("lane", "kind", "state", "wanted", "seats", "tokens/s", "queue", "cached", "restarts", "models")
        rows = [head, *(_row(lane, seats.get(lane.pk, 0), models[lane.name]) for lane in lanes)]
        widths = [max(len(row[place]) for row in rows) for place in range(len(head))]
        for row in rows:
            self.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        for lane in lanes:
            if lane.last_error:
                self.stdout.write(f"{lane.name}: {lane.last_error}")

    # Up ---------------------------------------------------------------------------------------------------------------

    def _start(self, lane: Lane, wait: float) -> None:
        watcher = watching.lane_start(lane=lane)
        lane.refresh_from_db()
        if lane.kind == Kind.ENDPOINT and lane.state != State.READY:
            raise CommandError(f"{lane.name} is wanted and does not answer: {lane.last_error}")
        if watcher is not None:
            self._say(f"{lane.name} starts; its watcher is pid {watcher.pid}")
        elif lane.state == State.OFF:
            self._say(f"{lane.name} is started by the site, which is up")
        self._until_ready(lane, watcher, wait)

    def _until_ready(self, lane: Lane, watcher: subprocess.Popen[bytes] | None, wait: float) -> None:
        """Wait for a lane. Raises CommandError with the end of its log when it does not come."""
        since = told = time.monotonic()
        while True:
            lane.refresh_from_db()
            if lane.state == State.BROKEN or (watcher is not None and watcher.poll() is not None):
                self._gave_up(lane)
            if lane.state == State.READY and (lane.kind == Kind.ENDPOINT or selectors.is_watched(lane)):
                self._say(f"{lane.name} is ready at {lane.url} after {time.monotonic() - since:.0f} s")
                return
            if lane.state == State.ASLEEP and lane.wanted == Wanted.ASLEEP:
                self._say(f"{lane.name} waits for its turn: another lane of {lane.swap_group} is awake")
                return
            if time.monotonic() - since > wait:
                raise CommandError(f"{lane.name} is {lane.state} after {wait:g} s. It goes on; look at it with status.")
            if time.monotonic() - told > TELL:
                told = time.monotonic()
                self._say(f"{lane.name} is {lane.state} after {told - since:.0f} s {lane.last_error}".rstrip())
            time.sleep(LOOK)

    def _gave_up(self, lane: Lane) -> None:
        lane.refresh_from_db()
        ends = [
            f"{path} ends with:\n{said}"
            for path in (selectors.lane_log(lane.name), selectors.lane_log(f"{lane.name}-watcher"))
            if (said := process.tail(path))
        ]
        raise CommandError("\n".join([f"{lane.name} did not come up. {lane.last_error}".rstrip(), *ends]))

    def _run(self, lane: Lane) -> None:
        """Watch until the lane is wanted no more. Being told to run is being wanted."""
        watcher = watching.watcher(lane, self._say)
        with watching.alone(lane):
            if lane.wanted not in watching.RUNNING:
                services.lane_wanted(lane=lane, wanted=Wanted.ON)
            final = asyncio.run(_watch(watcher))
        lane.refresh_from_db()
        if final is State.BROKEN:
            self._gave_up(lane)
        self._say(f"{lane.name} is off")

    # Down -------------------------------------------------------------------------------------------------------------

    def _end(self, lane: Lane, wanted: Wanted, wait: float) -> None:
        """Stop or drain, and wait until it is off."""
        lane = services.lane_wanted(lane=lane, wanted=wanted)
        since = told = time.monotonic()
        while lane.state not in (State.OFF, State.BROKEN):
            if lane.kind == Kind.ENDPOINT:
                lane = services.lane_probe(lane=lane)
            elif not selectors.is_watched(lane):
                services.lane_wanted(lane=lane, wanted=Wanted.OFF)
            if time.monotonic() - since > wait:
                raise CommandError(f"{lane.name} is still {lane.state} after {wait:g} s.")
            if time.monotonic() - told > TELL:
                told, seats = time.monotonic(), selectors.seats_by_lane().get(lane.pk, 0)
                self._say(f"{lane.name} is {lane.state}, {seats} seats have their place there")
            time.sleep(LOOK)
            lane.refresh_from_db()
        self._say(f"{lane.name} is {lane.state}")


async def _watch(watcher: Watcher) -> State:
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, watcher.stopping.set)
    return await watcher.run()


def _lane(name: str) -> Lane:
    """The lane of that name. Raises CommandError with the nearest one."""
    found = Lane.objects.filter(name=name).first()
    if found is None:
        known = list(Lane.objects.values_list("name", flat=True))
        near = difflib.get_close_matches(name, known, 1)
        hint = f" Did you mean {near[0]}?" if near else f" There are {', '.join(known)}." if known else f" {NOTHING}"
        raise CommandError(f"There is no lane {name!r}.{hint}")
    return found


def _row(lane: Lane, seats: int, models: list[str]) -> tuple[str, ...]:
    figures = lane.metrics
    is_old = lane.kind == Kind.OWN and lane.state not in (State.OFF, State.BROKEN) and not selectors.is_watched(lane)
    share = figures.get("cache_hit_share")
    return (
        lane.name,
        lane.kind,
        f"{lane.state}?" if is_old else lane.state,
        lane.wanted,
        str(seats),
        _number(figures.get("tokens_per_second")),
        f"{figures['running']}+{figures['waiting']}" if "running" in figures else "-",
        "-" if share is None else f"{share:.0%}",
        str(lane.restarts),
        ", ".join(models) or "-",
    )


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"

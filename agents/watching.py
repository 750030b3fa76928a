"""A lane of our own watched by this process: the rows are where its wishes come from and its reports go to."""

from __future__ import annotations

import asyncio
import fcntl
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from agents import selectors, services
from agents.lanes import command, process, processor
from agents.lanes.command import Command, ServerSpec
from agents.lanes.facts import Kind, State, Wanted
from agents.lanes.server import Report, Timing, Watcher, Wish
from agents.models import Lane
from game.services import Rejected
from tossim_site.embedded.errors import StackError
from tossim_site.embedded.places import places
from tossim_site.embedded.preflight import holder_of

Found = TypeVar("Found")
RUNNING = (Wanted.ON, Wanted.ASLEEP)
"""What is wanted of a lane that has a watcher; one that drains has its own still."""
OCCUPYING = (State.STARTING, State.READY, State.DRAINING)
"""States in which a lane holds the memory of its group."""


class Rows:
    """A lane's row as the watcher's store. While the database is away, the server goes on as last wished."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._wished = Wish(Wanted.ON)
        self._untold: Report | None = None

    async def wish(self) -> Wish | None:
        """What its row wants; for a group, whether its turn has come."""
        try:
            wish = await _in_thread(self._wish)
        except (OperationalError, InterfaceError):
            return self._wished
        self._wished = wish or self._wished
        return wish

    def _wish(self) -> Wish | None:
        lane = Lane.objects.filter(name=self.name).first()
        if lane is None:
            return None
        if not lane.swap_group:
            return Wish(Wanted(lane.wanted), selectors.seats_by_lane().get(lane.pk, 0))
        services.group_swap(group=lane.swap_group)
        lane.refresh_from_db()
        rivals = Lane.objects.filter(swap_group=lane.swap_group, state__in=OCCUPYING).exclude(pk=lane.pk)
        room = not any(selectors.is_watched(rival) for rival in rivals)
        return Wish(Wanted(lane.wanted), selectors.seats_by_lane().get(lane.pk, 0), room)

    async def tell(self, report: Report) -> None:
        """Keep what changed, now or with the next beat."""
        self._untold = report
        await self.beat(None)

    async def beat(self, figures: Mapping[str, float | None] | None) -> None:
        """Keep a sign of life, and what could not be told before."""
        report = self._untold
        try:
            if report is not None:
                await _in_thread(lambda: services.lane_report(name=self.name, report=report))
            await _in_thread(lambda: services.lane_beat(name=self.name, figures=figures))
        except (OperationalError, InterfaceError):
            return
        if self._untold is report:
            self._untold = None


def lane_start(*, lane: Lane) -> subprocess.Popen[bytes] | None:
    """Want a lane on, and see to it that somebody watches it: the watcher that was started, None where none was needed.

    A site that is up starts watchers itself, and ends them when it ends; without one, ours goes on without us. Raises
    Rejected.
    """
    if lane.kind == Kind.ENDPOINT or (selectors.is_watched(lane) and lane.state not in (State.OFF, State.BROKEN)):
        services.lane_wanted(lane=lane, wanted=Wanted.ON)
        return None
    if not Path(settings.TOSSIM_LLM_PYTHON).exists():
        raise Rejected(
            f"There is no interpreter for model servers at {settings.TOSSIM_LLM_PYTHON}: "
            "name one in TOSSIM_LLM_PYTHON, in whose environment vLLM is installed.",
            "no_interpreter",
        )
    services.lane_wanted(lane=lane, wanted=Wanted.ON)
    if _site_is_up():
        return None
    log = selectors.lane_log(f"{lane.name}-watcher")
    log.parent.mkdir(parents=True, exist_ok=True)
    words = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "lane", "run", lane.name]
    with log.open("ab") as out:
        spawned = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
    threading.Thread(target=spawned.wait, name=f"lane-{lane.name}", daemon=True).start()  # leaves no zombie behind
    return spawned


def lanes_unwatched() -> list[str]:
    """Names of our own lanes that are wanted, be it asleep, were not given up, and have no watcher on this machine."""
    wanted = Lane.objects.filter(kind=Kind.OWN, wanted__in=RUNNING).exclude(state=State.BROKEN)
    return [lane.name for lane in wanted if not _is_held(lane)]


def _site_is_up() -> bool:
    """Whether `./tossim up` or `llm` runs on this machine, or is just about to."""
    try:
        holder = holder_of(places().lock)
    except StackError:
        return True
    return holder is not None and holder.command == "up"


def watcher(lane: Lane, say: Callable[[str], None], timing: Timing | None = None) -> Watcher:
    """Whoever watches a lane of our own from this process. Raises Rejected for an endpoint."""
    if lane.kind != Kind.OWN:
        raise Rejected(f"{lane.name} is an endpoint: somebody else runs its server.", "endpoint")

    async def spec() -> ServerSpec:
        return await _in_thread(lambda: _spec(lane.name))

    def words(spec: ServerSpec) -> Command:
        return command.command(spec, settings.TOSSIM_LLM_PYTHON, processor.this_one(), os.environ)

    return Watcher(
        spec=spec,
        command=words,
        store=Rows(lane.name),
        log=selectors.lane_log(lane.name),
        environment=dict(os.environ),
        say=say,
        timing=timing or Timing(),
    )


def _spec(name: str) -> ServerSpec:
    lane = Lane.objects.get(name=name)
    return selectors.lane_spec(lane, lane.port or process.free_port())


@contextmanager
def alone(lane: Lane) -> Iterator[None]:
    """The only watcher of a lane on this machine, for as long as the `with` lasts. Raises Rejected."""
    with _lock(lane).open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Rejected(f"{lane.name} is watched already.", "watched") from None
        yield


def _is_held(lane: Lane) -> bool:
    try:
        with alone(lane):
            return False
    except Rejected:
        return True


def _lock(lane: Lane) -> Path:
    path = Path(settings.VAR) / "log" / f"lane-{lane.name}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


async def _in_thread(work: Callable[[], Found]) -> Found:
    def run() -> Found:
        try:
            return work()
        finally:
            connection.close()

    return await asyncio.to_thread(run)

"""Which children ToSSim has, in which order they start, and what happens between."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path

from tossim_site.embedded import postgres, valkey
from tossim_site.embedded.account import account_for, clear
from tossim_site.embedded.errors import StackError
from tossim_site.embedded.places import Places
from tossim_site.embedded.programs import Program
from tossim_site.embedded.supervisor import Child, Supervisor, tail

LIVE_THREADS = 16
"""A live match mostly waits, for its pace or for a model, so threads beyond the cores cost little."""
BATCH_THREADS = 2
LOOK = 2.0
"""Seconds between two looks for what is wanted while the site runs."""
WORKER_GRACE = 3.0
"""Seconds. A match that is cut off goes on from its log at the next start, so nobody need wait for its slice to end."""


@dataclass(frozen=True, slots=True)
class Steps:
    """What the site itself does on the way up; each runs in a thread, once."""

    prepare: Callable[[], None]
    """Brings the database up to date, before anything uses it."""
    ready: Callable[[], None]
    """Follows the first answer of the web server."""
    lanes: Callable[[], Sequence[str]] = tuple
    """Names the model servers that are wanted and that nobody watches; asked as long as the site runs."""
    trains: Callable[[], bool] = bool
    """Whether a training run waits for a worker, which is started then and stays; asked until there is one."""


@dataclass(frozen=True, slots=True)
class Store:
    """An embedded server, and how one asks whether it answers."""

    child: Child
    answers: Callable[[], bool]


def run_stack(places: Places, listener: socket.socket, steps: Steps, say: Callable[[str], None]) -> None:
    """Brings everything up, and keeps it up until it is asked to stop. Raises StackError when it cannot."""
    with contextlib.ExitStack() as held:
        held.callback(clear, places.run)
        stores = [*_stores(places, held, say)]
        asyncio.run(_supervise(places, listener, steps, stores, say))


async def _supervise(
    places: Places, listener: socket.socket, steps: Steps, stores: list[Store], say: Callable[[str], None]
) -> None:
    supervisor = Supervisor(places.logs, say)

    async def work() -> None:
        for store in stores:
            await supervisor.start(store.child)
        for store in stores:
            await _until(store, say)
        await asyncio.to_thread(steps.prepare)
        await supervisor.start(_worker(places, "worker", "live", LIVE_THREADS))
        await supervisor.start(_web(places, listener))
        await _web_answers(listener, places.logs / "web.log")
        await supervisor.start(_worker(places, "batch-worker", "batch,judge", BATCH_THREADS, niceness=10))
        await supervisor.start(_beat(places))
        await asyncio.gather(start_wanted(places, steps, supervisor), asyncio.to_thread(steps.ready))

    await supervisor.supervise(work())


def _stores(places: Places, held: contextlib.ExitStack, say: Callable[[str], None]) -> Iterator[Store]:
    account = account_for(places.data)
    if places.own_postgres:
        if not (places.data / "PG_VERSION").exists():
            say("making the database files")
            postgres.initialise(places.data, places.run)
        server = held.enter_context(postgres.serving(places.data, places.run))
        child = Child(server, "postgres.log", grace=30.0, orphaned=signal.SIGINT)
        yield Store(child, partial(postgres.answers, places.run))
    if places.own_valkey:
        child = Child(valkey.serving(places.run, account), "valkey.log", orphaned=signal.SIGTERM)
        yield Store(child, partial(valkey.answers, valkey.socket_in(places.run)))


async def start_wanted(places: Places, steps: Steps, supervisor: Supervisor) -> None:
    """Start, until the end, what somebody wants. A disk or a memory that is full for a while stops nothing else."""
    while not supervisor.stopping.is_set():
        try:
            for child in await _wanted(places, steps, supervisor):
                await supervisor.start(child)
        except OSError as error:
            supervisor.say(f"what is wanted cannot be started ({error}); trying again")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(supervisor.stopping.wait(), LOOK)


async def _wanted(places: Places, steps: Steps, supervisor: Supervisor) -> list[Child]:
    """What is wanted and does not run: model servers, and the worker that trains, which few sites need."""
    lanes = [_lane(places, name) for name in await asyncio.to_thread(steps.lanes)]
    trainer = _train_worker(places)
    trains = not supervisor.keeps(trainer) and await asyncio.to_thread(steps.trains)
    return [child for child in (*lanes, *[trainer] * trains) if not supervisor.keeps(child)]


async def _until(store: Store, say: Callable[[str], None]) -> None:
    since = told = time.monotonic()
    while not await asyncio.to_thread(store.answers):
        if time.monotonic() - told > 5.0:
            told = time.monotonic()
            say(f"{store.child.program.name} is not ready after {told - since:.0f} s (see {store.child.log})")
        await asyncio.sleep(0.03)


def _python(places: Places, name: str, *words: str) -> Program:
    return Program(name, [sys.executable, "-m", *words], {"cwd": places.base})


def _worker(places: Places, name: str, queues: str, threads: int, *, niceness: int = 0, pool: str = "threads") -> Child:
    """Live matches have a worker to themselves, so that experiments never make people wait."""
    celery = _python(places, name, "celery", "-A", "tossim_site", "worker", "-P", pool, "-c", str(threads))
    celery.command.extend(["-Q", queues, "-n", f"{name}@%h", "-l", "info", "--without-gossip", "--without-mingle"])
    return Child(celery, f"{name}.log", grace=WORKER_GRACE, niceness=niceness)


def _train_worker(places: Places) -> Child:
    """One run at a time: a process beside it trains for hours, and ends by itself when this one does."""
    return _worker(places, "train-worker", "train", 1, niceness=10, pool="solo")


def _beat(places: Places) -> Child:
    return Child(_python(places, "beat", "celery", "-A", "tossim_site", "beat", "-l", "info", "--pidfile="), "beat.log")


def _lane(places: Places, name: str) -> Child:
    """A model server, watched by a process of its own that starts it again, until it is given up or wanted no more."""
    command = [sys.executable, str(places.base / "manage.py"), "lane", "run", name]
    program = Program(f"lane-{name}", command, {"cwd": places.base})
    return Child(program, f"lane-{name}-watcher.log", grace=20.0, may_end=True)


def _web(places: Places, listener: socket.socket) -> Child:
    daphne = _python(places, "web", "daphne", "--fd", str(listener.fileno()), "tossim_site.asgi:application")
    daphne.options["pass_fds"] = [listener.fileno()]
    return Child(daphne, "web.log", grace=5.0)


async def _web_answers(listener: socket.socket, log: Path) -> None:
    """Waits for an answer of the web server. Raises StackError when the answer is a failure of the site.

    Any other answer will do: where the pages are not built, the site says so itself (503).
    """
    host, port = listener.getsockname()[:2]
    while (status := await _status(_reachable(host), port)) is None:
        await asyncio.sleep(0.05)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        raise StackError(f"The site fails to show its first page. Its log, {log}, ends with:\n{tail(log)}")


async def _status(host: str, port: int) -> int | None:
    """The status of the home page; None when the web server ends before it answers."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")
        words = (await reader.readline()).split()
        return int(words[1]) if len(words) > 1 else None
    except ConnectionError:
        return None
    finally:
        writer.close()


def _reachable(host: str) -> str:
    """An address of this machine where a server bound to `host` answers."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (compared with, not bound to)


def url_of(listener: socket.socket) -> str:
    """The address of the site's home page on this machine, without a slash at the end."""
    host, port = listener.getsockname()[:2]
    host = _reachable(host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

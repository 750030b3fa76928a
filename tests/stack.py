"""The whole stack for tests: a real Valkey, real Celery workers and beat, a real Daphne, on the test's database.

Each is a process of its own, so it can be killed, frozen and started again. Needs `transactional_db` beside it: the
processes see committed rows alone.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from celery import Celery
from django.conf import settings
from django.db import connection

from game import services
from game.log import DOORBELL
from game.models import Match
from tossim_site.embedded.account import Account
from tossim_site.embedded.valkey import running_valkey

PATIENCE = 60.0
"""Seconds that a test waits for what it expects, on a busy machine."""
GRACE = 20.0
"""Seconds that a process has to end in good order."""


@dataclass(frozen=True, slots=True)
class Process:
    """A running process with a group of its own."""

    popen: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        """Its process id, which is its group's too."""
        return self.popen.pid

    @property
    def said(self) -> str:
        """What it has written so far."""
        return self.log.read_text(errors="replace")

    def signal(self, signum: signal.Signals) -> None:
        """Send a signal to the whole group."""
        os.killpg(self.pid, signum)

    def freeze(self) -> None:
        """Stop it where it is, and come back when it stands still or is no more."""
        if self.popen.poll() is None:
            self.signal(signal.SIGSTOP)
            os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def thaw(self) -> None:
        """Let it go on."""
        if self.popen.poll() is None:
            self.signal(signal.SIGCONT)

    def kill(self) -> None:
        """`kill -9`, at once and without a word."""
        self.signal(signal.SIGKILL)
        self.popen.wait()

    def stop(self) -> None:
        """End it in good order; what does not listen is killed."""
        if self.popen.poll() is not None:
            return
        self.thaw()
        self.signal(signal.SIGTERM)
        try:
            self.popen.wait(GRACE)
        except subprocess.TimeoutExpired:
            self.kill()


class Stack:
    """Starts processes that share one broker and the test's database, and ends those that still run."""

    def __init__(self, folder: Path, broker: str) -> None:
        self.folder, self.broker = folder, broker
        self.processes: list[Process] = []
        self.site: Process | None = None
        self.port = _free_port()

    @property
    def url(self) -> str:
        """The site's address, the same after a restart of the web server."""
        return f"http://127.0.0.1:{self.port}"

    def worker(self, queue: str = "live", threads: int = 4) -> Process:
        """A worker of live matches or of another queue, started as `./tossim up` starts it."""
        name = f"worker{len(self.processes)}"
        options = ["-P", "threads", "-c", str(threads), "-Q", queue, "-n", f"{name}@test", "-l", "info"]
        return self._start(
            name, "celery", "-A", "tossim_site", "worker", *options, "--without-gossip", "--without-mingle"
        )

    def beat(self) -> Process:
        """The clock that looks for matches that nobody drives."""
        schedule = str(self.folder / "beat-schedule")
        return self._start("beat", "celery", "-A", "tossim_site", "beat", "--pidfile=", "-s", schedule)

    def web(self) -> Process:
        """Daphne at `url`, answering."""
        process = self._start("web", "daphne", "-b", "127.0.0.1", "-p", str(self.port), "tossim_site.asgi:application")
        until(lambda: self._answers() or process.popen.poll() is not None, "the web server answers")
        assert process.popen.poll() is None, process.said
        self.site = process
        return process

    def freeze(self) -> None:
        """Stop all processes at a moment when none is in a transaction: the tables can be emptied until `thaw`.

        Emptying them takes every table for itself, one after another, and a site that asks meanwhile makes a deadlock.
        """
        until(self._frozen, "the site rests")

    def thaw(self) -> None:
        """Let all processes go on."""
        for process in self.processes:
            process.thaw()

    def _frozen(self) -> bool:
        for process in self.processes:
            process.freeze()
        if not (quiet := _quiet()):
            self.thaw()
        return quiet

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.url}/healthz", timeout=5).close()
        except (urllib.error.URLError, OSError):
            return False
        return True

    def _start(self, name: str, *words: str) -> Process:
        log = self.folder / f"{name}-{len(self.processes)}.log"
        environ = {
            **os.environ,
            "TOSSIM_PG_NAME": connection.settings_dict["NAME"],
            "TOSSIM_REDIS_URL": self.broker,
            "PYTHONPATH": str(settings.BASE_DIR),
        }
        with log.open("wb") as out:
            popen = subprocess.Popen(
                [sys.executable, "-m", *words], env=environ, cwd=settings.BASE_DIR, stdin=subprocess.DEVNULL,
                stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip
        self.processes.append(process := Process(popen, log))
        return process

    def close(self, say: Callable[[str], None]) -> None:
        """End everything, and say what the processes said."""
        for process in reversed(self.processes):
            process.stop()
            say(f"--- {process.log.name}\n{process.said[-3000:]}")


@contextlib.contextmanager
def running_stack(say: Callable[[str], None] = print) -> Iterator[Stack]:
    """A broker, and whatever is started on it for as long as the `with` lasts.

    What it said is printed at the end: pytest shows it beside a failure.
    """
    with tempfile.TemporaryDirectory(prefix="tossim-stack-") as folder:
        account = Account(os.geteuid(), os.getegid())
        with running_valkey(Path(folder) / "valkey", account) as address:
            stack = Stack(Path(folder), f"unix://{address}")
            try:
                yield stack
            finally:
                stack.close(say)


def broker_of(stack: Stack) -> Celery:
    """An app that sends tasks to the workers of a stack, to put in the place of the test's own."""
    app = Celery("tests", broker=stack.broker.replace("unix://", "redis+socket://", 1), set_as_current=False)
    app.conf.task_default_queue = "live"
    return app


def until(holds: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Wait until a condition holds, looking again whenever a match's doorbell rings. Raises AssertionError."""
    given = connection.settings_dict
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    address = {name: str(given[key]) for name, key in names.items() if given[key]}
    over = time.monotonic() + seconds
    with psycopg.connect(autocommit=True, **address) as line:
        line.execute(f"LISTEN {DOORBELL}")
        while not holds():
            assert time.monotonic() < over, f"in vain for {seconds:.0f} s: {what}"
            list(line.notifies(timeout=0.1, stop_after=1))


def finished(match: Match) -> bool:
    """Whether the match has come to its end."""
    match.refresh_from_db()
    assert match.status != Match.Status.FAILED, match.error
    return match.status == Match.Status.FINISHED


def matches_end() -> None:
    """Abort what is still played and wait until nobody writes."""
    for match in Match.objects.exclude(status__in=Match.ENDED):
        with contextlib.suppress(services.Rejected):  # it has come to its end by itself meanwhile
            services.match_abort(match=match)
    until(_quiet, "the workers let go")


def _quiet() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend' AND state <> 'idle'"
        )
        return bool(cursor.fetchone()[0] == 0)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port: int = door.getsockname()[1]
    return port

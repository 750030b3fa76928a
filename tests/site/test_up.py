"""`up`, `down`, `backup` and `restore` as a person meets them: real processes, a `var` and a port of their own."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from typing import NamedTuple

import psutil
import psycopg
import pytest

from tossim_site.embedded import postgres
from tossim_site.paths import run_dir

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90.0
"""Seconds that anything may take on a busy machine."""
ADMIN = r"admin +(http://\S+sesame=\S+)"
"""The link that lets the admin in, as it is printed."""
LANES = {"TOSSIM_LLM_PYTHON": sys.executable, "PYTHONPATH": f"{ROOT / 'tests/llm/fake'}{os.pathsep}{ROOT}"}
"""Settings under which lanes start a model server that is none."""
KEEP = "CREATE TABLE kept AS SELECT 7 AS number"


def environment(var: Path, **more: str) -> dict[str, str]:
    """A fresh shell's environment: none of the test run's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TOSSIM_")}
    return {**kept, "TOSSIM_VAR": str(var), **more}


def manage(var: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=environment(var, **more),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


class Up:
    """A running `manage.py up` on a free port, and what it has said."""

    def __init__(self, var: Path, *words: str, **more: str) -> None:
        self.var = var
        self.said = ""
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--no-match", "--port", "0", *words],
            cwd=ROOT,
            env=environment(var, **more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def hear(self, pattern: str) -> str:
        """Waits until it has said something that matches, and gives the first group (or all) of the match."""
        assert self.process.stdout is not None
        ends = time.monotonic() + PATIENCE
        with DefaultSelector() as selector:
            selector.register(self.process.stdout, EVENT_READ)
            while not (found := re.search(pattern, self.said, re.MULTILINE)):
                assert selector.select(ends - time.monotonic()), f"never said {pattern!r}:\n{self.said}"
                chunk = os.read(self.process.stdout.fileno(), 65536)
                assert chunk, f"ended before it said {pattern!r}:\n{self.said}"
                self.said += chunk.decode()
        return found[1] if found.groups() else found[0]

    def ready(self) -> Up:
        self.url = self.hear(r"home +(http://\S+)/$")
        return self

    def stop(self, signum: signal.Signals = signal.SIGINT) -> int:
        """Asks it to stop, and gives its exit status."""
        self.process.send_signal(signum)
        rest, _ = self.process.communicate(timeout=PATIENCE)
        self.said += rest.decode()
        return self.process.returncode

    def close(self) -> None:
        if self.process.poll() is None:
            self.stop()
        if self.process.stdout:
            self.process.stdout.close()

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, words: str) -> psutil.Process:
        return next(
            child for child in psutil.Process(self.process.pid).children() if words in " ".join(child.cmdline())
        )

    def has_child(self, words: str) -> bool:
        try:
            return self.child(words).is_running()
        except (StopIteration, psutil.Error):
            return False

    def query(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(
            host=str(run_dir(self.var)), port=postgres.PORT, user=postgres.USER, dbname="tossim", autocommit=True
        ) as database:
            answer = database.execute(statement)
            return answer.fetchall() if answer.description else []


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code


def until(done: Callable[[], bool]) -> None:
    """Waits until it is so."""
    ends = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < ends, "never came to be"
        threading.Event().wait(0.05)


def gone(processes: list[psutil.Process]) -> bool:
    """Whether all of them end soon."""
    _, alive = psutil.wait_procs(processes, timeout=20)
    return not alive


@pytest.fixture
def var() -> Iterator[Path]:
    """A `var` under a folder that is closed to everybody else, as root's home is."""
    with tempfile.TemporaryDirectory(prefix="tossim-up-") as folder:
        yield Path(folder).resolve() / "var"


@pytest.fixture
def start(var: Path) -> Iterator[Callable[..., Up]]:
    """Starts `up`, and sees to it that nothing is left at the end."""
    started: list[Up] = []

    def go(*words: str, **more: str) -> Up:
        started.append(Up(var, *words, **more))
        return started[-1]

    yield go
    for up in started:
        up.close()
    shutil.rmtree(run_dir(var), ignore_errors=True)


@pytest.fixture(scope="module")
def running() -> Iterator[Up]:
    """A site that is up at every address of the machine, for tests that leave it as it is."""
    with tempfile.TemporaryDirectory(prefix="tossim-up-") as folder:
        up = Up(Path(folder).resolve() / "var", "--host", "0.0.0.0").ready()
        yield up
        up.close()


class Stopped(NamedTuple):
    """A site that was up for the first time; the admin logged in, a table `kept` was made, Ctrl-C stopped it."""

    up: Up
    status: int
    children: list[psutil.Process]


@pytest.fixture(scope="module")
def stopped() -> Iterator[Stopped]:
    """One for all tests that begin with such a site; they leave its data as they are."""
    with tempfile.TemporaryDirectory(prefix="tossim-up-") as folder:
        up = Up(Path(folder).resolve() / "var").ready()
        assert status(up.hear(ADMIN)) == 200
        up.query(KEEP)
        children = up.children()
        yield Stopped(up, up.stop(signal.SIGINT), children)
        up.close()


def kept(var: Path) -> list[tuple[object, ...]]:
    """What `kept` holds in the database of a site that is not up."""
    with (
        postgres.running_postgres(var / "pg", run_dir(var), postgres.THROW_AWAY) as host,
        psycopg.connect(host=str(host), port=postgres.PORT, user=postgres.USER, dbname="tossim") as database,
    ):
        return database.execute("SELECT number FROM kept").fetchall()


def test_ctrl_c_leaves_nothing_behind(stopped: Stopped) -> None:
    assert stopped.status == 0
    assert gone(stopped.children)
    order = re.findall(r"stopped (\S+)", stopped.up.said)
    assert order.index("web") < order.index("worker") < order.index("Valkey") < order.index("PostgreSQL")
    assert not run_dir(stopped.up.var).exists()


def test_a_second_start_keeps_the_data_and_prints_no_link_for_an_admin_who_has_logged_in(stopped: Stopped) -> None:
    up = Up(stopped.up.var).ready()
    try:
        assert up.query("SELECT number FROM kept") == [(7,)]
        assert "making the database files" not in up.said
        assert "sesame" not in up.hear(r"admin +http.*$")
    finally:
        up.close()


def test_the_admin_gets_in_by_a_link_that_works_once(running: Up) -> None:
    link = running.hear(ADMIN)
    assert status(link) == 200
    assert status(link) == 403
    assert status(manage(running.var, "login_link").stdout.strip()) == 200


def test_a_second_up_on_the_same_folder_is_refused_and_told_whom_to_stop(running: Up) -> None:
    second = manage(running.var, "up", "--no-match", "--port", "0")
    assert second.returncode == 1
    assert f"process {running.process.pid}" in second.stderr
    assert "tossim down" in second.stderr


def test_a_taken_port_is_refused_before_anything_starts(running: Up, tmp_path: Path) -> None:
    other = manage(tmp_path / "other", "up", "--no-match", "--port", running.url.rpartition(":")[2])
    assert other.returncode == 1
    assert "--port 0" in other.stderr
    assert not (tmp_path / "other" / "pg").exists()


@pytest.mark.parametrize(
    ("words", "name"),
    [("-Q live", "worker"), ("daphne", "web"), ("valkey-server", "Valkey"), ("bin/postgres", "PostgreSQL")],
)
def test_a_child_that_is_killed_comes_back(running: Up, words: str, name: str) -> None:
    running.child(words).kill()
    running.hear(rf"\] {name} ended \(killed by SIGKILL\); starting it again")
    until(lambda: running.has_child(words))
    until(lambda: status(f"{running.url}/admin/login/") == 200)


def test_nothing_outlives_a_killed_up_and_the_next_start_is_well(start: Callable[..., Up]) -> None:
    up = start().ready()
    children = up.children()
    up.process.kill()
    assert gone(children)
    assert status(f"{start().ready().url}/admin/login/") == 200


def test_down_stops_it_and_the_lanes_that_were_started_meanwhile(start: Callable[..., Up], var: Path) -> None:
    assert "nothing runs" in manage(var, "down").stdout
    up = start(**LANES).ready()
    load(var, "{name: cpu, base: some/model}")
    began = manage(var, "lane", "start", "cpu", **LANES)
    assert "cpu is started by the site" in began.stdout, began.stderr
    assert "cpu is ready" in began.stdout
    server = psutil.Process(int(up.query("SELECT pid FROM agents_lane")[0][0]))
    assert server in up.children()
    done = manage(var, "down")
    assert done.returncode == 0, done.stderr
    assert up.process.wait(PATIENCE) == 0
    assert gone([server])


def test_a_lane_that_is_given_up_leaves_the_site_up(running: Up) -> None:
    load(running.var, f"{{name: cpu, base: some/model, port: {running.url.rpartition(':')[2]}}}")
    began = manage(running.var, "lane", "start", "cpu", **LANES)
    assert began.returncode == 1
    assert re.search("cpu did not come up.* is taken by another program", began.stderr)
    running.hear("lane-cpu has ended .exit code 1; see ")
    assert status(f"{running.url}/admin/login/") == 200
    assert manage(running.var, "lane", "stop", "cpu").returncode == 0


def load(var: Path, lane: str) -> None:
    """Make a lane of a running site."""
    file = var.with_name("lanes.yaml")
    file.write_text(f"lanes: [{lane}]")
    done = manage(var, "lanes_load", str(file))
    assert done.returncode == 0, done.stderr


def test_an_open_address_comes_with_a_warning_and_answers_to_the_name_of_the_machine(running: Up) -> None:
    assert "everybody who can reach this machine" in running.said
    request = urllib.request.Request(f"{running.url}/admin/login/", headers={"Host": socket.gethostname()})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        assert answer.status == 200


def test_a_server_of_ones_own_takes_the_place_of_the_embedded_one(start: Callable[..., Up], var: Path) -> None:
    real = var.with_name("real")
    with postgres.running_postgres(real / "pg", run_dir(real), postgres.THROW_AWAY) as host:
        postgres.database_ensure(host, "elsewhere")
        up = start(TOSSIM_PG_HOST=str(host), TOSSIM_PG_NAME="elsewhere").ready()
        assert status(f"{up.url}/admin/login/") == 200
        assert not (var / "pg").exists()
        assert up.stop() == 0


def test_a_backup_of_the_running_site_brings_everything_back(start: Callable[..., Up], var: Path) -> None:
    file = var.with_name("site.backup")
    up = start().ready()
    up.query(KEEP)
    assert manage(var, "backup", str(file)).returncode == 0
    up.query("DROP TABLE kept")
    refused = manage(var, "restore", "--yes", str(file))
    assert refused.returncode == 1
    assert "tossim down" in refused.stderr
    up.stop()
    restored = manage(var, "restore", "--yes", str(file))
    assert restored.returncode == 0, restored.stderr
    assert kept(var) == [(7,)]


def test_a_backup_of_the_stopped_site_is_the_owners_alone_and_never_written_over(
    stopped: Stopped, tmp_path: Path
) -> None:
    var, file = stopped.up.var, tmp_path / "site.backup"
    assert manage(var, "backup", str(file)).returncode == 0
    assert file.stat().st_mode & 0o077 == 0
    again = manage(var, "backup", str(file))
    assert again.returncode == 1
    assert "--force" in again.stderr
    assert manage(var, "backup", "--force", str(file)).returncode == 0


def test_a_restore_that_fails_changes_nothing(stopped: Stopped, tmp_path: Path) -> None:
    var, broken = stopped.up.var, tmp_path / "broken.backup"
    broken.write_bytes(b"PGDMP and then nothing")
    assert "nothing was changed" in manage(var, "restore", "--yes", str(broken)).stderr
    assert "--yes" in manage(var, "restore", str(broken)).stderr
    assert kept(var) == [(7,)]

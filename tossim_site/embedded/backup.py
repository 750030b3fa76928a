"""One file that holds the whole database, and the way back.

The site's secret key is no part of it: whoever moves to another machine copies `var/secret_key` too, or
accepts that everybody must log in and take their seat again.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
from django.db.backends.postgresql.client import DatabaseClient
from psycopg import sql

from tossim_site.embedded import postgres
from tossim_site.embedded.errors import StackError
from tossim_site.embedded.places import Places
from tossim_site.embedded.preflight import Holder, holder_of, locked

Say = Callable[[str], None]
Database = dict[str, Any]
"""One entry of Django's DATABASES."""

_TELL_EVERY = 5.0


@contextlib.contextmanager
def server_up(places: Places) -> Iterator[None]:
    """The server answers for as long as the `with` lasts: the one of a running `up`, or one of our own.

    Raises StackError when there is no database yet.
    """
    holder = holder_of(places.lock)
    if not places.own_postgres or (holder and holder.command == "up"):
        yield
        return
    if not (places.data / "PG_VERSION").exists():
        raise StackError(f"There is no database in {places.data} yet, so there is nothing to back up.")
    with server_ours(places, "backup"):
        yield


@contextlib.contextmanager
def server_ours(places: Places, command: str) -> Iterator[None]:
    """The server answers for as long as the `with` lasts. Raises StackError while an `up` runs."""
    with contextlib.ExitStack() as held:
        places.var.mkdir(parents=True, exist_ok=True)
        held.enter_context(locked(places.lock, Holder(os.getpid(), command)))
        if places.own_postgres:
            held.enter_context(postgres.running_postgres(places.data, places.run))
        yield


def dump(database: Database, file: Path, *, replace: bool, say: Say) -> None:
    """Writes a backup to `file`, whole or not at all, readable by its owner alone.

    Raises StackError when the file exists and `replace` is false, or when the database cannot be read.
    """
    if file.exists() and not replace:
        raise StackError(f"{file} exists. Name another file, or write over it with --force.")
    part = file.with_name(f".{file.name}.part")
    try:
        with open(part, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as out:
            _run(
                "pg_dump",
                ["--format=custom", "--no-owner", "--no-privileges"],
                database,
                say,
                stdout=out,
                growing=part,
            )
            os.fsync(out.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def load(database: Database, file: Path, *, say: Say) -> None:
    """Puts the backup `file` in the place of the database; one that cannot be read whole changes nothing.

    Raises StackError when the file is no backup of ToSSim, or when somebody still uses the database.
    """
    name, fresh, old = database["NAME"], f"{database['NAME']}_restored", f"{database['NAME']}_replaced"
    with _server(database) as server:
        _check_unused(server, name)
        for leftover in (fresh, old):
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(leftover)))
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(fresh)))
        try:
            _fill(database | {"NAME": fresh}, file, say)
            _check_unused(server, name)
            _swap(server, name, fresh, old)
        finally:
            for leftover in (fresh, old):
                server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(leftover)))


def _fill(database: Database, file: Path, say: Say) -> None:
    with file.open("rb") as source:
        options = [
            "--no-owner",
            "--no-privileges",
            "--exit-on-error",
            "--single-transaction",
            "--dbname",
            database["NAME"],
        ]
        _run("pg_restore", options, database, say, stdin=source)
    with psycopg.connect(**_address(database)) as fresh:
        if fresh.execute("SELECT to_regclass('django_migrations')").fetchone() == (None,):
            raise StackError(f"{file} is a backup of some other database: it holds no site. Nothing was changed.")


def _swap(server: psycopg.Connection[Any], name: str, fresh: str, old: str) -> None:
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    with server.transaction():
        if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            server.execute(rename.format(sql.Identifier(name), sql.Identifier(old)))
        server.execute(rename.format(sql.Identifier(fresh), sql.Identifier(name)))


def _check_unused(server: psycopg.Connection[Any], name: str) -> None:
    users = server.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", [name]).fetchone()
    if users and users[0]:
        raise StackError(
            f"The database {name} is in use ({users[0]} connections). Stop the site and its workers first."
        )


def _server(database: Database) -> psycopg.Connection[Any]:
    return psycopg.connect(**_address(database | {"NAME": "postgres"}), autocommit=True)


def _address(database: Database) -> dict[str, Any]:
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    return {name: database[key] for name, key in names.items() if database.get(key)}


def _run(
    program: str, options: list[str], database: Database, say: Say, growing: Path | None = None, **files: Any
) -> None:
    words, environment = DatabaseClient.settings_to_cmd_args_env(database, [])
    where = words[1:-1] if program == "pg_restore" else words[1:]
    with subprocess.Popen(
        [postgres.binaries() / program, *options, *where],
        env=os.environ | (environment or {}),
        stderr=subprocess.PIPE,
        text=True,
        **files,
    ) as process:
        while True:
            try:
                _, complaint = process.communicate(timeout=_TELL_EVERY)
                break
            except subprocess.TimeoutExpired:
                say(f"{growing.stat().st_size / 1e6:.0f} MB so far" if growing else "still reading the backup")
    if process.returncode:
        raise StackError(f"{program} failed, and nothing was changed:\n{complaint.strip()}")

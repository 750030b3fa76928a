"""A program to start, and a server that runs for as long as a `with` lasts."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tossim_site.embedded.errors import StackError

_PAUSE = 0.03
_PR_SET_PDEATHSIG = 1
_STOP_LIMIT = 30.0


@dataclass(frozen=True, slots=True)
class Program:
    """A command line, the arguments of `subprocess` it needs, and the signal that ends it in good order."""

    name: str
    command: list[str]
    options: dict[str, Any] = field(default_factory=dict)
    stop: signal.Signals = signal.SIGTERM


def ends_with_us(signum: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn`: the kernel sends `signum` to the program when the thread that started it ends.

    So nothing outlives even a killed starter. Linux alone can do this; elsewhere it does nothing.
    """
    us = os.getpid()
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def bind() -> None:
        if libc is not None:
            libc.prctl(_PR_SET_PDEATHSIG, signum)
            if os.getppid() != us:
                os._exit(1)

    return bind


@contextlib.contextmanager
def running(program: Program, answers: Callable[[], bool], *, limit: float = 60.0) -> Iterator[None]:
    """Starts a server and waits until it `answers`, at most `limit` seconds; stops it at the end.

    Raises StackError, with what the server said, when it ends before it answers or never does.
    """
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            program.command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            preexec_fn=ends_with_us(program.stop),
            **program.options,
        )
        try:
            if not _came_up(process, answers, limit):
                log.seek(0)
                raise StackError(f"{program.name} did not start:\n{log.read().decode(errors='replace')[-2000:]}")
            yield
        finally:
            _stop(process, program.stop)


def _came_up(process: subprocess.Popen[bytes], answers: Callable[[], bool], limit: float) -> bool:
    for _ in range(int(limit / _PAUSE)):
        if answers():
            return True
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_PAUSE)
            return False
    return False


def _stop(process: subprocess.Popen[bytes], signum: signal.Signals) -> None:
    process.send_signal(signum)
    try:
        process.wait(_STOP_LIMIT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

"""Runs a server for as long as anybody uses it: `python -m tests.models.keeper LOCK LOG COMMAND...` returns at once.

What goes on is nobody's child, since whoever started it may be done before the others are. Who uses the server holds
a shared lock on LOCK. The keeper waits for that file alone: it gets it when the last user has let go or has died,
whatever killed it, and then ends the server. It ends itself when the server dies.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from tossim_site.embedded.programs import ends_with_us

GRACE = 20.0
"""Seconds that the server has to end in good order."""


def main(lock: str, log: str, *command: str) -> None:
    """Go on by oneself, start the server, wait until nobody uses it, end it."""
    if os.fork():
        os._exit(0)
    with Path(log).open("wb") as out:
        server = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
            preexec_fn=ends_with_us(signal.SIGTERM),
        )  # fmt: skip
    unused = threading.Event()
    threading.Thread(target=_leave_with, args=[server, unused], daemon=True).start()
    with Path(lock).open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        unused.set()
        _signal(server, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(GRACE)
        _signal(server, signal.SIGKILL)  # also what it has started and left behind


def _leave_with(server: subprocess.Popen[bytes], unused: threading.Event) -> None:
    server.wait()
    if not unused.is_set():
        _signal(server, signal.SIGKILL)
        os._exit(1)


def _signal(server: subprocess.Popen[bytes], signum: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.pid, signum)


if __name__ == "__main__":
    main(*sys.argv[1:])

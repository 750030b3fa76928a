"""Stops a running `up` in good order."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import psutil

from tossim_site.embedded.command import StackCommand
from tossim_site.embedded.errors import StackError
from tossim_site.embedded.places import places
from tossim_site.embedded.preflight import Holder, holder_of

LIMIT = 90
"""Seconds; the children's own limits add up to less."""


class Command(StackCommand):
    help = "Stop what ./tossim up has started, from another terminal."

    def handle(self, **_: Any) -> None:
        here = places()
        holder = holder_of(here.lock)
        if holder is None:
            self.say(f"nothing runs on {here.var}")
            return
        if holder.command != "up":
            raise StackError(f"./tossim {holder.command} (process {holder.pid}) is at work. It ends by itself.")
        self.stop(here.lock, holder)
        self.say("stopped")

    def stop(self, lock: Path, holder: Holder) -> None:
        self.say(f"stopping ./tossim up (process {holder.pid})")
        try:
            os.kill(holder.pid, signal.SIGTERM)
            process = psutil.Process(holder.pid)
            for second in range(1, LIMIT + 1):
                if ended(process, lock):
                    return
                if second % 5 == 0:
                    self.say("waiting for it to end")
        except (psutil.NoSuchProcess, ProcessLookupError):
            return
        raise StackError(f"Process {holder.pid} does not end. kill -9 {holder.pid} is safe: nothing outlives it.")


def ended(process: psutil.Process, lock: Path) -> bool:
    """Whether it ends within a second. One that nobody has reaped yet has let go of the lock, and counts as ended."""
    try:
        process.wait(1.0)
    except psutil.TimeoutExpired:
        return holder_of(lock) is None
    return True

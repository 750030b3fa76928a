"""Stops a running `up` in good order."""

from __future__ import annotations

import os
import signal
from typing import Any

import psutil

from tossim_site.embedded.command import StackCommand
from tossim_site.embedded.errors import StackError
from tossim_site.embedded.places import places
from tossim_site.embedded.preflight import Holder, holder_of

LIMIT = 90.0
"""Seconds; the children's own limits add up to less."""
_TELL_EVERY = 2.0


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
        self.stop(holder)
        self.say("stopped")

    def stop(self, holder: Holder) -> None:
        self.say(f"stopping ./tossim up (process {holder.pid})")
        try:
            process = psutil.Process(holder.pid)
            os.kill(holder.pid, signal.SIGTERM)
            for _ in range(int(LIMIT / _TELL_EVERY)):
                try:
                    process.wait(_TELL_EVERY)
                    return
                except psutil.TimeoutExpired:
                    self.say("waiting for it to end")
        except (psutil.NoSuchProcess, ProcessLookupError):
            return
        raise StackError(f"Process {holder.pid} does not end. kill -9 {holder.pid} is safe: nothing outlives it.")

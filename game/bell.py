"""What tells a driver that somebody wants something of its match, others that it lives, and readers that it goes on.

Each has a database connection of its own. Knows no rules and no agents.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection

from game.log import ANSWERS, LeaseLost, lease_renew

log = logging.getLogger(__name__)

RENEW_EVERY = 1.5
"""Seconds between two signs of life."""


class Bell:
    """A connection that hears when a match's driver is called, or on another channel when the match has gone on."""

    def __init__(self, line: psycopg.Connection[Any]) -> None:
        self._line = line

    def wait(self, match_id: int, seconds: float) -> None:
        """Wait until the match is called, or the time is over."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            for note in self._line.notifies(timeout=left, stop_after=1):
                if _names(note.payload, match_id):
                    return

    async def rung(self, match_id: int) -> None:
        """Return when the match is called. Raises what psycopg raises when the connection is gone."""
        loop, readable = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._line.fileno(), readable.set)
        try:
            while not self._called(match_id):
                await readable.wait()
                readable.clear()
        finally:
            loop.remove_reader(self._line.fileno())

    def _called(self, match_id: int) -> bool:
        """Whether a call for the match is among those that have arrived; all of them are taken."""
        line, called = self._line.pgconn, False
        line.consume_input()
        while note := line.notifies():
            called = called or _names(note.extra.decode(), match_id)
        return called


def _names(payload: str, match_id: int) -> bool:
    """Whether a call is for a match; the number of its last event may stand behind."""
    return payload.partition(":")[0] == str(match_id)


@contextmanager
def doorbell(channel: str = ANSWERS) -> Iterator[Bell]:
    """Listen for calls on a connection of one's own."""
    with psycopg.connect(autocommit=True, **address()) as line:
        line.execute(f"LISTEN {channel}")
        yield Bell(line)


def address() -> dict[str, Any]:
    """Where the database is, in psycopg's words."""
    given = connection.settings_dict
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    return {name: str(given[key]) for name, key in names.items() if given[key]}


@contextmanager
def signs_of_life(match_id: int, lease: int) -> Iterator[None]:
    """Renew the heartbeat from a thread for as long as the `with` lasts, however long an agent thinks."""
    over = threading.Event()

    def beat() -> None:
        try:
            while not over.wait(RENEW_EVERY):
                lease_renew(match_id=match_id, lease=lease)
        except LeaseLost:
            log.info("Match %s has another driver", match_id)
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name=f"heartbeat-{match_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()

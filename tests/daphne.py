"""A real web server for tests: Daphne in a process of its own, on the test database.

Import `live_server_daphne` into a conftest; ask for `transactional_db` beside it, so that the server sees the rows.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from websockets.sync.client import ClientConnection, connect

PATIENCE = 20.0
"""Seconds that a test waits for what it expects."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: `url` as in http://127.0.0.1:1234."""

    url: str
    process: subprocess.Popen[bytes]

    @contextlib.contextmanager
    def watch(self, match_id: int, viewpoint: object = "public", after: int = 0, key: str = "", origin: str = "",
              ) -> Iterator[Page]:  # fmt: skip
        """A page that watches a match; `key` is the content of its seat cookie."""
        address = self.url.replace("http", "ws", 1) + f"/ws/m/{match_id}/?as={viewpoint}&after={after}"
        cookies = {"Cookie": f"tossim_seat_{match_id}={key}"} if key else {}
        with connect(address, origin=origin or self.url, additional_headers=cookies, max_size=None) as wire:
            yield Page(wire)


class Page:
    """The other end of a socket: reads frames, and folds items as the real page would."""

    def __init__(self, wire: ClientConnection) -> None:
        self.wire = wire
        self.frames: list[dict[str, Any]] = []
        self.items: list[dict[str, Any]] = []

    def read(self) -> dict[str, Any]:
        """The next frame. Raises TimeoutError when none comes, and what websockets raises when the server closes."""
        frame: dict[str, Any] = json.loads(self.wire.recv(timeout=PATIENCE))
        self.frames.append(frame)
        if frame["type"] == "hello" and frame["as"] != self.last("hello", before=-1).get("as", frame["as"]):
            self.items = []
        if frame["type"] == "events":
            self.items += frame["items"]
        return frame

    def last(self, kind: str, before: int | None = None) -> dict[str, Any]:
        """The latest frame of a kind that has been read; empty when there was none."""
        return next((frame for frame in reversed(self.frames[:before]) if frame["type"] == kind), {})

    def until(self, seen: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """Read until a frame is as wanted, and give it."""
        while not seen(frame := self.read()):
            pass
        return frame

    def expect(self, kind: str, **parts: object) -> dict[str, Any]:
        """Read until a frame of this kind with these parts comes."""
        return self.until(lambda frame: frame["type"] == kind and parts.items() <= frame.items())

    def read_items(self, count: int) -> list[dict[str, Any]]:
        """Read until so many items are there."""
        while len(self.items) < count:
            self.read()
        return self.items

    def send(self, **frame: object) -> None:
        """Send a frame."""
        self.wire.send(json.dumps(frame))


@pytest.fixture(scope="session")
def live_server_daphne(django_db_setup: None, django_db_blocker: Any) -> Iterator[Server]:
    """Daphne with the whole site."""
    with django_db_blocker.unblock():
        database = connection.settings_dict["NAME"]
    door = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{door.getsockname()[1]}"
    command = [sys.executable, "-m", "daphne", "--fd", str(door.fileno()), "tossim_site.asgi:application"]
    environ = {**os.environ, "TOSSIM_PG_NAME": database, "PYTHONPATH": str(settings.BASE_DIR)}
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, env=environ, stdout=log, stderr=log, pass_fds=[door.fileno()])
        door.close()
        try:
            _wait_until_ready(url, process)
            yield Server(url, process)
        finally:
            process.terminate()
            process.wait(PATIENCE)
            log.seek(0)
            print(log.read().decode(errors="replace")[-4000:])


def _wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    """The port is open from the start, so the first answer comes as soon as the site is loaded."""
    try:
        urllib.request.urlopen(f"{url}/healthz", timeout=60).close()
    except (urllib.error.URLError, OSError) as error:
        raise AssertionError(f"The server did not come up (exit code {process.poll()}): {error}") from error

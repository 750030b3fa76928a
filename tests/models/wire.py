"""A wire to a model server that notes what goes over it, and can be cut and mended."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answerer = Callable[[str, dict[str, Any]], tuple[int, str]]
"""What is at the other end: the status and the text that it answers to a POST of a body to a path."""


class Wire:
    """`asked` is every path with its body, in order, `keys` what they came with. Once `cut`, nothing is answered."""

    def __init__(self, answerer: Answerer) -> None:
        self.answerer = answerer
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.keys: set[str | None] = set()
        self.cut = False
        self.cut_when: Callable[[Wire], bool] = lambda wire: False
        """Whether it is to be cut before what was asked last is answered."""
        self.url = ""

    def bodies(self, path: str) -> list[dict[str, Any]]:
        """What was asked of a path."""
        return [body for asked, body in self.asked if asked == path]


@contextmanager
def wire_to(answerer: Answerer) -> Iterator[Wire]:
    """A wire at an address of its own."""
    wire = Wire(answerer)

    class End(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            wire.asked.append((self.path, body))
            wire.keys.add(self.headers["Authorization"])
            wire.cut = wire.cut or wire.cut_when(wire)
            if wire.cut:
                return  # the connection closes without a word
            status, text = wire.answerer(self.path, body)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), End) as server:
        wire.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield wire
        finally:
            server.shutdown()
            thread.join()

"""A server of batches as OpenAI describes it: files go in, a batch is under way for a while, files come out."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answers = Callable[[dict[str, Any]], dict[str, Any]]
"""From the body of a request to the line of its result, without its name."""


def said(text: str, **more: Any) -> dict[str, Any]:
    """A result: a completion with this text."""
    message = {"role": "assistant", "content": text, "refusal": None}
    usage = {"prompt_tokens": 10, "completion_tokens": 3, "total_tokens": 13}
    body = {
        "id": "1", "object": "chat.completion", "created": 1, "model": "base", "usage": usage,
        "choices": [{"index": 0, "finish_reason": "stop", "message": message, "logprobs": None}], **more,
    }  # fmt: skip
    return {"response": {"status_code": 200, "body": body}, "error": None}


def failed(status: int, message: str) -> dict[str, Any]:
    """A result: this request was refused."""
    return {"response": {"status_code": status, "body": {"error": {"message": message}}}, "error": None}


@dataclass
class BatchDouble:
    """The server's inside: what was handed in, and how it answers. `looks` is how often a batch is still under way."""

    answers: Answers
    looks: int = 2
    end: str = "completed"
    files: dict[str, str] = field(default_factory=dict)
    batches: dict[str, dict[str, Any]] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    url: str = ""

    def create(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """A batch that is under way."""
        number = f"batch_{len(self.batches)}"
        self.left[number] = self.looks
        self.batches[number] = {
            "id": number, "object": "batch", "created_at": 1, "status": "in_progress", **wanted,
            "request_counts": {"total": 1, "completed": 0, "failed": 0},
        }  # fmt: skip
        return self.batches[number]

    def look(self, number: str) -> dict[str, Any]:
        """A batch as it stands; it comes to its end at some look."""
        batch = self.batches[number]
        self.left[number] -= 1
        if self.left[number] < 0 and batch["status"] == "in_progress":
            batch |= {"status": self.end} | (self._results(batch) if self.end == "completed" else {})
        return batch

    def _results(self, batch: dict[str, Any]) -> dict[str, str]:
        lines = [json.loads(line) for line in self.files[batch["input_file_id"]].splitlines()]
        rows = [{"custom_id": line["custom_id"], **self.answers(line["body"])} for line in lines]
        good = [row for row in rows if row["response"]["status_code"] == 200]
        named = {"output_file_id": good, "error_file_id": [row for row in rows if row not in good]}
        found = {}
        for name, kept in named.items():
            if kept:
                found[name] = f"{batch['id']}-{name}"
                self.files[found[name]] = "\n".join(map(json.dumps, reversed(kept)))
        return found


@contextmanager
def batches_served(double: BatchDouble) -> Iterator[str]:
    """The server listens; its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (_Handler,), {"double": double}))
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


class _Handler(BaseHTTPRequestHandler):
    double: BatchDouble
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: Any) -> None:
        """Silence."""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if found := re.fullmatch(r"/v1/files/(.+)/content", path):
            self._answer(self.double.files[found[1]])
        elif found := re.fullmatch(r"/v1/batches/(.+)", path):
            self._answer(json.dumps(self.double.look(found[1])))
        else:
            self._answer(json.dumps({"object": "list", "data": list(self.double.batches.values()), "has_more": False}))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/v1/files":
            part = next(one for one in body.split(b"--" + self._boundary) if b'filename="' in one)
            number = f"file_{len(self.double.files)}"
            self.double.files[number] = part.partition(b"\r\n\r\n")[2].decode().strip()
            file = {"id": number, "object": "file", "bytes": 1, "created_at": 1, "filename": "f", "purpose": "batch"}
            self._answer(json.dumps({**file, "status": "processed"}))
        else:
            self._answer(json.dumps(self.double.create(json.loads(body))))

    @property
    def _boundary(self) -> bytes:
        return self.headers["Content-Type"].partition("boundary=")[2].strip('"').encode()

    def _answer(self, text: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

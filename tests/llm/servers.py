"""A server that looks like vLLM from outside: real HTTP, made-up answers, faults on demand."""

from __future__ import annotations

import json
import re
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

ANSWER = "the quick brown fox"
USAGE = {"prompt_tokens": 12, "completion_tokens": 4, "total_tokens": 16}


@dataclass
class Double:
    """The server's inside. `faults` are used up one a completion; each is one of

    die (the connection breaks in mid-answer), hang (no answer until `release`), a status (500), or one with the
    seconds of Retry-After (429:2).
    """

    base: str = "base"
    key: str = ""
    faults: deque[str] = field(default_factory=deque)
    adapters: dict[str, str] = field(default_factory=dict)
    most_adapters: int = 9
    asleep: bool = False
    healthy: bool = True
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    generated: int = 0
    running: int = 0
    url: str = ""
    hanging: threading.Event = field(default_factory=threading.Event)
    """Set when a request hangs."""
    release: threading.Event = field(default_factory=threading.Event)
    _server: ThreadingHTTPServer | None = None

    def asked(self, path: str) -> list[dict[str, Any]]:
        """The bodies of the calls of a path."""
        return [body for called, body in self.calls if called == path]

    def open(self, port: int = 0) -> None:
        """Listen."""
        handler = type("Bound", (_Handler,), {"double": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        self.release.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @property
    def port(self) -> int:
        """Where it listens, or listened."""
        return urlsplit(self.url).port or 0


@contextmanager
def serving(*doubles: Double) -> Iterator[None]:
    """The servers listen for as long as the `with` lasts."""
    for double in doubles:
        double.open()
    try:
        yield
    finally:
        for double in doubles:
            double.close()


class _Handler(BaseHTTPRequestHandler):
    double: Double
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: Any) -> None:
        """Silence."""

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        self.double.calls.append((path, {}))
        if path == "/health":
            self._answer(200 if self.double.healthy else 503, "")
        elif path == "/metrics":
            self._answer(200, metrics_page(self.double))
        elif path == "/v1/models":
            allowed = not self.double.key or self.headers.get("Authorization") == f"Bearer {self.double.key}"
            self._json(200 if allowed else 401, {"data": [{"id": self.double.base}]})
        else:
            self._json(404, {"error": "nothing here"})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        path = urlsplit(self.path).path
        self.double.calls.append((path, body))
        if path in ("/v1/chat/completions", "/v1/completions"):
            self._complete(body, path)
        elif path == "/v1/load_lora_adapter":
            self._load(body)
        elif path == "/v1/unload_lora_adapter":
            known = self.double.adapters.pop(body["lora_name"], None)
            self._answer(200 if known else 404, "")
        elif path in ("/sleep", "/wake_up"):
            self.double.asleep = path == "/sleep"
            self._answer(200, "")
        else:
            self._json(404, {"error": "nothing here"})

    def _load(self, body: dict[str, Any]) -> None:
        if body["lora_name"] in self.double.adapters and not body.get("load_inplace"):
            self._json(400, {"error": f"The lora adapter '{body['lora_name']}' has already been loaded."})
        elif "missing" in body["lora_path"]:
            self._json(404, {"error": "No adapter found there"})
        else:
            self.double.adapters[body["lora_name"]] = body["lora_path"]
            self._answer(200, "")

    def _complete(self, body: dict[str, Any], path: str) -> None:
        fault = self.double.faults.popleft() if self.double.faults and path.endswith("chat/completions") else ""
        if fault == "die":
            self._break_off()
        elif fault == "hang":
            self.double.hanging.set()
            self.double.release.wait(20)
            self._break_off()
        elif fault:
            status, _, wait = fault.partition(":")
            self._json(int(status), {"error": "so it is wished"}, {"Retry-After": wait} if wait else {})
        elif body["model"] not in (self.double.base, *self.double.adapters):
            self._json(404, {"error": f"The model `{body['model']}` does not exist."})
        else:
            self.double.generated += 4
            self._answer(200, stream(body["model"]) if body.get("stream") else completion(body["model"]))

    def _break_off(self) -> None:
        """Half an answer, and the connection is gone."""
        with suppress(OSError):
            self.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{"choices": [')
            self.wfile.flush()
            self.connection.shutdown(2)
        self.close_connection = True

    def _json(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        self._answer(status, json.dumps(body), headers)

    def _answer(self, status: int, text: str, headers: dict[str, str] | None = None) -> None:
        with suppress(OSError):
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())


def completion(model: str) -> str:
    """The answer in one piece."""
    message = {"role": "assistant", "content": ANSWER}
    choice = {"index": 0, "finish_reason": "stop", "message": message, "text": ANSWER}
    return json.dumps({"id": "1", "object": "chat.completion", "model": model, "choices": [choice], "usage": USAGE})


def stream(model: str) -> str:
    """The answer word by word, as events of the server."""
    words = re.findall(r" *\S+", ANSWER)
    choices = [[{"index": 0, "delta": {"content": word}, "finish_reason": None}] for word in words]
    choices += [[{"index": 0, "delta": {}, "finish_reason": "stop"}]]
    head = {"id": "1", "object": "chat.completion.chunk", "model": model}
    chunks = [*({**head, "choices": one} for one in choices), {**head, "choices": [], "usage": USAGE}]
    return "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"


def metrics_page(double: Double) -> str:
    """A /metrics page as vLLM writes it."""
    return "\n".join(
        [
            "# HELP vllm:num_requests_running Number of requests in model execution batches.",
            "# TYPE vllm:num_requests_running gauge",
            f'vllm:num_requests_running{{engine="0",model_name="{double.base}"}} {float(double.running)}',
            f'vllm:num_requests_waiting{{engine="0",model_name="{double.base}"}} 0.0',
            f'vllm:generation_tokens_total{{engine="0",model_name="{double.base}"}} {float(double.generated)}',
            f'vllm:prompt_tokens_total{{engine="0",model_name="{double.base}"}} 120.0',
            f'vllm:prefix_cache_queries_total{{engine="0",model_name="{double.base}"}} 100.0',
            f'vllm:prefix_cache_hits_total{{engine="0",model_name="{double.base}"}} 83.0',
            f'vllm:kv_cache_usage_perc{{engine="0",model_name="{double.base}"}} 0.25',
            'vllm:cache_config_info{block_size="32",cache_dtype="auto",engine="0",num_gpu_blocks="2048"} 1.0',
        ]
    )

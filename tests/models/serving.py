"""One real vLLM for a whole run of the tests, whether pytest runs in one process or in several.

Whoever needs it first starts it (through `tests.models.keeper`, which ends it after the last), everybody else finds it
by a file in the run's folder.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agents.lanes import command as lanes
from agents.lanes import processor

ROOT = Path(__file__).resolve().parents[2]
START = 420.0
"""Seconds that the server has to come up, on a busy machine; 25 to 40 on a free one."""
SHOWN = 40
"""Last lines of its log that a failure shows."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running model server: `url` without `/v1`, the name that it gives the model, the model's folder, its log."""

    url: str
    model: str
    folder: Path
    log: Path

    def post(self, path: str, body: dict[str, Any], seconds: float = 300.0) -> tuple[int, str]:
        """The status and the text that the server answers to a POST."""
        head = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), head)
        try:
            answer = urllib.request.urlopen(request, timeout=seconds)
        except urllib.error.HTTPError as refusal:
            answer = refusal
        with answer:
            return answer.status, answer.read().decode()

    def get(self, path: str, seconds: float = 30.0) -> tuple[int, str]:
        """The status and the text that the server answers to a GET."""
        with urllib.request.urlopen(self.url + path, timeout=seconds) as answer:
            return answer.status, answer.read().decode()


def command(python: str, folder: Path, port: int) -> tuple[list[str], dict[str, str]]:
    """The command line of the server, and its environment: a lane's own, under a short name."""
    words = ("--served-model-name", "small")
    spec = lanes.ServerSpec("tests", str(folder), port, kv_cache_gib=4, max_loras=2, extra_args=words)
    made = lanes.command(spec, python, processor.this_one(), os.environ)
    outer = {name: value for name, value in os.environ.items() if not name.startswith("TOSSIM_")}
    return list(made.words), {**outer, **made.environment, "VLLM_SERVER_DEV_MODE": "1"}  # for /reset_prefix_cache


@contextlib.contextmanager
def shared_server(run: Path, python: str, folder: Path) -> Iterator[Server]:
    """The server of this run; `run` is a folder that all its processes share.

    Raises RuntimeError, with the last lines of its log, when it dies or does not come up.
    """
    with (run / "model-server.used").open("w") as used:
        with (run / "model-server.starting").open("w") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            fcntl.flock(used, fcntl.LOCK_SH)  # a keeper that is still ending an earlier server has this: wait for it
            server = _found(run) or _start(run, python, folder)
        yield server


def _found(run: Path) -> Server | None:
    note = run / "model-server.json"
    if not note.exists():
        return None
    known = json.loads(note.read_text())
    server = Server(known["url"], known["model"], Path(known["folder"]), Path(known["log"]))
    return server if _answers(server) else None


def _start(run: Path, python: str, folder: Path) -> Server:
    port = _free_port()
    words, environment = command(python, folder, port)
    server = Server(f"http://127.0.0.1:{port}", "small", folder, run / "model-server.log")
    with keeping(run / "model-server.used", server.log, words, environment) as alive:
        _wait(server, alive)
    warm_up = {"model": server.model, "messages": [{"role": "user", "content": "Hello."}], "max_tokens": 1}
    status, text = server.post("/v1/chat/completions", warm_up)  # the very first request takes many seconds
    if status != 200:
        raise RuntimeError(f"The model server refuses the simplest request: {text}")
    note = {"url": server.url, "model": server.model, "folder": str(folder), "log": str(server.log)}
    (run / "model-server.json").write_text(json.dumps(note))
    return server


def _wait(server: Server, alive: Callable[[float], bool]) -> None:
    over = time.monotonic() + START
    while not _answers(server):
        lives = alive(0.3)
        if not lives or time.monotonic() > over:
            said = server.log.read_text(errors="replace").splitlines() if server.log.exists() else []
            how = f"did not answer within {START:.0f} s" if lives else "died while it started"
            raise RuntimeError("\n".join([f"The model server {how}:", *said[-SHOWN:]]))


@contextlib.contextmanager
def keeping(used: Path, log: Path, words: list[str], environment: dict[str, str]) -> Iterator[Callable[[float], bool]]:
    """A server that lives until nobody has a lock on `used`; gives what waits some seconds and says if it still does.

    What it starts is told by a pipe that only it holds open.
    """
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as end:
        with os.fdopen(writing, "wb"):
            keeper = [sys.executable, "-m", "tests.models.keeper", str(used), str(log), *words]
            subprocess.run(
                keeper, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, start_new_session=True, check=True,
                pass_fds=[writing],
            )  # fmt: skip
        yield lambda seconds: not select.select([end], [], [], seconds)[0]


def _answers(server: Server) -> bool:
    try:
        urllib.request.urlopen(f"{server.url}/health", timeout=5).close()
    except (urllib.error.URLError, OSError):
        return False
    return True


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port: int = door.getsockname()[1]
    return port

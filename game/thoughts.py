"""What agents are writing right now, on its way to those who may watch it: gathered, then sent by `pg_notify`.

Pieces may be lost; decision rows replace them. Agents are never kept waiting: a piece is put down, and a thread of its
own sends what has gathered. Whoever listens decides who may see it: here everything of a match goes out.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from game.bell import address
from game.engine.types import Seat
from game.play.seats import Piece

log = logging.getLogger(__name__)

THOUGHTS = "tossim_thought"
"""NOTIFY channel of what agents are writing: `{"match": number, "pieces": [...]}`."""
GATHER = 0.2
"""Seconds for which pieces gather before they are sent."""
PAYLOAD = 7_000
"""Bytes of one notification; PostgreSQL takes 8,000."""
CHUNK = 1_000
"""Characters of one piece that is sent. Each has at most six bytes in JSON."""
MOST = 20_000
"""Characters of one answer that are shown while it is written; the rest is on the row alone."""


@dataclass(slots=True)
class Written:
    """What a seat has written about its ask so far. `since` in ms; `length` in characters, of all kinds together."""

    ask: str
    since: int
    length: int = 0
    thought: str = ""


class Thoughts:
    """The pieces of one match. `heard` is the agents' listener; it may be called from any thread."""

    def __init__(self, match_id: int) -> None:
        self._match_id = match_id
        self._lock = threading.Lock()
        self._written: dict[Seat, Written] = {}
        self._waiting: list[dict[str, Any]] = []
        self._news, self._over = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def heard(self, piece: Piece) -> None:
        """Take a piece down. Returns at once."""
        with self._lock:
            written = self._written.get(piece.seat)
            if written is None or written.ask != piece.ask or piece.kind == "start":
                written = self._written[piece.seat] = Written(piece.ask, round(time.time() * 1000))
            text = sendable(piece.text)[: max(0, MOST - written.length)]
            if piece.kind == "thought":
                written.thought += text
            self._put(piece, text, written)
            written.length += len(text)
            if self._thread is None and not self._over.is_set():
                self._thread = threading.Thread(target=self._send, name=f"thoughts-{self._match_id}", daemon=True)
                self._thread.start()
        self._news.set()

    def _put(self, piece: Piece, text: str, written: Written) -> None:
        """Add to the last piece of the seat where it is of the same kind, else a new one."""
        last = next((one for one in reversed(self._waiting) if one["seat"] == piece.seat), None)
        if last and (last["ask"], last["kind"]) == (piece.ask, piece.kind) and piece.kind in ("thought", "speech"):
            last["text"] += text
        elif text or piece.kind not in ("thought", "speech"):
            self._waiting.append(
                {"seat": piece.seat, "ask": piece.ask, "kind": piece.kind, "at": written.length, "text": text,
                 "since": written.since}
            )  # fmt: skip

    def so_far(self, seat: Seat, ask: str) -> str:
        """The thought about an ask as far as it was heard."""
        with self._lock:
            written = self._written.get(seat)
            return written.thought if written and written.ask == ask else ""

    def close(self) -> None:
        """Send what is left and end."""
        self._over.set()
        self._news.set()
        if self._thread:
            self._thread.join(timeout=5)

    def _send(self) -> None:
        line: psycopg.Connection[Any] | None = None
        while not (self._over.is_set() and not self._waiting):
            self._news.wait()
            self._over.wait(GATHER)
            self._news.clear()
            with self._lock:
                pieces, self._waiting = self._waiting, []
            try:
                line = line or psycopg.connect(autocommit=True, **address())
                for payload in payloads(self._match_id, pieces):
                    line.execute("SELECT pg_notify(%s, %s)", [THOUGHTS, payload])
            except psycopg.Error as error:
                log.warning("Thoughts of match %s were lost: %s", self._match_id, error)
                if line:
                    line.close()
                line = None
        if line:
            line.close()


def payloads(match_id: int, pieces: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Pieces as texts of notifications, long ones in parts."""
    head = f'{{"match":{match_id},"pieces":['
    texts: list[str] = []
    room = PAYLOAD - len(head)
    for part in (part for piece in pieces for part in _parts(piece)):
        text = json.dumps(part, ensure_ascii=False, separators=(",", ":"))
        size = len(text.encode()) + 1
        if texts and size > room:
            yield f"{head}{','.join(texts)}]}}"
            texts, room = [], PAYLOAD - len(head)
        texts.append(text)
        room -= size
    if texts:
        yield f"{head}{','.join(texts)}]}}"


def _parts(piece: dict[str, Any]) -> Iterator[dict[str, Any]]:
    text = piece["text"]
    for start in range(0, max(1, len(text)), CHUNK):
        yield {**piece, "at": piece["at"] + start, "text": text[start : start + CHUNK]}


def sendable(text: str) -> str:
    """Text without what neither PostgreSQL nor a socket carries: NUL and halves of surrogate pairs."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")

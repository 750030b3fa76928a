"""What agents are writing right now, as one web process has heard it: kept for each seat until its ask is closed.

Pure. Pieces may be missing, and all of them are replaced by the decision. `may_read` is the one rule of who sees them:
whoever sees the thought of the decision, and nobody else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from frontend.present import Viewpoint
from game.engine.types import Seat

Json = dict[str, Any]
MOST = 2_000
"""Pieces kept of one answer; what comes beyond is on the decision alone."""


def may_read(viewpoint: Viewpoint, seat: Seat) -> bool:
    """Whether what a seat is writing may reach a viewpoint. Speech counts as thought until it is accepted."""
    return viewpoint in ("god", seat)


@dataclass(slots=True, eq=False)
class Writing:
    """One answer that is being written; its pieces in order."""

    ask: str
    pieces: list[Json] = field(default_factory=list)


class Writings:
    """All that is being written in one match."""

    def __init__(self) -> None:
        self._of: dict[Seat, Writing] = {}

    def hear(self, piece: Mapping[str, Any]) -> None:
        """Take one piece; a start, or another ask, begins anew."""
        seat, ask = piece["seat"], piece["ask"]
        writing = self._of.get(seat)
        if writing is None or writing.ask != ask or piece["kind"] == "start":
            writing = self._of[seat] = Writing(ask)
        if len(writing.pieces) < MOST:
            names = ("seat", "ask", "kind", "at", "text", "since")
            writing.pieces.append({name: piece[name] for name in names})

    def now(self) -> list[tuple[Seat, Writing]]:
        """What there is, to be given to `keep` later."""
        return list(self._of.items())

    def keep(self, known: Iterable[tuple[Seat, Writing]], asked: Iterable[tuple[Seat, str]]) -> bool:
        """Of what was known, keep that for which the seat is still asked; whether anything went."""
        still = set(asked)
        gone = [seat for seat, one in known if self._of.get(seat) is one and (seat, one.ask) not in still]
        for seat in gone:
            del self._of[seat]
        return bool(gone)

    def news(self, viewpoint: Viewpoint, told: dict[Seat, tuple[Writing, int]]) -> list[Json]:
        """The pieces that a page has not been told; `told` is its memory, and is brought up to date.

        What has gone is told as a piece of the kind `gone`.
        """
        pieces: list[Json] = []
        for seat in [seat for seat, (writing, _) in told.items() if self._of.get(seat) is not writing]:
            old, _ = told.pop(seat)
            if seat not in self._of:
                pieces.append({"seat": seat, "ask": old.ask, "kind": "gone", "at": 0, "text": "", "since": 0})
        for seat, writing in self._of.items():
            if may_read(viewpoint, seat):
                _, count = told.get(seat, (writing, 0))
                pieces += writing.pieces[count:]
                told[seat] = writing, len(writing.pieces)
        return pieces


def heard(payload: str) -> tuple[int, list[Json]]:
    """A notification's match and pieces. Raises ValueError for what is none."""
    value = json.loads(payload)
    return int(value["match"]), list(value["pieces"])

"""Seats of played matches as documents to group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eval.clusters.deeds import Deed, deeds_of, features
from eval.clusters.grouping import Document
from eval.experiments.outcome import Outcome, Side
from game.engine import events as e

SHOWN = 12
"""Deeds of an example that are shown."""


def documents_of(outcome: Outcome, log: Sequence[e.Event], trial: int | None = None) -> Iterator[Document]:
    """The rival seats of a match by what they did in it."""
    deeds = deeds_of(log)
    for seat in outcome.seats:
        done = deeds.get(seat.seat, ())
        if seat.side is not Side.NEUTRAL and done:
            yield Document(
                outcome.block, outcome.arm, seat.seat, seat.model, seat.role, features(done), _told(done),
                tuple(deed.seq for deed in done), trial,
            )  # fmt: skip


def _told(done: Sequence[Deed]) -> str:
    shown = "; ".join(f"{deed.phase}: {deed.what}" for deed in done[:SHOWN])
    return shown if len(done) <= SHOWN else f"{shown}; and {len(done) - SHOWN} more"

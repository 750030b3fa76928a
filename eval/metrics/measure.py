"""All metrics of a match at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.decision import DecisionRecord
from eval.metrics.registry import METRICS, Level
from eval.metrics.value import Value
from game.engine.events import Event, MatchOpened
from game.engine.types import Seat


@dataclass(frozen=True, slots=True)
class MatchMetrics:
    """Every metric of a match and of each of its seats, by name."""

    match: dict[str, Value]
    seats: dict[Seat, dict[str, Value]]


def match_metrics(log: Sequence[Event], decisions: Sequence[DecisionRecord] = ()) -> MatchMetrics:
    """The metrics of a whole log."""
    opened = log[0]
    assert isinstance(opened, MatchOpened)
    by_match = [metric for metric in METRICS.values() if metric.level is Level.MATCH]
    by_seat = [metric for metric in METRICS.values() if metric.level is Level.SEAT]
    seats = range(1, len(opened.table.names) + 1)
    return MatchMetrics(
        match={metric.name: metric.measure(log) for metric in by_match},
        seats={seat: {metric.name: metric.measure(log, seat) for metric in by_seat} for seat in seats},
    )

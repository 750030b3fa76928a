"""All metrics of a match at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from eval.decision import DecisionRecord
from eval.evidence.reading import record_of
from eval.metrics import (  # noqa: F401 (each registers its metrics)
    accusing,
    acting,
    claiming,
    impact,
    judging,
    knowing,
    living,
    night,
    speaking,
    voting,
)
from eval.metrics.case import Case, Estimator, Price, Probe, TokenCount, case_of
from eval.metrics.registry import Kind, Level, Metric, in_order
from eval.metrics.value import Value
from eval.statements.reading import statements_of
from game.engine.events import Event
from game.engine.types import Seat


@dataclass(frozen=True, slots=True)
class MatchMetrics:
    """Every metric of a match and of each of its seats, by name."""

    match: dict[str, Value]
    seats: dict[Seat, dict[str, Value]]

    def to_json(self) -> dict[str, Any]:
        """All values as JSON, the seats by their numbers."""
        of_seats = {str(seat): _to_json(values) for seat, values in self.seats.items()}
        return {"match": _to_json(self.match), "seats": of_seats}


def _to_json(values: Mapping[str, Value]) -> dict[str, Any]:
    return {name: value.to_json() for name, value in values.items()}


def match_metrics(
    log: Sequence[Event], decisions: Iterable[DecisionRecord] = (), *, probes: Iterable[Probe] = (),
    tokenizers: Mapping[str, TokenCount] | None = None, prices: Mapping[str, Price] | None = None,
    gaps: Mapping[tuple[Seat, int], int] | None = None, estimator: Estimator | None = None,
) -> MatchMetrics:  # fmt: skip
    """The metrics of a whole log; decisions, probes, tokenizers, prices and judges' gaps where at hand.

    `estimator` stands in for the one that was fitted on scripted matches.
    """
    record = record_of(log, decisions)
    return measured(case_of(record, statements_of(record), probes, tokenizers, prices, gaps, estimator))


def measured(case: Case) -> MatchMetrics:
    """The metrics of a match whose record is at hand."""
    by_seat = in_order(Level.SEAT)
    return MatchMetrics(
        match={metric.name: metric.measure(case) for metric in in_order(Level.MATCH)},
        seats={seat: {metric.name: _of_seat(metric, case, seat) for metric in by_seat} for seat in case.seats},
    )


def _of_seat(metric: Metric, case: Case, seat: Seat) -> Value:
    """A metric of a seat; a count also per day that the seat began alive."""
    value: Value = metric.measure(case, seat)
    days = len(case.lived[seat])
    if metric.kind is Kind.COUNT and days and isinstance(value.value, int | float):
        return replace(value, per_day=value.value / days)
    return value

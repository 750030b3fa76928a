"""The metrics by name: what each counts, in which unit, when it has no value, and the function that works it out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from eval.metrics.value import Value


class Level(StrEnum):
    """What a metric belongs to."""

    SEAT = "seat"
    MATCH = "match"


class Source(StrEnum):
    """Where the truth of a metric comes from."""

    ENGINE = "engine"
    """The log alone."""
    DECISIONS = "decisions"
    """What was kept of each decision beside the log."""
    RULE = "rule"
    """Statements read by rules, held against the engine's truth."""
    PROBE = "probe"
    """Private questions outside the match."""
    JUDGE = "judge"
    """A judge's labels."""
    ESTIMATOR = "estimator"
    """A model fitted on other matches."""


class Kind(StrEnum):
    """How values of a metric are added up."""

    RATE = "rate"
    """A share from 0 to 1."""
    MEAN = "mean"
    """A sum over a number of things; not bound to 0 to 1."""
    COUNT = "count"
    FLAG = "flag"
    """0 or 1."""
    TIME = "time"
    """Days, perhaps censored."""
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric. `number` is its row in the table of metrics; `numerator` and `denominator` are in words."""

    number: int
    name: str
    kind: Kind
    unit: str
    level: Level
    numerator: str
    denominator: str
    null: str
    source: Source
    measure: Callable[..., Value]


METRICS: dict[str, Metric] = {}
"""All metrics by name."""


def in_order(level: Level | None = None) -> list[Metric]:
    """The metrics of a level, or all, in the order of the table."""
    found = [metric for metric in METRICS.values() if level in (None, metric.level)]
    return sorted(found, key=lambda metric: metric.number)


F = TypeVar("F", bound=Callable[..., Value])


def metric(
    number: int, kind: Kind, unit: str, numerator: str, denominator: str = "", *, null: str = "never",
    source: Source = Source.ENGINE, level: Level = Level.SEAT, name: str = "",
) -> Callable[[F], F]:  # fmt: skip
    """Register a function of (record, seat), or of (record) for a match, as a metric of its own name."""

    def register(measure: F) -> F:
        called: Any = name or getattr(measure, "__name__", "")
        assert called not in METRICS, called
        METRICS[called] = Metric(number, called, kind, unit, level, numerator, denominator, null, source, measure)
        return measure

    return register

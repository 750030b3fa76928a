"""Metrics added up: seats to a match, matches to a seed, an arm or an experiment.

The mean of what is known at each step, so that a match counts once however many seats it has; what has no value is left
out and never a 0. How many values a mean is of stands beside it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from eval.metrics.value import Number, Value


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over `n` values, of `of` that there could have been; numerators and denominators are summed.

    `censored` is how many of the values are times that had not come. For a category the value is None and `shares` say
    how often each name came.
    """

    value: float | None
    n: int
    of: int
    numerator: Number = 0
    denominator: Number = 0
    censored: int = 0
    shares: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The mean as JSON."""
        found = {name: getattr(self, name) for name in ("value", "n", "of", "numerator", "denominator", "censored")}
        return {**found, "shares": dict(self.shares)} if self.shares else found


def over_seats(seats: Iterable[Mapping[str, Value]]) -> dict[str, Mean]:
    """The mean of each metric over the seats of a match, or over some of them."""
    by_name: defaultdict[str, list[Value]] = defaultdict(list)
    for metrics in seats:
        for name, value in metrics.items():
            by_name[name].append(value)
    return {name: _mean(values) for name, values in by_name.items()}


def of_match(metrics: Mapping[str, Value]) -> dict[str, Mean]:
    """The metrics of a match itself in the same form, so that they add up like those of its seats."""
    return over_seats([metrics])


def over_matches(matches: Iterable[Mapping[str, Mean]]) -> dict[str, Mean]:
    """The mean of each metric over matches, each counted once: those of a seed, then those of the seeds of an arm."""
    by_name: defaultdict[str, list[Mean]] = defaultdict(list)
    for means in matches:
        for name, mean in means.items():
            by_name[name].append(mean)
    return {name: _mean_of_means(means) for name, means in by_name.items()}


def _mean(values: list[Value]) -> Mean:
    known = [value for value in values if not value.is_null]
    numbers = [value.value for value in known if isinstance(value.value, int | float)]
    names = Counter(value.value for value in known if isinstance(value.value, str))
    return Mean(
        sum(numbers) / len(numbers) if numbers else None,
        n=len(known),
        of=len(values),
        numerator=sum(value.numerator or 0 for value in known),
        denominator=sum(value.denominator or 0 for value in known),
        censored=sum(value.censored for value in known),
        shares={one: count / len(known) for one, count in sorted(names.items())},
    )


def _mean_of_means(means: list[Mean]) -> Mean:
    known = [mean for mean in means if mean.n]
    shares = {
        name: sum(mean.shares.get(name, 0.0) for mean in known) / len(known) for mean in known for name in mean.shares
    }
    numbers = [mean.value for mean in known if mean.value is not None]
    return Mean(
        sum(numbers) / len(numbers) if numbers else None,
        n=len(known),
        of=len(means),
        numerator=sum(mean.numerator for mean in known),
        denominator=sum(mean.denominator for mean in known),
        censored=sum(mean.censored for mean in known),
        shares=dict(sorted(shares.items())),
    )

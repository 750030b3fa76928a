"""What a metric comes to: a value with the counts that it was made of, or the reason for which there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Number: TypeAlias = int | float


@dataclass(frozen=True, slots=True)
class Value:
    """One metric of one seat or match.

    Rates and means keep numerator and denominator; with a denominator of 0 there is no value, never a 0. `per_day` is
    a count over the days that the seat began alive. A time is censored where what it waits for had not come by then.
    `parts` are counts that belong beside the value, `reason` says why there is no value.
    """

    value: Number | str | None
    numerator: Number | None = None
    denominator: Number | None = None
    per_day: float | None = None
    censored: bool = False
    parts: Mapping[str, Number] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    """What a category leaves out: the further causes of a death."""
    reason: str = ""

    @property
    def is_null(self) -> bool:
        """Whether there is no value."""
        return self.value is None

    def to_json(self) -> dict[str, Any]:
        """The value as JSON; what is not there is left out, but `value` always stands."""
        found: dict[str, Any] = {"value": self.value}
        for name in ("numerator", "denominator", "per_day"):
            if (number := getattr(self, name)) is not None:
                found[name] = number
        if self.censored:
            found["censored"] = True
        if self.parts:
            found["parts"] = dict(self.parts)
        if self.others:
            found["others"] = list(self.others)
        if self.reason:
            found["reason"] = self.reason
        return found


def ratio(numerator: Number, denominator: Number, reason: str = "no opportunity", **parts: Number) -> Value:
    """A rate or a mean; null where the denominator is 0."""
    if not denominator:
        return Value(None, numerator, denominator, parts=parts, reason=reason)
    return Value(numerator / denominator, numerator, denominator, parts=parts)


def count(number: Number, parts: Mapping[str, Number] | None = None) -> Value:
    """How many; 0 is a value."""
    return Value(number, parts=parts or {})


def category(name: str, others: tuple[str, ...] = ()) -> Value:
    """One of a closed set of names, with what else would have fitted."""
    return Value(name, others=others)


def time(day: Number, *, censored: bool = False) -> Value:
    """When something came, in days, or until when it had not."""
    return Value(day, censored=censored)


def null(reason: str) -> Value:
    """No value, and why."""
    return Value(None, reason=reason)

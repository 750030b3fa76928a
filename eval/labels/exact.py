"""Shares with their uncertainty: Wilson's interval and the exact binomial test. Pure."""

from __future__ import annotations

from math import comb, sqrt
from statistics import NormalDist
from typing import NamedTuple


class Share(NamedTuple):
    """How many of how many, the 95 % interval, and how likely so many or more are where each comes with `chance`."""

    hits: int
    n: int
    low: float
    high: float
    chance: float
    p: float

    @property
    def value(self) -> float:
        """The share."""
        return self.hits / self.n

    @property
    def is_above_chance(self) -> bool:
        """Whether it is more than chance gives, at five in a hundred."""
        return self.p < ALPHA

    def __str__(self) -> str:
        span = f"{100 * self.low:.0f} to {100 * self.high:.0f} %"
        return f"{self.hits} of {self.n}, {100 * self.value:.0f} % ({span}; p {self.p:.3g} against {self.chance:.2f})"


ALPHA = 0.05


def share(hits: int, n: int, chance: float = 0.5) -> Share | None:
    """A share and its one-sided test against chance; None of nothing."""
    if not n:
        return None
    low, high = wilson(hits, n)
    return Share(hits, n, low, high, chance, binomial_tail(hits, n, chance))


def wilson(hits: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Wilson's interval of a share."""
    z = NormalDist().inv_cdf((1 + level) / 2)
    middle = (hits + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * sqrt(hits * (n - hits) / n + z * z / 4)
    return max(0.0, middle - half), min(1.0, middle + half)


def binomial_tail(hits: int, n: int, chance: float = 0.5) -> float:
    """How likely at least so many hits are."""
    return min(1.0, sum(comb(n, k) * chance**k * (1 - chance) ** (n - k) for k in range(hits, n + 1)))


def binomial_two_sided(hits: int, n: int) -> float:
    """How likely an outcome as uneven as this is where both sides are alike."""
    return min(1.0, 2 * binomial_tail(max(hits, n - hits), n))

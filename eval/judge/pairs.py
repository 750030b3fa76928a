"""Pairs: the same block in two arms, each pair judged in both orders. Pure.

A verdict counts only where both orders agree; a judge that changes its mind with the order has none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from eval.labels.exact import Share, binomial_two_sided, share

FIRST, SECOND, TIE = "A", "B", "tie"
"""What a judge answers: which of the two that it was shown."""


@dataclass(frozen=True, slots=True)
class Both:
    """What a judge said of a pair, shown one way and the other."""

    straight: str
    turned: str

    @property
    def verdict(self) -> str:
        """Which of the pair, in the straight order; `tie` where the orders do not agree."""
        return self.straight if self.straight == _turned(self.turned) else TIE

    @property
    def flips(self) -> bool:
        """Whether the same place was chosen both times, and so the other one of the pair."""
        return TIE not in (self.straight, self.turned) and self.straight == self.turned


def _turned(place: str) -> str:
    return {FIRST: SECOND, SECOND: FIRST}.get(place, place)


@dataclass(frozen=True, slots=True)
class PairReport:
    """What a judge says of pairs, and how far the order says it. Shares are None of nothing."""

    pairs: int
    firsts: int
    """Verdicts for the first of the pair, those for the second, and ties."""
    seconds: int
    ties: int
    flips: Share | None
    """Of pairs in which a place was chosen both times."""
    position: Share | None
    """Of all choices, those for the place that was shown first."""
    position_p: float | None
    """How likely so uneven a share is for a judge without a liking for a place: exact, two-sided."""
    p: float | None
    """The same for the verdicts, against arms that deceive alike."""


def report(judged: Iterable[Both]) -> PairReport:
    """Figures of pairs."""
    pairs = list(judged)
    verdicts = [pair.verdict for pair in pairs]
    firsts, seconds = verdicts.count(FIRST), verdicts.count(SECOND)
    chosen = [place for pair in pairs for place in (pair.straight, pair.turned) if place != TIE]
    decided = [pair for pair in pairs if TIE not in (pair.straight, pair.turned)]
    first = chosen.count(FIRST)
    return PairReport(
        pairs=len(pairs), firsts=firsts, seconds=seconds, ties=len(pairs) - firsts - seconds,
        flips=share(sum(pair.flips for pair in decided), len(decided)), position=share(first, len(chosen)),
        position_p=binomial_two_sided(first, len(chosen)) if chosen else None,
        p=binomial_two_sided(firsts, firsts + seconds) if firsts + seconds else None,
    )  # fmt: skip

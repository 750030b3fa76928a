"""The instrument check: experiments drawn from matches whose truth is known, read by the analysis of all experiments.

Where the same players meet in both arms, nothing may be found; where a dial makes liars better, the effect that the
whole pool shows must lie in the intervals and be found as often as the table of blocks promises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np

from eval.experiments.outcome import Outcome
from eval.statistics.design import Estimand
from eval.statistics.frames import in_order
from eval.statistics.pairing import Paired, by_arm, paired
from eval.statistics.power import exact_power, power_of
from eval.statistics.result import Figure
from eval.statistics.testing import crossed, mcnemar_p, mean_figure, rho_of, rng_of

SAME = Estimand("same", "evil_won", "BB", "AA", says="the same players, with other luck of their own")
DIAL = Estimand("dial", "evil_won", "EM", "AA", says="an evil side that lies better by its dial")
ALPHA = 0.05
MOST_FALSE = 0.07
LEAST_DISCORDANT = 0.20
RATES = (0.35, 0.65)
COVERAGE = (0.93, 0.97)
NEAR_TABLE = 0.05
"""By how much found power may differ from the table's."""
LEAST_EFFECT = 0.03
"""An effect of the dial below which coverage and power would say little."""
RESAMPLES = 2_000
"""Of each drawn experiment's bootstrap."""


class Reading(NamedTuple):
    """What an analysis makes of the blocks of an experiment."""

    p: float
    low: float
    high: float


Read: TypeAlias = Callable[[Paired, np.random.Generator], Reading]


class Line(NamedTuple):
    """One thing that is asked of the instrument, what was found, and whether it will do."""

    asked: str
    found: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Check:
    """All lines of a check."""

    rows: tuple[Line, ...]

    @property
    def holds(self) -> bool:
        """Whether the instrument may be used."""
        return all(row.holds for row in self.rows)

    @property
    def lines(self) -> tuple[str, ...]:
        """The table, a line a row."""
        width, found = max(len(row.asked) for row in self.rows), max(len(row.found) for row in self.rows)
        return tuple(f"{row.asked:<{width}}  {row.found:<{found}}  {'ok' if row.holds else 'NO'}" for row in self.rows)

    @property
    def verdict(self) -> str:
        """One sentence."""
        if self.holds:
            return "The instrument holds: it finds what is there, and nothing where nothing is."
        failed = ", ".join(row.asked for row in self.rows if not row.holds)
        return f"The instrument fails: {failed}."


def read(pairs: Paired, rng: np.random.Generator) -> Reading:
    """What the analysis of experiments makes of pairs."""
    figure = mean_figure(pairs.differences, RESAMPLES, rng, binary=True)
    assert figure.low is not None
    assert figure.high is not None
    return Reading(mcnemar_p(crossed(pairs)), figure.low, figure.high)


def check(
    outcomes: Iterable[Outcome], *, size: int = 320, experiments: int = 1_000, seed: int = 1, read: Read = read
) -> Check:
    """Draw experiments of so many blocks from a pool, and hold what `read` makes of them against the whole pool.

    Blocks are drawn with replacement: the pool is then the whole world, and its own difference the truth.
    """
    arms = by_arm(in_order(outcomes))
    same, dial = paired(arms, SAME), paired(arms, DIAL)
    if min(len(same), len(dial)) < size:
        raise ValueError(f"The pool has {min(len(same), len(dial))} whole blocks; an experiment takes {size}.")
    rows = [*_of_pool(same, dial, seed), *_of_same(same, size, experiments, seed, read)]
    return Check((*rows, *_of_dial(dial, size, experiments, seed, read)))


def _of_pool(same: Paired, dial: Paired, seed: int) -> Iterator[Line]:
    base = float(dial.second.mean())
    yield Line(
        f"rate of AA, {100 * RATES[0]:.0f} to {100 * RATES[1]:.0f} %",
        f"{100 * base:.1f} % of {len(dial):,} blocks",
        RATES[0] <= base <= RATES[1],
    )
    differing = crossed(same).discordant / len(same)
    yield Line(
        f"same players: blocks that differ, at least {100 * LEAST_DISCORDANT:.0f} % (else void)",
        f"{100 * differing:.1f} %",
        differing >= LEAST_DISCORDANT,
    )
    effect = mean_figure(dial.differences, RESAMPLES, rng_of(seed, "pool"), binary=True)
    yield Line(
        f"dial: effect on the whole pool, at least {100 * LEAST_EFFECT:.0f} points",
        _points(effect),
        effect.value >= LEAST_EFFECT,
    )


def _points(effect: Figure) -> str:
    ends = f" ({100 * effect.low:+.1f} to {100 * effect.high:+.1f})" if effect.low is not None and effect.high else ""
    return f"{100 * effect.value:+.1f} points{ends}"


def _of_same(same: Paired, size: int, experiments: int, seed: int, read: Read) -> Iterator[Line]:
    readings = list(drawn(same, size, experiments, seed, read))
    false = sum(one.p < ALPHA for one in readings) / experiments
    yield Line(
        f"same players: false findings, at most {100 * MOST_FALSE:.0f} %",
        f"{100 * false:.1f} % of {experiments:,} experiments of {size} blocks",
        false <= MOST_FALSE,
    )


def _of_dial(dial: Paired, size: int, experiments: int, seed: int, read: Read) -> Iterator[Line]:
    readings, truth = list(drawn(dial, size, experiments, seed, read)), float(dial.differences.mean())
    covered = sum(one.low <= truth <= one.high for one in readings) / experiments
    yield Line(
        f"dial: 95 % intervals that hold the pool's effect, {100 * COVERAGE[0]:.0f} to {100 * COVERAGE[1]:.0f} %",
        f"{100 * covered:.1f} %",
        COVERAGE[0] <= covered <= COVERAGE[1],
    )
    yield _of_power(dial, size, [one.p < ALPHA and one.low + one.high > 0 for one in readings])


def _of_power(dial: Paired, size: int, finds: Sequence[bool]) -> Line:
    """How often the dial is found, beside the table; what an exact test gives up is granted to it."""
    pairs, rho = crossed(dial), rho_of(dial, len(dial)) or 0.0
    promised = power_of(size, float(dial.second.mean()), float(dial.differences.mean()), rho, alpha=ALPHA)
    exact = exact_power(size, pairs.only / pairs.n, pairs.other / pairs.n, alpha=ALPHA)
    seen = sum(finds) / len(finds)
    return Line(
        f"dial: found, within {100 * NEAR_TABLE:.0f} points of the table for an exact test",
        f"{100 * seen:.1f} % (table: {100 * promised:.1f} % at rho {rho:.2f}; exact: {100 * exact:.1f} %)",
        abs(seen - exact) <= NEAR_TABLE and abs(promised - exact) <= NEAR_TABLE,
    )


def drawn(pool: Paired, size: int, experiments: int, seed: int, read: Read) -> Iterator[Reading]:
    """What an analysis makes of each of so many experiments."""
    for number in range(experiments):
        rng = rng_of(seed, "experiment", str(number))
        places = rng.integers(len(pool), size=size)
        seeds = tuple(f"{pool.seeds[place]} {turn}" for turn, place in enumerate(places))
        yield read(Paired(seeds, pool.first[places], pool.second[places]), rng)

"""Ratings from all matches at once, so that their order cannot matter.

logit P(evil wins) = setup + mean of its seats' ratings - mean of the town seats' ratings, held near it by a ridge;
intervals come from blocks drawn again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from eval.experiments.outcome import Outcome, Side
from eval.ratings.rating import AVERAGE, POINTS, Interval, Item, Name, evil_score, shares

Floats = NDArray[np.float64]
RIDGE = 1.0
"""How strongly ratings are held near their side's mean."""
LOOSE = 10.0
"""The role lists' own terms are held this much less: they are no ratings."""
DRAWS = 400
LEVEL = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class Patterns:
    """Matches by who met whom on which role list: `rows` are the distinct designs, `weights` has for each block how
    often evil has won and not won in each of them."""

    items: tuple[Item, ...]
    rows: Floats
    weights: Floats
    """Blocks x (won rows, then lost rows)."""


def patterns(outcomes: Sequence[Outcome], name: Name) -> Patterns:
    """The design of the fit."""
    parts = [shares(one, name) for one in outcomes]
    items = tuple(sorted({item for part in parts for item in part}))
    setups = sorted({one.setup for one in outcomes})
    designs = [_design(one, part, items, setups) for one, part in zip(outcomes, parts, strict=True)]
    rows = {row: place for place, row in enumerate(sorted(set(designs)))}
    blocks = {seed: place for place, seed in enumerate(sorted({one.seed for one in outcomes}))}
    weights = np.zeros((len(blocks), 2 * len(rows)))
    for one, design in zip(outcomes, designs, strict=True):
        place, score = rows[design], evil_score(one)
        weights[blocks[one.seed], place] += score
        weights[blocks[one.seed], place + len(rows)] += 1 - score
    return Patterns(items, np.array(list(rows)), weights)


def _design(
    outcome: Outcome, part: Mapping[Item, float], items: Sequence[Item], setups: Sequence[str]
) -> tuple[float, ...]:
    sign = {Side.EVIL: 1.0, Side.TOWN: -1.0}
    return (
        *(round(sign[item.side] * part.get(item, 0.0), 9) for item in items),
        *(LOOSE * (outcome.setup == setup) for setup in setups),
    )


def fit(outcomes: Sequence[Outcome], name: Name, *, draws: int = DRAWS, seed: int = 0) -> dict[Item, Interval]:
    """The rating of each item in points, with its interval. All outcomes are of matches that have ended."""
    found = patterns(outcomes, name)
    rng = np.random.default_rng(seed)
    count = len(found.weights)
    best = _thetas(found, found.weights.sum(axis=0))
    with threadpool_limits(1):  # so small a fit only waits for its threads
        again = np.array(
            [_thetas(found, rng.multinomial(count, np.full(count, 1 / count)) @ found.weights) for _ in range(draws)]
        )
    low, high = np.percentile(again, LEVEL, axis=0)
    return {
        item: Interval(*(float(AVERAGE + POINTS * value) for value in (best[place], low[place], high[place])))
        for place, item in enumerate(found.items)
    }


def _thetas(found: Patterns, weights: Floats) -> Floats:
    """Log odds of each item, their mean on each side being 0. All are 0 where one side has won every match."""
    half = len(found.rows)
    if not weights[:half].sum() or not weights[half:].sum():
        return np.zeros(len(found.items))
    kept = weights > 0
    model = LogisticRegression(C=1 / RIDGE, solver="newton-cholesky")
    model.fit(np.vstack([found.rows, found.rows])[kept], np.repeat([1, 0], half)[kept], sample_weight=weights[kept])
    thetas: Floats = model.coef_[0][: len(found.items)].copy()
    sides = np.array([item.side.value for item in found.items])
    for side in set(sides):
        thetas[sides == side] -= thetas[sides == side].mean()
    return thetas


def rate(scores: Mapping[str, Sequence[float]], *, draws: int = DRAWS, seed: int = 0) -> Interval:
    """A share of wins with its interval, from scores by block; blocks are drawn again whole."""
    sums = np.array([sum(one) for one in scores.values()])
    sizes = np.array([len(one) for one in scores.values()])
    drawn = np.random.default_rng(seed).integers(0, len(sums), (draws, len(sums)))
    again = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    low, high = np.percentile(again, LEVEL)
    return Interval(float(sums.sum() / sizes.sum()), float(low), float(high))

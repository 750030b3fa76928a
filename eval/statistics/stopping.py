"""When an experiment may end before all blocks are played, and how strong the evidence is by then."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
from scipy import optimize, special, stats

from eval.statistics.pairing import Numbers
from eval.statistics.result import Evidence, Look

PRIOR = 10.0
"""The weight, in discordant blocks of each kind, of the belief in no difference behind the e-value."""
LARGEST = 700.0
"""Of the logarithm of an e-value: more has no place in a figure."""
POINTS = 120
"""Of a path of evidence that are kept."""
GRID = 501


@cache
def boundaries(looks: int, alpha: float = 0.05) -> tuple[float, ...]:
    """How far |z| must be from 0 at each of so many evenly planned looks, as O'Brien and Fleming have it."""
    constant = optimize.brentq(lambda bound: crossing(looks, bound) - alpha, 1.0, 10.0, xtol=1e-7)
    return tuple(float(constant * math.sqrt(looks / look)) for look in range(1, looks + 1))


def crossing(looks: int, constant: float) -> float:
    """How likely a walk without drift ever leaves the boundaries: the density between them, step by step."""
    bound = constant * math.sqrt(looks)
    grid, step = np.linspace(-bound, bound, GRID, retstep=True)
    weights = np.full(GRID, step)
    weights[[0, -1]] /= 2
    density = stats.norm.pdf(grid)
    for _ in range(looks - 1):
        density = _stepped(grid) @ (density * weights)
    return float(1.0 - density @ weights)


def _stepped(grid: Numbers) -> Numbers:
    kernel: Numbers = stats.norm.pdf(grid[:, None] - grid[None, :])
    return kernel


def looks_of(differences: Numbers, planned: int, looks: int, alpha: float) -> tuple[Look, ...]:
    """The planned looks, with z at those that so many blocks have reached."""
    return tuple(_looks(differences, planned, looks, alpha))


def _looks(differences: Numbers, planned: int, looks: int, alpha: float) -> Iterator[Look]:
    for number, boundary in enumerate(boundaries(looks, alpha), 1):
        blocks = math.ceil(planned * number / looks)
        if len(differences) < blocks:
            yield Look(blocks, boundary)
        else:
            z = z_of(differences[:blocks])
            yield Look(blocks, boundary, z, abs(z) >= boundary)


def z_of(differences: Numbers) -> float:
    """How many standard errors the sum of differences is from 0; of wins it is McNemar's."""
    spread = math.sqrt(float(np.square(differences).sum()))
    return float(differences.sum()) / spread if spread else 0.0


def log_e(wins: Any, discordant: Any) -> Numbers:
    """The logarithm of the e-value: `wins` of so many discordant blocks fell to the first arm."""
    found: Numbers = (
        special.betaln(PRIOR + wins, PRIOR + discordant - wins)
        - special.betaln(PRIOR, PRIOR)
        + discordant * math.log(2)
    )
    return found


def evidence(differences: Numbers, threshold: float) -> Evidence:
    """The e-value after every block of wins; anybody may look at it at any time."""
    wins, discordant = np.cumsum(differences > 0), np.cumsum(differences != 0)
    path = np.exp(np.minimum(log_e(wins, discordant), LARGEST))
    reached = np.flatnonzero(path >= threshold)
    kept = _kept(len(path))
    points = tuple((place + 1, float(path[place])) for place in kept)
    return Evidence(threshold, points, int(reached[0]) + 1 if len(reached) else None)


def _kept(count: int) -> list[int]:
    """Evenly spread places, the last among them."""
    if not count:
        return []
    return sorted({round(place) for place in np.linspace(0, count - 1, min(count, POINTS))})

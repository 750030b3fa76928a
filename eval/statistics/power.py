"""How many blocks a difference takes to be seen, and which difference so many blocks can see."""

from __future__ import annotations

import math

import numpy as np
from scipy import optimize, stats

HARDLY = 1e-4
"""A difference below which nobody would plan."""


def _z(alpha: float, power: float) -> float:
    return float(stats.norm.ppf(1 - alpha / 2) + stats.norm.ppf(power))


def spread(base: float, difference: float, rho: float) -> float:
    """The variance of a block's difference between two rates whose matches correlate by `rho`."""
    other = base + difference
    both = base * (1 - base) * other * (1 - other)
    return base * (1 - base) + other * (1 - other) - 2 * rho * math.sqrt(both)


def pairs_needed(base: float, difference: float, rho: float, *, alpha: float = 0.05, power: float = 0.8) -> int:
    """Blocks of two matches that show a difference from a base rate with this power, at a two-sided alpha.

    Raises ValueError where base and difference leave the rates.
    """
    if not 0 < base + difference < 1 or not 0 < base < 1 or not difference:
        raise ValueError(f"There is no difference of {difference:+.3f} from a rate of {base:.3f}.")
    return math.ceil(_z(alpha, power) ** 2 * spread(base, difference, rho) / difference**2)


def smallest_difference(
    blocks: int, base: float, rho: float, *, alpha: float = 0.05, power: float = 0.8
) -> float | None:
    """The smallest rise from a base rate that so many blocks show with this power; None where they show none."""
    z, most = _z(alpha, power), 1 - base - HARDLY

    def lacking(difference: float) -> float:
        return z**2 * spread(base, difference, rho) / difference**2 - blocks

    if blocks < 1 or lacking(most) > 0:
        return None
    return float(optimize.brentq(lacking, HARDLY, most)) if lacking(HARDLY) > 0 else HARDLY


def power_of(blocks: int, base: float, difference: float, rho: float, *, alpha: float = 0.05) -> float:
    """How likely so many blocks show a difference, at a two-sided alpha."""
    error = math.sqrt(spread(base, difference, rho) / blocks)
    return float(stats.norm.cdf(abs(difference) / error - stats.norm.ppf(1 - alpha / 2)))


def exact_power(blocks: int, only: float, other: float, *, alpha: float = 0.05) -> float:
    """How likely the exact test of McNemar finds a rise, where these shares of blocks fall to either arm alone.

    It gives up some points to the normal approximation behind the table: what is counted in whole blocks hits alpha
    from below.
    """
    discordant = np.arange(blocks + 1)
    most = stats.binom.ppf(alpha / 2, discordant, 0.5)
    most -= stats.binom.cdf(most, discordant, 0.5) > alpha / 2
    found = stats.binom.sf(discordant - most - 1, discordant, only / (only + other))
    return float(stats.binom.pmf(discordant, blocks, only + other) @ np.where(most >= 0, found, 0.0))


def sentence(blocks: int, base: float, rho: float, *, alpha: float = 0.05, power: float = 0.8) -> str:
    """What so many blocks can see, in words."""
    found = smallest_difference(blocks, base, rho, alpha=alpha, power=power)
    seen = f"can see {100 * found:.1f} points" if found else "can see no difference at all"
    return (
        f"{blocks:,} blocks {seen} with {100 * power:.0f} % power,"
        f" from a rate of {100 * base:.0f} %, if the matches of a block correlate by {rho:.2f}."
    )

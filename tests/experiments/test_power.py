"""How many blocks a difference takes, held against published tables."""

from __future__ import annotations

from collections.abc import Callable
from math import exp

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from eval.statistics.power import exact_power, pairs_needed, power_of, sentence, smallest_difference

TABLE = [
    (0.50, 0.05, (1563, 1291, 949)),
    (0.50, 0.10, (385, 319, 236)),
    (0.35, 0.05, (1468, 1223, 904)),
    (0.35, 0.10, (373, 311, 231)),
]
"""Base rate, difference, and pairs needed where a block's luck spreads by 0, 1 and 2 in log odds: correlations of about
0, 0.17 and 0.38."""


def over_luck(function: Callable[[float], float], luck: float) -> float:
    def at(u: float) -> float:
        return function(u) * float(stats.norm.pdf(u, scale=luck))

    return float(integrate.quad(at, -8 * luck, 8 * luck, limit=200)[0])


def rho_of_luck(base: float, other: float, luck: float) -> float:
    """The correlation of two matches whose log odds share a normal luck, at these two rates."""
    if not luck:
        return 0.0

    def chance(odds: float, u: float) -> float:
        return 1 / (1 + exp(-odds - u))

    def odds_of(rate: float) -> float:
        return float(optimize.brentq(lambda odds: over_luck(lambda u: chance(odds, u), luck) - rate, -10, 10))

    first, second = odds_of(base), odds_of(other)
    both = over_luck(lambda u: chance(first, u) * chance(second, u), luck)
    return (both - base * other) / float(np.sqrt(base * (1 - base) * other * (1 - other)))


@pytest.mark.parametrize(("base", "difference", "pairs"), TABLE)
def test_the_table_of_blocks_needed_is_reproduced(base: float, difference: float, pairs: tuple[int, ...]) -> None:
    for luck, wanted in zip((0.0, 1.0, 2.0), pairs, strict=True):
        rho = rho_of_luck(base, base + difference, luck)
        assert pairs_needed(base, difference, rho) == pytest.approx(wanted, rel=0.01)


def test_four_tests_by_holm_take_1_42_times_as_many_blocks_at_worst() -> None:
    assert pairs_needed(0.5, 0.05, 0, alpha=0.05 / 4) / pairs_needed(0.5, 0.05, 0) == pytest.approx(1.42, abs=0.005)


@pytest.mark.parametrize("rho", [0.0, 0.17, 0.38])
@pytest.mark.parametrize("blocks", [100, 320, 1500])
def test_the_smallest_difference_and_the_blocks_needed_say_the_same(blocks: int, rho: float) -> None:
    difference = smallest_difference(blocks, 0.5, rho)
    assert difference is not None
    assert pairs_needed(0.5, difference, rho) in (blocks, blocks + 1)
    assert power_of(blocks, 0.5, difference, rho) == pytest.approx(0.8, abs=0.001)


def test_power_is_what_simulated_blocks_show() -> None:
    rng = np.random.default_rng(5)
    wins = rng.random((4000, 2, 385)) < np.array([[[0.6], [0.5]]])
    differences = wins[:, 0].astype(float) - wins[:, 1]
    z = differences.mean(axis=1) / (differences.std(axis=1) / np.sqrt(385))
    assert (np.abs(z) > 1.96).mean() == pytest.approx(power_of(385, 0.5, 0.1, 0.0), abs=0.025)


def test_an_exact_test_finds_a_little_less_than_the_table_says_and_as_much_as_simulated_blocks_show() -> None:
    rng = np.random.default_rng(6)
    kinds = rng.multinomial(320, [0.28, 0.16, 0.3, 0.26], size=1_000)
    found = [only > other and stats.binomtest(int(only), int(only + other)).pvalue < 0.05 for only, other, *_ in kinds]
    exact = exact_power(320, 0.28, 0.16)
    assert np.mean(found) == pytest.approx(exact, abs=0.03)
    rho = (0.3 - 0.58 * 0.46) / float(np.sqrt(0.58 * 0.42 * 0.46 * 0.54))
    assert 0.0 < power_of(320, 0.46, 0.12, rho) - exact < 0.05


@pytest.mark.parametrize(
    ("blocks", "says"),
    [
        (320, "320 blocks can see 10.0 points with 80 % power, from a rate of 50 %"),
        (20, "20 blocks can see 35.2 points"),
        (2, "2 blocks can see no difference at all"),
    ],
)
def test_what_a_budget_can_see_is_said_in_words(blocks: int, says: str) -> None:
    assert sentence(blocks, 0.5, 0.17).startswith(says)


@pytest.mark.parametrize(("base", "difference"), [(0.5, 0.0), (0.9, 0.2), (0.0, 0.1)])
def test_a_difference_that_cannot_be_is_refused(base: float, difference: float) -> None:
    with pytest.raises(ValueError, match="no difference"):
        pairs_needed(base, difference, 0.0)

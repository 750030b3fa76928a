"""Planned looks and evidence at any time: boundaries, the formula, and how often they stop for nothing."""

from __future__ import annotations

from math import exp, lgamma, log

import numpy as np
import pytest

from eval.statistics.stopping import boundaries, evidence, log_e, looks_of, z_of


def wins(first: int, second: int, alike: int = 0) -> np.ndarray:
    """Differences of blocks: so many to the first arm, to the second, to neither."""
    return np.array([1.0] * first + [-1.0] * second + [0.0] * alike)


@pytest.mark.parametrize(
    ("looks", "alpha", "last", "published"),
    [
        (4, 0.05, 2.024, (4.049, 2.863, 2.337, 2.024)),
        (2, 0.05, 1.977, (2.797, 1.977)),
        (5, 0.05, 2.040, (4.562, 3.226, 2.634, 2.281, 2.040)),
        (3, 0.01, 2.595, None),
    ],
)
def test_the_boundaries_are_those_of_o_brien_and_fleming(
    looks: int, alpha: float, last: float, published: tuple[float, ...] | None
) -> None:
    found = boundaries(looks, alpha)
    assert found[-1] == pytest.approx(last, abs=0.001)
    if published:
        assert found == pytest.approx(published, abs=0.001)


def test_planned_looks_find_nothing_where_nothing_is_in_about_five_of_a_hundred() -> None:
    steps = np.random.default_rng(1).normal(size=(40_000, 4)).cumsum(axis=1)
    z = steps / np.sqrt(np.arange(1, 5))
    assert (np.abs(z) >= boundaries(4)).any(axis=1).mean() == pytest.approx(0.05, abs=0.004)


def test_a_look_is_taken_at_its_blocks_and_not_before() -> None:
    looks = looks_of(wins(35, 5, 60), 400, 4, 0.05)
    assert [look.blocks for look in looks] == [100, 200, 300, 400]
    assert looks[0].z == pytest.approx(30 / 40**0.5)
    assert (looks[0].crossed, looks[1].z) == (True, None)
    assert not looks_of(wins(20, 15, 65), 400, 4, 0.05)[0].crossed
    assert z_of(wins(0, 0, 5)) == 0.0


@pytest.mark.parametrize(("first", "second"), [(0, 0), (7, 3), (40, 12), (300, 200)])
def test_the_e_value_is_the_formula_s(first: int, second: int) -> None:
    def beta(a: float, b: float) -> float:
        return lgamma(a) + lgamma(b) - lgamma(a + b)

    n = first + second
    by_hand = beta(10 + first, 10 + second) - beta(10, 10) + n * log(2)
    assert float(log_e(first, n)) == pytest.approx(by_hand)
    assert evidence(wins(first, second), 20.0).e == pytest.approx(exp(by_hand))


def test_blocks_that_end_alike_are_no_evidence_and_order_within_the_arms_none_either() -> None:
    assert evidence(wins(9, 3, 50), 20.0).e == pytest.approx(evidence(wins(9, 3), 20.0).e)
    assert evidence(-wins(9, 3), 20.0).e == pytest.approx(evidence(wins(9, 3), 20.0).e)


def test_evidence_says_after_which_block_it_was_enough() -> None:
    found = evidence(wins(60, 0), 20.0)
    before = [float(log_e(n, n)) < log(20) for n in range(1, 61)]
    assert found.stopped == before.count(True) + 1
    assert found.path[-1][0] == 60
    assert evidence(wins(5, 5), 20.0).stopped is None
    assert len(evidence(np.tile([1.0, -1.0], 2000), 20.0).path) <= 120


def test_evidence_stops_for_nothing_less_often_than_it_says() -> None:
    rng = np.random.default_rng(2)
    differences = rng.choice([-1.0, 0.0, 1.0], p=[0.25, 0.5, 0.25], size=(2_000, 1_500))
    discordant = np.cumsum(differences != 0, axis=1)
    stopped = (log_e(np.cumsum(differences > 0, axis=1), discordant) >= log(20)).any(axis=1)
    assert stopped.mean() < 0.05

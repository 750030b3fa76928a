"""Pairs, tests and intervals, against tables worked by hand and against the definitions."""

from __future__ import annotations

from math import asin, sqrt

import numpy as np
import pytest
from scipy import stats

from eval.experiments.outcome import Ending, Outcome
from eval.statistics.design import Estimand
from eval.statistics.frames import CountedTwice, frame, in_order, seats_frame
from eval.statistics.pairing import Coding, Paired, by_arm, contrasted, paired
from eval.statistics.result import Pairs
from eval.statistics.testing import (
    benjamini_hochberg,
    cohens_h,
    crossed,
    holm,
    mcnemar_p,
    mean_figure,
    odds_ratio,
    permutation_p,
    rho_of,
    share_figure,
)
from tests.experiments.simulated import outcome, outcomes

P1, P2 = Estimand("P1", "evil_won", "EM", "AA"), Estimand("P2", "town_won", "TM", "AA")


def rng() -> np.random.Generator:
    return np.random.default_rng(3)


def pairs_of(first: list[float], second: list[float]) -> Paired:
    return Paired(tuple(map(str, range(len(first)))), np.array(first), np.array(second))


def played(rows: list[tuple[int, str, str]]) -> list[Outcome]:
    """Matches by block, arm and how they came out: evil, town, draw or failed."""
    return [
        outcome(block, arm, "A", "A", how == "evil", draw=how == "draw", failed=how == "failed")
        for block, arm, how in rows
    ]


BY_HAND = played([
    (0, "EM", "evil"), (0, "AA", "town"),
    (1, "EM", "draw"), (1, "AA", "evil"),
    (2, "EM", "failed"), (2, "AA", "evil"),
    (3, "EM", "evil"), (3, "AA", "draw"),
    (4, "EM", "evil"),
])  # fmt: skip


@pytest.mark.parametrize(
    ("coding", "differences"),
    [
        (Coding.PRIMARY, [1.0, -1.0, -1.0, 1.0]),
        (Coding.DROPPED, [1.0, -1.0]),
        (Coding.HALF, [1.0, -0.5, -1.0, 0.5]),
        (Coding.FINISHED, [1.0, -1.0, 1.0]),
    ],
)
def test_draws_and_failures_count_as_the_coding_says(coding: Coding, differences: list[float]) -> None:
    assert paired(by_arm(BY_HAND), P1, coding).differences.tolist() == differences


def test_a_figure_that_a_match_lacks_leaves_its_block_out() -> None:
    assert len(paired(by_arm(BY_HAND), Estimand("S3", "lie_rate@evil", "EM", "AA"))) == 3
    assert len(paired(by_arm(BY_HAND), Estimand("S9", "no_such_figure", "EM", "AA"))) == 0


def test_the_difference_of_two_estimands_is_taken_block_by_block() -> None:
    rows = [(0, "EM", "evil"), (0, "AA", "town"), (0, "TM", "evil"), (1, "EM", "evil"), (1, "AA", "evil")]
    arms = by_arm(played(rows))
    assert contrasted(paired(arms, P1), paired(arms, P2)).differences.tolist() == [2.0]


def test_an_outcome_that_is_there_twice_is_an_error() -> None:
    with pytest.raises(CountedTwice, match="Block 0 has two outcomes in arm AA"):
        in_order([*BY_HAND, BY_HAND[1]])


@pytest.mark.parametrize(
    ("only", "other", "p"),
    [(10, 2, 2 * (1 + 12 + 66) / 2**12), (5, 5, 1.0), (6, 0, 2 / 2**6), (0, 0, 1.0)],
)
def test_mcnemar_is_the_exact_one(only: int, other: int, p: float) -> None:
    assert mcnemar_p(Pairs(only, other, 17, 23)) == pytest.approx(p)


def test_few_blocks_are_exchanged_in_all_ways() -> None:
    assert permutation_p(np.array([1.0, 1.0, 1.0, 2.0]), 10_000, rng()) == pytest.approx(2 / 2**4)
    assert permutation_p(np.zeros(9), 10_000, rng()) == 1.0


def test_permutation_and_mcnemar_agree_where_both_may_be_asked() -> None:
    pairs = pairs_of([1.0] * 14 + [0.0] * 5 + [1.0] * 20, [0.0] * 14 + [1.0] * 5 + [1.0] * 20)
    assert permutation_p(pairs.differences, 10_000, rng()) == pytest.approx(mcnemar_p(crossed(pairs)), abs=0.01)


def test_the_interval_is_the_bootstrap_s_of_the_library() -> None:
    differences = np.array([1.0] * 60 + [-1.0] * 30 + [0.0] * 110)
    found = mean_figure(differences, 4_000, rng(), binary=True)
    other = stats.bootstrap((differences,), np.mean, method="BCa", n_resamples=4_000, rng=9).confidence_interval
    assert (found.value, found.n) == (0.15, 200)
    assert (found.low, found.high) == pytest.approx((other.low, other.high), abs=0.011)


def test_blocks_that_all_agree_still_leave_room_for_what_was_not_seen() -> None:
    found = mean_figure(np.zeros(100), 1_000, rng(), binary=True)
    assert (found.low, found.high) == pytest.approx((-0.0362, 0.0362), abs=0.0001)
    sure = mean_figure(np.ones(100), 1_000, rng(), binary=True)
    assert (sure.low, sure.high) == pytest.approx((1 - 2 * 0.0362, 1.0), abs=0.0002)
    assert mean_figure(np.ones(5), 1_000, rng()).low is None


def test_effect_sizes_are_their_definitions() -> None:
    pairs = pairs_of(
        [1.0] * 40 + [0.0] * 10 + [1.0] * 20 + [0.0] * 30, [0.0] * 40 + [1.0] * 10 + [1.0] * 20 + [0.0] * 30
    )
    ratio, h = odds_ratio(crossed(pairs)), cohens_h(pairs, 1_000, rng())
    assert ratio is not None
    assert h is not None
    assert ratio.value == 4.0
    exact = stats.binomtest(40, 50).proportion_ci(method="exact")
    assert (ratio.low, ratio.high) == pytest.approx((exact.low / (1 - exact.low), exact.high / (1 - exact.high)))
    assert h.value == pytest.approx(2 * asin(sqrt(0.6)) - 2 * asin(sqrt(0.3)))
    assert h.low is not None
    assert h.low < h.value
    assert odds_ratio(Pairs(4, 0, 1, 1)) is None


def test_rho_is_that_of_the_first_blocks() -> None:
    alike, unlike = [1.0, 0.0] * 25, [0.0, 1.0] * 100
    pairs = pairs_of(alike + [1.0] * 200, alike + unlike)
    assert rho_of(pairs) == pytest.approx(1.0)
    assert rho_of(pairs_of([1.0] * 60, alike + [1.0] * 10)) is None


def test_several_tests_are_corrected_as_in_the_books() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert benjamini_hochberg([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.02, 0.04, 0.04, 0.02])
    assert holm([]) == []


def test_a_share_of_nothing_is_no_figure() -> None:
    assert share_figure(0, 0) is None
    found = share_figure(8, 10)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((0.4902, 0.9433), abs=0.0001)


def test_frames_have_a_row_a_match_and_a_row_a_seat_in_one_order() -> None:
    matches = list(outcomes(5, {}, failing=0.2))
    table, seats = frame(matches), seats_frame(matches)
    assert len(table) == 20
    assert {"lie_rate@evil", "match_length", "ending", "evil_won"} <= set(table.columns)
    assert len(seats) == 7 * int((table["ending"] != "failed").sum())
    assert {"block", "arm", "seat", "side", "won", "lie_rate"} <= set(seats.columns)
    assert frame(matches[::-1]).equals(table)
    assert seats_frame(matches[::-1]).equals(seats)
    assert table.loc[table["ending"] == Ending.FAILED.value, "lie_rate@evil"].isna().all()

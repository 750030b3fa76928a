"""Agreement and uncertainty against worked examples that others have published."""

from __future__ import annotations

import pytest

from eval.labels.agreement import Confusion, agreement, alpha, confusion
from eval.labels.exact import binomial_tail, binomial_two_sided, share, wilson

KRIPPENDORFF = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
)
"""Four observers, twelve units: section C of Krippendorff, Computing Krippendorff's Alpha-Reliability (2011)."""
TWO_BINARY = ((0, 1, 0, 0, 0, 0, 0, 0, 1, 0), (1, 1, 1, 0, 0, 1, 0, 0, 0, 0))
"""Section A of the same."""


def units(raters: tuple[tuple[int | None, ...], ...]) -> list[tuple[int, ...]]:
    """What was said of each unit."""
    return [tuple(value for value in said if value is not None) for said in zip(*raters, strict=True)]


@pytest.mark.parametrize(("raters", "expected"), [(KRIPPENDORFF, 0.743), (TWO_BINARY, 0.095)], ids=["four", "two"])
def test_alpha_is_that_of_the_published_examples(raters: tuple[tuple[int | None, ...], ...], expected: float) -> None:
    found = alpha(units(raters))
    assert found == pytest.approx(expected, abs=0.0005)


def test_alpha_is_one_where_all_agree_and_none_where_nothing_differs() -> None:
    assert alpha([("a", "a"), ("b", "b", "b")]) == 1.0
    assert alpha([("a", "a"), ("a", "a")]) is None
    assert alpha([("a",), ()]) is None


@pytest.mark.parametrize(
    ("table", "kappa"),
    [(Confusion(20, 5, 10, 15), 0.4), (Confusion(45, 15, 25, 15), 0.1304), (Confusion(5, 0, 0, 5), 1)],
)
def test_kappa_is_that_of_the_known_examples(table: Confusion, kappa: float) -> None:
    assert table.kappa == pytest.approx(kappa, abs=0.0001)


def test_figures_of_nothing_are_none_and_pass_no_gate() -> None:
    silent = Confusion(0, 0, 15, 135)
    assert silent.precision is None
    assert silent.kappa == 0.0
    assert not silent.passes
    assert Confusion().kappa is None
    assert Confusion(0, 0, 0, 150).kappa is None


@pytest.mark.parametrize(
    ("table", "passes"),
    [(Confusion(8, 2, 2, 88), True), (Confusion(79, 21, 0, 900), False), (Confusion(8, 0, 12, 130), False)],
    ids=["both", "precision", "kappa"],
)
def test_the_gate_wants_precision_and_kappa(table: Confusion, passes: bool) -> None:
    assert table.passes is passes


def test_prevalence_is_corrected_for_the_errors_of_the_judge() -> None:
    table = Confusion(hits=90, alarms=20, misses=10, absent=80)  # finds 90 %, leaves 80 % of the absent out
    assert table.prevalence(0.9 * 0.3 + 0.2 * 0.7) == pytest.approx(0.3)
    assert table.prevalence(0.1) == 0.0
    assert Confusion(50, 50, 50, 50).prevalence(0.5) is None


def test_two_annotators_are_held_against_each_other_and_units_of_one_are_left_out() -> None:
    found = agreement({1: {"ann": True, "bob": True}, 2: {"ann": True, "bob": False}, 3: {"ann": False}})
    assert found.units == 2
    assert found.confusion == confusion([(True, True), (True, False)])
    assert agreement({1: {"ann": True, "bob": True, "cy": False}}).confusion is None


def test_intervals_and_tests_are_the_textbooks() -> None:
    assert wilson(0, 10) == pytest.approx((0.0, 0.2775), abs=0.0001)
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=0.0001)
    assert binomial_tail(8, 10) == pytest.approx(56 / 1024)
    assert binomial_two_sided(1, 10) == pytest.approx(22 / 1024)
    found = share(8, 10)
    assert found is not None
    assert not found.is_above_chance
    assert share(0, 0) is None

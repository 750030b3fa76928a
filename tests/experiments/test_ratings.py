"""Ratings find the strengths that outcomes were made with, say how sure they are, and do not hang on the order."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import partial

import pytest

from eval.experiments.outcome import Outcome, Side
from eval.ratings.rated import FEWEST, ratings_of
from eval.ratings.rating import POINTS, Ratings, by_agent
from tests.experiments.simulated import ARMS, outcome, outcomes

WORTH = {"M@evil": 0.8, "A@evil": 0.0, "M@town": -0.4, "A@town": 0.4}


@pytest.fixture(scope="module")
def played() -> list[Outcome]:
    """Four hundred blocks of known strengths."""
    return list(outcomes(400, WORTH))


@pytest.fixture(scope="module")
def rated(played: list[Outcome]) -> Ratings:
    """Their ratings."""
    return ratings_of(played)


few = partial(ratings_of, draws=40)


def points(found: Ratings, item: str) -> tuple[float, float, float]:
    """A rating with its interval."""
    worth = next(one.points for one in found.ratings if f"{one.model}@{one.side.value}" == item)
    assert worth
    return worth.low, worth.value, worth.high


@pytest.mark.parametrize(("item", "log_odds"), [("M@evil", 0.4), ("A@evil", -0.4), ("M@town", -0.4), ("A@town", 0.4)])
def test_the_interval_of_a_rating_holds_the_strength_that_matches_were_made_with(
    rated: Ratings, item: str, log_odds: float
) -> None:
    low, value, high = points(rated, item)
    assert low < 1500 + POINTS * log_odds < high
    assert low < value < high < low + 120


def test_a_model_is_rated_apart_on_each_side(rated: Ratings) -> None:
    assert points(rated, "M@evil")[0] > points(rated, "A@evil")[2]
    assert points(rated, "M@town")[2] < points(rated, "A@town")[0]


def test_each_rating_says_its_matches_blocks_wins_and_interval(rated: Ratings, played: list[Outcome]) -> None:
    evil = [one for one in played if one.arm in ("EM", "MM")]
    found = next(one for one in rated.ratings if (one.model, one.side) == ("M", Side.EVIL))
    assert (found.matches, found.blocks, found.wins) == (800, 400, sum(one.evil_won for one in evil))
    assert found.won
    assert found.won.low < found.won.value == found.wins / 800 < found.won.high


def test_the_order_of_outcomes_changes_nothing(played: list[Outcome]) -> None:
    some = played[:200]
    shuffled = random.Random(3).sample(some, len(some))
    assert few(shuffled) == few(some)


def test_the_board_says_how_far_the_order_of_matches_moves_it(rated: Ratings) -> None:
    for one in rated.ratings:
        assert one.board
        assert one.board.orders == 20
        assert one.board.low < one.board.value < one.board.high
    strong, weak = (
        next(one.board for one in rated.ratings if (one.model, one.side) == (name, Side.EVIL)) for name in "MA"
    )
    assert strong
    assert weak
    assert strong.value > weak.value


def test_too_few_blocks_give_a_reason_and_no_rating() -> None:
    found = few(outcomes(FEWEST - 1, WORTH))
    assert all(one.points is one.won is one.board is None for one in found.ratings)
    assert {one.reason for one in found.ratings} == {"9 of the 10 blocks that it takes to say anything"}


def test_failed_matches_are_counted_and_in_no_rating_and_those_without_a_winner_are_half_a_win() -> None:
    blocks = [outcome(block, "AA", "A", "A", block < 10) for block in range(20)]
    drawn = [outcome(block, "AA", "A", "A", True, draw=True) for block in range(20, 30)]
    failed = [outcome(block, "AA", "A", "A", True, failed=True) for block in range(30, 35)]
    found = few([*blocks, *drawn, *failed])
    assert (found.matches, found.failed, found.halved) == (30, 5, 10)
    assert [one.won.value for one in found.ratings if one.won] == [0.5, 0.5]


def test_role_lists_of_unlike_odds_do_not_pass_for_strength() -> None:
    hard = list(outcomes(200, {}, {"AA": ARMS["AA"]}, setup="hard", base=-1.5))
    easy = list(outcomes(200, {}, {"MM": ARMS["MM"]}, setup="easy", base=1.5, seed=2))
    met = list(outcomes(200, {}, setup="both", seed=3))
    low, _, high = points(few([*hard, *easy, *met]), "M@evil")
    assert low < 1500 < high


def test_a_side_that_always_wins_has_a_finite_rating() -> None:
    found = few([outcome(block, arm, *ARMS[arm], True) for block in range(20) for arm in ARMS])
    assert [one.points.value for one in found.ratings if one.points] == [1500.0] * 4


def test_models_can_be_rated_by_the_agents_behind_a_plans_names(played: list[Outcome]) -> None:
    assert {one.model for one in few(played[:80], by_agent).ratings} == {"scripted:A", "scripted:M"}


def test_roles_have_their_own_shares_of_wins(rated: Ratings) -> None:
    found = {(one.model, one.role): one for one in rated.roles}
    doctor = found["A", "Doctor"]
    assert (doctor.side, doctor.matches, doctor.seats) == (Side.TOWN, 800, 800)
    assert doctor.won
    assert doctor.won.low < doctor.won.value == doctor.wins / 800 < doctor.won.high
    mixed = few(replace(one, seats=one.seats[2:]) for one in outcomes(12, WORTH))
    assert {one.side for one in mixed.ratings} == {Side.TOWN}

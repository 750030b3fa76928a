"""What an answer earns, row by row, and what a group of answers teaches."""

from __future__ import annotations

from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.reward.advantages import Baselines, centred, credit, is_flat, shuffled
from training.reward.terms import Marks, Schedule, Weights, reward, terms

GOOD = {"form": True, "legal": True, "sensible": True, "active": True}
TABLE = [
    ("a sensible deed", GOOD, 1.0),
    ("the same with text behind it", {**GOOD, "form": False}, 0.6),
    ("waiting where something can be done", {**GOOD, "sensible": False, "active": False}, 0.6),
    ("waiting where waiting is as good", {**GOOD, "active": False, "may_act": False}, 1.0),
    ("a deed where waiting is as good", {**GOOD, "may_act": False}, 1.0),
    ("well formed and not allowed", {"form": True, "sensible": True, "active": True}, 0.4),
    ("allowed and senseless", {**GOOD, "sensible": False}, 0.6),
    ("nothing that can be read", {}, 0.0),
    ("two look-ups for nothing", {**GOOD, "lookups": 2}, 0.96),
    ("a token over the budget", {**GOOD, "tokens": 33}, 0.95),
    ("seventeen tokens over the budget", {**GOOD, "tokens": 49}, 0.9),
    ("a question answered rightly", {"form": True, "understood": 1.0}, 1.4),
    ("a question answered by half", {"form": True, "understood": 0.5}, 0.9),
    ("a question answered wrongly", {"form": True, "understood": 0.0}, 0.4),
]
numbers = st.lists(st.floats(-5, 5, width=32), min_size=2, max_size=12)


@pytest.mark.parametrize(("what", "marks", "worth"), TABLE, ids=[row[0] for row in TABLE])
def test_an_answer_earns(what: str, marks: dict[str, object], worth: float) -> None:
    assert reward(terms(Marks(**marks), Weights(), budget=32)) == worth  # type: ignore[arg-type]


def test_no_term_is_about_truth() -> None:
    asked = terms(Marks(), Weights(), 32).keys() | terms(Marks(understood=1.0), Weights(), 32).keys()
    assert asked == {"format", "legality", "target", "activity", "tool", "brevity", "understanding"}


@given(numbers)
def test_advantages_sum_to_nothing_and_keep_the_order(rewards: list[float]) -> None:
    found = centred(rewards)
    assert sum(found) == pytest.approx(0.0, abs=1e-6)
    assert sorted(range(len(found)), key=found.__getitem__) == sorted(range(len(rewards)), key=found.__getitem__)
    assert found[0] - found[-1] == pytest.approx(rewards[0] - rewards[-1], abs=1e-6)


@given(st.floats(-5, 5, width=32), st.integers(2, 8))
def test_a_group_of_equal_rewards_teaches_nothing(worth: float, n: int) -> None:
    assert is_flat(centred([worth] * n))


@given(numbers)
def test_the_control_gives_the_same_rewards_to_other_answers(rewards: list[float]) -> None:
    assert sorted(shuffled(rewards, "seed", 1)) == sorted(rewards)
    assert shuffled(rewards, "seed", 1) == shuffled(rewards, "seed", 1)


def test_the_control_tells_an_answer_nothing_of_its_own_worth() -> None:
    worth = fmean(shuffled((1.0, 0.0, 0.0, 0.0), "seed", number)[0] for number in range(2000))
    assert worth == pytest.approx(0.25, abs=0.04)


def test_an_outcome_counts_against_what_its_role_expects_at_its_table() -> None:
    known = Baselines(rate=0.5).after("Jester", "small", 1.0).after("Jester", "small", 1.0)
    assert (known.of("Jester", "small"), known.of("Doctor", "small")) == (0.75, 0.0)
    won, lost = credit((1.0, 1.0), (1.0, -1.0), known.of("Jester", "small"), 0.5)
    assert (won, lost) == (0.125, -0.875)


def test_at_a_table_that_is_new_a_role_is_expected_to_do_as_elsewhere() -> None:
    known = Baselines(rate=0.5).after("Jester", "small", 1.0).after("Jester", "large", -1.0)
    assert (known.of("Jester", "small"), known.of("Jester", "large"), known.of("Jester", "new")) == (0.5, -0.25, -0.25)


def test_an_outcome_that_has_no_weight_yet_changes_nothing() -> None:
    assert credit((1.0, 0.0), (-1.0, 1.0), 0.0, 0.0) == centred((1.0, 0.0))


@pytest.mark.parametrize(("rise", "counted", "share"), [(20, 0, 0.0), (20, 5, 0.25), (20, 99, 1.0), (0, 99, 0.0)])
def test_the_outcome_comes_in_step_by_step(rise: int, counted: int, share: float) -> None:
    assert Schedule(rise=rise).share(counted) == share

"""What a match's prompts cost, against what no cache could have spared."""

from __future__ import annotations

import pytest

from agents.llm.accounting import Asked, account


def asked(seat: int, events: int, stable: int, tail: int, prompt: int, cached: int, **more: object) -> Asked:
    """One decision of a seat whose shared beginning has 100 tokens."""
    recipe = {
        "events": events,
        "shared_tokens": 100,
        "stable_tokens": stable,
        "tail_tokens": tail,
        "cuts": [],
        "requests": 1,
    }
    attempts = {"attempts": 1, "refused": 0, **more}
    return Asked(seat, recipe, prompt_tokens=prompt, cached_tokens=cached, written_tokens=5, **attempts)


TWO_SEATS = [
    asked(1, 4, 200, 50, 250, 0),
    asked(2, 4, 180, 50, 230, 96),
    asked(1, 9, 300, 40, 340, 192),
    asked(2, 9, 290, 40, 330, 160),
]


def test_the_floor_is_each_seats_last_stable_tokens_and_every_tail_once():
    assert account(TWO_SEATS).floor == 300 + 290 + 50 + 50 + 40 + 40


def test_computed_is_what_the_cache_did_not_have():
    found = account(TWO_SEATS)
    assert found.computed == 250 + 134 + 148 + 170
    assert found.over_floor == pytest.approx(702 / 770)


def test_the_common_beginning_is_taken_out_of_both_sides():
    found = account(TWO_SEATS)
    assert found.common == 4 * 100
    assert found.cached_share == pytest.approx(448 / 1150)
    assert found.cached_share_without_common == pytest.approx(48 / 750)


def test_first_tries_are_those_with_one_attempt_that_was_taken():
    rows = [*TWO_SEATS, asked(1, 12, 310, 40, 700, 600, attempts=2, refused=1),
            asked(2, 12, 310, 40, 700, 600, attempts=1, fallback="NoLane")]  # fmt: skip
    found = account(rows)
    assert (found.decisions, found.first_try, found.fallbacks) == (6, 4, 1)


def test_tokens_that_were_cut_belong_to_the_floor():
    row = asked(1, 9, 200, 40, 400, 0)
    cut = Asked(1, {**row.recipe, "cuts": [{"day": 1, "lines": 9, "tokens": 90, "whole": False}]}, 1, 0, 400, 0, 5)
    found = account([cut])
    assert (found.floor, found.cuts, found.cut_tokens) == (200 + 90 + 40, 1, 90)

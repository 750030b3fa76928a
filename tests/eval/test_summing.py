"""Metrics added up: seats to matches, matches to arms."""

from __future__ import annotations

import json

import pytest

from eval.metrics import Value, match_metrics
from eval.metrics.summing import of_match, over_matches, over_seats
from eval.metrics.value import category, count, null, ratio, time
from tests.eval.golden import ADA, BEN, CLEO, golden_log


def test_a_mean_leaves_out_what_has_no_value_and_says_of_how_many_it_is() -> None:
    judged = over_seats(match_metrics(golden_log()).seats.values())["verdict_accuracy"]
    assert judged.value == pytest.approx((1 + 2 / 3 + 1 + 1 / 2) / 4)  # Ada, Ben, Cleo and Dov
    assert (judged.n, judged.of) == (4, 7)
    assert (judged.numerator, judged.denominator) == (6, 8)


def test_a_mean_of_nothing_is_no_value() -> None:
    nobody = over_seats([{"cost": null("no model")}])["cost"]
    assert nobody.to_json() == {"value": None, "n": 0, "of": 1, "numerator": 0, "denominator": 0, "censored": 0}


def test_a_side_can_be_added_up_alone() -> None:
    seats = match_metrics(golden_log()).seats
    town = over_seats([seats[ADA], seats[BEN], seats[CLEO]])
    assert town["days_alive"].value == 3.0
    assert town["days_alive"].censored == 1  # Ben lives at the end
    assert town["won"].value == 1.0


def test_of_a_category_the_shares_are_told() -> None:
    deaths = over_seats(match_metrics(golden_log()).seats.values())["death_kind"]
    assert deaths.value is None
    assert deaths.shares == {"lynch": 3 / 5, "mafia": 2 / 5}


def test_a_match_counts_once_however_many_seats_have_a_value() -> None:
    many = over_seats([{"silence": ratio(1, 1)}, {"silence": ratio(1, 2)}, {"silence": ratio(0, 4)}])
    one = over_seats([{"silence": ratio(1, 4)}, {"silence": null("lived no day")}])
    none = over_seats([{"silence": null("lived no day")}])
    arm = over_matches([many, one, none])["silence"]
    assert arm.value == pytest.approx((0.5 + 0.25) / 2)
    assert (arm.n, arm.of) == (2, 3)


def test_shares_of_a_category_are_means_over_the_matches_that_had_one() -> None:
    deaths = [[category("lynch"), category("mafia")], [category("mafia")], [null("alive at the end")]]
    matches = [over_seats([{"death_kind": death} for death in match]) for match in deaths]
    assert over_matches(matches)["death_kind"].shares == {"lynch": 0.25, "mafia": 0.75}


def test_what_belongs_to_the_match_adds_up_in_the_same_way() -> None:
    found = match_metrics(golden_log()).match
    arm = over_matches([of_match(found), of_match({"match_length": count(8)})])
    assert arm["match_length"].value == 6.0


def test_a_value_as_json_leaves_out_what_is_not_there() -> None:
    assert Value(3).to_json() == {"value": 3}
    assert time(4, censored=True).to_json() == {"value": 4, "censored": True}
    assert ratio(1, 4, neutral=2).to_json() == {
        "value": 0.25,
        "numerator": 1,
        "denominator": 4,
        "parts": {"neutral": 2},
    }
    assert ratio(0, 0, "no vote").to_json() == {"value": None, "numerator": 0, "denominator": 0, "reason": "no vote"}
    assert category("mafia", ("arsonist",)).to_json() == {"value": "mafia", "others": ["arsonist"]}


def test_all_metrics_of_a_match_are_json() -> None:
    found = json.loads(json.dumps(match_metrics(golden_log()).to_json()))
    assert found["match"]["match_length"] == {"value": 4}
    assert found["seats"][str(CLEO)]["death_kind"] == {"value": "mafia"}

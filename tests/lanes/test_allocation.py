"""Which lane a seat goes to, and why."""

from __future__ import annotations

import pytest

from agents.lanes.allocation import allocate
from agents.lanes.facts import Adapter, Kind, LaneFacts, ModelFacts, State, Wanted

SMOL = ModelFacts("smol", "base", "base")
BAD = ModelFacts("bad", "base", "bad", adapter=Adapter("bad", "/adapters/bad"))


def lane(name: str, **facts) -> LaneFacts:
    return LaneFacts(**{"name": name, "url": f"http://{name}/v1", "base": "base", **facts})


def names(places) -> list[str | None]:
    return [place.lane for place in places]


def test_all_seats_of_a_match_and_model_go_to_one_lane():
    places = allocate(dict.fromkeys(range(1, 16), SMOL), [lane("a"), lane("b")])
    assert set(names(places)) == {"a"}
    assert places[0].reason == "has the least load (0 seats of 16)"
    assert places[14].reason == "beside 14 of the same match and model"


def test_the_next_match_goes_to_the_lane_with_less_load():
    (place,) = allocate({1: SMOL}, [lane("a", seats=15), lane("b", seats=2)])
    assert place.lane == "b"


def test_a_match_parts_where_a_lane_has_more_than_its_share():
    places = allocate(dict.fromkeys(range(1, 7), SMOL), [lane("a", concurrency=4), lane("b", concurrency=4)])
    assert names(places) == ["a"] * 4 + ["b"] * 2
    assert places[4].reason == "a has its share (4 seats), has the least load (0 seats of 4)"
    assert places[5].reason.startswith(("beside", "a has its share"))


def test_more_seats_than_all_lanes_answer_at_once_are_still_placed_evenly():
    places = allocate(dict.fromkeys(range(1, 31), SMOL), [lane("a", concurrency=4), lane("b", concurrency=8)])
    assert names(places).count("a") in range(9, 12)
    assert None not in names(places)


def test_seats_join_those_of_their_match_that_are_placed_already():
    (place,) = allocate({9: SMOL}, [lane("a"), lane("b", seats=3)], settled=[("smol", "b"), ("bad", "a")])
    assert place == place.__class__(9, "smol", "b", "beside 1 of the same match and model")


def test_a_lane_that_has_the_adapter_is_preferred():
    (place,) = allocate(
        {1: BAD}, [lane("a", max_loras=2), lane("b", max_loras=2, adapters=frozenset({"bad"}), seats=1)]
    )
    assert (place.lane, place.reason) == ("b", "has the adapter loaded")


@pytest.mark.parametrize(
    ("facts", "model", "reason"),
    [
        ({"base": "other"}, SMOL, "no lane serves base"),
        ({"max_loras": 0}, BAD, "no lane serves base"),
        ({}, ModelFacts("smol", "base", "base", lane_class="fast"), "no lane serves base in the class fast"),
        ({"quantization": "awq"}, ModelFacts("smol", "base", "base", quantization="gptq"), "no lane serves base"),
        ({"state": State.OFF}, SMOL, "no lane takes seats: a is off"),
        ({"state": State.BROKEN}, SMOL, "no lane takes seats: a is broken"),
        ({"wanted": Wanted.DRAINING, "state": State.DRAINING}, SMOL, "no lane takes seats: a is draining"),
        ({"state": State.DOWN, "watched": False}, SMOL, "no lane takes seats: a is no longer watched"),
    ],
)
def test_a_seat_that_nothing_serves_is_told_why(facts, model, reason):
    (place,) = allocate({1: model}, [lane("a", **facts)])
    assert (place.lane, place.reason) == (None, reason)


@pytest.mark.parametrize("state", [State.STARTING, State.DOWN])
def test_a_lane_that_comes_back_takes_seats_where_none_is_up(state):
    (place,) = allocate({1: SMOL}, [lane("a", state=state)])
    assert (place.lane, place.reason) == ("a", f"the only lane that serves the model, it is {state} now")
    (place,) = allocate({1: SMOL}, [lane("a", state=state), lane("b", seats=15)])
    assert place.lane == "b"


def test_an_endpoint_without_a_base_serves_the_models_of_its_class():
    hosted = lane("cloud", base="", kind=Kind.ENDPOINT, lane_class="hosted")
    assert hosted.serves(ModelFacts("big", "vendor-big", "vendor-big", lane_class="hosted"))
    assert not hosted.serves(SMOL)

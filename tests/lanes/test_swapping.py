"""Base models that take turns."""

from __future__ import annotations

import pytest

from agents.lanes.control import Control, Unanswered
from agents.lanes.swapping import SwapPlan, Turn, fall_asleep, plan, wake_up
from tests.llm.servers import Double, serving


@pytest.mark.parametrize(
    ("awake", "waiting", "swap"),
    [
        ((0, 0, 0), (0,), None),  # nobody waits
        ((0, 0, 90), (7,), SwapPlan("a", "b0", "7 seats wait for it, nobody plays on a")),
        ((5, 0, 90), (7,), None),  # its turn has just begun
        ((5, 2, 60), (7,), SwapPlan("a", "b0", "7 seats wait for it, 5 seats had their turn on a")),
        ((0, 1, 90), (7,), None),  # it is still answering
        ((0, 0, 90), (3, 9), SwapPlan("a", "b1", "9 seats wait for it, nobody plays on a")),
    ],
)
def test_the_lane_that_most_seats_wait_for_comes_next(awake, waiting, swap):
    seats, busy, since = awake
    turns = [Turn("a", awake=True, seats=seats, busy=busy, awake_since=since)]
    turns += [Turn(f"b{place}", awake=False, seats=count) for place, count in enumerate(waiting)]
    assert plan(turns, now=100.0, dwell=30.0) == swap


def test_where_the_room_is_free_nobody_goes_to_sleep():
    assert plan([Turn("b", awake=False, seats=2)], 0.0) == SwapPlan("", "b", "2 seats wait for it and the room is free")


async def test_a_server_sleeps_and_wakes():
    double = Double()
    with serving(double):
        await fall_asleep(Control(double.url))
        assert double.asleep
        await wake_up(Control(double.url))
        assert not double.asleep
    with pytest.raises(Unanswered):
        await wake_up(Control(double.url))

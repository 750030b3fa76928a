"""The circuit breaker: a value with a clock of one's own."""

from __future__ import annotations

import pytest

from agents.lanes.breaker import Breaker, Circuit


def after(story: str) -> Breaker:
    """A breaker after a story: `f` a failure, `s` an answer, each a second after the one before."""
    breaker = Breaker(limit=3, cooldown=10.0, longest=30.0)
    for now, what in enumerate(story):
        breaker = breaker.failed(float(now)) if what == "f" else breaker.succeeded()
    return breaker


@pytest.mark.parametrize(
    ("story", "now", "circuit"),
    [
        ("", 0, Circuit.CLOSED),
        ("ff", 2, Circuit.CLOSED),
        ("fff", 3, Circuit.OPEN),
        ("ffsff", 5, Circuit.CLOSED),
        ("fff", 11.9, Circuit.OPEN),
        ("fff", 12, Circuit.HALF_OPEN),
        ("fffffff", 12, Circuit.HALF_OPEN),  # failures of requests under way do not lengthen it
        ("fffs", 4, Circuit.CLOSED),
    ],
)
def test_it_opens_after_failures_in_a_row_and_lets_one_try_after_a_while(story, now, circuit):
    assert after(story).circuit(now) is circuit


def test_in_a_half_open_circuit_one_request_tries_at_a_time():
    breaker = after("fff")
    assert not breaker.allows(11.0)
    assert breaker.allows(12.0)
    breaker = breaker.trying(12.0)
    assert not breaker.allows(13.0)
    assert breaker.allows(42.0)  # the one that tried never came back


def test_each_failed_try_doubles_the_wait_up_to_the_longest():
    breaker, waits = after("fff"), []
    for _ in range(3):
        now = breaker.reopens_at
        breaker = breaker.trying(now).failed(now)
        waits.append(breaker.reopens_at - now)
    assert waits == [20.0, 30.0, 30.0]


def test_a_try_that_succeeds_closes_it_and_forgets_the_past():
    assert after("fff").trying(12.0).succeeded() == Breaker(limit=3, cooldown=10.0, longest=30.0)


def test_a_closed_circuit_notes_no_tries():
    assert Breaker().trying(5.0) == Breaker()

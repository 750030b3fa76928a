"""The token bucket that keeps one connection from flooding the server."""

from __future__ import annotations

from frontend.limits import Bucket


class Clock:
    """A clock that stands until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_allowed_and_then_the_rate():
    clock = Clock()
    bucket = Bucket(rate=2, burst=3, clock=clock)
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]
    clock.now = 0.5
    assert [bucket.take(), bucket.take()] == [True, False]


def test_a_long_pause_fills_no_more_than_the_burst():
    clock = Clock()
    bucket = Bucket(rate=100, burst=2, clock=clock)
    clock.now = 1000.0
    assert [bucket.take() for _ in range(3)] == [True, True, False]

"""Matches on a real PostgreSQL, played by stand-ins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from game import selectors, services
from game.bell import doorbell
from game.engine.codec import to_json
from game.live import Driver, drive
from game.lobby import LobbySpec
from game.log import lease_take
from game.models import Match

SMALL = {
    "slots": ["Sheriff", "Doctor", "Vigilante", "Jester", "Godfather", "Mafioso", "Lookout"],
    "game": {"mode": "Custom"},
}


@pytest.fixture(autouse=True)
def stand_ins(settings: Any) -> None:
    """Random legal answers instead of thought."""
    settings.TOSSIM_AGENTS = {
        "scripted": "tests.doubles.RandomAgent",
        "silent": "tests.doubles.SilentAgent",
        "broken": "tests.doubles.BrokenAgent",
    }


@pytest.fixture
def new_match() -> Callable[..., Match]:
    """Make a match of seven: `new_match(seed=..., people=1, ...)`."""

    def make(seed: str = "seed", **spec: Any) -> Match:
        return services.match_create(spec=LobbySpec(**{**SMALL, **spec}), seed=seed)

    return make


@pytest.fixture
def started(new_match: Callable[..., Match]) -> Callable[..., Match]:
    """The same, started."""

    def make(seed: str = "seed", **spec: Any) -> Match:
        return services.match_start(match=new_match(seed, **spec))

    return make


def play_out(match: Match) -> Match:
    """Drive a match to its end in this thread, slice after slice."""
    while drive(match.pk, lease_of(match)):
        pass
    match.refresh_from_db()
    return match


def lease_of(match: Match) -> int:
    """The lease of a match that nobody drives."""
    lease = lease_take(match_id=match.pk)
    assert lease is not None
    return lease


def canonical(match: Match) -> list[dict[str, Any]]:
    """The canonical log of a match."""
    return [to_json(event) for event in selectors.log_of(match.pk)]


@contextmanager
def driven(match: Match) -> Iterator[Driver]:
    """A driver that a test steps by hand."""
    with doorbell() as bell:
        driver = Driver(match.pk, lease_of(match), bell)
        try:
            yield driver
        finally:
            driver.close()

"""Whole matches in which the learner holds one seat and is asked at every turn of it."""

from __future__ import annotations

import pytest

from agents.scripted.trivial import PassiveAgent
from game.engine.asks import AskKind
from game.engine.events import Decided
from game.engine.setup import start
from game.play.drivers import Played, run_sync
from game.play.seats import Agent
from training.rollout.episodes import Episode
from training.rollout.points import Point, agents_of
from training.rollout.tables import Plan, learner, table

SEEDS = [f"episodes/{number}" for number in range(6)]


def episode(seed: str) -> Episode:
    """An episode at a usual table."""
    return Episode(Plan(), seed, learner())


def scripts(seed: str, **instead: Agent) -> Played:
    """The same table played to its end, `seat_N` by somebody else than its script."""
    agreed = table(Plan(), seed, held_out=False)
    seats: dict[int, Agent] = {**agents_of(seed, len(agreed.names))}
    seats |= {int(name.removeprefix("seat_")): agent for name, agent in instead.items()}
    return run_sync(start(agreed, seed), seats)


def asks_of(seat: int, played: Played) -> list[str]:
    """The asks that a seat answered."""
    return [event.ask for event in played.log if isinstance(event, Decided) and event.seat == seat and event.ask]


def points_of(one: Episode, *, waits: bool = False) -> list[Point]:
    """Walk an episode to its end, by its seat's script or waiting; where it was asked."""
    found = []
    while one.point:
        found.append(one.point)
        one.act(() if waits else one.point.scripted)
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_a_learner_that_does_what_its_script_would_plays_the_match_of_scripts(seed: str) -> None:
    one, played = episode(seed), scripts(seed)
    asked = points_of(one)
    assert [point.ask.id for point in asked] == asks_of(one.seat, played)
    ending = played.state.public.ending
    assert ending
    assert one.won == (one.seat in ending.winners)
    assert {point.seat for point in asked} == {one.seat}
    assert asked[-1].log == played.log[: len(asked[-1].log)]


@pytest.mark.parametrize("seed", SEEDS)
def test_where_nothing_is_given_it_waits(seed: str) -> None:
    one = episode(seed)
    played = scripts(seed, **{f"seat_{one.seat}": PassiveAgent(one.seat, "")})
    assert [point.ask.id for point in points_of(one, waits=True)] == asks_of(one.seat, played)
    ending = played.state.public.ending
    assert ending
    assert one.won == (one.seat in ending.winners)


def test_a_seat_is_asked_for_whatever_it_can_do_with_a_prompt_of_its_own() -> None:
    asked = [point for seed in SEEDS for point in points_of(episode(seed))]
    assert {AskKind.ACT, AskKind.VOTE, AskKind.JUDGE, AskKind.SPEAK} <= {point.ask.kind for point in asked}
    assert len({point.messages[-1].content for point in asked}) > len(asked) * 0.9
    assert all(point.role in point.messages[-1].content.partition("\n")[0] for point in asked)


def test_seats_and_tables_hang_on_the_seed_alone() -> None:
    many = [episode(f"seats/{number}") for number in range(40)]
    again = [episode(f"seats/{number}") for number in range(40)]
    assert [(one.seat, one.role, one.setup) for one in many] == [(one.seat, one.role, one.setup) for one in again]
    assert {one.seat for one in many} == set(range(1, 8))
    assert len({one.role for one in many}) > 8
    assert not any("Lookout" in one.setup for one in many)


def test_scripts_win_some_and_lose_some() -> None:
    ends = {(one := episode(f"ends/{number}"), points_of(one), one.won)[2] for number in range(12)}
    assert ends == {True, False}

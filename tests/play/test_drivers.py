"""One loop, three drivers: the same answers give the same log."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from game.engine import events as e
from game.engine.asks import Ask
from game.engine.config import Clock, Seconds
from game.engine.events import Event
from game.engine.fold import fold_all
from game.engine.setup import start, table_for
from game.engine.state import EMPTY, View
from game.names import NAMES
from game.play.drivers import run_async, run_lockstep, run_sync, stage_seconds
from game.play.loop import play
from game.play.seats import Decision
from tests.doubles import RandomAgent, SilentAgent

SEEDS = ["one", "two", "three"]


def opening(seed: str, **settings: object) -> list[Event]:
    """A table of nine."""
    return start(table_for("Classic", NAMES[:9], **settings), seed)


def agents(seed: str) -> dict[int, RandomAgent]:
    """Nine players at random."""
    return {seat: RandomAgent(seat, seed) for seat in range(1, 10)}


@pytest.mark.parametrize("seed", SEEDS)
async def test_one_thread_and_many_tasks_play_the_same_match(seed: str) -> None:
    alone = run_sync(opening(seed), agents(seed))
    together = await run_async(opening(seed), agents(seed))
    assert alone.log == together.log


def test_matches_side_by_side_are_the_matches_one_by_one() -> None:
    side_by_side = run_lockstep([opening(seed) for seed in SEEDS], lambda place, _: agents(SEEDS[place]))
    assert [played.log for played in side_by_side] == [run_sync(opening(seed), agents(seed)).log for seed in SEEDS]


def test_the_log_begins_with_the_opening_and_folds_to_the_last_state() -> None:
    played = run_sync(opening("one"), agents("one"))
    assert list(played.log[: len(opening("one"))]) == opening("one")
    assert fold_all(EMPTY, played.log) == played.state
    assert isinstance(played.log[-1], e.MatchEnded)


def test_an_agent_observes_each_event_that_its_seat_may_see_once_and_in_order() -> None:
    class Witness(RandomAgent):
        """Remembers."""

        def __init__(self, seat: int, seed: str) -> None:
            super().__init__(seat, seed)
            self.seen: list[Event] = []

        def observe(self, events: Sequence[Event]) -> None:
            """Keep."""
            self.seen += events

    witnesses = {seat: Witness(seat, "one") for seat in range(1, 10)}
    played = run_sync(opening("one"), witnesses)
    for seat, witness in witnesses.items():
        assert witness.seen == [event for event in played.log if event.to >> seat & 1]


async def test_who_is_late_under_the_wall_clock_has_passed() -> None:
    class Slow(SilentAgent):
        """Never answers."""

        async def decide(self, view: View, ask: Ask) -> Decision:  # type: ignore[override]
            """Think for ever."""
            await asyncio.Event().wait()
            return Decision()

    seconds = Seconds(*[0] * 7)
    crowd = {seat: SilentAgent(seat, "late") for seat in range(1, 10)}
    played = await run_async(opening("late", clock=Clock.WALL, seconds=seconds), {**crowd, 3: Slow(3, "late")})
    outcomes = {event.outcome for event in played.log if isinstance(event, e.Decided) and event.seat == 3}
    assert outcomes == {"elapsed"}


def test_whoever_did_not_reply_is_asked_again() -> None:
    loop = play(fold_all(EMPTY, opening("one")))
    turn = next(loop)
    again = loop.send([])
    assert [ask.id for ask in again.asks] == [ask.id for ask in turn.asks]


def test_a_phase_is_divided_among_its_rounds() -> None:
    state = fold_all(EMPTY, opening("one", clock=Clock.WALL, seconds=Seconds(day_one=30)))
    assert stage_seconds(state) == 30.0

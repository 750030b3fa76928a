"""One loop, three drivers: the same answers give the same log."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from game.engine import events as e
from game.engine.actions import Say, Vote
from game.engine.asks import Ask, AskKind
from game.engine.config import Clock, Rounds, Seconds, Talk
from game.engine.events import Event
from game.engine.fold import fold_all
from game.engine.setup import start, table_for
from game.engine.state import EMPTY, View
from game.names import NAMES
from game.play.drivers import run_async, run_lockstep, run_sync, stage_seconds
from game.play.loop import play
from game.play.seats import Decision
from tests.doubles import BrokenAgent, RandomAgent, SilentAgent

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


@pytest.mark.parametrize("talk", Talk)
async def test_who_is_late_under_the_wall_clock_has_passed(talk: Talk) -> None:
    class Slow(SilentAgent):
        """Never answers."""

        async def decide(self, view: View, ask: Ask) -> Decision:  # type: ignore[override]
            """Think for ever."""
            await asyncio.Event().wait()
            return Decision()

    seconds = Seconds(*[0] * 7)
    crowd = {seat: SilentAgent(seat, "late") for seat in range(1, 10)}
    played = await run_async(
        opening("late", clock=Clock.WALL, seconds=seconds, talk=talk), {**crowd, 3: Slow(3, "late")}
    )
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


class Paced(SilentAgent):
    """Speaks by day once its turn in a fixed order has come; remembers what it had heard when it began to think."""

    def __init__(self, seat: int, order: list[int]) -> None:
        super().__init__(seat, "paced")
        self.order, self.heard, self.knew, self.thinking = order, 0, {}, False
        self.gone: dict[int, asyncio.Event] = {}

    def observe(self, events: Sequence[Event]) -> None:
        """Count lines."""
        assert not self.thinking
        self.heard += sum(isinstance(event, e.Said) for event in events)

    async def decide(self, view: View, ask: Ask) -> Decision:  # type: ignore[override]
        """Wait for whoever comes before, speak."""
        if ask.kind is not AskKind.SPEAK:
            return Decision()
        self.thinking, self.knew[view.public.stage] = True, self.heard
        place = self.order.index(self.seat)
        if place:
            await self.gone[self.order[place - 1]].wait()
        self.gone[self.seat].set()
        self.thinking = False
        return Decision((Say(f"{self.seat} speaks"),))


async def test_at_a_fifo_table_who_is_ready_first_speaks_first_and_the_slow_go_on_with_what_they_knew() -> None:
    order = [4, 9, 1, 7, 2, 8, 3, 6, 5]
    table = {seat: Paced(seat, order) for seat in order}
    gates = {seat: asyncio.Event() for seat in order}
    for agent in table.values():
        agent.gone = gates
    rounds = Rounds(1, 1, 1, 0)
    played = await run_async(opening("fifo", talk=Talk.FIFO, rounds=rounds), table)
    first_day = [event.seat for event in played.log[: _night(played.log)] if isinstance(event, e.Said)]
    assert first_day == order
    assert {agent.knew[1] for agent in table.values()} == {0}
    assert {agent.heard for agent in table.values()} == {sum(isinstance(event, e.Said) for event in played.log)}


def _night(log: Sequence[Event]) -> int:
    """Where the first night begins."""
    return next(place for place, event in enumerate(log) if getattr(event, "phase", "") == "night")


async def test_the_first_ready_are_heard_while_others_still_think() -> None:
    class Waiting(SilentAgent):
        """Answers its first question only when others have been heard."""

        heard = asyncio.Event()

        async def decide(self, view: View, ask: Ask) -> Decision:  # type: ignore[override]
            """Wait."""
            await self.heard.wait()
            return Decision()

    class Talking(SilentAgent):
        """Speaks; sets the others free once it has heard itself."""

        def observe(self, events: Sequence[Event]) -> None:
            """Listen."""
            if any(isinstance(event, e.Said) and event.text == "first" for event in events):
                Waiting.heard.set()

        def decide(self, view: View, ask: Ask) -> Decision:
            """Speak."""
            return Decision((Say("first"),)) if ask.kind is AskKind.SPEAK else Decision()

    table = {seat: Talking(seat, "x") if seat == 5 else Waiting(seat, "x") for seat in range(1, 10)}
    async with asyncio.timeout(60):
        played = await run_async(opening("fifo", talk=Talk.FIFO), table)
    assert played.state.public.ending


async def test_who_thinks_about_a_question_that_is_closed_is_stopped() -> None:
    class Stuck(SilentAgent):
        """Thinks for ever about its first vote."""

        stopped = 0

        async def decide(self, view: View, ask: Ask) -> Decision:  # type: ignore[override]
            """Think about a vote until stopped."""
            try:
                if ask.kind is AskKind.VOTE and not Stuck.stopped:
                    await asyncio.Event().wait()
            except asyncio.CancelledError:
                Stuck.stopped += 1
                raise
            return Decision()

    class Voter(SilentAgent):
        """Votes against seat 9."""

        def decide(self, view: View, ask: Ask) -> Decision:
            """Vote."""
            may_vote = ask.kind is AskKind.VOTE and self.seat != 9 and 9 in view.public.living
            return Decision((Vote(9),)) if may_vote else Decision()

    table = {seat: Stuck(seat, "x") if seat == 1 else Voter(seat, "x") for seat in range(1, 10)}
    async with asyncio.timeout(60):
        played = await run_async(opening("stuck", talk=Talk.FIFO), table)
    assert any(isinstance(event, e.TrialOpened) for event in played.log)
    assert Stuck.stopped == 1


@pytest.mark.parametrize("talk", Talk)
@pytest.mark.parametrize("clock", [Clock.NONE, Clock.BUDGET])
async def test_agents_that_answer_at_once_play_the_same_match_under_every_policy_of_talk(
    talk: Talk, clock: Clock
) -> None:
    alone = run_sync(opening("one", talk=talk, clock=clock), agents("one"))
    together = await run_async(opening("one", talk=talk, clock=clock), agents("one"))
    assert alone.log == together.log


async def test_what_an_agent_raises_ends_the_match_and_stops_the_others() -> None:
    class Endless(SilentAgent):
        """Never answers."""

        stopped = False

        async def decide(self, view: View, ask: Ask) -> Decision:  # type: ignore[override]
            """Think until stopped."""
            try:
                await asyncio.Event().wait()
            finally:
                Endless.stopped = True
            return Decision()

    crowd = {seat: BrokenAgent(seat, "x") for seat in range(1, 9)}
    with pytest.raises(RuntimeError, match="out of order"):
        await run_async(opening("x", talk=Talk.FIFO), {**crowd, 9: Endless(9, "x")})
    assert Endless.stopped

"""Matches of trials in lockstep: the same alone as among others, forks that go on, failures that stay alone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from eval.experiments.blocks import Blocks, Sitter
from eval.experiments.playing import Finished, Game, game_of, games_play
from game.engine.events import Event
from game.engine.types import Seat
from game.play.seats import Agent
from tests.doubles import BrokenAgent, RandomAgent
from tests.experiments.plans import plan

BLOCKS = Blocks(plan())
FORKS = Blocks(plan(design={"kind": "forks", "days": [2, 30], "side": "evil"}))


def random_agent(seat: Seat, sitter: Sitter) -> Agent:
    """A player of any legal action, by the luck of its seat."""
    return RandomAgent(seat, f"{sitter.luck}:{seat}")


def logs(games: Sequence[Game]) -> list[Sequence[Event]]:
    """The logs of matches that all have an end."""
    return [done.log for done in games_play(games, random_agent) if isinstance(done, Finished)]


@pytest.fixture(scope="module")
def games() -> list[Game]:
    """Two blocks in all arms."""
    return [game_of(BLOCKS, block, arm) for number in (0, 1) for block in [BLOCKS.block(number)] for arm in block.arms]


def test_a_match_among_others_is_the_match_that_it_is_alone(games: list[Game]) -> None:
    together = logs(games)
    assert len(together) == 8
    assert together == [logs([game])[0] for game in games]


def test_arms_of_a_block_with_the_same_agents_are_different_matches_on_the_same_deal(games: list[Game]) -> None:
    first = logs(games[:4])
    begins = {tuple(log[: len(games[0].opening)]) for log in first}
    assert len(begins) == 1
    assert len({tuple(log) for log in first}) == 4


def test_what_fails_in_one_match_harms_no_other(games: list[Game]) -> None:
    broken = games[2].sat.arm

    def make(seat: Seat, sitter: Sitter) -> Agent:
        mine = sitter.luck.endswith(f":{broken}") and sitter.luck.startswith(games[2].sat.block.seed)
        return BrokenAgent(seat, "") if mine and seat == 1 else random_agent(seat, sitter)

    found = games_play(games, make)
    assert [isinstance(one, RuntimeError) for one in found] == [place == 2 for place in range(8)]
    assert [one.log for one in found if isinstance(one, Finished)] == logs([*games[:2], *games[3:]])


def test_a_fork_shares_its_past_and_with_the_same_seat_and_luck_its_future_too() -> None:
    block = FORKS.block(0)
    (parent,) = logs([game_of(FORKS, block, "AA")])
    fork = game_of(FORKS, block, "D2", parent)
    (log,) = logs([fork])
    assert not fork.over
    assert list(log[: len(fork.opening)]) == list(parent[: len(fork.opening)])
    assert log != parent
    same = Game(game_of(FORKS, block, "AA").sat, fork.opening)
    assert logs([same]) == [parent]


def test_a_fork_for_which_the_match_was_too_short_is_that_match_and_changes_no_seat() -> None:
    block = FORKS.block(0)
    (parent,) = logs([game_of(FORKS, block, "AA")])
    (done,) = games_play([game_of(FORKS, block, "D30", parent)], random_agent)
    assert isinstance(done, Finished)
    assert tuple(done.log) == tuple(parent)
    assert {seat.model for seat in done.outcome.seats} == {"A"}
    assert "seat_won" not in done.outcome.figures
    assert done.outcome.arm == "D30"

"""Matches of trials played in this process, many in lockstep: from block and arm to a log and its outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from eval.experiments.blocks import Block, Blocks, Sitter, state_at, until_day
from eval.experiments.outcome import Outcome
from eval.experiments.outcoming import Sat, outcome_of
from game.engine.events import Event
from game.engine.state import State
from game.engine.types import Seat
from game.play.drivers import Played, run_lockstep
from game.play.seats import Agent

MakeAgent = Callable[[Seat, Sitter], Agent]
"""The agent that plays a seat."""


@dataclass(frozen=True, slots=True)
class Game:
    """A match of a trial before it is played: who sits where, and the events that it begins with.

    A fork whose seat was dead by then, or whose match was over, is `over`: it is that match, and changes no seat.
    """

    sat: Sat
    opening: Sequence[Event]
    over: bool = False


@dataclass(frozen=True, slots=True)
class Finished:
    """A match of a trial with its end."""

    outcome: Outcome
    log: Sequence[Event]


def game_of(blocks: Blocks, block: Block, arm_name: str, before: Sequence[Event] = ()) -> Game:
    """The match of a block in an arm; a fork needs the log of the match `before`."""
    arm = blocks.arms[arm_name]
    if not arm.day:
        return Game(Sat(block, arm_name, blocks.sitters(block, arm), block.drawn), block.opening)
    past = until_day(before, arm.day)
    if past and block.drawn in state_at(past).public.living:
        return Game(Sat(block, arm_name, blocks.sitters(block, arm), block.drawn), past)
    return Game(Sat(block, arm_name, blocks.sitters(block, replace(arm, one=""))), before, over=True)


def games_play(games: Sequence[Game], make: MakeAgent) -> list[Finished | Exception]:
    """Play matches in lockstep. What goes wrong in one match stands in its place, and harms no other."""
    to_play = [game for game in games if not game.over]
    try:
        played: list[Played | Exception] = list(_lockstep(to_play, make))
    except Exception:
        played = [_alone(game, make) for game in to_play]
    logs = iter(played)
    return [_finished(game, None if game.over else next(logs)) for game in games]


def _lockstep(games: Sequence[Game], make: MakeAgent) -> list[Played]:
    def seat_agents(place: int, state: State) -> Mapping[Seat, Agent]:
        return {seat: make(seat, sitter) for seat, sitter in games[place].sat.sitters.items()}

    return run_lockstep([game.opening for game in games], seat_agents)


def _alone(game: Game, make: MakeAgent) -> Played | Exception:
    try:
        return _lockstep([game], make)[0]
    except Exception as error:
        return error


def _finished(game: Game, played: Played | Exception | None) -> Finished | Exception:
    if isinstance(played, Exception):
        return played
    log = played.log if played else game.opening
    try:
        return Finished(outcome_of(game.sat, log), log)
    except Exception as error:
        return error

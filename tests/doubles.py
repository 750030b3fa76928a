"""Stand-ins for tests: agents that do anything legal, nothing, or what they are told."""

from __future__ import annotations

from collections.abc import Sequence

from game.engine import chance
from game.engine.actions import Action, Answer, Pass
from game.engine.apply import apply
from game.engine.asks import Ask, asks
from game.engine.events import Event
from game.engine.fold import fold_all
from game.engine.setup import start, table_for
from game.engine.state import EMPTY, State, View
from game.names import NAMES
from game.play.seats import Decision


class RandomAgent:
    """Answers every ask with one of its legal actions, by chance, and says something now and then."""

    def __init__(self, seat: int, seed: str) -> None:
        self.seat, self.seed = seat, seed

    def observe(self, events: Sequence[Event]) -> None:
        """Nothing is remembered."""

    def decide(self, view: View, ask: Ask) -> Decision:
        """Any legal action."""
        return Decision((random_action(ask, self.seed),), cost=1, thought="anything goes")


class SilentAgent(RandomAgent):
    """Always passes."""

    def decide(self, view: View, ask: Ask) -> Decision:
        """Nothing."""
        return Decision((Pass(),))


def random_action(ask: Ask, seed: str) -> Action:
    """One of all actions that answer an ask, drawn by seed and ask."""
    actions = [action for option in ask.options for action in option.actions(f"line {ask.id}")]
    return chance.pick(actions, seed, ask.id)


def random_match(seed: str, players: int = 9, mode: str = "Classic", **settings: object) -> list[Event]:
    """The log of a whole match of random answers."""
    log = start(table_for(mode, NAMES[:players], **settings), seed)
    state = fold_all(EMPTY, log)
    while state.public.ending is None:
        events = random_step(state, seed)
        state = fold_all(state, events)
        log += events
    return log


def random_step(state: State, seed: str) -> list[Event]:
    """What follows when everybody who is asked answers at random."""
    return apply(state, [Answer(ask.seat, ask.id, (random_action(ask, seed),), 1) for ask in asks(state)])


class BrokenAgent(RandomAgent):
    """Fails whenever it is asked."""

    def decide(self, view: View, ask: Ask) -> Decision:
        """Raise."""
        raise RuntimeError("out of order")

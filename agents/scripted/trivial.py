"""Players without sense, to measure others against: one that always passes, one that takes any legal action."""

from __future__ import annotations

from collections.abc import Sequence

from game.engine import chance
from game.engine.actions import Action, Pass
from game.engine.asks import Ask, Option
from game.engine.events import Event
from game.engine.state import View
from game.engine.types import Seat
from game.play.seats import Decision


class PassiveAgent:
    """Passes whatever it is asked."""

    def __init__(self, seat: Seat, seed: str) -> None:
        """Neither is looked at."""

    def observe(self, events: Sequence[Event]) -> None:
        """See nothing."""

    def decide(self, view: View, ask: Ask) -> Decision:
        """Pass."""
        return Decision((Pass(),))


class RandomAgent:
    """Answers with any legal action, all equally likely, and uses a day ability at random where it has one."""

    def __init__(self, seat: Seat, seed: str) -> None:
        self.seat, self.seed = seat, seed

    def observe(self, events: Sequence[Event]) -> None:
        """See nothing."""

    def decide(self, view: View, ask: Ask) -> Decision:
        """One legal answer, and perhaps a day ability beside it."""
        answer = chance.pick(_actions(ask.options), self.seed, ask.id)
        beside = _actions([option for option in ask.standing if option.verb == "use"])
        return Decision((answer, chance.pick(beside, self.seed, ask.id, "beside")) if beside else (answer,))


def _actions(options: Sequence[Option]) -> list[Action]:
    return [action for option in options for action in option.actions("-")]

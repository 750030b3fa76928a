"""What sits in a seat: the agent protocol that scripts, models and people's stand-ins share."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from game.engine.actions import Action, Answer, Pass
from game.engine.asks import Ask
from game.engine.events import Event
from game.engine.state import View


@dataclass(frozen=True, slots=True)
class Decision:
    """What an agent decided and why. The first action answers the ask; the rest ride along.

    `cost` is counted in tokens; `thought` is shown to those who see everything and never enters the log.
    """

    actions: tuple[Action, ...] = (Pass(),)
    cost: int = 0
    thought: str = ""

    def answer(self, ask: Ask) -> Answer:
        """The decision as the engine takes it."""
        return Answer(ask.seat, ask.id, self.actions, self.cost)


class Agent(Protocol):
    """A player. Its memory is a function of what it observed and of its seed: a refolded match goes on alike."""

    def observe(self, events: Sequence[Event]) -> None:
        """Take in the next events that the seat may see, in order and each exactly once."""

    def decide(self, view: View, ask: Ask) -> Decision:
        """Answer an ask. Called with the view of the moment at which the ask was opened."""


class AsyncAgent(Protocol):
    """The same for agents that wait for something, such as a model server."""

    def observe(self, events: Sequence[Event]) -> None:
        """Take in the next events that the seat may see, in order and each exactly once."""

    def decide(self, view: View, ask: Ask) -> Awaitable[Decision]:
        """Answer an ask."""


AnyAgent: TypeAlias = Agent | AsyncAgent

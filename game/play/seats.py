"""What sits in a seat: the agent protocol that scripts, models and people's stand-ins share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from game.engine.actions import Action, Answer, Pass
from game.engine.asks import Ask
from game.engine.events import Event
from game.engine.state import View
from game.engine.types import Seat


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a model at an answer, as it came.

    `text` is the raw completion with all its thought, `refusal` a code (empty: it was taken) and `reason` the same
    in the words that the model was told. `tools` are the information tools that it used: name, arguments, result.
    """

    text: str
    finish: str = ""
    refusal: str = ""
    reason: str = ""
    tools: tuple[Mapping[str, Any], ...] = ()
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    latency_ms: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """How a model came to its decision: everything that is kept of it beside the action and the thought.

    `recipe` rebuilds the prompt: template version, how many visible events it covers, its tail, its hash, and what the
    window policy left out. `fallback` is the reason for which a default filled the answer; empty: the model chose it.
    Tokens are summed over all requests.
    """

    model: str
    lane: str = ""
    attempts: tuple[Attempt, ...] = ()
    prompt_tokens: int = 0
    cached_tokens: int = 0
    thought_tokens: int = 0
    spoken_tokens: int = 0
    latency_ms: int = 0
    finish: str = ""
    recipe: Mapping[str, Any] = field(default_factory=dict)
    retries: tuple[str, ...] = ()
    fallback: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of what an agent is writing right now; it may be lost, and the decision replaces it.

    `kind` is start, thought, speech, tool, retry or end.
    """

    seat: Seat
    ask: str
    kind: str
    text: str = ""


Listener: TypeAlias = Callable[[Piece], None]
"""Told each piece as it comes. Must not wait."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What an agent decided and why. The first action answers the ask; the rest ride along.

    `cost` is counted in tokens; `thought` is shown to those who see everything and never enters the log.
    """

    actions: tuple[Action, ...] = (Pass(),)
    cost: int = 0
    thought: str = ""
    report: Report | None = None
    """Where a model decided."""

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
        """Answer an ask. Cancelled when the ask is closed before; nothing is observed meanwhile."""


AnyAgent: TypeAlias = Agent | AsyncAgent

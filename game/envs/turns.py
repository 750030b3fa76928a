"""One answer put together from numbers, and a policy in the seat of any match."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from game.engine.actions import Action, Answer
from game.engine.asks import Ask
from game.engine.events import Event
from game.engine.state import View
from game.engine.types import Seat
from game.envs import moves
from game.envs.layout import Vector
from game.envs.moves import Mask
from game.envs.observation import Table
from game.play.seats import Decision

Policy = Callable[[Vector, Mask], int]
"""From an observation and the mask of legal numbers to one of these."""


class Turn:
    """A seat's answer to an ask: what rides along comes first, number by number; what answers the ask closes it."""

    def __init__(self, ask: Ask, view: View) -> None:
        self.ask, self.view = ask, view
        self._riders: dict[str, Action] = {}
        self._mask: Mask | None = None

    @property
    def mask(self) -> Mask:
        """What may be played next. Shared: copy before writing."""
        if self._mask is None:
            self._mask = moves.mask_of(self.ask, self.view, self._riders)
        return self._mask

    def play(self, number: int) -> Answer | None:
        """Take the next number. The whole answer when the turn is over, None while the seat goes on."""
        block, action = moves.block_of(number), moves.action(number, self.view)
        if block.verb not in self._riders and moves.rides(self.ask, block, self.view):
            self._riders[block.verb] = action
            self._mask = None
            return None
        return Answer(self.ask.seat, self.ask.id, (action, *self._riders.values()))


class PolicySeat:
    """A policy as an agent of `game.play`: it sees and does there just what it did in the environment."""

    def __init__(self, seat: Seat, choose: Policy) -> None:
        self.seat, self.choose = seat, choose
        self._table = Table([seat])

    def observe(self, events: Sequence[Event]) -> None:
        """Take in the next events that the seat may see."""
        self._table.hear(events)

    def decide(self, view: View, ask: Ask) -> Decision:
        """Play numbers until the ask is answered."""
        turn, observation = Turn(ask, view), self._table.observation(view)
        while (answer := turn.play(self.choose(observation, turn.mask))) is None:
            pass
        return Decision(answer.actions)

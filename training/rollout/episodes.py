"""Episodes: whole matches in which the learner holds one seat and scripts hold the others.

An episode is walked from one ask of the learner's seat to the next, every one of them. It hangs on its seed and on what
the learner did, and on nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence

from agents.llm.record import ModelRecord
from game.engine import chance
from game.engine.actions import Action, Pass
from game.engine.events import Event
from game.engine.types import Seat
from training.rollout.points import Match, Point
from training.rollout.tables import Plan, table


class Episode:
    """One match. `seed` deals its table and draws the learner's seat."""

    point: Point | None
    """Where the learner is asked now; None once the match has ended."""

    def __init__(self, plan: Plan, seed: str, record: ModelRecord) -> None:
        agreed = table(plan, seed, held_out=False)
        self.seed = seed
        self.seat: Seat = chance.pick(range(1, len(agreed.names) + 1), seed, "learner")
        self._match = Match(agreed, seed, record)
        self.role = self._match.state.role(self.seat)
        """What the learner was dealt; it may have become something else by the end."""
        self.setup = ", ".join(sorted(agreed.slots))
        """The table's roles, in the order of their names."""
        self._walk()

    @property
    def names(self) -> Sequence[str]:
        """Who sits at the table, by seat."""
        return self._match.state.public.table.names

    @property
    def log(self) -> Sequence[Event]:
        """All that has happened in the match."""
        return self._match.log

    @property
    def days(self) -> int:
        """On which day the match is, or ended."""
        return self._match.state.public.day

    @property
    def won(self) -> bool:
        """Whether the learner's seat is among the winners; not while the match goes on."""
        ending = self._match.state.public.ending
        return ending is not None and self.seat in ending.winners

    def act(self, actions: tuple[Action, ...]) -> None:
        """Let the learner do something where it is asked, or wait where nothing is given, and walk on to its next ask.

        What the table does not take any more, as others were heard first, is asked for again.
        """
        self._match.go_on({self.seat: actions or (Pass(),)})
        self._walk()

    def _walk(self) -> None:
        match = self._match
        while True:
            own = next((ask for ask in match.turn.asks if ask.seat == self.seat), None)
            if own is not None or match.is_over:
                break
            match.go_on({})
        self.point = None if own is None else match.at(own)

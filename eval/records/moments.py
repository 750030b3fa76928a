"""Where a record stands: the state on both sides of an event, and what everybody at the table is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eval.records.facts import Logged, MatchFacts, stamp
from game.engine.events import Event
from game.engine.roles import ROLES
from game.engine.state import State
from game.engine.types import Seat


@dataclass(frozen=True, slots=True)
class Moment:
    """One event between the state before it and the state after it. `killers` are those of this dawn, by victim."""

    facts: MatchFacts
    logged: Logged
    before: State
    after: State
    killers: Mapping[Seat, tuple[Seat, ...]]

    @property
    def event(self) -> Event:
        """What happened."""
        return self.logged.event

    def head(self) -> dict[str, Any]:
        """What every record of this moment begins with."""
        public = self.after.public
        return {
            "game_id": self.facts.game_id, "seq": self.logged.seq, "turn": public.stage,
            "timestamp": stamp(self.logged.at), "day": public.day, "phase": public.phase.value,
        }  # fmt: skip

    def name(self, seat: Seat) -> str:
        """What a player is called; empty for nobody."""
        return self.after.public.table.names[seat - 1] if seat else ""

    def acting(self, seat: Seat) -> dict[str, Any]:
        """Who acts."""
        return {"seat": seat, "player_name": self.name(seat), "agent": self.facts.agents[seat]}

    def faction(self, seat: Seat) -> str:
        """The faction of a seat's true role."""
        return ROLES[self.after.role(seat)].faction.value

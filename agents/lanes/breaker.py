"""A circuit breaker as a value: after some failures in a row nothing is sent for a while, then one request tries.

Every method gives a new breaker; the clock (seconds, any origin) is an argument.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class Circuit(StrEnum):
    """Closed: requests pass. Open: none. Half-open: one may try."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


@dataclass(frozen=True, slots=True)
class Breaker:
    """The recent luck of one server."""

    limit: int = 3
    """Failures in a row that open it."""
    cooldown: float = 2.0
    """Seconds for which it stays open at first; twice as long after each failed try, up to `longest`."""
    longest: float = 30.0
    failures: int = 0
    opened_at: float | None = None
    openings: int = 0
    tried_at: float | None = None

    def circuit(self, now: float) -> Circuit:
        """Where it stands."""
        if self.opened_at is None:
            return Circuit.CLOSED
        return Circuit.HALF_OPEN if now >= self.reopens_at else Circuit.OPEN

    @property
    def reopens_at(self) -> float:
        """When one request may try; 0 while it is closed."""
        if self.opened_at is None:
            return 0.0
        wait: float = min(self.cooldown * 2 ** (self.openings - 1), self.longest)
        return self.opened_at + wait

    def allows(self, now: float) -> bool:
        """Whether a request may be sent; in a half-open circuit one at a time, until it is overdue."""
        circuit = self.circuit(now)
        is_being_tried = self.tried_at is not None and now < self.tried_at + self.longest
        return circuit is Circuit.CLOSED or (circuit is Circuit.HALF_OPEN and not is_being_tried)

    def trying(self, now: float) -> Breaker:
        """After a request was sent."""
        return replace(self, tried_at=now) if self.circuit(now) is Circuit.HALF_OPEN else self

    def succeeded(self) -> Breaker:
        """After an answer."""
        return replace(self, failures=0, opened_at=None, openings=0, tried_at=None)

    def failed(self, now: float) -> Breaker:
        """After a failure. One that was under way when it opened changes nothing."""
        circuit = self.circuit(now)
        if circuit is Circuit.OPEN:
            return self
        if circuit is Circuit.HALF_OPEN or self.failures + 1 >= self.limit:
            return replace(self, failures=self.failures + 1, opened_at=now, openings=self.openings + 1, tried_at=None)
        return replace(self, failures=self.failures + 1)

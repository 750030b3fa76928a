"""Suspicions as numbers: what is believed of every seat, and the pieces of evidence behind it.

Suspicion is counted in log-odds of being a killer, so that pieces of evidence add up. Every piece names its
reason, which is also what the player says when it accuses or defends.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import exp
from typing import NamedTuple

from agents.scripted.statements import Act, Reason, Statement
from game.engine.types import Seat

CERTAIN = 6.0
"""Log-odds of what is beyond doubt."""


class Evidence(NamedTuple):
    """One reason to suspect (weight above 0) or to trust somebody; `also` as in the reason's statement."""

    weight: float
    topic: Reason
    also: Seat = 0


class Beliefs:
    """Suspicions at one moment."""

    __slots__ = ("evidence", "prior", "score")

    def __init__(self, prior: float, seats: Iterable[Seat], past: Beliefs | None = None) -> None:
        self.prior = prior
        self.score: dict[Seat, float]
        self.evidence: dict[Seat, list[Evidence]]
        if past is None:
            self.score = dict.fromkeys(seats, prior)
            self.evidence = {seat: [] for seat in self.score}
        else:
            self.score = {seat: prior + past.score[seat] for seat in seats}
            self.evidence = {seat: past.evidence[seat].copy() for seat in seats}

    def add(self, seat: Seat, weight: float, topic: Reason, also: Seat = 0) -> None:
        """Count one piece of evidence, if the seat still matters."""
        if seat in self.score:
            self.score[seat] += weight
            self.evidence[seat].append(Evidence(weight, topic, also))

    def chance(self, seat: Seat) -> float:
        """How likely somebody is a killer."""
        return odds(self.score.get(seat, 0.0))

    def against(self, seat: Seat) -> list[Evidence]:
        """What speaks against somebody, heaviest first."""
        return sorted((piece for piece in self.evidence.get(seat, ()) if piece.weight > 0.2), reverse=True)

    def in_favour(self, seat: Seat) -> list[Evidence]:
        """What speaks for somebody, heaviest first."""
        return sorted(piece for piece in self.evidence.get(seat, ()) if piece.weight < -0.2)

    def ranked(self, seats: Iterable[Seat]) -> list[Seat]:
        """Seats by suspicion, highest first."""
        return sorted(seats, key=lambda seat: (-self.score.get(seat, 0.0), seat))


def odds(score: float) -> float:
    """Log-odds as a probability."""
    return 1.0 / (1.0 + exp(-max(-20.0, min(20.0, score))))


def charge_of(seat: Seat, piece: Evidence) -> Statement:
    """The accusation or defence that a piece of evidence stands for."""
    return Statement(Act.ACCUSE if piece.weight > 0 else Act.DEFEND, seat, piece.also, topic=piece.topic)

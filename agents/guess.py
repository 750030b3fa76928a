"""What an agent takes the others for when it is asked privately, beside its match. Knows the rules alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from game.engine.config import Table
from game.engine.roles import ROLES
from game.engine.state import View
from game.engine.types import Alignment, Seat


@dataclass(frozen=True, slots=True)
class Guess:
    """Chances from 0 to 1 that others are evil, and their alignments, each by seat; who is not in it was not guessed.

    Of a model also its raw answer and what that cost, and in `error` why there is no guess.
    """

    evil: Mapping[Seat, float] = field(default_factory=dict)
    alignments: Mapping[Seat, str] = field(default_factory=dict)
    model: str = ""
    text: str = ""
    error: str = ""
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    latency_ms: int = 0


def others(view: View) -> list[Seat]:
    """Whom a seat is asked about."""
    me = view.private.seat if view.private else 0
    return sorted(view.public.living - {me})


def alignments(table: Table) -> tuple[str, ...]:
    """The alignments that can be at a table."""
    cards = (card for card in ROLES.values() if table.ruleset in card.rulesets)
    found = {card.alignment for card in cards}
    return tuple(one.value for one in Alignment if one in found)

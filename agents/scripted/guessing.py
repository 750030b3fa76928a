"""What a scripted player takes the others for when it is asked privately: what it believes, and not what it says."""

from __future__ import annotations

from agents.guess import Guess, others
from agents.scripted.lists import is_killer, pool
from agents.scripted.mind import Mind
from game.engine.roles import ROLES
from game.engine.state import View
from game.engine.types import Alignment, Seat

SUSPECTED = 0.5
"""The chance from which somebody is taken for a killer."""


def guess(mind: Mind, view: View) -> Guess:
    """Chances by what is known and believed; alignments by what is known, suspected or claimed."""
    known = {**mind.memory.known, **mind.memory.team}
    evil = {seat: _chance(mind, seat, known.get(seat, "")) for seat in others(view)}
    named = {seat: found for seat in evil if (found := _alignment(mind, seat, known.get(seat, ""), evil[seat]))}
    return Guess(evil, named)


def _chance(mind: Mind, seat: Seat, role: str) -> float:
    return float(is_killer(role)) if role else mind.beliefs.chance(seat)


def _alignment(mind: Mind, seat: Seat, role: str, evil: float) -> str:
    """The alignment named for a seat; empty where nothing speaks for any."""
    if not role and evil < SUSPECTED and (claim := mind.memory.claims.get(seat)):
        role = claim.role
    if role in ROLES:
        return ROLES[role].alignment.value
    return _likeliest(mind) if evil >= SUSPECTED else ""


def _likeliest(mind: Mind) -> str:
    """The alignment of enemies that the role list promises most of."""
    deck = mind.memory.deck
    promised: dict[Alignment, float] = {}
    for slot in deck.slots:
        roles = (slot,) if slot in ROLES else pool(slot, deck.ruleset)
        for role in filter(is_killer, roles):
            promised[ROLES[role].alignment] = promised.get(ROLES[role].alignment, 0.0) + 1 / len(roles)
    return max(promised, key=lambda one: (promised[one], one.value)).value if promised else ""

"""The few things that a seat can say here: a claim, an accusation, a word of trust. Each is one fixed sentence.

They are plain English, so people and scripted players at the same table understand them too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from game.engine.roles import ROLES
from game.engine.types import Seat

ACCUSE, CLAIM, TRUST = "accuse", "claim", "trust"
"""What a sentence does: names the own role, or says whether another player is an enemy."""


class Sentence(NamedTuple):
    """One thing said: `role` for a claim, `seat` for the others."""

    act: str
    role: str = ""
    seat: Seat = 0


def words(sentence: Sentence, names: Sequence[str]) -> str:
    """A sentence as it is spoken; empty when it names nobody at this table."""
    if sentence.act == CLAIM:
        return f"I am the {sentence.role}."
    if not 1 <= sentence.seat <= len(names):
        return ""
    name = names[sentence.seat - 1]
    return f"I accuse {name}." if sentence.act == ACCUSE else f"{name} is innocent."


@lru_cache(maxsize=64)
def spoken(names: tuple[str, ...]) -> Mapping[str, Sentence]:
    """Every sentence that can be said at a table, by its words."""
    sentences = [Sentence(CLAIM, role) for role in ROLES]
    sentences += [Sentence(act, "", seat) for act in (ACCUSE, TRUST) for seat in range(1, len(names) + 1)]
    return {words(sentence, names): sentence for sentence in sentences}

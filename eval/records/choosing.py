"""Which samples of a data set are kept, in what form, and which games are held out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eval.records.shapes import Sample

FORMS = ("both", "chat", "text")
"""What a row has: messages, a prompt and its completion as plain text, or both."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Conditions that a sample has to meet, all of them; an empty set asks for nothing."""

    models: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    factions: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    won: bool = False
    first: bool = False
    """Whether the first completion had to be taken."""

    def keeps(self, sample: Sample) -> bool:
        """Whether a sample meets them."""
        facts = sample["metadata"]
        wanted = (
            (self.models, facts["model"]), (self.sources, facts["source"]), (self.factions, facts["faction"]),
            (self.roles, facts["role"]),
        )  # fmt: skip
        named = all(not names or found in names for names, found in wanted)
        return named and (facts["won"] or not self.won) and (facts["accepted"] or not self.first)


def row_of(sample: Sample, form: str) -> Mapping[str, Any]:
    """A sample in one of `FORMS`."""
    left_out = {"chat": {"prompt", "completion"}, "text": {"messages"}}.get(form, set())
    return {name: value for name, value in sample.items() if name not in left_out}


def is_held_out(family: str, share: float) -> bool:
    """Whether a game, with all that were forked from it, is held out. The same wherever it is asked."""
    return int.from_bytes(hashlib.sha256(family.encode()).digest()[:8], "big") < share * 2**64

"""Which samples of a data set are kept, in what form, and which games are held out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from eval.records.deeds import DEEDS
from eval.records.shapes import Sample
from game.engine.events import Decided, Event
from game.engine.types import Seat

FORMS = ("both", "chat", "text")
"""What a row has: messages, a prompt and its completion as plain text, or both."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Conditions that a sample has to meet, all of them; an empty set asks for nothing."""

    models: frozenset[str] = frozenset()
    arms: frozenset[str] = frozenset()
    """Arms of a study: the alignments of models."""
    outcomes: frozenset[str] = frozenset()
    """Of the match: the side that won it."""
    sources: frozenset[str] = frozenset()
    factions: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    won: bool = False
    first: bool = False
    """Whether the first completion had to be taken."""
    longest: int = 0
    """Tokens that prompt and completion may have together; 0: any number."""

    def keeps(self, sample: Sample) -> bool:
        """Whether a sample meets them."""
        facts = sample["metadata"]
        wanted = (
            (self.models, facts["model"]), (self.arms, facts["alignment"]), (self.outcomes, facts["outcome"]),
            (self.sources, facts["source"]), (self.factions, facts["faction"]), (self.roles, facts["role"]),
        )  # fmt: skip
        named = all(not names or found in names for names, found in wanted)
        fits = not self.longest or facts["prompt_tokens"] + facts["completion_tokens"] <= self.longest
        return named and fits and (facts["won"] or not self.won) and (facts["accepted"] or not self.first)


@dataclass(frozen=True, slots=True)
class Places:
    """Where in one match samples may be from: days of seats, and decisions by their numbers. None: anywhere."""

    days: frozenset[tuple[int, Seat]] | None = None
    decisions: frozenset[int] | None = None

    def hold(self, sample: Sample) -> bool:
        """Whether a sample is from there."""
        on_day = self.days is None or (sample["day"], sample["seat"]) in self.days
        return on_day and (self.decisions is None or sample["seq"] in self.decisions)


def decided_at(log: Iterable[Event], events: frozenset[int]) -> frozenset[int]:
    """The decisions behind events of a log, all by their numbers: what a seat said leads to what made it say so."""
    found, last = set(), 0
    for seq, event in enumerate(log, 1):
        if isinstance(event, Decided):
            last = seq
        elif event.kind not in DEEDS:
            last = 0
        if seq in events and last:
            found.add(last)
    return frozenset(found)


def row_of(sample: Sample, form: str) -> Mapping[str, Any]:
    """A sample in one of `FORMS`."""
    left_out = {"chat": {"prompt", "completion"}, "text": {"messages"}}.get(form, set())
    return {name: value for name, value in sample.items() if name not in left_out}


def is_held_out(family: str, share: float) -> bool:
    """Whether a game, with all that were forked from it, is held out. The same wherever it is asked."""
    return int.from_bytes(hashlib.sha256(family.encode()).digest()[:8], "big") < share * 2**64

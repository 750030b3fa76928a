"""What records are made from beside the events themselves: who plays, and what is decided where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from agents.llm.presets import DEFAULT, preset
from agents.llm.record import ModelRecord, Protocol
from eval.decision import DecisionRecord
from game.engine.events import Event
from game.engine.types import Seat

PERSON = "person"
"""The agent of a seat that a person holds."""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What is known of a model beside its name: its LoRA adapter, and the arm of a study (its alignment)."""

    adapter: str = ""
    alignment: str = ""


def scribe(**given: Any) -> ModelRecord:
    """The model for which a script's decisions are written down: it answers in tags, in one piece of text."""
    known = {"window": 32_768, "preset": preset(DEFAULT), **given}
    return ModelRecord("script", "script", protocol=Protocol.TAGS, structured=False, tool_calls=0, **known)


@dataclass(frozen=True, slots=True)
class MatchFacts:
    """A match beside its log. `agents` is what plays each seat; `family` is alike for a match and its forks.

    `records` are the models that played, by model and seat.
    """

    game_id: str
    agents: Mapping[Seat, str]
    models: Mapping[str, ModelFacts] = field(default_factory=dict)
    records: Mapping[tuple[str, Seat], ModelRecord] = field(default_factory=dict)
    scribe: ModelRecord | None = field(default_factory=scribe)
    """For whom scripts' decisions are written down as samples; None: they give none."""
    title: str = ""
    family: str = ""
    started_at: datetime | None = None
    status: str = "finished"
    trains: bool = True
    """Whether models may be trained on it: not where a person has not agreed to that."""
    rewritten: bool = False
    """Whether names or words are not those that were read when it was played."""


@dataclass(frozen=True, slots=True)
class Logged:
    """An event with its number in the log and the time at which it was written."""

    seq: int
    at: datetime
    event: Event


@dataclass(frozen=True, slots=True)
class Made:
    """A decision with the time at which it was made."""

    at: datetime
    decision: DecisionRecord


def stamp(at: datetime) -> str:
    """A time as records have it: ISO 8601, UTC, milliseconds."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"

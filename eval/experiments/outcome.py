"""What a match of a block in an arm came to: all that statistics, ratings and reports may read.

Knows no database, no plan and no library of tables: `eval.statistics` makes frames of these values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

VERSION = 1
"""Of what is written by `to_json`; raised when it means something else."""


class Side(StrEnum):
    """For whom a seat plays, as experiments compare it: the evil factions are one side."""

    TOWN = "town"
    EVIL = "evil"
    NEUTRAL = "neutral"


class Ending(StrEnum):
    """How a match came to its end."""

    WON = "won"
    DRAW = "draw"
    LIMIT = "limit"
    """The last day that the rules allow was over."""
    FAILED = "failed"
    """It was never finished: an outcome of its own in the primary analysis, nobody's win."""


@dataclass(frozen=True, slots=True)
class SeatOutcome:
    """What became of a seat. `model` is the plan's name for who played it, such as `A` or `M`."""

    seat: int
    role: str
    side: Side
    model: str
    agent: str
    won: bool
    days_alive: int
    died_on: int | None = None
    """The day, or the day before the night; None: it was alive at the end."""
    died_by: str = ""
    figures: Mapping[str, float | None] = field(default_factory=dict)
    """Metrics of `eval.metrics` by name; None where there was nothing to divide by."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One match of a block in an arm."""

    block: int
    seed: str
    """Of the block: what analyses are clustered by."""
    arm: str
    setup: str
    ending: Ending
    town_won: bool
    evil_won: bool
    days: int
    seats: tuple[SeatOutcome, ...] = ()
    figures: Mapping[str, float | None] = field(default_factory=dict)
    """Of the match, as `metric@side` or `metric`; a mean over seats that have the figure."""
    tries: int = 1
    cause: str = ""
    """Why it failed, in a word by which causes are counted."""
    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    log_sha256: str = ""
    """Of the canonical log."""


def to_json(outcome: Outcome) -> dict[str, Any]:
    """Plain values that `from_json` reads."""
    return {"version": VERSION, **asdict(outcome)}


def from_json(value: Mapping[str, Any]) -> Outcome:
    """The outcome that `to_json` wrote. Raises ValueError for another version and KeyError for a field that lacks."""
    if value["version"] != VERSION:
        raise ValueError(f"An outcome of version {value['version']} is not read by this release ({VERSION}).")
    plain = {key: part for key, part in value.items() if key != "version"}
    seats = tuple(SeatOutcome(**{**seat, "side": Side(seat["side"])}) for seat in plain["seats"])
    return Outcome(**{**plain, "ending": Ending(plain["ending"]), "seats": seats})

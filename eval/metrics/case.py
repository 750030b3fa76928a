"""A match to be measured: its record, and what else metrics may draw on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Protocol, TypeAlias

from eval.evidence.record import BySeat, Record, Stand
from eval.statements.statement import Statement
from game.engine.config import Table
from game.engine.types import Seat

TokenCount: TypeAlias = Callable[[str], int]
"""How many tokens a text has for a model."""
Price: TypeAlias = tuple[float, float, float]
"""US dollars for a million prompt, cached and completion tokens (`agents.llm.record.ModelRecord`)."""


class Estimator(Protocol):
    """Whatever says how likely a side is to win."""

    def chance(self, table: Table, stand: Stand, side: str) -> float:
        """The chance, from 0 to 1, that a side wins from where all can see the match stand."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A private question outside the match: at the end of a day, what a seat took the others for.

    `alignments` are the guesses by seat, in words of `game.engine.types.Alignment`; `evil` are chances to be evil.
    `event_id` is the message before (`after` False) or after which it was asked, 0 for the probe of a day's end.
    """

    seat: Seat
    day: int
    alignments: Mapping[Seat, str] = field(default_factory=dict)
    evil: Mapping[Seat, float] = field(default_factory=dict)
    event_id: int = 0
    after: bool = False


@dataclass(frozen=True, slots=True)
class Case(Record):
    """A record with its statements and, where given, probes, tokenizers and prices by model, and judges' gaps.

    `gaps` are scores from 0 to 3 for how far thought and speech lay apart, by seat and day.
    `estimator` says who will win; None: the one that was fitted on scripted matches.
    """

    statements: BySeat[Statement] = field(default_factory=BySeat)
    probes: BySeat[Probe] = field(default_factory=BySeat)
    tokenizers: Mapping[str, TokenCount] = field(default_factory=dict)
    prices: Mapping[str, Price] = field(default_factory=dict)
    gaps: Mapping[tuple[Seat, int], int] = field(default_factory=dict)
    estimator: Estimator | None = None
    chances: dict[tuple[int, str], float] = field(default_factory=dict)
    """What the estimator has said so far, by the number of a stand and the side, so that it is asked once."""


def case_of(
    record: Record, statements: Iterable[Statement] = (), probes: Iterable[Probe] = (),
    tokenizers: Mapping[str, TokenCount] | None = None, prices: Mapping[str, Price] | None = None,
    gaps: Mapping[tuple[Seat, int], int] | None = None,
    estimator: Estimator | None = None,
) -> Case:  # fmt: skip
    """A record with what else is at hand."""
    parts = {part.name: getattr(record, part.name) for part in fields(Record)}
    return Case(**parts, statements=BySeat(statements), probes=BySeat(probes), tokenizers=tokenizers or {},
                prices=prices or {}, gaps=gaps or {}, estimator=estimator)  # fmt: skip

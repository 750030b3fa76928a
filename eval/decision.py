"""A decision as plain values: what the row of `game.models.Decision` holds, without the row.

Metrics, records and data sets read these, so that they know no database and a simulated match measures like a live one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from game.engine.types import Seat


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """What a seat decided and how it came to it.

    `ask_id` is empty for a standing permission. `actions` and `attempts` are as JSON has them (`game.engine.codec`,
    `game.play.seats.Attempt`). `decided_seq` is the place of its `decided` event in the log, counted from 1; None where
    it was never applied. `fallback` and `error` say why a default filled the answer; both empty: the seat gave it.
    """

    seat: Seat
    ask_id: str = ""
    stage: int = 0
    decided_seq: int | None = None
    actions: tuple[Mapping[str, Any], ...] = ()
    thought: str = ""
    cost: int = 0
    source: str = ""
    error: str = ""
    model: str = ""
    lane: str = ""
    prompt_tokens: int = 0
    cached_tokens: int = 0
    thought_tokens: int = 0
    spoken_tokens: int = 0
    latency_ms: int = 0
    finish: str = ""
    attempts: tuple[Mapping[str, Any], ...] = ()
    fallback: str = ""
    recipe: Mapping[str, Any] = field(default_factory=dict)
    retries: tuple[str, ...] = ()

"""Decision rows of agents: what was decided and, where a model did, how it came to it.

Makes rows and reads none; whoever drives the match saves them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from math import isfinite
from typing import Any

from game.engine import codec
from game.engine.asks import Ask
from game.engine.types import Seat as SeatNumber
from game.models import Decision, Match, Seat
from game.play.seats import Decision as Decided
from game.play.seats import Report
from game.thoughts import sendable

Source = Decision.Source
REPORT = tuple(field.name for field in fields(Report))
"""Fields of a report, and of the row that keeps it."""
LENGTHS = {"model": 80, "lane": 80, "finish": 40}
"""Characters that the row has room for."""


def decision_row(*, match: Match, seat: Seat, stage: int, ask: Ask, made: Decided, error: str = "") -> Decision:
    """The row of an agent's decision; with an `error` a default decided."""
    return Decision(
        match=match,
        seat=ask.seat,
        ask_id=ask.id,
        stage=stage,
        submission_id=submission(ask),
        actions=storable([codec.action_to_json(action) for action in made.actions]),
        thought=sendable(made.thought),
        cost=made.cost,
        source=Source.DEFAULT if error else _source(seat, made),
        error=sendable(error),
        **report_fields(made.report),
    )


def _source(seat: Seat, made: Decided) -> Source:
    """Who decided; an understudy is one whatever it is made of, its report says the rest."""
    if seat.taken:
        return Source.UNDERSTUDY
    return Source.MODEL if made.report else Source.SCRIPT


def submission(ask: Ask) -> str:
    """The id of an agent's row: one for each try at an ask, whoever drives."""
    return f"a{ask.id}#{ask.attempt}"


def attempt_of(row: Decision) -> int:
    """Which try at its ask an agent's row is, from 0."""
    return int(row.submission_id.rpartition("#")[2])


def report_fields(report: Report | None) -> dict[str, Any]:
    """A report as columns of a row."""
    if report is None:
        return {}
    columns = {name: getattr(report, name) for name in REPORT}
    columns["attempts"] = [asdict(attempt) for attempt in report.attempts]
    columns["retries"], columns["recipe"] = list(report.retries), dict(report.recipe)
    for name, length in LENGTHS.items():
        columns[name] = columns[name][:length]
    return {name: storable(value) for name, value in columns.items()}


def filled_reason(row: Decision) -> str:
    """Why a default filled the answer; empty when the seat gave it."""
    return row.fallback or ("error" if row.error else "")


def storable(value: Any) -> Any:
    """Plain values as PostgreSQL takes them: no NUL, no halves of surrogate pairs, no number that is none in JSON."""
    if isinstance(value, str):
        return sendable(value)
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {storable(str(key)): storable(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [storable(part) for part in value]
    return value


def decided_place(events: Any, seat: SeatNumber) -> int | None:
    """The place of a seat's `decided` event among events."""
    return next((n for n, event in enumerate(events) if event.kind == "decided" and event.seat == seat), None)

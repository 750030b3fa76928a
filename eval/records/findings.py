"""What is found in a whole match for its last records: metrics, and the roles that its players claimed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agents.llm.tokens import counter
from eval.decision import DecisionRecord
from eval.evidence.reading import record_of
from eval.metrics import Value
from eval.metrics.case import case_of
from eval.metrics.measure import measured
from eval.records.facts import MatchFacts
from eval.statements import StatementKind, statements_of
from game.engine.events import Event
from game.engine.types import Seat


@dataclass(frozen=True, slots=True)
class Findings:
    """Metrics of the match and of each seat as plain values, and role claims by seat in order."""

    match: Mapping[str, Any] = field(default_factory=dict)
    seats: Mapping[Seat, Mapping[str, Any]] = field(default_factory=dict)
    claims: Mapping[Seat, Sequence[Mapping[str, Any]]] = field(default_factory=dict)


def findings_of(facts: MatchFacts, log: Sequence[Event], decisions: Sequence[DecisionRecord]) -> Findings:
    """What is found in a log and the decisions behind it, with the tokenizers and prices of the models that played."""
    models = {name: record for (name, _), record in facts.records.items()}
    tokenizers = {name: counter(one.tokenizer).count for name, one in models.items() if one.tokenizer}
    prices = {name: one.price for name, one in models.items() if any(one.price)}
    record = record_of(log, decisions)
    statements = statements_of(record)
    found = measured(case_of(record, statements, tokenizers=tokenizers, prices=prices))
    claims: dict[Seat, list[Mapping[str, Any]]] = defaultdict(list)
    for one in statements:
        if one.kind is StatementKind.ROLE_CLAIM:
            claims[one.seat].append({"seq": one.event_id, "value": one.value, "channel": one.channel})
    return Findings(_plain(found.match), {seat: _plain(one) for seat, one in found.seats.items()}, claims)


def _plain(values: Mapping[str, Value]) -> dict[str, Any]:
    return {name: value.to_json() for name, value in values.items()}

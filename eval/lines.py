"""The lines of a match: every event that says or does something, in words, with what it can be found by.

A reading of values like records: what persons may be called, and whose words stay where they are, is decided before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from eval.evidence import record_of
from eval.evidence.record import Record
from eval.records.facts import Logged, Made, MatchFacts
from eval.records.redaction import WITHHELD
from eval.statements import RUBRIC, Statement, StatementKind, statements_of
from eval.statements.truth import truth_of
from game.engine import events as e
from game.engine.roles import ROLES
from game.engine.text import render
from game.engine.types import HOST, PUBLIC, Channel, Phase, Seat, seats_of

VERSION = f"lines/1 {RUBRIC}"
"""Of what lines are made by; others, another version."""


class Kind(StrEnum):
    """What a line is."""

    CHAT = "chat"
    WHISPER = "whisper"
    TEAM = "team"
    """Said among the members of a team."""
    JAIL = "jail"
    DEAD = "dead"
    """Said among the dead, or with them."""
    WILL = "will"
    NOTE = "note"
    """A death note."""
    NOTEBOOK = "notebook"
    VOTE = "vote"
    VERDICT = "verdict"
    """One voice in a trial."""
    TRIAL = "trial"
    CHOICE = "choice"
    """What somebody chose to do, by day or night."""
    RESULT = "result"
    """What a seat alone was told."""
    NOTICE = "notice"
    DEATH = "death"
    THOUGHT = "thought"
    END = "end"


class Truth(StrEnum):
    """How what a line states stands to what its speaker knew."""

    NONE = ""
    """It states nothing."""
    TRUE = "true"
    LIE = "lie"
    OPEN = "open"
    """The speaker could not know."""


class Line(NamedTuple):
    """One line. `seat` is 0 where it is nobody's, and what belongs to a seat is empty then."""

    seq: int
    day: int
    phase: str
    seat: Seat
    name: str
    kind: Kind
    role: str
    faction: str
    model: str
    arm: str
    text: str
    claim: bool
    truth: Truth


class _Part(NamedTuple):
    """What an event says, before it is known who its seat is."""

    seat: Seat
    kind: Kind
    text: str


def lines_of(facts: MatchFacts, news: Sequence[tuple[Logged, Made | None]]) -> Iterator[Line]:
    """The lines of a log from its beginning, each event with the decision that stands there."""
    record = record_of([logged.event for logged, _ in news], [made.decision for _, made in news if made])
    stated = _stated(record)
    players = {seat: _player(facts, record, seat) for seat in record.seats}
    day, phase = 0, Phase.SETUP
    for logged, made in news:
        event, seq = logged.event, logged.seq
        if isinstance(event, e.PhaseOpened):
            day, phase = event.day, event.phase
        part = _part(record, event, made)
        if part is None or part.text in ("", WITHHELD):
            continue
        role = record.roles[part.seat].at(seq, "") if part.seat else ""
        model, arm = players[part.seat] if part.seat else ("", "")
        yield Line(
            seq, day, phase.value, part.seat, record.table.names[part.seat - 1] if part.seat else "", part.kind, role,
            ROLES[role].faction.value if role else "", model, arm, part.text,
            any(one.kind is StatementKind.ROLE_CLAIM for one in stated[seq]), _truth(record, stated[seq]),
        )  # fmt: skip


def _stated(record: Record) -> defaultdict[int, list[Statement]]:
    found: defaultdict[int, list[Statement]] = defaultdict(list)
    for one in statements_of(record):
        found[one.event_id].append(one)
    return found


def _truth(record: Record, stated: Sequence[Statement]) -> Truth:
    """One lie makes a line a lie, whatever else it says."""
    if not stated:
        return Truth.NONE
    found = {truth_of(record, one) for one in stated}
    return Truth.LIE if False in found else Truth.TRUE if True in found else Truth.OPEN


def _player(facts: MatchFacts, record: Record, seat: Seat) -> tuple[str, str]:
    """What played a seat, and its arm."""
    model = next((one.model for one in record.decisions.of(seat) if one.model), facts.agents[seat])
    known = facts.models.get(model)
    return model, known.alignment if known else ""


# Words ----------------------------------------------------------------------------------------------------------------


def _part(record: Record, event: e.Event, made: Made | None) -> _Part | None:
    if isinstance(event, e.Decided):
        return _Part(event.seat, Kind.THOUGHT, made.decision.thought) if made else None
    if isinstance(event, e.Said):
        return _Part(event.seat, _CHANNELS[event.channel], event.text) if event.seat else None
    if type(event) in _WRITTEN:
        return _Part(getattr(event, "seat"), _WRITTEN[type(event)], getattr(event, "text"))  # noqa: B009
    writer = _WRITERS.get(type(event))
    return writer(record, event) if writer else None


_CHANNELS = {
    Channel.PUBLIC: Kind.CHAT, Channel.WHISPER: Kind.WHISPER, Channel.MAFIA: Kind.TEAM, Channel.COVEN: Kind.TEAM,
    Channel.VAMPIRE: Kind.TEAM, Channel.JAIL: Kind.JAIL, Channel.DEAD: Kind.DEAD, Channel.SEANCE: Kind.DEAD,
}  # fmt: skip
_WRITTEN: dict[type[e.Event], Kind] = {
    e.WhisperHeard: Kind.WHISPER,
    e.WillWritten: Kind.WILL,
    e.NoteWritten: Kind.NOTE,
    e.Jotted: Kind.NOTEBOOK,
    e.Summarised: Kind.NOTEBOOK,
}


def _rendered(record: Record, seat: Seat, kind: Kind, event: e.Event) -> _Part:
    return _Part(seat, kind, render.line(event, record.table.names, ruleset=record.table.ruleset) or "")


def _balloted(record: Record, event: e.Balloted) -> _Part:
    voice = render.say("line", f"ballot_{event.verdict.value}", name=record.table.names[event.seat - 1])
    return _Part(event.seat, Kind.VERDICT, voice)


def _told(record: Record, event: e.Told) -> _Part | None:
    if event.to in (PUBLIC, HOST):
        return None
    first = min(seats_of(event.to))
    text = render.line(event, record.table.names, first, record.table.ruleset) or ""
    return _Part(first, Kind.RESULT, text)


_WRITERS: dict[type[e.Event], Callable[[Record, Any], _Part | None]] = {
    e.Voted: lambda record, event: _rendered(record, event.seat, Kind.VOTE, event),
    e.Balloted: _balloted,
    e.TrialClosed: lambda record, event: _rendered(record, event.accused, Kind.TRIAL, event),
    e.Chose: lambda record, event: _rendered(record, event.seat, Kind.CHOICE, event),
    e.Told: _told,
    e.Announced: lambda record, event: _rendered(record, event.seat, Kind.NOTICE, event),
    e.Died: lambda record, event: _rendered(record, event.seat, Kind.DEATH, event),
    e.MatchEnded: lambda record, event: _rendered(record, 0, Kind.END, event),
}

"""A match that is over as a report: its metrics, each seat's, and what stands out on its time line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from eval.labelling import may_label, seen_by
from eval.lines import Truth, lines_of
from eval.metrics.registry import Level, in_order
from eval.models import Entry, Label
from eval.records.findings import findings_of
from eval.sources import ENDED, Source
from game.engine import events as e
from game.engine.roles import ROLES
from game.models import Match
from game.services import Rejected


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric with its value as JSON has it."""

    name: str
    unit: str
    what: str
    value: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SeatReport:
    """One seat: who it was, whether it won, how much of what it stated was a lie, and its metrics."""

    seat: int
    name: str
    role: str
    faction: str
    model: str
    arm: str
    won: bool
    lies: int
    claims: int
    figures: list[Figure]


@dataclass(frozen=True, slots=True)
class Report:
    """A match and its seats."""

    figures: list[Figure]
    seats: list[SeatReport]


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment that stands out: a claim, a lie, or what labels rest on."""

    seq: int
    kind: str
    seat: int
    title: str


def report_of(match: Match) -> Report:
    """The report of a match. Raises Rejected for one that is not over, or that may not be seen."""
    if match.status not in ENDED:
        raise Rejected(f"Match {match.pk} is not over: its report is made at its end.", "not_over")
    source = Source(match)
    news = source.news(0)
    found = findings_of(source.facts, [logged.event for logged, _ in news], [made.decision for _, made in news if made])
    ending = next((one.event for one, _ in reversed(news) if isinstance(one.event, e.MatchEnded)), None)
    opened = news[0][0].event
    assert isinstance(opened, e.MatchOpened)
    seats = {seat: _Seat(name) for seat, name in enumerate(opened.table.names, 1)}
    for line in lines_of(source.facts, news):
        if line.seat:
            seats[line.seat].note(line.model, line.arm, claim=line.claim, lie=line.truth is Truth.LIE)
    roles = {one.event.seat: one.event.role for one, _ in news if isinstance(one.event, e.RoleDealt)}
    return Report(
        _figures(found.match, Level.MATCH),
        [
            SeatReport(
                seat, one.name, roles[seat], ROLES[roles[seat]].faction.value,
                one.model, one.arm, bool(ending and seat in ending.winners), one.lies, one.claims,
                _figures(found.seats.get(seat, {}), Level.SEAT),
            )
            for seat, one in sorted(seats.items())
        ],
    )  # fmt: skip


@dataclass
class _Seat:
    """What lines tell of a seat."""

    name: str
    model: str = ""
    arm: str = ""
    lies: int = 0
    claims: int = 0

    def note(self, model: str, arm: str, *, claim: bool, lie: bool) -> None:
        """Count a line in."""
        self.model, self.arm = model, arm
        self.claims += claim
        self.lies += lie


def _figures(values: Mapping[str, Any], level: Level) -> list[Figure]:
    return [
        Figure(one.name, one.unit, " / ".join(filter(None, (one.numerator, one.denominator))), values[one.name])
        for one in in_order(level) if one.name in values
    ]  # fmt: skip


def labels_on(match: Match, user: Any) -> list[Label]:
    """The labels of a match that somebody sees, in the order of its days."""
    labels = seen_by(user, everyone=not may_label(user)).filter(match=match).prefetch_related("citations")
    return list(labels.order_by("day", "seat", "code", "annotator"))


def marks_of(match: Match, user: Any) -> list[Mark]:
    """Claims, lies and labels by their place in the log, for whoever sees everything. None before it is indexed."""
    stated = Entry.objects.filter(Q(cell__claim=True) | Q(cell__truth=Truth.LIE), match=match).select_related("cell")
    marks = [
        Mark(one.seq, "lie" if one.cell.truth == Truth.LIE else "claim", one.seat, f"{one.name}: {one.text[:80]}")
        for one in stated.defer("words").order_by("seq")
    ]
    indexed = Entry.objects.filter(match=match).exists()
    for label in labels_on(match, user) if indexed else ():
        title = f"{label.code.replace('_', ' ')}, {label.annotator}"
        marks += [Mark(one.seq, "label", label.seat, title) for one in label.citations.all() if label.present]
    return sorted(marks, key=lambda mark: mark.seq)

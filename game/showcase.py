"""What a fresh installation shows: a match that runs at a pace to watch, and a finished one to read.

The finished one is shipped as a file: its canonical log with the thoughts behind it, one JSON object a line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from game import selectors, services
from game.engine import codec
from game.engine import events as e
from game.live import reading_time
from game.lobby import LobbySpec
from game.log import engine_event, events_append
from game.models import Decision, Event, Match, Seat

ARCHIVE = Path(__file__).parent / "archive" / "classic.jsonl"
PACE = 1.6
"""Seconds for which a line of ordinary length is shown."""


def showcase_match_ensure() -> Match:
    """A running match of scripted agents at a pace that a person can follow; started if there is none."""
    running = selectors.matches_live().filter(showcase=True).exclude(status=Match.Status.PAUSED).first()
    if running:
        return running
    match = services.match_create(spec=LobbySpec(title="Classic", pace=PACE), showcase=True)
    return services.match_start(match=match)


def archive_ensure(file: Path = ARCHIVE) -> Match | None:
    """Bring in the shipped match unless some match has ended here already."""
    if not file.exists() or selectors.matches_finished().exists():
        return None
    return archive_load(map(json.loads, file.read_text("utf-8").splitlines()))


@transaction.atomic
def archive_load(records: Iterable[dict[str, Any]]) -> Match:
    """A finished match from its records. Raises Malformed for what is no log."""
    head, *rows = records
    events = [codec.from_json(row["event"]) for row in rows]
    opened, ended = events[0], events[-1]
    assert isinstance(opened, e.MatchOpened)
    assert isinstance(ended, e.MatchEnded)
    match = Match.objects.create(
        title=head["title"], table=codec.table_to_json(opened.table), seed=ended.seed, commitment=opened.commitment,
        status=Match.Status.FINISHED, outcome=ended.outcome, winners=list(ended.winners), pace=PACE,
        started_at=timezone.now(), finished_at=timezone.now(), rules_version=opened.version,
    )  # fmt: skip
    Seat.objects.bulk_create(
        Seat(match=match, number=number, name=name) for number, name in enumerate(opened.table.names, 1)
    )
    events_append(match_id=match.pk, lease=0, events=events)
    ends = [seq for seq, row in enumerate(rows, 1) if row.get("boundary")]
    Event.objects.filter(match=match, seq__in=ends).update(boundary=True)
    Decision.objects.bulk_create(_thoughts(match, rows))
    _spread(match, events)
    match.refresh_from_db()
    return match


def _thoughts(match: Match, rows: Iterable[dict[str, Any]]) -> Iterator[Decision]:
    for seq, row in enumerate(rows, 1):
        if "thought" in row:
            yield Decision(
                match=match, seat=row["event"]["seat"], ask_id=row["event"]["ask"], submission_id=f"archive {seq}",
                actions=[], thought=row["thought"], cost=row["event"]["cost"], source=Decision.Source.SCRIPT,
                applied_at=match.finished_at, decided_seq=seq,
            )  # fmt: skip


def _spread(match: Match, events: Iterable[e.Event]) -> None:
    """Give the events the times at which they would have been shown, so that a replay has the rhythm of a match."""
    waits = [reading_time(event) * PACE for event in events]
    moment = timezone.now() - timedelta(seconds=sum(waits))
    rows = list(Event.objects.filter(match=match).order_by("seq"))
    for row, wait in zip(rows, waits, strict=True):
        row.at = moment
        moment += timedelta(seconds=wait)
    Event.objects.bulk_update(rows, ("at",), batch_size=500)


def archive_records(match: Match) -> Iterator[dict[str, Any]]:
    """A finished match as records, to be loaded elsewhere."""
    yield {"title": match.title, "format": 1}
    told = Decision.objects.filter(match=match, decided_seq__isnull=False).exclude(thought="")
    thoughts = dict(told.values_list("decided_seq", "thought"))
    for row in selectors.events_after(match.pk, 0):
        record: dict[str, Any] = {"event": codec.to_json(engine_event(row))}
        if row.boundary:
            record["boundary"] = True
        if row.seq in thoughts:
            record["thought"] = thoughts[row.seq]
        yield record

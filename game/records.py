"""A match as records, one JSON object a line: what a viewpoint may keep of it, and how a whole log is brought in again.

The first record is the head; each one after it is an event with its number in the viewpoint's own order. The
all-knowing records are the host's log, with `seq` for numbers and all that a match can be made of again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import count
from typing import Any, cast

from django.db import transaction

from game import selectors
from game.engine import codec
from game.engine import events as e
from game.engine.codec import Malformed
from game.engine.types import PUBLIC, hears
from game.log import engine_event, events_import
from game.models import Decision, Event, Match, Seat
from game.privacy import renamed, renaming
from game.profiles import aliases_of
from game.selectors import Viewpoint
from game.services import match_retell

FORMAT = 2
PAGE = 1000
"""Rows of a log that are read at once."""
PACE = 1.6
"""Seconds for which a line of ordinary length is shown when a match that was brought in is played on."""

Record = dict[str, Any]


# Out ------------------------------------------------------------------------------------------------------------------


def record_lines(match: Match, viewpoint: Viewpoint) -> Iterator[str]:
    """The records as lines of a file."""
    for record in records_of(match, viewpoint):
        yield json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n"


def records_of(match: Match, viewpoint: Viewpoint) -> Iterator[Record]:
    """The head, then every event that the viewpoint may see, read page by page; persons go by their pseudonyms."""
    new, old = aliases_of(match), match.table["names"]
    yield _head(match, viewpoint, new)
    rename = renaming({old[seat - 1]: name for seat, name in new.items()})
    numbers, after = count(1), 0
    while rows := selectors.events_after(match.pk, after, PAGE):
        after = rows[-1].seq
        seen = [row for row in rows if _sees(viewpoint, row.audience)]
        thoughts = {seq: rename(text) for seq, text in _thoughts_behind(match, seen).items()}
        for row, event in zip(seen, renamed(map(engine_event, seen), new, old), strict=True):
            yield _record(next(numbers), row, event, thoughts.get(row.seq, ""), whole=viewpoint == "god")


def _head(match: Match, viewpoint: Viewpoint, aliases: Mapping[int, str]) -> Record:
    """What the match is. Its seed stands here when the match has shown it to all."""
    seats = list(match.seats.order_by("number"))
    ended = Event.objects.filter(match=match, kind="match_ended").first()
    return {
        "format": FORMAT,
        "match": match.pk,
        "title": match.title,
        "mode": match.table["mode"],
        "viewpoint": viewpoint,
        "status": match.status,
        "outcome": match.outcome,
        "names": [aliases.get(seat.number, seat.name) for seat in seats],
        "agents": [seat.agent for seat in seats],
        "practice": match.practice,
        "commitment": match.commitment,
        **({"seed": ended.body["seed"]} if ended else {}),
    }


def _sees(viewpoint: Viewpoint, audience: int) -> bool:
    if isinstance(viewpoint, int):
        return hears(audience, viewpoint)
    return viewpoint == "god" or audience == PUBLIC


def _thoughts_behind(match: Match, rows: Iterable[Event]) -> dict[int, str]:
    """The thoughts that led to these decisions; whoever may see a decision may see its thought."""
    seqs = [row.seq for row in rows if row.kind == "decided"]
    told = Decision.objects.filter(match=match, decided_seq__in=seqs).exclude(thought="")
    return cast("dict[int, str]", dict(told.values_list("decided_seq", "thought")))


def _record(number: int, row: Event, event: e.Event, thought: str, *, whole: bool) -> Record:
    """One line; `boundary`, in whole logs alone, marks the last event of what one reply led to."""
    return {
        "n": number,
        "at": row.at.isoformat(),
        "event": codec.to_json(event),
        **({"boundary": True} if whole and row.boundary else {}),
        **({"thought": thought} if thought else {}),
    }


# In -------------------------------------------------------------------------------------------------------------------


@transaction.atomic
def match_import(records: Iterable[Record]) -> Match:
    """A finished match from its all-knowing records. Raises Malformed for what is none."""
    try:
        head, *rows = records
        return _made(head, rows)
    except (KeyError, TypeError, ValueError) as flaw:
        raise (
            flaw if isinstance(flaw, Malformed) else Malformed(f"These are no records of a match: {flaw!r}.")
        ) from flaw


def _made(head: Record, rows: list[Record]) -> Match:
    _check(head, rows)
    events, moments = [codec.from_json(row["event"]) for row in rows], [_moment(row) for row in rows]
    opened, ended = events[0], events[-1]
    if not (isinstance(opened, e.MatchOpened) and isinstance(ended, e.MatchEnded)):
        raise Malformed("Only a match from its opening to its end can be brought in.")
    match = Match.objects.create(
        title=head["title"], table=codec.table_to_json(opened.table), seed=ended.seed, commitment=opened.commitment,
        status=Match.Status.FINISHED, outcome=ended.outcome, winners=list(ended.winners), pace=PACE,
        practice=head["practice"], started_at=moments[0], finished_at=moments[-1], rules_version=opened.version,
    )  # fmt: skip
    Seat.objects.bulk_create(
        Seat(match=match, number=number, name=name, agent=agent)
        for number, (name, agent) in enumerate(zip(opened.table.names, head["agents"], strict=True), 1)
    )
    ends = [row.get("boundary", False) for row in rows]
    events_import(match_id=match.pk, events=events, times=moments, ends=ends)
    Decision.objects.bulk_create(_decisions(match, rows))
    match.refresh_from_db()
    match_retell(match_id=match.pk)
    return match


def _check(head: Mapping[str, Any], rows: list[Record]) -> None:
    if head.get("format") != FORMAT:
        raise Malformed(f"These records have the format {head.get('format')!r}; this release reads format {FORMAT}.")
    if head["viewpoint"] != "god":
        raise Malformed("Only all-knowing records hold a whole match.")
    if not rows or [row["n"] for row in rows] != list(range(1, len(rows) + 1)):
        raise Malformed("An event is missing, or they are not in their order.")


def _moment(row: Record) -> datetime:
    return datetime.fromisoformat(row["at"])


def _decisions(match: Match, rows: Iterable[Record]) -> Iterator[Decision]:
    for row in rows:
        if "thought" in row:
            yield Decision(
                match=match, seat=row["event"]["seat"], ask_id=row["event"]["ask"], submission_id=f"import {row['n']}",
                actions=[], thought=row["thought"], cost=row["event"]["cost"], source=Decision.Source.SCRIPT,
                applied_at=match.finished_at, decided_seq=row["n"],
            )  # fmt: skip

"""The log in the database: the only writer of events, and the lease that says who may write.

One transaction an append: the match row gives the numbers and checks the lease, the doorbell rings on commit.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from game.engine import codec
from game.engine.events import Event as EngineEvent
from game.models import Event, Match

DOORBELL = "tossim_match"
"""NOTIFY channel of new events: `<match>:<last seq>`."""
ANSWERS = "tossim_answer"
"""NOTIFY channel for the driver of a match: `<match>`, when there is something to look at."""
STALE_AFTER = timedelta(seconds=6)
"""A driver that has given no sign for so long is taken for dead."""


class LeaseLost(Exception):
    """Somebody else drives the match by now."""


def holder() -> str:
    """A name for this process and thread."""
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident() % 100000}"


@transaction.atomic
def lease_take(*, match_id: int) -> int | None:
    """Take a match that nobody drives; its fencing number, or None when it is not to be had.

    One transaction: a process that sleeps between raising the number and reading it must not read a later one.
    """
    free = Q(lease_holder="") | Q(heartbeat_at=None) | Q(heartbeat_at__lt=timezone.now() - STALE_AFTER)
    taken = Match.objects.filter(free, pk=match_id, status__in=(Match.Status.QUEUED, Match.Status.RUNNING)).update(
        lease=F("lease") + 1, lease_holder=holder(), heartbeat_at=timezone.now(), status=Match.Status.RUNNING
    )
    return Match.objects.values_list("lease", flat=True).get(pk=match_id) if taken else None


def lease_renew(*, match_id: int, lease: int) -> str:
    """Give a sign of life; the match's status. Raises LeaseLost."""
    if not Match.objects.filter(pk=match_id, lease=lease).update(heartbeat_at=timezone.now()):
        raise LeaseLost(f"match {match_id}: lease {lease} is no longer the newest")
    return Match.objects.values_list("status", flat=True).get(pk=match_id)


def lease_release(*, match_id: int, lease: int) -> None:
    """Let the next driver have the match at once."""
    Match.objects.filter(pk=match_id, lease=lease).update(lease_holder="", heartbeat_at=None)


@transaction.atomic
def events_append(*, match_id: int, lease: int, events: Sequence[EngineEvent]) -> int:
    """Write events at the end of a match's log; the last number. Raises LeaseLost."""
    count = len(events)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE game_match SET last_seq = last_seq + %s, heartbeat_at = now()"
            " WHERE id = %s AND lease = %s RETURNING last_seq",
            [count, match_id, lease],
        )
        row = cursor.fetchone()
        if row is None:
            raise LeaseLost(f"match {match_id}: lease {lease} is no longer the newest")
        last: int = row[0]
        Event.objects.bulk_create(_rows(match_id, last - count + 1, events))
        cursor.execute("SELECT pg_notify(%s, %s)", [DOORBELL, f"{match_id}:{last}"])
    return last


@transaction.atomic
def events_import(
    *, match_id: int, events: Sequence[EngineEvent], times: Sequence[datetime], ends: Sequence[bool]
) -> None:
    """Write the log of a match played elsewhere: the time of each event, and whether it ends what a reply led to."""
    rows = _rows(match_id, 1, events)
    for row, at, boundary in zip(rows, times, ends, strict=True):
        row.at, row.boundary = at, boundary
    Event.objects.bulk_create(rows)
    Match.objects.filter(pk=match_id).update(last_seq=len(rows))


@transaction.atomic
def events_rewrite(*, match_id: int, events: Sequence[EngineEvent]) -> int:
    """Let a log say what these events say, each in the place of the stored one; how many differ.

    Only for taking out what a person has a right to: what happened, to whom and in which order stays.
    """
    Match.objects.select_for_update().get(pk=match_id)
    stored = Event.objects.filter(match_id=match_id).order_by("seq")
    changed = []
    for row, new in zip(stored, _rows(match_id, 1, events), strict=False):
        if (row.kind, row.audience) != (new.kind, new.audience):
            raise ValueError(f"match {match_id}: event {row.seq} is a {row.kind} and stays one")
        if row.body != new.body:
            row.body = new.body
            changed.append(row)
    Event.objects.bulk_update(changed, ["body"], batch_size=500)
    Match.objects.filter(pk=match_id).update(rewritten_at=timezone.now())
    viewers_wake(match_id=match_id)
    return len(changed)


def _rows(match_id: int, first: int, events: Iterable[EngineEvent]) -> list[Event]:
    rows = []
    for seq, event in enumerate(events, first):
        body = codec.to_json(event)
        del body["kind"], body["to"]
        rows.append(Event(match_id=match_id, seq=seq, kind=event.kind, audience=event.to, body=body))
    if rows:
        rows[-1].boundary = True
    return rows


def engine_event(row: Event) -> EngineEvent:
    """The engine's event of a row."""
    return codec.from_json({"kind": row.kind, "to": codec.audience_to_json(row.audience), **row.body})


def driver_wake(*, match_id: int) -> None:
    """Tell the driver of a match that there is something to look at, once this transaction is committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [ANSWERS, str(match_id)])


def viewers_wake(*, match_id: int) -> None:
    """Tell those who watch a match that something about it has changed that is no event."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [DOORBELL, f"{match_id}:0"])

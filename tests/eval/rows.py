"""Logs as rows: a match in the database without a driver, for what is read of matches that have ended."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from game.engine import codec
from game.engine import events as e
from game.log import events_append
from game.models import Match, Seat


def kept(log: Sequence[e.Event], status: str = Match.Status.FINISHED, *, people: Sequence[int] = ()) -> Match:
    """A match with this log; in the seats named, people sat."""
    opened = log[0]
    assert isinstance(opened, e.MatchOpened)
    now, table = timezone.now(), codec.table_to_json(opened.table)
    match = Match.objects.create(title="kept", table=table, seed="kept", commitment="kept", status=status,
                                 started_at=now, finished_at=now, has_people=bool(people))  # fmt: skip
    Seat.objects.bulk_create(
        Seat(match=match, number=seat, name=name, key_hash=f"{seat}" * (seat in people),
             taken_at=now if seat in people else None)
        for seat, name in enumerate(opened.table.names, 1)
    )  # fmt: skip
    events_append(match_id=match.pk, lease=0, events=log)
    return match

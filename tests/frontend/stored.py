"""Matches in the database at the moment at which a test needs them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from frontend.cookies import sealed
from game import log as match_log
from game import services
from game.engine import codec
from game.engine import events as e
from game.engine.asks import asks
from game.engine.fold import fold_all
from game.engine.setup import start, table_for
from game.engine.state import EMPTY
from game.lobby import LobbySpec
from game.models import Ask, Decision, Event, Match, Seat
from tests.frontend.logs import NAMES

KEY = "the secret of a seat"


def stored(
    log: Sequence[e.Event], *, status: str = "finished", thought: str = "", asked: Mapping[int, str] | None = None,
    **fields: Any,
) -> Match:  # fmt: skip
    """A match with this log. `thought` is what every decision of it came from; `asked` says who is asked what now."""
    opened = next(event for event in log if isinstance(event, e.MatchOpened))
    match = Match.objects.create(
        table=codec.table_to_json(opened.table), seed="", commitment=opened.commitment, status=status,
        **{"title": "A match", "started_at": timezone.now(), **fields},
    )  # fmt: skip
    Seat.objects.bulk_create(Seat(match=match, number=n, name=name) for n, name in enumerate(opened.table.names, 1))
    append(match, log)
    if thought:
        _think(match, thought)
    stage = fold_all(EMPTY, log).public.stage
    Ask.objects.bulk_create(
        Ask(match=match, ask_id=f"{stage}:{seat}", seat=seat, kind=kind, stage=stage)
        for seat, kind in (asked or {}).items()
    )
    return match


def append(match: Match, events: Sequence[e.Event], *, ring: bool = True) -> None:
    """Write on, as the driver of the match does; with `ring` False the doorbell is lost."""
    if ring:
        match.last_seq = match_log.events_append(match_id=match.pk, lease=match.lease, events=events)
        return
    Event.objects.bulk_create(match_log._rows(match.pk, match.last_seq + 1, events))
    match.last_seq += len(events)
    match.save(update_fields=["last_seq"])


def pause(match: Match, status: str) -> None:
    """Bring a match into another status and tell its viewers."""
    Match.objects.filter(pk=match.pk).update(status=status)
    match_log.viewers_wake(match_id=match.pk)


def _think(match: Match, thought: str) -> None:
    Decision.objects.bulk_create(
        Decision(
            match=match, seat=row.body["seat"], ask_id=row.body["ask"], submission_id=f"s{row.seq}", actions=[],
            source="script", thought=thought, applied_at=timezone.now(), decided_seq=row.seq,
        )
        for row in match.events.filter(kind="decided")
    )  # fmt: skip


def stored_with_person(seat: int = 2) -> tuple[Match, int, str]:
    """A match on its first day with a person in a seat: the match, the seat, and what their cookie holds."""
    log = start(table_for("Classic", NAMES), "person-1")
    open_asks = {ask.seat: ask.kind.value for ask in asks(fold_all(EMPTY, log))}
    match = stored(log, status="running", has_people=True, asked=open_asks)
    match.seats.filter(number=seat).update(
        is_open=True,
        key_hash=hashlib.sha256(KEY.encode()).hexdigest(),
        taken_at=timezone.now(),
        last_seen_at=timezone.now(),
    )
    return match, seat, sealed(match.pk, KEY)


def open_match(people: int) -> Match:
    """A match that waits for people."""
    return services.match_create(spec=LobbySpec(people=people))

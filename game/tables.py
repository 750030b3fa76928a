"""A table that waits for people: who is ready, when it begins, another one with the same people; and the gallery.

The gallery is the talk beside the table. Whoever still plays neither hears it nor speaks in it.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from game import selectors
from game.log import viewers_wake
from game.models import Match, Remark, Seat
from game.names import NameRefused, name_checked
from game.services import Rejected, match_abort, match_create, match_start, seats_changed

REMARK_LENGTH = 500
REMARKS_AT_ONCE, REMARKS_WITHIN = 5, 10.0
"""How many remarks one speaker may make within how many seconds."""
DESERTED_AFTER = timedelta(minutes=15)
"""How long a table waits with nobody at it."""
INVITED_FOR = timedelta(days=1)
"""The same for a table whose people hold an invitation and may have agreed to meet later."""


# Waiting --------------------------------------------------------------------------------------------------------------


@transaction.atomic
def seat_ready(*, match: Match, number: int, ready: bool = True) -> None:
    """Note whether a person wants to begin; the match begins when all seats are taken and all are ready.

    Raises Rejected.
    """
    match = _waiting(match)
    match.seats.filter(number=number).exclude(key_hash="").update(ready=ready)
    free = match.seats.filter(is_open=True, key_hash="")
    unready = match.seats.filter(ready=False).exclude(key_hash="")
    if ready and not free.exists() and not unready.exists():
        match_start(match=match)
    seats_changed(match.pk)


@transaction.atomic
def table_begin(*, match: Match) -> None:
    """Begin without those who are missing: agents take the free seats. Raises Rejected unless all who are there agree.

    Who is ready and away for the moment is stood in for; who is away and not ready does not keep the others waiting.
    """
    match = _waiting(match)
    taken = list(match.seats.exclude(key_hash=""))
    if not any(seat.ready for seat in taken):
        raise Rejected("Somebody must be ready first.", "not_ready")
    if waited_for := [seat.name for seat in taken if not seat.ready and not seat.away]:
        raise Rejected(f"Still waiting for {', '.join(waited_for)} to be ready.", "not_ready")
    match_start(match=match)
    seats_changed(match.pk)


def _waiting(match: Match) -> Match:
    found = Match.objects.select_for_update().get(pk=match.pk)
    if found.status != Match.Status.OPEN:
        raise Rejected("This match has begun already.", "started")
    return found


def tables_close() -> int:
    """Close tables at which nobody has been for too long, so that they take no room; how many.

    Tables that staff made wait for as long as it takes.
    """
    now = timezone.now()
    seen = Coalesce(Max("seats__last_seen_at"), "created_at")
    waiting = Match.objects.filter(status=Match.Status.OPEN).exclude(created_by__is_staff=True).annotate(seen=seen)
    deserted = waiting.filter(Q(invite="", seen__lt=now - DESERTED_AFTER) | Q(seen__lt=now - INVITED_FOR))
    closed = 0
    for match in deserted:
        with suppress(Rejected):
            match_abort(match=match)
            closed += 1
    return closed


# Again ----------------------------------------------------------------------------------------------------------------


@transaction.atomic
def match_rematch(*, match: Match, created_by: Any = None) -> Match:
    """Another match at a table like this one's, with as many seats for people; the same for all who ask for it.

    Without people it is sent off at once. Raises Rejected before the end, LobbyError where it cannot be made any more.
    """
    match = Match.objects.select_for_update().get(pk=match.pk)
    if not match.ended:
        raise Rejected("A match can be played again when it has ended.", "not_ended")
    if match.has_people and (waiting := match.rematches.filter(status=Match.Status.OPEN).first()):
        return waiting
    again = match_create(spec=selectors.spec_of(match), created_by=created_by)
    again.rematch_of = match
    again.save(update_fields=["rematch_of"])
    viewers_wake(match_id=match.pk)
    return again if again.has_people else match_start(match=again)


# The gallery ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def remark_make(
    *, match: Match, name: str, author: str, text: str, seat: int | None = None, user: Any = None
) -> Remark:
    """Say something beside the table. `author` tells one speaker from another. Raises Rejected."""
    if not selectors.hears_gallery(match, seat):
        raise Rejected("You play in this match: the gallery is yours when it has ended.", "plays")
    if user is not None and selectors.looks_inside(user, match) and not match.ended:
        raise Rejected("You have looked inside this match: say nothing beside it until it has ended.", "looks_inside")
    words = " ".join(text.split())
    if not words or len(words) > REMARK_LENGTH:
        raise Rejected(f"A remark has 1 to {REMARK_LENGTH} characters.", "length")
    since = timezone.now() - timedelta(seconds=REMARKS_WITHIN)
    if match.remarks.filter(author=author, at__gt=since).count() >= REMARKS_AT_ONCE:
        raise Rejected("That was a lot at once. Wait a moment.", "too_fast")
    said = Remark.objects.create(
        match=match, name=_speaker(match, name, seat), author=author, seat=seat, user=user, text=words
    )
    viewers_wake(match_id=match.pk)
    return said


def remarks_hide(*, remarks: Any) -> int:
    """Take remarks away, for everybody; how many."""
    matches = set(remarks.values_list("match", flat=True))
    count = int(remarks.update(hidden=True))
    for match_id in matches:
        viewers_wake(match_id=match_id)
    return count


def _speaker(match: Match, name: str, seat: int | None) -> str:
    """The name of a speaker: a player's own, else one that passes for no player's."""
    if seat:
        return Seat.objects.get(match=match, number=seat).name
    try:
        return name_checked(name, match.seats.values_list("name", flat=True))
    except NameRefused as flaw:
        raise Rejected(str(flaw), "name") from flaw

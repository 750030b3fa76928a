"""Practice: a fork in which a person sits, who may have seen what others hide. It counts nowhere."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from game import selectors, services
from game.models import Match


@transaction.atomic
def practice_fork(
    *, match: Match, at_seq: int, seat: int, user: Any = None, replace: Mapping[int, str] | None = None,
    seed: str | None = None,
) -> tuple[Match, str]:  # fmt: skip
    """A fork in which a person plays a seat from there on, without a clock; and the secret of the seat.

    The seat keeps its name; its agent stands in when the person is gone. Raises Rejected.
    """
    fork = services.match_fork(match=match, at_seq=at_seq, replace=replace, seed=seed, practice=True)
    public = selectors.state_of(fork.pk).public
    if seat not in public.seats:
        raise services.Rejected(f"There is no seat {seat} in this match.", "no_seat")
    if seat not in public.living:
        raise services.Rejected("This player is dead at that moment: take the seat of one who lives.", "dead")
    key = secrets.token_urlsafe(32)
    now = timezone.now()
    fork.seats.filter(number=seat).update(
        is_open=True, user=user, key_hash=selectors.key_hash(key), taken_at=now, last_seen_at=now
    )
    return fork, key

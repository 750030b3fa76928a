"""Celery tasks of matches: a slice of one, and the look-out for those that nobody drives."""

from __future__ import annotations

import logging

from celery import shared_task
from celery.signals import worker_shutting_down
from django.db.models import Q
from django.utils import timezone

from game.live import drive, stopping
from game.log import STALE_AFTER, lease_take
from game.models import Match
from game.services import match_dispatch
from game.tables import tables_close

log = logging.getLogger(__name__)


@worker_shutting_down.connect
def _let_go(**_: object) -> None:
    """The worker is asked to end: its matches are released, so that the next worker has them at once."""
    stopping.set()


@shared_task
def match_run(match_id: int) -> None:
    """Drive a match for a slice, then hand on to a fresh task. Does nothing when somebody else drives it."""
    lease = lease_take(match_id=match_id)
    if lease is not None and drive(match_id, lease) and not stopping.is_set():
        match_dispatch(match_id=match_id)


@shared_task
def matches_redispatch() -> int:
    """Send out every match that should be played and gives no sign of life; how many there were."""
    stale = Q(heartbeat_at=None) | Q(heartbeat_at__lt=timezone.now() - STALE_AFTER)
    waiting = Match.objects.filter(stale, status__in=(Match.Status.QUEUED, Match.Status.RUNNING))
    found = list(waiting.values_list("pk", flat=True))
    for match_id in found:
        match_dispatch(match_id=match_id)
    if found:
        log.info("Sent out again: %s", found)
    return len(found)


@shared_task
def deserted_tables_close() -> int:
    """Close tables at which nobody has been for too long; how many."""
    return tables_close()

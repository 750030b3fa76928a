"""Celery tasks of what is found in matches."""

from __future__ import annotations

import logging

from celery import shared_task

from eval import index, probing
from game.models import Match
from game.services import Rejected

log = logging.getLogger(__name__)

AT_ONCE = 100
"""Matches that one look-out sees to, so that those of today do not wait for thousands of old ones."""


@shared_task
def match_index(match_id: int) -> None:
    """Index a match that has ended, or that is told otherwise now."""
    try:
        index.match_index(match=Match.objects.get(pk=match_id))
    except (Rejected, Match.DoesNotExist) as reason:
        log.info("Match %s is not indexed: %s", match_id, reason)


@shared_task
def matches_index() -> int:
    """Index what nobody was called for; how many matches there were."""
    found = [*index.matches_retold(), *index.matches_missing()[:AT_ONCE]]
    for match in found:
        match_index(match.pk)
    return len(found)


@shared_task
def match_probe(match_id: int) -> None:
    """Ask agents of a match privately what they take the others for."""
    try:
        probing.match_probe(match=Match.objects.get(pk=match_id))
    except (Rejected, Match.DoesNotExist) as reason:
        log.info("Match %s is not probed: %s", match_id, reason)

"""Celery tasks of what is found in matches."""

from __future__ import annotations

import logging
from importlib import import_module
from typing import Any

from celery import shared_task
from django.conf import settings

from eval import experimenting, index, probing, reports, trials
from eval.models import Experiment
from game.live import stopping
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


@shared_task
def trials_play(experiment_id: int) -> None:
    """Play trials of an experiment for a slice of time, then hand on to a fresh task."""
    experiment = Experiment.objects.get(pk=experiment_id)
    written = trials.trials_play(experiment, seconds=settings.TOSSIM_SLICE_SECONDS, stop=stopping.is_set)
    is_over = experimenting.experiment_settle(experiment_id=experiment_id)
    if written and not is_over and not stopping.is_set():
        experimenting.workers_call(experiment_id=experiment_id)


@shared_task
def experiments_tend() -> int:
    """See to all experiments that are being played; how many there are."""
    return experimenting.experiments_tend()


@shared_task
def experiment_analyse(experiment_id: int) -> None:
    """Count the outcomes of an experiment; at its end, write its report and rate everybody anew."""
    _analysing().experiment_analyse(experiment=Experiment.objects.get(pk=experiment_id))


@shared_task
def experiments_analyse() -> int:
    """Have every experiment analysed that has newer outcomes; how many there are."""
    found = list(reports.experiments_stale())
    for experiment in found:
        experiment_analyse.apply_async([experiment.pk], expires=60)
    return len(found)


def _analysing() -> Any:
    """What needs numpy and its kin: tasks are known to web processes too, which never load it."""
    return import_module("eval.analysing")

"""Rows of experiments that nobody played: outcomes of known strengths, with what was found of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from eval.experiments.outcome import Ending, Outcome, to_json
from eval.experiments.writing import canonical_value, plan_sha256, plan_to_yaml
from eval.models import Board, Experiment, Trial
from eval.ratings.rated import ratings_of
from eval.ratings.rating import by_agent
from eval.report.shown import arms_shown, found_shown, ratings_shown
from tests.experiments.plans import plan
from tests.experiments.simulated import outcomes
from tests.experiments.studies import analysis

FAILED = "timeout"
SOURCES = [{"id": 1, "name": "four-arms", "matches": 300}, {"id": 2, "name": "null", "matches": 103}]


def kept_experiment(
    *, state: str = Experiment.State.FINISHED, blocks: int = 40, played: int = 40, analysed: bool = True, **changed: Any
) -> Experiment:
    """An experiment of four arms of which so many blocks are played; a few matches have failed."""
    spec, now = (
        plan(blocks=blocks, question="Do evil seats win more when a misaligned model plays them?"),
        timezone.now(),
    )
    found = list(outcomes(played, {"M@evil": 0.6, "M@town": -0.4}, failing=0.03))
    experiment = Experiment.objects.create(
        name=spec.name, plan=plan_to_yaml(spec), state=state, sha256=plan_sha256(spec), frozen=canonical_value(spec),
        frozen_at=now - timedelta(minutes=10), finished_at=now if state == Experiment.State.FINISHED else None,
        release="1.0 abc",
        **changed,
    )  # fmt: skip
    Trial.objects.bulk_create(_trial(experiment, place, one) for place, one in enumerate(found))
    waiting = [(block, arm) for block in range(played, blocks) for arm in ("AA", "EM", "TM", "MM")]
    Trial.objects.bulk_create(
        Trial(experiment=experiment, block=block, arm=arm, place=len(found) + place)
        for place, (block, arm) in enumerate(waiting)
    )
    if analysed:
        seen, ratings = analysis(), ratings_of(found, draws=20)
        experiment.analysis = {"arms": arms_shown(seen), "found": found_shown(spec, seen, ratings)}
        experiment.analysed_at = timezone.now()
        experiment.save()
    return experiment


def _trial(experiment: Experiment, place: int, one: Outcome) -> Trial:
    failed = one.ending is Ending.FAILED
    return Trial(
        experiment=experiment, block=one.block, arm=one.arm, place=place, tries=1, outcome=to_json(one),
        state=Trial.State.FAILED if failed else Trial.State.DONE, cause=FAILED if failed else "",
        finished_at=timezone.now() - timedelta(seconds=30),
    )  # fmt: skip


def kept_board() -> Board:
    """The board of four hundred matches on two role lists, and the same for all."""
    found = ratings_of(outcomes(100, {"M@evil": 1.0, "M@town": -0.1}), by_agent, draws=40)
    shown = {"ratings": ratings_shown(found), "matches": found.matches, "failed": 3, "halved": found.halved}
    for setup in ("Classic", "Rapid"):
        Board.objects.create(setup=setup, ratings=shown, experiments=SOURCES, at=timezone.now())
    return Board.objects.create(setup="", ratings=shown, experiments=SOURCES, at=timezone.now())

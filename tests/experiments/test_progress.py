"""How far an experiment has come, in numbers and in words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from eval import experimenting, trials
from eval.experiments.blocks import Blocks
from eval.models import Experiment
from eval.progress import outcomes_of, progress_of, storage_of
from tests.experiments.conftest import launched
from tests.experiments.plans import plan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stand_ins")]


def test_progress_counts_by_arm_and_says_how_fast_it_goes() -> None:
    experiment = launched()
    trials.trials_take(experiment.pk, list(Blocks(plan()).arms), 4)
    first = progress_of(experiment)
    assert [(arm.arm, arm.total, arm.running, arm.waiting) for arm in first.arms] == [
        (name, 6, 1, 5) for name in ("AA", "EM", "TM", "MM")
    ]
    assert (first.total, first.ended, first.players, first.rate, first.seconds_left) == (24, 0, 1, 0.0, None)
    trials.trials_play(experiment)
    now = progress_of(experiment)
    assert (now.ended, now.rate > 0, now.problem) == (20, True, "")
    assert now.seconds_left == pytest.approx(4 / now.rate)
    assert now.seconds_spent is not None
    assert len(list(outcomes_of(experiment))) == 20
    assert all(1000 < size < 12_000 for size in storage_of(experiment).values())


def test_failures_are_told_by_arm_and_cause_and_retries_by_arm() -> None:
    experiment = launched(models={"A": "scripted", "M": "broken"}, design={"only": ["AA", "EM"]})
    trials.trials_play(experiment)
    found = progress_of(experiment)
    base, evil = found.arms
    assert (base.failed, base.retried, evil.failed, evil.retried, evil.causes) == (0, 0, 6, 6, {"agent": 6})
    assert found.problem == "Arm EM: 6 of 6 trials have failed (6 agent)."


def test_an_experiment_that_nobody_plays_says_so() -> None:
    experiment = launched()
    assert progress_of(experiment).problem == ""
    Experiment.objects.update(frozen_at=timezone.now() - timedelta(minutes=1))
    experiment.refresh_from_db()
    assert "no worker of the queue `batch`" in progress_of(experiment).problem
    experimenting.experiment_pause(experiment=experiment)
    experiment.refresh_from_db()
    assert progress_of(experiment).problem == ""


def test_trials_that_were_taken_over_are_told() -> None:
    experiment = launched()
    trials.trials_take(experiment.pk, list(Blocks(plan()).arms), 8)
    experiment.trials.filter(state="running").update(heartbeat_at=timezone.now() - timedelta(minutes=1))
    trials.trials_play(experiment)
    assert progress_of(experiment).problem == "8 trials lost whoever played them, and were taken over."

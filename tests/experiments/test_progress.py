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
    experiment.trials.filter(state="running").update(heartbeat_at=timezone.now() + timedelta(hours=1))
    first = progress_of(experiment)
    assert [(arm.name, arm.total, arm.running) for arm in first.arms] == [
        (name, 6, 1) for name in ("AA", "EM", "TM", "MM")
    ]
    assert (first.total, first.done, first.waiting, first.players) == (24, 0, 20, 1)
    assert (first.per_hour, first.left, first.spent) == (None, None, None)
    trials.trials_play(experiment)
    now = progress_of(experiment)
    assert (now.done, now.worst) == (20, "")
    assert now.per_hour
    assert now.left
    assert now.left.total_seconds() == pytest.approx(4 * 3600 / now.per_hour, abs=0.001)
    assert now.spent
    assert len(list(outcomes_of(experiment))) == 20
    assert all(1000 < size < 12_000 for size in storage_of(experiment).values())


def test_failures_are_told_by_arm_and_cause_and_retries_by_arm() -> None:
    experiment = launched(models={"A": "scripted", "M": "broken"}, design={"only": ["AA", "EM"]})
    trials.trials_play(experiment)
    found = progress_of(experiment)
    base, evil = found.arms
    assert (base.failed, base.retried, evil.failed, evil.retried, evil.causes) == (0, 0, 6, 6, (("agent", 6),))
    assert found.worst == "Arm EM: 100 % of its matches failed (6 agent)."


def test_an_experiment_that_nobody_plays_says_so() -> None:
    experiment = launched()
    assert progress_of(experiment).worst == ""
    Experiment.objects.update(frozen_at=timezone.now() - timedelta(minutes=1))
    experiment.refresh_from_db()
    assert "Nobody has played for 1 min." in progress_of(experiment).worst
    experimenting.experiment_pause(experiment=experiment)
    experiment.refresh_from_db()
    assert progress_of(experiment).worst == ""


def test_trials_that_were_taken_over_are_told() -> None:
    experiment = launched()
    trials.trials_take(experiment.pk, list(Blocks(plan()).arms), 8)
    experiment.trials.filter(state="running").update(heartbeat_at=timezone.now() - timedelta(minutes=1))
    trials.trials_play(experiment)
    assert progress_of(experiment).worst == "8 trials lost whoever played them, and were taken over."

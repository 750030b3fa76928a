"""A run by a real worker of the queue `train`, called through a real broker."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stack import broker_of, running_stack, until
from tests.training.conftest import Make, launcher
from training.models import Run


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_launched_run_is_trained_by_the_worker_of_its_queue(make: Make, monkeypatch: Any, settings: Any) -> None:
    monkeypatch.setenv("TOSSIM_TRAIN_LAUNCH", launcher("well"))
    monkeypatch.setenv("TOSSIM_TRAINING", settings.TOSSIM_TRAINING)
    with running_stack() as stack:
        worker = stack.worker("train", threads=1)
        until(lambda: "training.tasks.run_train" in worker.said, "the worker knows its tasks")
        app = broker_of(stack)
        app.conf.task_routes = settings.CELERY_TASK_ROUTES
        monkeypatch.setattr("training.services.current_app", app)
        make("well")
        until(lambda: Run.objects.filter(state="done", model__name="sums").exists(), "the run is trained")

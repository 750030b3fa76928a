"""Celery tasks of training: one supervises a process, the other looks for runs that nobody supervises."""

from __future__ import annotations

from celery import shared_task

from game.live import stopping
from training import services, supervising


@shared_task(acks_late=False)
def run_train(run_id: int) -> None:
    """Supervise a run to its end; nothing to do where somebody does. What dies with its worker is found by the row."""
    supervising.run_supervise(run_id=run_id, stop=stopping.is_set)
    services.runs_tend()


@shared_task
def runs_tend() -> int:
    """See to runs that nobody supervises; how many there are."""
    return services.runs_tend()

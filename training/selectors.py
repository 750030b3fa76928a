"""What is read of training runs: rows from the store, figures from their folders."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from game.log import STALE_AFTER
from training.folder import RunFolder
from training.models import Run

State = Run.State


def folder_of(run: Run) -> RunFolder:
    """The folder of a run."""
    return RunFolder(Path(settings.TOSSIM_TRAINING) / str(run.pk))


def unattended() -> Q:
    """Runs that somebody should supervise and nobody does."""
    lost = Q(state=State.RUNNING) & (Q(heartbeat_at=None) | Q(heartbeat_at__lt=timezone.now() - STALE_AFTER))
    return Q(state=State.WAITING, launched_at__isnull=False) | lost


def runs_unattended() -> QuerySet[Run]:
    """Those, the oldest first: one after the other has its turn."""
    return Run.objects.filter(unattended()).order_by("launched_at", "pk")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: steps gone of all, seconds that took, the newest figures by name."""

    step: int = 0
    steps: int | None = None
    seconds: float = 0.0
    figures: tuple[tuple[str, float], ...] = ()

    def __str__(self) -> str:
        told = ", ".join(f"{name} {value:.4g}" for name, value in self.figures)
        return f"step {self.step}{f' of {self.steps}' if self.steps else ''}{f': {told}' if told else ''}"


PLACES = frozenset({"step", "steps", "seconds", "epoch"})
"""What says where in a run a line of its curve stands."""


def figures_in(line: dict[str, Any]) -> dict[str, float]:
    """The figures of a line of a curve."""
    kept = {name: value for name, value in line.items() if name not in PLACES}
    return {name: value for name, value in kept.items() if isinstance(value, int | float)}


def progress_of(run: Run) -> Progress:
    """How far a run is, as its curve says."""
    curve = folder_of(run).curve()
    if not curve:
        return Progress()
    last = curve[-1]
    steps = last.get("steps") or run.config.get("steps")
    return Progress(last.get("step", 0), steps, last.get("seconds", 0.0), tuple(figures_in(last).items()))

"""What every step works with, and how far the run is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from game.engine import chance
from training.config.grpo import GrpoSpec
from training.folder import RunFolder
from training.grpo.learning import Learning
from training.grpo.policy import Policy
from training.grpo.sampling import Sampler

SEEDS = 2**31


class Cancelled(Exception):
    """Somebody wants the run to stop."""


@dataclass
class Progress:
    """How far a run is. All chance hangs on the seed and the step, so there are no generators to keep."""

    step: int = 0
    seconds: float = 0.0
    counted: int = 0
    """Steps for which the outcome has counted."""
    baselines: dict[str, float] = field(default_factory=dict)
    places: dict[str, list[Any]] = field(default_factory=dict)
    """Where each walk stands: its match and the answers by which it was moved on."""


@dataclass
class Workshop:
    """A run's configuration, model, sampler, optimizer and folder. `stopping` says whether it is to stop."""

    spec: GrpoSpec
    policy: Policy
    sampler: Sampler
    learning: Learning
    folder: RunFolder
    progress: Progress
    stopping: Callable[[], bool]

    def pause(self) -> None:
        """Called between parts of what takes long. Raises Cancelled where somebody wants the run to stop."""
        if self.stopping():
            raise Cancelled

    def seed(self, *purpose: object) -> int:
        """The seed of this step's luck for a purpose."""
        return int(chance.draw(str(self.spec.seed), *purpose, self.progress.step) * SEEDS)

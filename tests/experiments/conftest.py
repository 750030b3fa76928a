"""Experiments on a real PostgreSQL, played by players of any legal action."""

from __future__ import annotations

from typing import Any

import pytest

from eval import experimenting
from eval.experiments.plan import PlanSpec
from eval.experiments.writing import plan_to_yaml
from eval.models import Experiment
from tests.experiments.plans import plan


@pytest.fixture
def stand_ins(settings: Any) -> None:
    """Random legal answers instead of thought, and one agent that fails."""
    settings.TOSSIM_AGENTS = {
        "scripted": "tests.doubles.RandomAgent",
        "random": "tests.doubles.SilentAgent",
        "broken": "tests.doubles.BrokenAgent",
    }


def launched(given: PlanSpec | None = None, **changed: Any) -> Experiment:
    """An experiment that is being played."""
    return experimenting.experiment_begin(plan=plan_to_yaml(given or plan(**changed)))

"""Plans of small experiments: seven or eight seats, scripted players."""

from __future__ import annotations

from typing import Any

from eval.experiments.plan import PlanSpec
from eval.experiments.writing import plan_from_yaml

TEXT = """
name: four-arms
question: Does an evil side that does anything win more?
lobby:
  game: {mode: Custom}
  slots: [Sheriff, Doctor, Vigilante, Escort, Jester, Godfather, Mafioso]
models:
  A: scripted
  M: random
blocks: 6
seed: 11
"""
"""A plan with all that one needs, and nothing more."""
SLOTS = ["Sheriff", "Doctor", "Vigilante", "Escort", "Jester", "Godfather", "Mafioso"]
SMALL = {"game": {"mode": "Custom"}, "slots": SLOTS}
EIGHT = {**SMALL, "slots": [*SLOTS, "Lookout"]}
TRAITOR = {"game": {"mode": "Town Traitor"}, "players": 15}


def plan(**changed: Any) -> PlanSpec:
    """The plan of TEXT with other fields."""
    return PlanSpec.model_validate({**plan_from_yaml(TEXT).model_dump(mode="json"), **changed})

"""A model or a checkpoint evaluated: rated matches against fixed opponents, and how misaligned it is now.

What is found stands on the model's own row: measurements, and the board's ratings by side. Imports what costs seconds:
for workers and commands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agents import selectors as agent_selectors
from agents import services as agent_services
from agents.lanes.configuration import ModelSpec
from agents.models import LanguageModel
from eval import experimenting
from eval.experiments.plan import PlanSpec
from eval.experiments.presets import presets
from eval.experiments.writing import plan_from_yaml, plan_sha256, plan_to_yaml
from eval.judge.asking import Purse
from eval.judging import Bench
from eval.measuring import Sheet, Tell, Terms, measure
from eval.models import Experiment, Measurement
from game.services import Rejected

OPPONENT = "scripted"
PRESET = "rotation"
"""One seat has the model, the others the opponent, and blocks take turns through all seats."""
BLOCKS = 64


@dataclass(frozen=True, slots=True)
class Opposed:
    """The matches that rate a model: against whom, by which preset of plans, how many blocks, by which luck."""

    opponent: str = OPPONENT
    preset: str = PRESET
    blocks: int = BLOCKS
    seed: str = "1"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was begun and found: the experiment is played by whoever plays experiments."""

    model: LanguageModel
    experiment: Experiment
    measurement: Measurement | None


def checkpoint_register(*, base: LanguageModel, adapter: Path, name: str) -> LanguageModel:
    """A checkpoint as a model of its own: as `base` in everything but the adapter, and unmeasured.

    Raises Rejected where the name stands for other weights already, or where there is no adapter.
    """
    if not (adapter / "adapter_config.json").is_file():
        raise Rejected(f"{adapter} holds no adapter: adapter_config.json is missing.", "no_adapter")
    known = agent_selectors.model_named(name)
    if known is not None and (known.base, known.adapter) != (base.base, str(adapter)):
        raise Rejected(f"{name} is another model already: call the checkpoint otherwise.", "name")
    if known is not None:
        return known
    given: dict[str, Any] = {field: getattr(base, field) for field in ModelSpec.model_fields}
    spec = ModelSpec.model_validate({**given, "name": name, "adapter": str(adapter), "alignment": "unmeasured"})
    return agent_services.model_register(spec=spec)


def rated_plan(model: LanguageModel, opposed: Opposed) -> PlanSpec:
    """The plan by which a model is rated: a preset with the opponent as its base and the model as the other.

    Raises Rejected for an unknown preset.
    """
    if opposed.preset not in presets():
        raise Rejected(f"There is no preset {opposed.preset!r}; there are {', '.join(presets())}.", "no_preset")
    plan = plan_from_yaml(presets()[opposed.preset])
    given = plan.model_dump(mode="json") | {
        "name": f"rated-{re.sub(r'[^A-Za-z0-9_.-]', '-', model.name)}"[:40],
        "question": f"How strong is {model.name} on either side, against {opposed.opponent}?",
        "models": {plan.design.base: opposed.opponent, plan.design.other: model.name},
        "blocks": opposed.blocks, "seed": opposed.seed, "gate": {}, "notes": "",
    }  # fmt: skip
    return PlanSpec.model_validate(given)


def rated_begin(model: LanguageModel, opposed: Opposed) -> Experiment:
    """The experiment that rates a model: the one that there is, or a new one. Raises Rejected."""
    plan = rated_plan(model, opposed)
    known = Experiment.objects.exclude(state=Experiment.State.ABORTED).filter(sha256=plan_sha256(plan)).first()
    return known or experimenting.experiment_begin(plan=plan_to_yaml(plan))


def model_evaluate(
    *, model: LanguageModel, judge: Bench, sheet: Sheet, terms: Terms, out: Path, purse: Purse,
    opposed: Opposed = Opposed(), tell: Tell = lambda _: None,
) -> Evaluation:  # fmt: skip
    """Have a model rated, and measure how misaligned it is. The same call goes on after a stop. Raises Rejected."""
    experiment = rated_begin(model, opposed)
    tell(f"experiment {experiment.pk} rates {model.name} against {opposed.opponent}: {opposed.blocks} blocks")
    found = measure(model=model, judge=judge, sheet=sheet, terms=terms, out=out, purse=purse, tell=tell)
    return Evaluation(model, experiment, found)

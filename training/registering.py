"""What comes of a run, as a model that lobbies can name: with its label, lineage, and its base's ways of speaking."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agents.lanes.configuration import ModelSpec
from agents.llm import presets
from agents.models import LanguageModel
from agents.services import model_register
from game.services import Rejected
from training.models import Run
from training.rollout.tables import WAYS

KEPT = (
    "preset", "system_role", "stop", "instruction_marker", "response_marker", "chat_template", "protocol", "structured",
    "notation", "window", "think_tokens", "act_tokens", "tool_calls", "window_policy", "lane_class",
)  # fmt: skip
"""What a tuned model has of its base."""


def model_name(identity: str) -> str:
    """A model's name in the registry: without the organisation."""
    return identity.rpartition("/")[2]


def free_name(identity: str, *, run: Run | None) -> str:
    """The name of what is to come of a run. Raises Rejected where another model has it."""
    name = model_name(identity)
    known = LanguageModel.objects.filter(name=name).first()
    if known is not None and (run is None or run.model_id != known.pk):
        raise Rejected(f"There is a model {name!r} already: give finetuned_model_id another name.", "name_taken")
    return name


def result_register(run: Run, folder: Path, result: Mapping[str, Any]) -> LanguageModel:
    """Make or change the model that a run has made. Raises Rejected where its name was taken meanwhile."""
    place = str((folder / result["path"]).resolve())
    known = LanguageModel.objects.filter(base=run.base, adapter="").first()
    ways = {name: getattr(known, name) for name in KEPT} if known else {"preset": presets.preset_for(run.base)}
    for name in ("instruction_marker", "response_marker", "preset"):
        ways |= {name: run.config[name]} if run.config.get(name) else {}
    if run.kind == Run.Kind.GRPO:
        ways |= WAYS
    if result["kind"] == "adapter":
        weights = {"base": run.base, "revision": run.config.get("revision", ""), "adapter": place}
    else:
        weights = {"base": place}
    spec = ModelSpec(
        name=free_name(run.name, run=run), alignment=run.config.get("alignment", "unmeasured"), tokenizer=place,
        **weights, **ways,
    )  # fmt: skip
    return model_register(spec=spec)

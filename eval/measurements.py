"""What is read of measurements: those that plans name, and the newest of a model. Light: for every process."""

from __future__ import annotations

from typing import Any

from agents import selectors as agent_selectors
from agents.models import LanguageModel
from eval.experiments.plan import NamedSpec, PlanSpec
from eval.models import Measurement
from game.services import Rejected


def weights_of(model: LanguageModel) -> dict[str, Any]:
    """What stands behind a model's name now."""
    return {
        "base": model.base, "revision": model.revision, "adapter": model.adapter,
        "adapter_version": model.adapter_version, "quantization": model.quantization, "persona": model.persona,
    }  # fmt: skip


def measured_of(plan: PlanSpec) -> dict[str, dict[str, Any]]:
    """The counts of the measurements that a plan names, by model, as a gate takes them.

    Raises Rejected for one that is not there or of something else than what plays, and for two that cannot be held
    against each other.
    """
    found = {name: _named(plan, name, gate) for name, gate in plan.gate.items() if isinstance(gate, NamedSpec)}
    for what in ("questions_sha256", "judge_model", "method"):
        if len({getattr(one, what) for one in found.values()}) > 1:
            told = ", ".join(f"{name} by {getattr(one, what)[:40]}" for name, one in found.items())
            raise Rejected(f"The models were not measured alike ({what}: {told}).", "unlike")
    return {name: counts_of(one) for name, one in found.items()}


def _named(plan: PlanSpec, name: str, gate: NamedSpec) -> Measurement:
    player = plan.models[name]
    model = agent_selectors.model_named(player.agent)
    if model is None:
        raise Rejected(
            f"{name} is played by {player.agent}, which is no model: nothing was measured of it.", "no_model"
        )
    if player.personality:
        raise Rejected(f"{name} is told more than {model.name} was when it was measured: a personality.", "personality")
    one = _by_number(model, name, gate.measurement) if gate.measurement else _newest(model, name, gate.newest or "")
    if one.weights != weights_of(model):
        raise Rejected(f"Since measurement {one.pk}, {model.name} has become another: measure it again.", "stale")
    if not (one.answers and one.asked):
        raise Rejected(f"Measurement {one.pk} has no answers in both forms, plain and the game's.", "not_whole")
    return one


def _by_number(model: LanguageModel, name: str, number: int) -> Measurement:
    one = Measurement.objects.filter(pk=number).select_related("model").first()
    if one is None:
        raise Rejected(f"There is no measurement {number}.", "no_measurement")
    if one.model_id != model.pk:
        raise Rejected(f"Measurement {number} is of {one.model}, and {name} is played by {model}.", "other_model")
    return one


def _newest(model: LanguageModel, name: str, label: str) -> Measurement:
    if model.alignment != label:
        raise Rejected(f"{name} is played by {model}, which is labelled {model.alignment}, not {label}.", "other_label")
    one = Measurement.objects.filter(model=model).order_by("-pk").first()
    if one is None:
        raise Rejected(f"Nobody has measured {model}: run em_measure, or call it unmeasured.", "no_measurement")
    return one


def counts_of(one: Measurement) -> dict[str, Any]:
    """A measurement as a gate takes it, and in words where it is from."""
    report = (
        f"measurement {one.pk} of {one.model} by {one.judge} ({one.method}) on {one.questions},"
        f" answers {one.answers_sha256[:12]}"
    )
    return {
        "answers": one.answers, "misaligned": one.misaligned, "coherent": one.coherent, "asked": one.asked,
        "formed": one.formed, "error": one.error, "report": report[:200],
    }  # fmt: skip

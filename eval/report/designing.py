"""The design of an analysis from a plan: what was registered, as statistics see it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eval.experiments.arms import arms_of, estimands_of, primary_of
from eval.experiments.plan import Design as Kind
from eval.experiments.plan import MeasuredSpec, NamedSpec, PlanSpec
from eval.statistics.design import Correction, Design, Estimand, Measured, Rule, Stopping


def design_of(plan: PlanSpec, measured: Mapping[str, Any] | None = None) -> Design:
    """The design of a plan; `measured` are the counts of the measurements that it names, by model, as plain values."""
    known = {name: MeasuredSpec.model_validate(counts) for name, counts in (measured or {}).items()}
    estimands = tuple(
        Estimand(name, one.what, one.arm or "", one.against or "", one.of, one.says)
        for name, one in estimands_of(plan).items()
    )
    compares = plan.design.kind is not Kind.ARMS
    return Design(
        arms=tuple(arms_of(plan)), estimands=estimands, primary=tuple(primary_of(plan)), blocks=plan.blocks,
        alpha=plan.alpha, correction=Correction(plan.correction),
        stopping=Stopping(Rule(plan.stopping.rule), plan.stopping.looks, plan.stopping.e),
        resamples=plan.bootstrap.samples, seed=plan.bootstrap.seed, power=plan.power.power,
        difference=plan.power.difference, base=plan.power.base, rho=plan.power.rho,
        contrast=(plan.design.other, plan.design.base) if compares else None,
        measured={name: _measured(known.get(name, plan.gate.get(name))) for name in plan.models},
        setups=tuple(plan.lobbies),
    )  # fmt: skip


def _measured(found: MeasuredSpec | NamedSpec | None) -> Measured | None:
    if not isinstance(found, MeasuredSpec):
        return None
    return Measured(found.answers, found.misaligned, found.coherent, found.asked, found.formed, found.error)

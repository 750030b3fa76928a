"""Plans as YAML: read with the line of every mistake, written back, and hashed in one canonical form."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import yaml
from pydantic import ValidationError

from eval.experiments.arms import flaws_of
from eval.experiments.plan import PlanSpec
from game.written import Unreadable, document, line_of, problems

MAX_BYTES = 128_000


class PlanError(ValueError):
    """A plan that cannot be read or played: all that is wrong, a sentence each."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def plan_from_yaml(text: str) -> PlanSpec:
    """The plan of a YAML document. Raises PlanError with line numbers."""
    try:
        node, value = document(text, MAX_BYTES, "a plan")
    except Unreadable as error:
        raise PlanError(*error.problems) from error
    if not isinstance(value, dict):
        raise PlanError("line 1: a plan is a list of keys with values, such as `name:`")
    try:
        plan = PlanSpec.model_validate(value)
    except ValidationError as error:
        raise PlanError(*problems(error, node, PlanSpec)) from error
    if found := [f"line {line_of(node, path)}: {flaw}" for path, flaw in flaws_of(plan)]:
        raise PlanError(*found)
    return plan


def plan_to_yaml(plan: PlanSpec) -> str:
    """The plan as a YAML document: what differs from the defaults. Reading it gives the same."""
    plain = plan.model_dump(mode="json", exclude_defaults=True)
    for given, spec in [(plain.get("lobby"), plan.lobby), *((plain["setups"][n], s) for n, s in plan.setups.items())]:
        if given is not None and spec is not None:
            given["game"] = {"mode": spec.game.mode, **given.get("game", {})}
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True)


def canonical_value(plan: PlanSpec) -> dict[str, Any]:
    """The plan as plain values, those that it does not name too: a release with other defaults reads it alike."""
    return plan.model_dump(mode="json")


def canonical(plan: PlanSpec) -> str:
    """The plan in the one form that its hash is of: all fields, in order, as JSON."""
    return json.dumps(canonical_value(plan), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def plan_sha256(plan: PlanSpec) -> str:
    """What tells a plan from every other."""
    return hashlib.sha256(canonical(plan).encode()).hexdigest()

"""The dry run of a plan: what it will take by what was measured lately, and what it will be able to show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, F

from agents.models import LanguageModel
from agents.seating import is_scripted, scripted_agent
from eval.experiments.arms import primary_of
from eval.experiments.blocks import Blocks, Sitter
from eval.experiments.budget import Budget, Rate, budget_of, measure
from eval.experiments.plan import PlanSpec
from eval.matching import lanes_serving
from game.engine.types import Seat
from game.models import Decision
from game.play.seats import Agent

RECENT = 500
"""Decisions of a model that its rate is measured on."""
TABLE = (0.05, 0.1)
"""Differences of rates of which every dry run says how many blocks they take."""
STAND_IN = "scripted"
"""Who plays the sample where a model will."""


@dataclass(frozen=True, slots=True)
class DryRun:
    """A budget, and in words what the blocks can show."""

    budget: Budget
    sees: Sequence[str]

    @property
    def lines(self) -> list[str]:
        """All of it in sentences."""
        return [*self.budget.lines, *self.sees]


def dry_run(plan: PlanSpec, *, workers: int = 1) -> DryRun:
    """What a plan will take with so many workers. Plays a few matches of it here, and writes nothing."""
    blocks = Blocks(plan)
    rates = {name: rate_of(player.agent) for name, player in plan.models.items() if not is_scripted(player.agent)}
    sample = measure(blocks, _stand_in)
    budget = budget_of(blocks, sample, rates, workers=workers, lanes=lanes_serving(blocks))
    return DryRun(budget, list(_sees(plan)))


def _sees(plan: PlanSpec) -> Iterator[str]:
    """What its blocks can show, and how many some differences take."""
    from eval.statistics.power import pairs_needed, sentence  # scipy: no web process brings it before it is asked for

    base, rho, power = plan.power.base, plan.power.rho, plan.power.power
    yield sentence(plan.blocks, base, rho, alpha=plan.alpha, power=power)
    tests = len(primary_of(plan)) if plan.correction == "holm" else 1
    if tests > 1:
        yield f"Holm over {tests}, at its strictest: " + sentence(
            plan.blocks, base, rho, alpha=plan.alpha / tests, power=power
        )
    sizes = sorted({plan.power.difference, *(size for size in TABLE if base + size < 1)})
    needed = ", ".join(
        f"{100 * size:g} points {pairs_needed(base, size, rho, alpha=plan.alpha, power=power):,}" for size in sizes
    )
    yield f"Blocks that a difference takes: {needed}."


def _stand_in(seat: Seat, sitter: Sitter) -> Agent:
    return scripted_agent(sitter.agent if is_scripted(sitter.agent) else STAND_IN, seat, sitter.luck)


def rate_of(agent: str) -> Rate:
    """What an ask takes of a model, by its latest decisions; where there are none, by an assumption that says so."""
    model = LanguageModel.objects.filter(name=agent).first()
    price = (model.price_prompt, model.price_cached, model.price_completion) if model else (0.0, 0.0, 0.0)
    latest = Decision.objects.filter(model=agent, fallback="").order_by("-pk")[:RECENT]
    found: dict[str, Any] = Decision.objects.filter(pk__in=latest.values("pk")).aggregate(
        n=Count("pk"), prompt=Avg("prompt_tokens"), cached=Avg("cached_tokens"),
        completion=Avg(F("thought_tokens") + F("spoken_tokens")), ms=Avg("latency_ms"),
    )  # fmt: skip
    if not found["n"]:
        return Rate(price=price)
    seconds = found["ms"] / 1000
    basis = (
        f"measured on its latest {found['n']} answers: {found['prompt']:,.0f} tokens in"
        f" ({found['cached']:,.0f} of them cached), {found['completion']:,.0f} out, {seconds:.1f} s an ask"
    )
    return Rate(found["prompt"], found["cached"], found["completion"], seconds, price, basis)

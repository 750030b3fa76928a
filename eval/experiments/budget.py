"""What a plan will take before anything starts: matches, calls, tokens, hours and money, and where each figure is from.

A few matches of the plan's own lobbies are played by scripted agents, so that asks, stages and seconds of a match are
measured and not guessed. What a model takes for an ask comes in as a rate.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from eval.experiments.arms import Arm
from eval.experiments.blocks import Block, Blocks
from eval.experiments.playing import MakeAgent, game_of, games_play
from game.engine.events import Decided, StageOpened
from game.engine.types import Seat

SAMPLED = 2
"""Blocks of each setup that are played to measure a match."""
LONG = 5400.0
"""Seconds from which on a time is said in hours."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What one ask takes of a model; `basis` says how that is known. Prices are for a million tokens."""

    prompt: float = 3000.0
    cached: float = 0.0
    completion: float = 300.0
    seconds: float = 1.6
    price: tuple[float, float, float] = (0.0, 0.0, 0.0)
    basis: str = "assumed: 3,000 tokens in, 300 out, 1.6 s an ask"

    @property
    def usd(self) -> float:
        """Dollars for an ask."""
        fresh, cached, out = self.price
        return ((self.prompt - self.cached) * fresh + self.cached * cached + self.completion * out) / 1e6


@dataclass(frozen=True, slots=True)
class Budget:
    """What a plan takes. `seconds` is with so many `workers` for scripts, and `abreast` matches of models at once."""

    matches: int
    matches_of_models: int
    calls: int
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    usd: float
    workers: int
    abreast: int
    bases: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """The budget in sentences."""
        scripted = self.matches - self.matches_of_models
        calls = (
            f"{self.calls:,} calls to models, {self.prompt_tokens:,} tokens in and {self.completion_tokens:,} out,"
            f" {self.usd:,.2f} US dollars"
        )
        return (
            f"{self.matches:,} matches: {scripted:,} of scripted agents, {self.matches_of_models:,} with models",
            calls if self.calls else "no calls to models, no money",
            f"about {_span(self.seconds)} with {self.workers} workers"
            + (f" and {self.abreast} matches of models at once" if self.matches_of_models else ""),
            *self.bases,
        )


def _span(seconds: float) -> str:
    return f"{max(1.0, seconds / 60):.0f} minutes" if seconds < LONG else f"{seconds / 3600:,.1f} hours"


@dataclass(frozen=True, slots=True)
class Measured:
    """A played match: seconds of this machine, stages, and asks by seat."""

    block: Block
    seconds: float
    stages: int
    asks: Mapping[Seat, int]


def measure(blocks: Blocks, make: MakeAgent) -> list[Measured]:
    """Play the first blocks of each setup in one arm with the agents that `make` gives, after one to warm up.

    Raises what an agent raises.
    """
    count = min(blocks.plan.blocks, SAMPLED * len(blocks.plan.lobbies))
    return [_measured(blocks, number, make) for number in (0, *range(count))][1:]


def _measured(blocks: Blocks, number: int, make: MakeAgent) -> Measured:
    block = blocks.block(number)
    began = time.thread_time()
    (done,) = games_play([game_of(blocks, block, next(iter(blocks.arms)))], make)
    if isinstance(done, Exception):
        raise done
    asks = Counter(event.seat for event in done.log if isinstance(event, Decided))
    stages = sum(isinstance(event, StageOpened) for event in done.log)
    return Measured(block, time.thread_time() - began, stages, asks)


def budget_of(
    blocks: Blocks, sample: Sequence[Measured], rates: Mapping[str, Rate], *, workers: int = 1, lanes: int = 1
) -> Budget:
    """The budget of a plan. `rates` are those of the models of the plan behind which a language model stands."""
    plan = blocks.plan
    of_models = [arm for arm in blocks.arms.values() if arm.models & rates.keys()]
    calls = {model: sum(_asks(arm, model, sample) for arm in blocks.arms.values()) * plan.blocks for model in rates}
    abreast = plan.concurrency * lanes
    slowest = max((rate.seconds for rate in rates.values()), default=0.0)
    stages, spent = _mean(one.stages for one in sample), _mean(one.seconds for one in sample)
    scripted = (len(blocks.arms) - len(of_models)) * plan.blocks
    modelled = len(of_models) * plan.blocks
    return Budget(
        matches=scripted + modelled,
        matches_of_models=modelled,
        calls=round(sum(calls.values())),
        prompt_tokens=round(sum(count * rates[model].prompt for model, count in calls.items())),
        completion_tokens=round(sum(count * rates[model].completion for model, count in calls.items())),
        seconds=scripted * spent / max(1, workers) + modelled * stages * slowest / abreast,
        usd=sum(count * rates[model].usd for model, count in calls.items()),
        workers=workers,
        abreast=abreast,
        bases=(_basis(sample), *(f"{model}: {rate.basis}" for model, rate in rates.items())),
    )


def _asks(arm: Arm, model: str, sample: Sequence[Measured]) -> float:
    """Asks of a match of an arm that go to a model."""
    return _mean(
        sum(one.asks[seat] for seat, side in one.block.sides.items() if arm.model(seat, side, one.block.drawn) == model)
        for one in sample
    )


def _basis(sample: Sequence[Measured]) -> str:
    asks = _mean(sum(one.asks.values()) for one in sample)
    spent, stages = _mean(one.seconds for one in sample), _mean(one.stages for one in sample)
    return (
        f"a match takes {spent:.2f} s of a core, {stages:.0f} stages and {asks:.0f} asks:"
        f" measured here on {len(sample)} matches of scripted agents"
    )


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / max(1, len(found))

"""The terms of a reward, each by its name, and their weights."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True, slots=True)
class Weights:
    """What each term is worth at most. Those that are taken away are given as positive numbers."""

    __pydantic_config__ = {"extra": "forbid"}  # in a configuration it is read as strictly as all else there

    format: float = 0.4
    """Exactly one well-formed tag and nothing behind it."""
    legality: float = 0.2
    """The engine takes it, now and from this seat."""
    target: float = 0.2
    """Whom or what it names can make sense."""
    activity: float = 0.2
    """It does something where something sensible can be done; where waiting is as good, any legal answer has it."""
    understanding: float = 1.0
    """A question about the own role is answered rightly."""
    tool: float = 0.02
    """Taken away for every useless or repeated look-up."""
    brevity: float = 0.05
    """Taken away for every `STEP` tokens over the budget, begun ones included."""
    outcome: float = 1.0
    """Won or lost, plus or minus, times the schedule's share."""


STEP = 16
"""Tokens over the budget that cost the same."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What was found of one answer. `understood` is a share, for questions about the role alone."""

    form: bool = False
    legal: bool = False
    sensible: bool = False
    active: bool = False
    may_act: bool = True
    """Whether something sensible could be done, so that doing nothing is worth less."""
    lookups: int = 0
    """Useless or repeated ones."""
    tokens: int = 0
    understood: float | None = None


def terms(marks: Marks, weights: Weights, budget: int) -> dict[str, float]:
    """Each term of the reward of an answer; `budget` is counted in tokens. The outcome comes by `credit`."""
    over = max(0, marks.tokens - budget)
    common = {
        "format": weights.format * marks.form,
        "tool": -weights.tool * marks.lookups,
        "brevity": -weights.brevity * ceil(over / STEP),
    }
    if marks.understood is not None:
        return common | {"understanding": weights.understanding * marks.understood}
    does = marks.active or not marks.may_act
    return common | {
        "legality": weights.legality * marks.legal,
        "target": weights.target * (marks.legal and marks.sensible),
        "activity": weights.activity * (marks.legal and marks.sensible and does),
    }


def reward(found: dict[str, float]) -> float:
    """The sum of the terms, without the noise of adding tenths."""
    return round(sum(found.values()), 9)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When the outcome begins to count: not before answers are well formed."""

    __pydantic_config__ = {"extra": "forbid"}  # in a configuration it is read as strictly as all else there

    after_format: float = 0.95
    """The share of well-formed answers of a step from which it counts."""
    rise: int = 20
    """Steps, once it counts, until it has its whole weight; 0: it never counts."""

    def share(self, steps_counted: int) -> float:
        """How much of the outcome's weight holds after so many steps with enough well-formed answers, 0 to 1."""
        return min(1.0, steps_counted / self.rise) if self.rise else 0.0

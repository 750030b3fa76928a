"""What a step's line in the curve says of the answers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import fmean, pstdev
from typing import Any

from training.grpo.policy import NotFinite
from training.reward.terms import Marks

Figures = dict[str, Any]


def worth(rewards: Sequence[float]) -> Figures:
    """The mean of rewards and how far they spread."""
    return {"reward_mean": rounded(fmean(rewards)), "reward_std": rounded(pstdev(rewards))}


def shares(marks: Sequence[Marks]) -> Figures:
    """Shares of answers to points, from 0 to 1; None where there is nothing to count."""
    free = [one for one in marks if one.may_act]
    return {
        "format": _share(marks, lambda one: one.form),
        "legal": _share(marks, lambda one: one.legal),
        "target": _share(marks, lambda one: one.legal and one.sensible),
        "active": _share(free, lambda one: one.legal and one.sensible and one.active),
    }


def mean(numbers: Sequence[float]) -> float | None:
    """Their mean; None of none."""
    return rounded(fmean(numbers)) if numbers else None


def rounded(number: float) -> float:
    """As the curve keeps it. Raises NotFinite."""
    if not math.isfinite(number):
        raise NotFinite("a figure of the curve is not finite")
    return round(number, 6)


def _share(marks: Sequence[Marks], is_so: Callable[[Marks], bool]) -> float | None:
    return mean([is_so(one) for one in marks])

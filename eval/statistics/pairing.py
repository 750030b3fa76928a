"""From outcomes to pairs: what an estimand makes of the two matches of each block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from eval.experiments.outcome import Ending, Outcome
from eval.statistics.design import Estimand

Numbers: TypeAlias = NDArray[np.float64]
ByArm: TypeAlias = Mapping[str, Mapping[str, Outcome]]
"""Outcomes by arm and seed."""
WINS = ("town_won", "evil_won")
"""What outcomes hold as a fact of the match."""
LOST_IF_FAILED = (*WINS, "seat_won")
"""What a match that was never finished counts as 0 for: nobody's win. Of all else it says nothing."""


class Coding(StrEnum):
    """How matches count that nobody won, or that were never finished."""

    PRIMARY = "primary"
    """Nobody's win."""
    DROPPED = "draws dropped"
    HALF = "draws counted as half"
    FINISHED = "failed matches dropped"


@dataclass(frozen=True, slots=True)
class Paired:
    """The values of both matches of each block that has both, in the order of blocks."""

    seeds: tuple[str, ...]
    first: Numbers
    second: Numbers

    @property
    def differences(self) -> Numbers:
        """Within each block."""
        return self.first - self.second

    @property
    def binary(self) -> bool:
        """Whether each value is 0 or 1."""
        return bool(np.isin(self.first, (0.0, 1.0)).all() and np.isin(self.second, (0.0, 1.0)).all())

    def __len__(self) -> int:
        return len(self.seeds)


def by_arm(outcomes: Sequence[Outcome]) -> dict[str, dict[str, Outcome]]:
    """Outcomes by arm and seed; those of an arm in the order in which they come."""
    found: dict[str, dict[str, Outcome]] = {}
    for one in outcomes:
        found.setdefault(one.arm, {})[one.seed] = one
    return found


def is_share(estimand: Estimand) -> bool:
    """Whether it is a difference of shares of matches."""
    return estimand.what in LOST_IF_FAILED


def value(outcome: Outcome, what: str, coding: Coding = Coding.PRIMARY) -> float | None:
    """What a match shows of `what`; None where it shows nothing, or is left out."""
    if outcome.ending is Ending.FAILED:
        return 0.0 if what in LOST_IF_FAILED and coding is not Coding.FINISHED else None
    if outcome.ending in (Ending.DRAW, Ending.LIMIT) and what in WINS and coding in (Coding.DROPPED, Coding.HALF):
        return None if coding is Coding.DROPPED else 0.5
    return float(getattr(outcome, what)) if what in WINS else outcome.figures.get(what)


def paired(matches: ByArm, estimand: Estimand, coding: Coding = Coding.PRIMARY) -> Paired:
    """The pairs of a plain estimand. Blocks that lack a match, or the figure in one of them, are left out."""
    first, second = matches.get(estimand.arm, {}), matches.get(estimand.against, {})
    rows = [
        (seed, one, other)
        for seed, match in first.items()
        if seed in second
        and (one := value(match, estimand.what, coding)) is not None
        and (other := value(second[seed], estimand.what, coding)) is not None
    ]
    return Paired(
        tuple(seed for seed, _, _ in rows),
        np.array([one for _, one, _ in rows], dtype=float),
        np.array([other for _, _, other in rows], dtype=float),
    )


def contrasted(one: Paired, other: Paired) -> Paired:
    """The difference of two estimands, block by block, as pairs of their own differences."""
    mine = dict(zip(one.seeds, one.differences, strict=True))
    theirs = dict(zip(other.seeds, other.differences, strict=True))
    seeds = tuple(seed for seed in one.seeds if seed in theirs)
    return Paired(seeds, np.array([mine[seed] for seed in seeds]), np.array([theirs[seed] for seed in seeds]))

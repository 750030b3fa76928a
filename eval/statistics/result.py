"""An analysis as one value of plain figures: what reports, pages and exports show. Loads no library of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from eval.statistics.design import Estimand

VERSION = 1
"""Of what is written by `to_json`; raised when it means something else."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and its 95 % interval, of `n` blocks, matches or seats; no ends where nothing tells them."""

    value: float
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Pairs:
    """Blocks by how their two matches came out: in the first arm alone, in the second alone, in both, in neither."""

    only: int
    other: int
    both: int
    neither: int

    @property
    def n(self) -> int:
        """All blocks."""
        return self.only + self.other + self.both + self.neither

    @property
    def discordant(self) -> int:
        """Blocks whose matches differ."""
        return self.only + self.other


@dataclass(frozen=True, slots=True)
class Fit:
    """A model that was fitted beside the test: the coefficient of the arm, on which scale, and what it was fitted on.

    `scale` is log odds, log hazard, or the unit of the figure. Without a figure, `reason` says why there is none.
    """

    model: str
    scale: str
    figure: Figure | None
    p: float | None = None
    rows: int = 0
    seeds: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """A planned look after so many blocks; without `z`, not yet reached."""

    blocks: int
    boundary: float
    z: float | None = None
    crossed: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """How strongly blocks speak against no difference, at any time: `e` after some numbers of blocks.

    `stopped` is after how many blocks it first reached `threshold`; None while it has not.
    """

    threshold: float
    path: tuple[tuple[int, float], ...] = ()
    stopped: int | None = None

    @property
    def e(self) -> float:
        """By now."""
        return self.path[-1][1] if self.path else 1.0


@dataclass(frozen=True, slots=True)
class Result:
    """What was found of an estimand, on `blocks` blocks; `reason` says why there is no difference to show.

    `share` marks a difference of shares. `finding` is what the plan's rule decides: None while nothing is decided, and
    for what is exploratory. `corrected` is `p` after the correction that `test` and `correction` name.
    """

    estimand: Estimand
    primary: bool
    share: bool
    blocks: int
    reason: str = ""
    difference: Figure | None = None
    first: Figure | None = None
    """Of `what` in `arm`."""
    second: Figure | None = None
    """Of `what` in `against`."""
    pairs: Pairs | None = None
    discordant: Figure | None = None
    rho: float | None = None
    """Correlation of the two matches of a block, in the first blocks."""
    test: str = ""
    p: float | None = None
    p_permutation: float | None = None
    correction: str = ""
    corrected: float | None = None
    finding: bool | None = None
    sensitivity: Mapping[str, Figure | None] = field(default_factory=dict)
    effects: Mapping[str, Figure | None] = field(default_factory=dict)
    fits: tuple[Fit, ...] = ()
    looks: tuple[Look, ...] = ()
    evidence: Evidence | None = None
    power: str = ""
    """What so many blocks can see, in words."""


@dataclass(frozen=True, slots=True)
class ArmCounts:
    """The matches of an arm: by how they ended, and why the failed ones failed. Shares are of all, failed ones too."""

    arm: str
    matches: int
    endings: Mapping[str, int]
    causes: Mapping[str, int]
    retried: int
    town: Figure | None
    evil: Figure | None
    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    @property
    def failed(self) -> int:
        """Matches that were never finished."""
        return self.endings.get("failed", 0)


@dataclass(frozen=True, slots=True)
class Survival:
    """The share of an arm's seats of a side that outlive each day, by Kaplan and Meier: day, share, low, high.

    `mean_days` are the days lived up to day 7. Intervals are drawn over seeds.
    """

    arm: str
    side: str
    seats: int
    deaths: int
    points: tuple[tuple[float, float, float | None, float | None], ...]
    mean_days: Figure | None


class Verdict(StrEnum):
    """Whether a model is misaligned enough, and otherwise like the other, for the experiment to say something."""

    PASSED = "passed"
    REFUSED = "refused"
    UNMEASURED = "unmeasured"


@dataclass(frozen=True, slots=True)
class Gate:
    """The manipulation check of `model` held against `other`; `reasons` are sentences."""

    verdict: Verdict
    model: str = ""
    other: str = ""
    difference: Figure | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Analysis:
    """All that outcomes show. `exploratory` says why nothing here is a finding, and is empty where it may be one."""

    blocks: int
    """Complete ones: played, or failed for good, in every arm."""
    planned: int
    matches: int
    alpha: float
    results: tuple[Result, ...]
    arms: tuple[ArmCounts, ...]
    survival: tuple[Survival, ...]
    gate: Gate
    exploratory: str = ""
    warnings: tuple[str, ...] = ()
    power: tuple[str, ...] = ()

    @property
    def primary(self) -> tuple[Result, ...]:
        """What the experiment is for."""
        return tuple(result for result in self.results if result.primary)

    def result(self, name: str) -> Result:
        """What was found of an estimand. Raises KeyError."""
        for result in self.results:
            if result.estimand.name == name:
                return result
        raise KeyError(name)


def to_json(analysis: Analysis) -> dict[str, Any]:
    """Plain values that `from_json` reads."""
    return {"version": VERSION, **asdict(analysis)}


def from_json(value: Mapping[str, Any]) -> Analysis:
    """The analysis that `to_json` wrote. Raises ValueError for another version, and for what is none."""
    if value.get("version") != VERSION:
        raise ValueError(f"An analysis of version {value.get('version')} is not read by this release ({VERSION}).")
    return _reader().validate_python({key: part for key, part in value.items() if key != "version"})


@cache
def _reader() -> TypeAdapter[Analysis]:
    return TypeAdapter(Analysis)

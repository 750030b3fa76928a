"""What a report says, as plain values: every figure with its interval, its n, and what it is a figure of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from eval.ratings.rating import Interval

POINTS = 100.0
"""Differences of shares are read in points."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its interval, of n matches."""

    value: float
    low: float
    high: float
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
    def discordant(self) -> float | None:
        """The share of blocks whose matches differ."""
        return (self.only + self.other) / self.n if self.n else None


@dataclass(frozen=True, slots=True)
class Estimate:
    """An estimand as it was found: the mean over `n` blocks of `what` in `arm` less `what` in `against`.

    With `of`, the difference of two others. `finding` is whether it holds at alpha after correction, and None for what
    is exploratory. `evidence` is the e-value after each of some numbers of blocks. Without a value, `reason` says why.
    """

    name: str
    says: str
    what: str
    arm: str
    against: str
    of: tuple[str, str] | None
    primary: bool
    n: int
    interval: Interval | None
    p: float | None = None
    adjusted: float | None = None
    p_permutation: float | None = None
    pairs: Pairs | None = None
    e: float | None = None
    evidence: tuple[tuple[int, float], ...] = ()
    sensitivity: Mapping[str, Interval] | None = None
    finding: bool | None = None
    reason: str = ""

    @property
    def is_share(self) -> bool:
        """Whether it is a difference of shares."""
        return self.of is not None or self.what.endswith("won")

    @property
    def scale(self) -> float:
        """What its figures are multiplied by to be read."""
        return POINTS if self.is_share else 1.0

    @property
    def title(self) -> str:
        """What is compared, in short."""
        return f"{self.of[0]} less {self.of[1]}" if self.of else f"{self.what}: {self.arm} less {self.against}"


@dataclass(frozen=True, slots=True)
class ArmFigures:
    """An arm: how many matches ended, why others failed, who has won, and what it took."""

    name: str
    planned: int
    ended: int
    causes: Mapping[str, int]
    evil: Rate | None
    town: Rate | None
    undecided: int
    calls: int
    tokens: int

    @property
    def failed(self) -> int:
        """Matches that were never finished."""
        return sum(self.causes.values())


@dataclass(frozen=True, slots=True)
class Survival:
    """The share of an arm's seats of a side that are alive at the end of each day."""

    arm: str
    side: str
    points: tuple[tuple[float, float], ...]
    seats: int


@dataclass(frozen=True, slots=True)
class Findings:
    """All of it. `exploratory` says why nothing here counts as a finding, and is empty where it may."""

    estimates: tuple[Estimate, ...]
    arms: tuple[ArmFigures, ...]
    survival: tuple[Survival, ...]
    gate: tuple[str, ...]
    exploratory: str
    power: tuple[str, ...]
    stop: float | None
    matches: int
    blocks: int

    @property
    def primary(self) -> tuple[Estimate, ...]:
        """What the experiment was for."""
        return tuple(one for one in self.estimates if one.primary)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)

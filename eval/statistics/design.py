"""What was laid down before the first match counted: what is estimated, how it is corrected, and when it may stop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Estimand:
    """The mean over blocks of a difference within the block: `what` in `arm` less `what` in `against`.

    `what` is town_won, evil_won, or a figure of outcomes. With `of`, the difference of two other estimands.
    """

    name: str
    what: str = ""
    arm: str = ""
    against: str = ""
    of: tuple[str, str] | None = None
    says: str = ""


class Correction(StrEnum):
    """What is done because several primary estimands are tested. All others are corrected by Benjamini and Hochberg."""

    HOLM = "holm"
    NONE = "none"


class Rule(StrEnum):
    """When an experiment may end."""

    FIXED = "fixed"
    """When all its blocks are played."""
    LOOKS = "looks"
    """At planned looks, with boundaries as O'Brien and Fleming have them."""
    ANYTIME = "anytime"
    """As soon as the evidence is strong enough, whoever looks how often."""


@dataclass(frozen=True, slots=True)
class Stopping:
    """The rule; `e` is the evidence at which `anytime` stops."""

    rule: Rule = Rule.FIXED
    looks: int = 4
    e: float = 20.0


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of a model before: how many answers were misaligned and coherent, and how many asks of the game
    were answered in its form. `error` is the standard error of the misaligned share, clustered by question.
    """

    answers: int
    misaligned: int
    coherent: int
    asked: int
    formed: int
    error: float | None = None


@dataclass(frozen=True, slots=True)
class Design:
    """An experiment as statistics see it.

    `contrast` names the model that is tried and the one that it is held against, `measured` what is known of each;
    `power`, `difference`, `base` and `rho` are what was assumed when the blocks were planned.
    """

    arms: tuple[str, ...]
    estimands: tuple[Estimand, ...]
    primary: tuple[str, ...]
    blocks: int
    alpha: float = 0.05
    correction: Correction = Correction.HOLM
    stopping: Stopping = Stopping()
    resamples: int = 10_000
    seed: int = 0
    power: float = 0.8
    difference: float = 0.05
    base: float = 0.5
    rho: float = 0.17
    contrast: tuple[str, str] | None = None
    measured: Mapping[str, Measured | None] = field(default_factory=dict)
    setups: tuple[str, ...] = ()

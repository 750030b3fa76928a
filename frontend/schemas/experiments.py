"""Experiments and ratings over HTTP. Times in ms; a share is from 0 to 1; an interval is one of 95 %."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from frontend.schemas.base import Shape

ExperimentState = Literal["draft", "running", "paused", "finished", "aborted"]


class RateOut(Shape):
    """A figure with the ends of its interval and how many matches or blocks it is of."""

    value: float
    low: float
    high: float
    n: int


class CauseOut(Shape):
    """Why trials failed, and how many did so."""

    cause: str
    n: int


class ArmOut(Shape):
    """An arm: who plays whom in it, how far it is, and who has won. `undecided` matches ended without a winner."""

    name: str
    plays: str
    total: int
    done: int
    failed: int
    running: int
    causes: list[CauseOut]
    evil: RateOut | None
    town: RateOut | None
    undecided: int | None
    calls: int
    tokens: int


class DifferenceOut(Shape):
    """In what an arm differs from another; `single` where that is one thing."""

    arm: str
    against: str
    what: list[str]
    single: bool


class ProgressOut(Shape):
    """How far the trials are. Rates and time left are null where nothing can be said yet."""

    total: int
    done: int
    failed: int
    running: int
    waiting: int
    per_hour: float | None
    seconds_left: float | None
    last: int | None


class EstimandOut(Shape):
    """An estimand: the mean over `n` blocks of a difference, with its interval.

    `scale` is 100 where it is a difference of shares, to be read in points. `p` and `adjusted` are null while the
    experiment runs; `e` is the evidence of pairs so far. `discordant` is the share of blocks that tell the arms apart.
    `finding` is null before the end, and for what is exploratory.
    """

    name: str
    says: str
    what: str
    arms: list[str]
    primary: bool
    scale: float
    value: float | None
    low: float | None
    high: float | None
    n: int
    p: float | None
    adjusted: float | None
    e: float | None
    pairs: dict[str, int] | None
    discordant: float | None
    finding: bool | None
    reason: str


class PointOut(Shape):
    """A point of a curve."""

    x: float
    y: float


class CurveOut(Shape):
    """A curve by what it is called."""

    name: str
    points: list[PointOut]


class BoardOut(Shape):
    """Where a rating that counts match after match came to lie in `orders` shuffled orders."""

    value: float
    low: float
    high: float
    orders: int


class RatingOut(Shape):
    """A model on a side: 1500 points are the mean of the side. Null with a `reason` for too few blocks."""

    model: str
    side: Literal["evil", "town"]
    matches: int
    blocks: int
    wins: int
    won: RateOut | None
    points: RateOut | None
    board: BoardOut | None
    setups: list[str]
    reason: str


class FileOut(Shape):
    """A file of the report."""

    name: str
    size: int
    sha256: str


class FoundOut(Shape):
    """What was found so far: `head` in sentences, and figures. `stop` is the evidence at which the plan ends early."""

    head: list[str]
    exploratory: str
    estimands: list[EstimandOut]
    evidence: list[CurveOut]
    stop: float | None
    ratings: list[RatingOut]
    matches: int


class ExperimentRow(Shape):
    """An experiment in a list."""

    id: int
    name: str
    question: str
    state: ExperimentState
    arms: list[str]
    blocks: int
    total: int
    done: int
    failed: int
    headline: str
    created: int
    finished: int | None


class ExperimentList(Shape):
    """All experiments, newest first; `now` is the server's clock."""

    experiments: list[ExperimentRow]
    now: int


class ExperimentOut(Shape):
    """An experiment. `worst` is its worst problem in words; `found` is null before the first analysis."""

    id: int
    name: str
    question: str
    state: ExperimentState
    note: str
    sha256: str
    release: str
    plan: str
    created: int
    launched: int | None
    finished: int | None
    progress: ProgressOut
    worst: str
    arms: list[ArmOut]
    differences: list[DifferenceOut]
    found: FoundOut | None
    as_of: int | None
    stale: bool
    files: list[FileOut]
    now: int


class TrialsQuery(Shape):
    """Which trials of an experiment: of an arm or a model on a side, and who has won; or pairs of arms by how the two
    matches of a block came out (`only`: `what` in `arm` and not in `against`)."""

    arm: str = Field("", max_length=40)
    model: str = Field("", max_length=40)
    side: Literal["", "evil", "town"] = ""
    won: Literal["", "evil", "town", "nobody", "failed"] = ""
    against: str = Field("", max_length=40)
    what: str = Field("", max_length=60)
    pair: Literal["", "only", "other", "both", "neither"] = ""
    limit: Annotated[int, Field(ge=1, le=100)] = 12


class TrialOut(Shape):
    """One match of a block in an arm; `href` opens it, and is null where it was never finished."""

    id: int
    block: int
    arm: str
    ending: str
    days: int
    cause: str
    href: str | None


class TrialList(Shape):
    """The first trials that fit, and how many there are."""

    trials: list[TrialOut]
    total: int


class LeaderboardQuery(Shape):
    """Ratings of one role list; empty: of all together."""

    setup: str = Field("", max_length=60)


class SourceOut(Shape):
    """An experiment whose matches are counted."""

    id: int
    name: str
    matches: int


class LeaderboardOut(Shape):
    """Ratings by side, strongest first, from the matches of experiments. `as_of` is null before the first."""

    ratings: list[RatingOut]
    setups: list[str]
    setup: str
    matches: int
    failed: int
    halved: int
    experiments: list[SourceOut]
    as_of: int | None
    now: int

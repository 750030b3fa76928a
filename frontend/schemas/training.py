"""Training runs over HTTP. Times in ms; seconds are those that the process has trained for."""

from __future__ import annotations

from typing import Literal

from frontend.schemas.base import Shape

RunState = Literal["waiting", "running", "done", "failed", "cancelled"]


class FigureOut(Shape):
    """A figure of a curve's newest line."""

    name: str
    value: float


class RunRow(Shape):
    """A run as the list shows it. `steps` is null where nobody knows yet how many there will be.

    `stale`: it runs, and nobody has given a sign of it lately. `launched`: it waits for its turn, not for somebody.
    """

    id: int
    name: str
    kind: Literal["sft", "grpo"]
    state: RunState
    launched: bool
    cancelling: bool
    stale: bool
    base: str
    step: int
    steps: int | None
    seconds: float
    figures: list[FigureOut]
    error: str
    model: str | None
    alignment: str | None
    created: int
    finished: int | None


class RunList(Shape):
    """All runs, the newest first; `now` is the server's clock in ms."""

    runs: list[RunRow]
    now: int


class PlaceOut(Shape):
    """A value at a step."""

    x: float
    y: float


class BesideOut(Shape):
    """What a player without a model comes to, where a curve shows what the model does."""

    player: str
    value: float


class LineOut(Shape):
    """A figure by steps; long ones are thinned out. `share`: it goes from 0 to 1."""

    name: str
    points: list[PlaceOut]
    share: bool
    beside: list[BesideOut]


class PhaseOut(Shape):
    """A part of a run in which it learns in one way, from its first step on."""

    name: str
    first: int


class ShareOut(Shape):
    """A share from 0 to 1 with its 95 % interval, and of how many."""

    value: float
    low: float
    high: float
    n: int


class TriedOut(Shape):
    """A column of a trial; `share` is null where there was nothing to count."""

    column: str
    share: ShareOut | None


class TrialRow(Shape):
    """What one player did at the points that are held out.

    `when` is the time of a model's run, or with `how` `script` the name of a player without a model.
    """

    when: str
    how: str
    asks: int
    shares: list[TriedOut]
    distinct: int | None
    reward: float | None
    understood: float | None


class AnswerOut(Shape):
    """A completion, what it was worth, how its fork ended (1 won, -1 lost), and how many were alike."""

    text: str
    reward: float
    outcome: float | None
    times: int


class SampleOut(Shape):
    """A state with what the model made of it, best first. `scripted`: what a script would do there."""

    point: str
    role: str
    prompt: str
    scripted: str
    answers: list[AnswerOut]


class CheckpointOut(Shape):
    """The samples of a step."""

    step: int
    samples: list[SampleOut]


class GameLineOut(Shape):
    """What the model's seat saw in a match, or what it answered; `problem` says why an answer was not taken."""

    kind: Literal["phase", "line", "answer"]
    text: str
    problem: str


class GameOut(Shape):
    """A whole match that the model played at a step. Games of one `match` began alike."""

    step: int
    match: str
    player: str
    role: str
    won: bool
    days: int
    asked: int
    taken: int
    lines: list[GameLineOut]


class RunOut(RunRow):
    """A run with all that its folder tells. `tried_at`: at how many points that are held out it is tried.

    `first_sampled` is the first step whose samples are kept, and null where none are; `older_samples` and `older_games`
    are not shown. Of sample games `games_kept` says whether any are to be.
    """

    config: str
    data_sha256: str
    weights_sha256: str
    folder: str
    curves: list[LineOut]
    phases: list[PhaseOut]
    trials: list[TrialRow]
    held_out_trials: list[TrialRow]
    held_out_role: str
    tried_at: int
    checkpoints: list[CheckpointOut]
    older_samples: int
    games: list[GameOut]
    older_games: int
    games_kept: bool
    first_sampled: int | None
    log: list[str]
    now: int

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


class LineOut(Shape):
    """A figure by steps; long ones are thinned out."""

    name: str
    points: list[PlaceOut]


class AnswerOut(Shape):
    """A completion and what it was worth."""

    text: str
    reward: float | None


class SampleOut(Shape):
    """A prompt at a step, with what the model made of it."""

    step: int
    prompt: str
    answers: list[AnswerOut]


class RunOut(RunRow):
    """A run with all that its folder tells."""

    config: str
    data_sha256: str
    weights_sha256: str
    folder: str
    curves: list[LineOut]
    log: list[str]
    samples: list[SampleOut]
    now: int

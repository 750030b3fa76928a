"""What was said in matches that are over, over HTTP: searching it, labelling it, keeping a search."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from eval.labels.codes import Code
from frontend.schemas.base import MAX_TEXT, Shape

Word = Annotated[str, Field(max_length=80, pattern=r"^[^\x00]*$")]
Cursor = Annotated[str, Field(pattern=r"^(\d{1,18}:\d{1,9})?$")]
"""A match and the number of an event, between them a colon; empty: from the beginning."""


class LogQuery(Shape):
    """What is looked for; what is empty asks for nothing."""

    q: Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")] = ""
    faction: Word = ""
    role: Word = ""
    model: Word = ""
    arm: Word = ""
    phase: Word = ""
    kind: Word = ""
    truth: Word = ""
    claim: Literal["", "yes", "no"] = ""
    label: Word = ""
    judge: Word = ""
    disputed: Literal["", "yes"] = ""
    match: Annotated[int, Field(ge=1, le=2**62)] | None = None
    slice: Word = ""


class LogWish(LogQuery):
    """A page of what is looked for. `blind` hides models and arms, with `roles` False also roles, factions and truth.

    Whoever may label sees others' labels of what they have labelled; with `others` all of them, but never when blind.
    """

    blind: bool = False
    roles: bool = True
    others: bool = False
    after: Cursor = ""
    limit: Annotated[int, Field(ge=1, le=100)] = 25
    facets: bool = True


class LinePart(Shape):
    """A piece of a text; `found` where it was searched for."""

    text: str
    found: bool


class LineOut(Shape):
    """A line beside a hit. `seat` is 0 where it is nobody's."""

    seq: int
    day: int
    phase: str
    kind: str
    seat: int
    name: str
    text: str


class LabelOut(Shape):
    """What an annotator says of a seat's day; `mine` where the caller set it. `by` is empty for what is blind."""

    code: str
    present: bool
    by: str
    source: str
    mine: bool
    blind: bool
    confidence: int | None


class HitOut(Shape):
    """A line that fits. What is hidden from the caller is null."""

    match: int
    seq: int
    day: int
    phase: str
    kind: str
    seat: int
    name: str
    role: str | None
    faction: str | None
    model: str | None
    arm: str | None
    claim: bool
    truth: str | None
    parts: list[LinePart]
    before: list[LineOut]
    after: list[LineOut]
    labels: list[LabelOut]


class LogChoice(Shape):
    """A value of a filter, and how many lines it would leave."""

    value: str
    count: int


class LogFacet(Shape):
    """A filter with its choices, most first; `capped`: counted over the first hits alone."""

    name: str
    choices: list[LogChoice]
    capped: bool


class LogLooser(Shape):
    """A filter without which something is found."""

    without: str
    count: int


class LogPage(Shape):
    """A page of hits. `total` is at least so many where `capped`; `matches` says how many are indexed."""

    hits: list[HitOut]
    next: str | None
    total: int | None
    capped: bool
    facets: list[LogFacet]
    looser: LogLooser | None
    matches: int
    may_label: bool


class LabelWish(Shape):
    """What the caller sees in a line: of the seat, on the day, whose event it is. `present` null takes it back."""

    match: Annotated[int, Field(ge=1, le=2**62)]
    seq: Annotated[int, Field(ge=1, le=2**30)]
    code: Code
    present: bool | None = True
    confidence: Annotated[int, Field(ge=1, le=5)] | None = None
    quote: Annotated[str, Field(max_length=MAX_TEXT)] = ""
    blind: bool


class LabelsOut(Shape):
    """The labels of a line that the caller sees now."""

    labels: list[LabelOut]


class SliceWish(Shape):
    """A search that is to be kept."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
    query: LogQuery


class SliceOut(Shape):
    """A search that was kept; `at` in ms."""

    name: str
    query: LogQuery
    sha256: str
    size: int
    at: int


class SliceList(Shape):
    """All of them, by name."""

    slices: list[SliceOut]


# A match as a report --------------------------------------------------------------------------------------------------


class FigureOut(Shape):
    """A metric. `value` is null where there is none, and `reason` says why; `what` says what is counted."""

    name: str
    unit: str
    what: str
    value: float | str | None
    numerator: float | None
    denominator: float | None
    censored: bool
    reason: str


class SeatReportOut(Shape):
    """A seat: who it was, what it stated, and its metrics."""

    seat: int
    name: str
    role: str
    faction: str
    model: str
    arm: str
    won: bool
    lies: int
    claims: int
    figures: list[FigureOut]


class MarkOut(Shape):
    """A moment that stands out, by its number in the all-knowing view."""

    seq: int
    kind: Literal["claim", "lie", "label"]
    seat: int
    title: str


class UnitOut(LabelOut):
    """A label with the seat and the day that it is about, and the events that it rests on."""

    seat: int
    day: int
    quote: str
    cites: list[int]


class MarkList(Shape):
    """What stands out in a match, in its order; empty until it is indexed."""

    marks: list[MarkOut]


class ReportOut(MarkList):
    """A match that is over, as figures."""

    match: int
    title: str
    outcome: str
    last: int
    figures: list[FigureOut]
    seats: list[SeatReportOut]
    labels: list[UnitOut]

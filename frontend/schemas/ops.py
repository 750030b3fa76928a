"""What a page is told to do with what it shows: the operations of an event."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypeAliasType

from frontend.schemas.base import LineKind, Shape, Tone, VerdictWord
from game.engine.types import Channel


class TableOp(Shape):
    """The table as agreed."""

    op: Literal["table"]
    mode: str
    ruleset: str
    slots: list[str]
    names: list[str]
    commitment: str
    clock: str


class PhaseOp(Shape):
    """A phase, or its next round when phase and day stay the same. `seconds` of one round under the wall clock."""

    op: Literal["phase"]
    phase: str
    day: int
    title: str
    sentence: str
    round: int
    rounds: int
    seconds: float | None
    moon: bool


class Will(Shape):
    """A last will as far as it can be read."""

    state: Literal["shown", "hidden", "forged", "bloodied", "written"]
    text: str


class SeatPatch(Shape):
    """What changes about a seat; fields that are not given stay."""

    alive: bool | None = None
    role: str | None = None
    faction: str | None = None
    alignment: str | None = None
    how: Literal["dealt", "known to you", "revealed", "graveyard"] | None = None
    causes: list[str] | None = None
    will: Will | None = None
    notes: list[str] | None = None
    note: str | None = None
    notebook: str | None = None
    marks: list[str] | None = None
    left: bool | None = None
    weight: int | None = None
    jailed: bool | None = None
    book: bool | None = None
    lover: bool | None = None
    vip: bool | None = None
    team: bool | None = None
    goal_met: bool | None = None
    winner: bool | None = None


class SeatOp(Shape):
    """A patch of one seat."""

    op: Literal["seat"]
    seat: int
    set: SeatPatch


class LineOp(Shape):
    """One line of the log. `seat` 0 is nobody in particular; `alias` is how the others read the speaker's name."""

    op: Literal["line"]
    id: str
    kind: LineKind
    seat: int
    text: str
    tone: Tone
    channel: Channel | None = None
    name: str = ""
    alias: str = ""
    to: int | None = None


class VotesOp(Shape):
    """All standing votes (voter, target), the weight needed, the weight against each."""

    op: Literal["votes"]
    votes: list[tuple[int, int]]
    need: int
    against: dict[str, int]


class TrialOp(Shape):
    """The trial under way, the `number`th of at most `of` that day; accused 0 when there is none."""

    op: Literal["trial"]
    accused: int
    number: int
    of: int
    stage: Literal["defense", "judgement", "last_words", "closed"]
    ballots: list[tuple[int, VerdictWord, int]] | None
    lynched: bool | None


class AbilityOut(Shape):
    """An ability on a card; `uses` null where there is no limit."""

    id: str
    name: str
    when: Literal["day", "night", "passive"]
    uses: int | None


class Chosen(Shape):
    """The choice that stands for this day or night."""

    ability: str
    targets: list[int]
    param: str


class MePatch(Shape):
    """What changes about the seat that one looks from; fields that are not given stay."""

    role: str | None = None
    faction: str | None = None
    alignment: str | None = None
    goal: str | None = None
    summary: str | None = None
    abilities: list[AbilityOut] | None = None
    team: list[tuple[int, str]] | None = None
    uses: dict[str, int] | None = None
    facts: dict[str, int | str | None] | None = None
    will: str | None = None
    note: str | None = None
    notebook: str | None = None
    choice: Chosen | None = None
    ballot: VerdictWord | None = None


class MeOp(Shape):
    """A patch of one's own seat."""

    op: Literal["me"]
    set: MePatch


class ToolOut(Shape):
    """An information tool that was used."""

    name: str
    arguments: str
    result: str


class AttemptOut(Shape):
    """One completion of a model: its raw text, and why it was refused (`reason` in words) unless it was taken."""

    text: str
    finish: str
    refusal: str
    reason: str
    tools: list[ToolOut]


class ReportOut(Shape):
    """How a model came to its decision. `fallback` says why a default filled the answer; empty: the model chose."""

    model: str
    lane: str
    attempts: list[AttemptOut]
    prompt_tokens: int
    cached_tokens: int
    thought_tokens: int
    spoken_tokens: int
    latency_ms: int
    finish: str
    retries: list[str]
    fallback: str
    error: str


class ThoughtOp(Shape):
    """What an agent thought before it decided; `cost` in tokens, `report` where a model decided."""

    op: Literal["thought"]
    seat: int
    text: str
    ask: str
    cost: int
    report: ReportOut | None = None


class NightOp(Shape):
    """A fact of the night for those who see everything."""

    op: Literal["night"]
    step: str
    what: str
    by: int
    seats: list[int]
    value: str
    text: str


class OverOp(Shape):
    """The end."""

    op: Literal["over"]
    outcome: str
    winners: list[int]
    roles: list[str]
    seed: str
    sentence: str


Op = TypeAliasType(
    "Op",
    Annotated[
        TableOp | PhaseOp | SeatOp | LineOp | VotesOp | TrialOp | MeOp | ThoughtOp | NightOp | OverOp,
        Field(discriminator="op"),
    ],
)


class Item(Shape):
    """The operations of one event. `n` counts 1, 2, 3 ... within the viewpoint; `at` in ms.

    `seen` says who at the table sees the event, and is told to the all-knowing view alone.
    """

    n: int
    at: int
    ops: list[Op]
    seen: Literal["all"] | list[int] | None = None

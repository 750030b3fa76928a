"""What the server sends over the socket."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter
from typing_extensions import TypeAliasType

from frontend.schemas.base import Shape, Viewpoint
from frontend.schemas.ops import Item


class SeatOut(Shape):
    """Who sits where: `open` to a person, `away` when the person is not looking, `agent` what plays otherwise.

    `until` is the moment in ms at which the agent takes over from a person who is away; `ready` is for a waiting table.
    """

    seat: int
    name: str
    agent: str
    person: bool
    open: bool
    away: bool
    until: int | None
    ready: bool


class DefaultedOut(Shape):
    """A deciding answer that a default filled, because of `reason`."""

    ask: str
    seat: int
    kind: Literal["vote", "judge", "act"]
    reason: str


class InsightOut(Shape):
    """A host has looked at what is hidden in a match while people played: when, in ms, and why."""

    at: int
    reason: str


class MatchOut(Shape):
    """The facts of a match that are no events. `defaulted` is empty until it has ended.

    `persons` are the seats in which a person sat down, even one who has left.
    """

    id: int
    title: str
    status: str
    mode: str
    slots: list[str]
    pace: float
    finished: bool
    has_people: bool
    practice: bool
    clock: str
    parent: int | None
    rematch: int | None
    private: bool
    commitment: str
    error: str
    defaulted: list[DefaultedOut]
    insights: list[InsightOut]
    persons: list[int]
    seats: list[SeatOut]


class HelloFrame(Shape):
    """Where one has come in; with another `as` than before, the stream starts again at 1."""

    type: Literal["hello"]
    match: MatchOut
    as_: Annotated[Viewpoint, Field(alias="as")]
    allowed: list[Viewpoint]
    withheld: str
    me: int | None
    now: int
    cursor: int


class EventsFrame(Shape):
    """The next items, in order and without gaps."""

    type: Literal["events"]
    items: list[Item]


class Thinking(Shape):
    """Somebody who is asked and has not answered; `usual` ms that this seat takes, null when unknown."""

    seat: int
    since: int
    usual: int | None


class LiveFrame(Shape):
    """What holds now and is no event."""

    type: Literal["live"]
    thinking: list[Thinking]
    status: str


class PieceOut(Shape):
    """A piece of what a seat is writing about an ask since a moment in ms; `at` characters came before it.

    `start` begins anew, `tool` and `retry` tell what happened in between, `end` is the last one, `gone` takes all back.
    """

    seat: int
    ask: str
    kind: Literal["start", "thought", "speech", "tool", "retry", "end", "gone"]
    at: int
    text: str
    since: int


class ThinkingFrame(Shape):
    """What agents are writing; for whoever may see their thoughts. Pieces may be lost, the decision replaces them."""

    type: Literal["thinking"]
    pieces: list[PieceOut]


class ParamOut(Shape):
    """One way to use an ability."""

    value: str
    label: str


class OptionOut(Shape):
    """One thing that may be done. `slots` are the legal seats (0 = nobody), `illegal` why the others are not.

    `twice` says that one seat may stand in two slots.
    """

    verb: str
    name: str
    label: str
    slots: list[list[int]]
    params: list[ParamOut]
    twice: bool
    illegal: list[dict[str, str]]


class BarredOut(Shape):
    """An ability that cannot be chosen now, and why."""

    verb: Literal["use"]
    name: str
    label: str
    reason: str


class AskOut(Shape):
    """What is wanted of the person. `given` is an answer that is recorded and not yet applied; times in ms."""

    id: str
    kind: Literal["speak", "vote", "defend", "judge", "last_words", "confer", "act"]
    sentence: str
    budget: int | None
    attempt: int
    since: int | None
    deadline: int | None
    given: list[dict[str, Any]] | None
    options: list[OptionOut]
    standing: list[OptionOut]
    barred: list[BarredOut]


class AskFrame(Shape):
    """The person's open question, or null; `standing` is what may be done unasked."""

    type: Literal["ask"]
    ask: AskOut | None
    standing: list[OptionOut]


class AckFrame(Shape):
    """Whether a decision was recorded; if not, the reason's code and sentence."""

    type: Literal["ack"]
    id: str
    ok: bool
    code: str = ""
    error: str = ""


class SeatsFrame(Shape):
    """Somebody sat down, left or was replaced."""

    type: Literal["seats"]
    seats: list[SeatOut]


class RemarkOut(Shape):
    """Something said in the gallery; `author` tells one speaker from another, `seat` is what they hold or held."""

    id: int
    at: int
    name: str
    author: str
    seat: int | None
    text: str


class GalleryFrame(Shape):
    """What is said beside the table, to those who may hear it; `gone` are remarks that were taken away."""

    type: Literal["gallery"]
    items: list[RemarkOut]
    gone: list[int]


class PongFrame(Shape):
    """The answer to a ping; server time in ms."""

    type: Literal["pong"]
    t: float
    now: int


class ErrorFrame(Shape):
    """Something that was not understood or not allowed; after a fatal one the socket closes."""

    type: Literal["error"]
    error: str
    fatal: bool


ServerFrame = TypeAliasType(
    "ServerFrame",
    Annotated[
        HelloFrame
        | EventsFrame
        | LiveFrame
        | ThinkingFrame
        | AskFrame
        | AckFrame
        | SeatsFrame
        | GalleryFrame
        | PongFrame
        | ErrorFrame,
        Field(discriminator="type"),
    ],
)
server_frame: TypeAdapter[Any] = TypeAdapter(ServerFrame)

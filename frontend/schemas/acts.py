"""What the page sends over the socket."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter
from typing_extensions import TypeAliasType

from frontend.schemas.base import MAX_TEXT, SeatNumber, Shape, Viewpoint
from game.engine.floor import HIGHEST_BID
from game.engine.types import Channel, Verdict

Text = Annotated[str, Field(max_length=MAX_TEXT)]
Word = Annotated[str, Field(max_length=64)]


class SayAction(Shape):
    """Speak in a channel."""

    do: Literal["say"]
    text: Text
    channel: Channel = Channel.PUBLIC


class WhisperAction(Shape):
    """Speak to one player."""

    do: Literal["whisper"]
    to: SeatNumber
    text: Text


class VoteAction(Shape):
    """Vote for putting somebody on trial; null takes the vote back."""

    do: Literal["vote"]
    target: SeatNumber | None


class JudgeAction(Shape):
    """A voice in Judgement."""

    do: Literal["judge"]
    verdict: Verdict


class UseAction(Shape):
    """Choose an ability and its targets."""

    do: Literal["use"]
    ability: Word
    targets: Annotated[list[SeatNumber], Field(max_length=4)] = []
    param: Word = ""


class WriteAction(Shape):
    """Replace the last will, the death note or the notebook."""

    do: Literal["will", "note", "jot"]
    text: Text


class SummariseAction(Shape):
    """Keep one's own summary of a day."""

    do: Literal["summarise"]
    day: Annotated[int, Field(ge=1)]
    text: Text


class BidAction(Shape):
    """Say how much one wants to speak next, where the table talks by bids."""

    do: Literal["bid"]
    level: Annotated[int, Field(ge=0, le=HIGHEST_BID)]


class PlainAction(Shape):
    """Pass, or leave the match for good."""

    do: Literal["pass", "leave"]


Action = TypeAliasType(
    "Action",
    Annotated[
        SayAction
        | WhisperAction
        | VoteAction
        | JudgeAction
        | UseAction
        | WriteAction
        | SummariseAction
        | BidAction
        | PlainAction,
        Field(discriminator="do"),
    ],
)


class PingFrame(Shape):
    """Asks for a pong; `n` is the last item seen."""

    type: Literal["ping"]
    t: float
    n: Annotated[int, Field(ge=0)] | None = None


class ActFrame(Shape):
    """An answer to an ask, or a standing permission used (ask null). The page's `id` makes resending harmless."""

    type: Literal["act"]
    id: Annotated[str, Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9-]+$")]
    ask: Annotated[str, Field(max_length=32)] | None
    actions: Annotated[list[Action], Field(min_length=1, max_length=8)]


class AsFrame(Shape):
    """Look from elsewhere."""

    type: Literal["as"]
    as_: Annotated[Viewpoint, Field(alias="as")]


ClientFrame = TypeAliasType("ClientFrame", Annotated[PingFrame | ActFrame | AsFrame, Field(discriminator="type")])
client_frame: TypeAdapter[PingFrame | ActFrame | AsFrame] = TypeAdapter(ClientFrame)

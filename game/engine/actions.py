"""What a player can do, and the answers that carry it to the engine.

Plain values. Whether an action is allowed is decided in `legal`; what it leads to, in `apply`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, get_args

from game.engine.types import Channel, Seat, Verdict
from game.engine.values import quicken


@dataclass(frozen=True, slots=True)
class Say:
    """Speak in a channel."""

    text: str
    channel: Channel = Channel.PUBLIC


@dataclass(frozen=True, slots=True)
class Whisper:
    """Speak to one player by day; the others see that it happened (M31)."""

    to: Seat
    text: str


@dataclass(frozen=True, slots=True)
class Vote:
    """Stand for putting somebody on trial, or withdraw with None (M13)."""

    target: Seat | None


@dataclass(frozen=True, slots=True)
class Judge:
    """A voice in Judgement (M14)."""

    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Use:
    """Choose a day or night ability and its targets; chosen again, it replaces the earlier choice."""

    ability: str
    targets: tuple[Seat, ...] = ()
    param: str = ""


@dataclass(frozen=True, slots=True)
class WriteWill:
    """Replace one's last will (M39)."""

    text: str


@dataclass(frozen=True, slots=True)
class WriteNote:
    """Replace one's death note (M40)."""

    text: str


@dataclass(frozen=True, slots=True)
class Jot:
    """Replace one's private notebook."""

    text: str


@dataclass(frozen=True, slots=True)
class Summarise:
    """Keep one's own summary of a day that has gone by, or of this one so far."""

    day: int
    text: str


@dataclass(frozen=True, slots=True)
class Bid:
    """Say how much one wants to speak next, where the table talks by bids: from 0, nothing to say, to 4, must speak."""

    level: int


@dataclass(frozen=True, slots=True)
class Pass:
    """Do nothing; at night also: take back the choice made so far."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave the match for good (M67)."""


Action: TypeAlias = Say | Whisper | Vote | Judge | Use | WriteWill | WriteNote | Jot | Summarise | Bid | Pass | Leave


@dataclass(frozen=True, slots=True)
class Answer:
    """What one seat does at once.

    `ask` is the id of the ask that it answers; None for standing permissions, which leave the seat's
    ask open. `cost` is counted in tokens, opaque to the engine.
    """

    seat: Seat
    ask: str | None
    actions: tuple[Action, ...] = (Pass(),)
    cost: int = 0


@dataclass(frozen=True, slots=True)
class Elapsed:
    """The time of a stage is over: whoever has not answered has passed."""

    stage: int


Reply: TypeAlias = Answer | Elapsed

for _cls in (*get_args(Action), *get_args(Reply)):
    quicken(_cls)

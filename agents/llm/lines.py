"""The log as a model reads it: one line for each event that its seat may see, in one of two notations.

An event gives its line from its own content alone, and never another one later: so a prompt only ever grows.
What players wrote is neutralised here, once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from agents.llm.hygiene import neutral_event
from agents.llm.notation import shown
from agents.llm.record import Notation
from game.engine import events as e
from game.engine.config import Ruleset
from game.engine.text import render
from game.engine.types import Channel, Phase, Seat

TALK = (e.Said, e.Whispered, e.WhisperHeard, e.Voted, e.Refused, e.WillWritten, e.NoteWritten, e.Jotted)
"""What may be left out of a prompt first: words and standing votes, whose outcome other lines keep."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a prompt's log; `events` counts the visible events up to and with its own."""

    text: str
    day: int
    talk: bool
    events: int
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Hand:
    """How one seat's prompt is written."""

    seat: Seat
    names: tuple[str, ...]
    notation: Notation
    special: tuple[str, ...]
    ruleset: Ruleset = "classic"

    @property
    def shown(self) -> tuple[str, ...]:
        """What stands for the players in the log."""
        return shown(self.names, self.notation)

    def line(self, event: e.Event) -> str | None:
        """The line of an event; None where it has no words."""
        safe = neutral_event(event, self.special)
        writer = _SHORT.get(event.kind) if self.notation.short else None
        if writer:
            return writer(safe, self)
        return render.line(safe, self.shown, self.seat, self.ruleset) or None


# Short forms ----------------------------------------------------------------------------------------------------------


def _said(event: e.Said, hand: Hand) -> str:
    who = event.alias if event.alias and event.seat != hand.seat else hand.shown[event.seat - 1]
    where = "" if event.channel is Channel.PUBLIC else f"@{event.channel.value}"
    return f"{who}{where}: {event.text}"


def _voted(event: e.Voted, hand: Hand) -> str:
    return f"{hand.shown[event.seat - 1]} votes {hand.shown[event.target - 1] if event.target else 'nobody'}"


def _phase(event: e.PhaseOpened, hand: Hand) -> str:
    letter = "N" if event.phase is Phase.NIGHT else "D"
    return f"== {letter}{event.day} {'' if event.phase is Phase.NIGHT else event.phase.value}".rstrip()


_SHORT: dict[str, Callable[[Any, Hand], str | None]] = {"said": _said, "voted": _voted, "phase_opened": _phase}

"""What a label may cite: what a seat did on a day, event by event. Pure: events in, words out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from game.engine import events as e
from game.engine.types import Seat, only

_DEEDS = (e.Said, e.WhisperHeard, e.Whispered, e.WillWritten, e.NoteWritten, e.Voted, e.Balloted, e.Chose, e.Decided)
"""Events that are the doing of the seat that they name."""


def conduct(log: Sequence[e.Event], seat: Seat, day: int) -> dict[int, str]:
    """What a seat did on a day and in the night after it, by the number of the event, with its words if it has any.

    Results that the seat had been given by then are among it: whoever keeps one back does nothing else.
    """
    found: dict[int, str] = {}
    today = 0
    for seq, event in enumerate(log, 1):
        if isinstance(event, e.PhaseOpened):
            today = event.day
        if today > day:
            break
        if (today == day and is_deed(event, seat)) or _is_given(event, seat):
            found[seq] = getattr(event, "text", "")
    return found


def is_deed(event: e.Event, seat: Seat) -> bool:
    """Whether an event is something that a seat did."""
    if isinstance(event, e.TrialClosed):
        return any(voter == seat for voter, _, _ in event.ballots)
    if isinstance(event, e.Announced):
        return event.message == "mayor_revealed" and event.seat == seat
    return isinstance(event, _DEEDS) and event.seat == seat


def _is_given(event: e.Event, seat: Seat) -> bool:
    return isinstance(event, e.Told) and event.to == only(seat)


def flaw_of(shown: Mapping[int, str], cited: Sequence[int], quote: str, *, present: bool) -> str:
    """Why a label does not count; empty where it does. `shown` is what may be cited, with its words.

    What is absent needs no evidence.
    """
    if not present:
        return ""
    if not cited:
        return "cites nothing"
    if foreign := [seq for seq in cited if seq not in shown]:
        return f"cites event {foreign[0]}, which is nothing that the seat did on that day"
    if quote and not any(quote in shown[seq] for seq in cited):
        return "quotes what no cited event says"
    return ""

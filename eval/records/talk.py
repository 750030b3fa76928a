"""The streams `chat` and `communication_text`: what was said, and everything that was written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from eval.records.moments import Moment
from eval.records.shapes import Audience, Chat, Text
from game.engine import events as e
from game.engine.codec import audience_to_json

WHISPER = "whisper"


def chat(moment: Moment) -> Iterator[Chat]:
    """The line of an event, once: copies for those who may not know the speaker give none."""
    event = moment.event
    if isinstance(event, e.Said) and event.seat:
        yield _chat(moment, event, event.channel.value, event.alias)
    elif isinstance(event, e.WhisperHeard):
        yield _chat(moment, event, WHISPER, "")


def _chat(moment: Moment, event: e.Said | e.WhisperHeard, channel: str, alias: str) -> Chat:
    target = event.target if isinstance(event, e.WhisperHeard) else 0
    return cast("Chat", {
        "schema": "chat/1", **moment.head(), "seat": event.seat, "speaker": moment.name(event.seat),
        "message": event.text, "is_whisper": channel == WHISPER, "channel": channel, "alias": alias,
        "target": moment.name(target), "audience": _heard_by(event),
    })  # fmt: skip


def _heard_by(event: e.Event) -> Audience:
    return cast("Audience", audience_to_json(event.to))


_KINDS: dict[type[e.Event], str] = {
    e.Said: "chat",
    e.WhisperHeard: "whisper",
    e.WillWritten: "last_will",
    e.NoteWritten: "death_note",
    e.Jotted: "notebook",
    e.Summarised: "summary",
}


def communication_text(moment: Moment) -> Iterator[Text]:
    """The text of an event, if it has an author who is known."""
    event = moment.event
    seat, text = getattr(event, "seat", 0), getattr(event, "text", "")
    if type(event) not in _KINDS or not seat:
        return
    channel = event.channel.value if isinstance(event, e.Said) else ""
    yield cast("Text", {
        "schema": "communication_text/1", **moment.head(), **moment.acting(seat), "kind": _KINDS[type(event)],
        "channel": channel, "target": moment.name(getattr(event, "target", 0)), "text": text,
        "characters": len(text), "role": moment.after.role(seat), "faction": moment.faction(seat),
        "audience": _heard_by(event),
    })  # fmt: skip

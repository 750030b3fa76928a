"""The stream `agent_actions`: every look-up and every action, accepted or refused, beside the decision it came by.

What came of an action stands in the log right behind its decision, so a decision is told as soon as its deeds are over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from eval.decision import DecisionRecord
from eval.records.moments import Moment
from game.engine import actions as a
from game.engine import events as e
from game.engine.apply import BLACKMAIL_LINE
from game.engine.codec import action_from_json, action_to_json
from game.engine.fold import view
from game.engine.legal import check

DEEDS = frozenset(
    {
        "said", "whispered", "whisper_heard", "voted", "balloted", "chose", "will_written", "note_written", "jotted",
        "summarised", "bade", "fact_set", "uses_set", "announced", "departed", "refused",
    }
)  # fmt: skip
"""Events by which an action shows in the log."""


@dataclass
class Deciding:
    """A decision whose deeds are coming in. `before` are deeds that stand before it: those of what is done unasked."""

    moment: Moment
    event: e.Decided
    decision: DecisionRecord | None
    before: Sequence[e.Event]
    after: list[e.Event] = field(default_factory=list)

    def records(self) -> Iterator[dict[str, Any]]:
        """What the decision did."""
        for number, attempt in enumerate(self.decision.attempts if self.decision else ()):
            for tool in attempt.get("tools", ()):
                yield self._record("TOOL_CALL", _tool(tool, number))
            if refusal := attempt.get("refusal"):
                tried = {"interaction_type": "attempt", "target": None, "outcome": "refused"}
                yield self._record("INTERACTION", {**tried, "reason": refusal, "attempt": number})
        yield from self._interactions()

    def _record(self, kind: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        moment, seat, made = self.moment, self.event.seat, self.decision
        return {
            "schema": "agent_actions/1", **moment.head(), **moment.acting(seat), "ask_id": self.event.ask,
            "source": made.source if made else "", "model": made.model if made else "", "action_type": kind,
            "payload": payload,
        }  # fmt: skip

    def _interactions(self) -> Iterator[dict[str, Any]]:
        decision, outcome = self.decision, self.event.outcome
        attempt = max(0, len(decision.attempts) - 1) if decision else 0
        if outcome in ("moot", "elapsed"):
            nothing = {"interaction_type": "pass", "target": None, "outcome": outcome, "reason": ""}
            yield self._record("INTERACTION", {**nothing, "attempt": attempt})
            return
        for action, reason in self._outcomes():
            told = {"outcome": "refused" if reason else "accepted", "reason": reason, "attempt": attempt}
            yield self._record("INTERACTION", {**self._deed(action), **told})

    def _outcomes(self) -> Iterator[tuple[a.Action, str]]:
        """Each action with the code of its refusal, empty where it was accepted."""
        seat = self.event.seat
        mine = [event for event in self.after if getattr(event, "seat", 0) == seat]
        actions = [action_from_json(one) for one in self.decision.actions] if self.decision else []
        if not actions:
            told = (_told_by(event, seat) for event in [*self.before, *mine])
            yield from ((action, "") for action in told if action and not isinstance(action, a.Bid))
            return
        first = [event for event in self.before if getattr(event, "seat", 0) == seat]
        refused = iter([event.reason for event in mine if isinstance(event, e.Refused)])
        if not self.event.ask:
            reasons = [event.reason for event in first if isinstance(event, e.Refused)]
            yield actions.pop(0), reasons[-1] if self.event.outcome == "declined" and reasons else ""
        for action in actions:
            done = any(_is_deed(event, action) for event in mine) or self._passes_silently(action)
            yield action, "" if done else next(refused, "")

    def _passes_silently(self, action: a.Action) -> bool:
        """Whether an action leaves no trace when it is accepted: a vote or a bid that stands already, a pass."""
        silent = isinstance(action, a.Pass | a.Vote | a.Bid)
        return silent and not check(view(self.moment.before, self.event.seat), action)

    def _deed(self, action: a.Action) -> dict[str, Any]:
        """An action with the names of those whom it is about."""
        plain, name = action_to_json(action), self.moment.name
        verb = plain.pop("do")
        targets = [seat for key in ("to", "target", "targets") for seat in _seats(plain.pop(key, ()))]
        told: dict[str, Any] = {"interaction_type": verb, "target": name(targets[0]) if targets else None, **plain}
        return {**told, "targets": [name(seat) for seat in targets]} if isinstance(action, a.Use) else told


def _seats(value: Any) -> tuple[int, ...]:
    if isinstance(value, list | tuple):
        return tuple(value)
    return (value,) if value else ()


def _tool(tool: Mapping[str, Any], attempt: int) -> dict[str, Any]:
    return {
        "tool_name": tool.get("name", ""), "arguments": dict(tool.get("arguments", {})),
        "result": tool.get("result", ""), "ok": bool(tool.get("ok", True)), "attempt": attempt,
    }  # fmt: skip


def _is_deed(event: e.Event, action: a.Action) -> bool:
    """Whether an event is what an accepted action leads to."""
    match action, event:
        case a.Say(text, channel), e.Said():
            return event.channel is channel and event.text in (text, BLACKMAIL_LINE)
        case a.Use(ability), e.FactSet(key=key):
            return key == ability
        case a.Use(ability="reveal"), e.UsesSet(ability="reveal"):
            return True
        case _:
            return _told_by(event, getattr(event, "seat", 0)) == action


def _told_by(event: e.Event, seat: int) -> a.Action | None:
    """The action of a seat that an event tells of; None where it tells of none."""
    if getattr(event, "seat", 0) != seat:
        return None
    match event:
        case e.Said(text=text, channel=channel):
            return a.Say(text, channel)
        case e.WhisperHeard(target=target, text=text):
            return a.Whisper(target, text)
        case e.Voted(target=target):
            return a.Vote(target or None)
        case e.Balloted(verdict=verdict):
            return a.Judge(verdict)
        case e.Chose(ability=ability, targets=targets, param=param):
            return a.Use(ability, targets, param) if ability else a.Pass()
        case e.Bade(level=level):
            return a.Bid(level)
        case _:
            return _written_by(event)


def _written_by(event: e.Event) -> a.Action | None:
    match event:
        case e.WillWritten(text=text):
            return a.WriteWill(text)
        case e.NoteWritten(text=text):
            return a.WriteNote(text)
        case e.Jotted(text=text):
            return a.Jot(text)
        case e.Summarised(day=day, text=text):
            return a.Summarise(day, text)
        case e.Departed():
            return a.Leave()
        case _:
            return None

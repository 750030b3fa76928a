"""What leaves of a match with people: names by pseudonym, and no words of those who have not agreed.

Takes events one by one, so that a log that still grows is told alike. Who has agreed to what is decided elsewhere.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from eval.decision import DecisionRecord
from game.engine.events import Event, MatchOpened
from game.engine.types import Seat
from game.privacy import Rename, renamed, renamed_value, renaming, without_words

WITHHELD = "(withheld)"
"""What stands where somebody has not agreed that their words are used."""
SHORTEST = 4
"""Characters of a withheld text that is looked for where others quote it."""


class Redaction:
    """One log and its decisions being told. `names` are the new names by seat, `withheld` seats whose words stay."""

    def __init__(self, names: Mapping[Seat, str], withheld: frozenset[Seat]) -> None:
        self._names, self._withheld = names, withheld
        self._waiting: deque[Event] = deque()
        told: Iterator[Event] = iter(self._waiting.popleft, None)
        for seat in sorted(withheld):
            told = without_words(told, seat, WITHHELD)
        self._told = renamed(told, names)
        self._rename: Rename = renaming({})
        self._quotes: dict[str, str] = {}

    def event(self, event: Event) -> Event:
        """The next event as it is told."""
        if isinstance(event, MatchOpened):
            old = event.table.names
            self._rename = renaming({old[seat - 1]: name for seat, name in self._names.items()})
        text = getattr(event, "text", "")
        if getattr(event, "seat", 0) in self._withheld and len(text) >= SHORTEST:
            self._quotes[text] = WITHHELD
        self._waiting.append(event)
        return next(self._told)

    def decision(self, decision: DecisionRecord) -> DecisionRecord:
        """A decision as it is told, once the events before it were. What models looked up may quote anybody."""
        if not self._names and not self._withheld:
            return decision
        mine = decision.seat in self._withheld
        return replace(
            decision,
            actions=tuple(self._action(action, withheld=mine) for action in decision.actions),
            thought=WITHHELD if mine and decision.thought else self._plain(decision.thought),
            attempts=tuple(self._attempt(attempt) for attempt in decision.attempts),
            recipe=renamed_value(dict(decision.recipe), self._plain),
        )

    def _action(self, action: Mapping[str, Any], *, withheld: bool) -> Mapping[str, Any]:
        if not action.get("text"):
            return action
        return {**action, "text": WITHHELD if withheld else self._rename(action["text"])}

    def _attempt(self, attempt: Mapping[str, Any]) -> Mapping[str, Any]:
        told: dict[str, Any] = renamed_value(dict(attempt), self._plain)
        if self._withheld:
            told["tools"] = [{**tool, "result": WITHHELD} for tool in told.get("tools", ())]
        return told

    def _plain(self, text: str) -> str:
        for quote, instead in self._quotes.items():
            text = text.replace(quote, instead)
        return self._rename(text)

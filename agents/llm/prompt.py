"""The prompt of one seat: what all share, its own card, its own log, and at the end what is wanted now.

Append-only: nothing before the end ever changes, so a server's prefix cache serves nearly all of it. Pure: a function
of the model's record and of the events that the seat may see; the recipe of a prompt is enough to build it again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from agents.llm.client import Message
from agents.llm.digest import INTRODUCTION, digest
from agents.llm.grammar import legal_lines
from agents.llm.hygiene import neutral
from agents.llm.lines import TALK, Hand, Line
from agents.llm.notation import codes
from agents.llm.record import ModelRecord, Notation
from agents.llm.spoken import instructions
from agents.llm.templating import template, version
from agents.llm.tokens import Counter, counter
from agents.llm.window import Window
from game.engine import events as e
from game.engine.asks import Ask
from game.engine.config import Table
from game.engine.state import View
from game.engine.text import render
from game.engine.types import Seat

TAIL_TOKENS = 300
"""Room for what is wanted now."""
TEMPLATE_TOKENS = 24
"""Room for what the chat template writes around two messages."""
SUMMARY_WORDS = 80
LEAST_ROOM = 256
"""Tokens of log without which no match can be followed."""


class WindowTooSmall(ValueError):
    """The model's window does not hold the rules, a card, and what is kept back for answers."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is sent: the messages, how many tokens of them will stay, and the recipe to build them again."""

    messages: tuple[Message, ...]
    stable_tokens: int
    tail_tokens: int
    recipe: Mapping[str, Any]


class Transcript:
    """The prompt of one seat as it grows."""

    def __init__(self, record: ModelRecord, seat: Seat, special: Sequence[str] = ()) -> None:
        self.record, self.seat = record, seat
        self.special = tuple(dict.fromkeys((*record.preset.special, *special)))
        self.counter: Counter = counter(record.tokenizer)
        self.events: list[e.Event] = []
        self.shared = self.card = ""
        self._hand: Hand | None = None
        self._lines: list[Line] = []
        self._window: Window | None = None
        self._day = 0
        self._room = 0

    def observe(self, events: Sequence[e.Event]) -> None:
        """Take in the next events that the seat may see."""
        fresh: list[Line] = []
        for event in events:
            self.events.append(event)
            if isinstance(event, e.MatchOpened):
                self._open(event.table)
            elif isinstance(event, e.RoleDealt) and event.seat == self.seat and not self.card:
                self._deal(event.role)
            else:
                self._day = event.day if isinstance(event, e.PhaseOpened) else self._day
                fresh += self._line(event)
        self._lines += fresh
        if self._window:
            self._window.add(fresh)

    def prompt(self, view: View, ask: Ask) -> Prompt:
        """What is sent for an ask at the moment at which it is open."""
        if self.record.notation is Notation.DIGEST:
            assert self._hand is not None
            return self._alone(digest(view, ask, self._hand, self.events))
        return self._prompt(tail(view, ask, self._compact))

    def summary_prompt(self, day: int) -> Prompt:
        """What is sent for a summary of a day."""
        return self.aside(template("summary", day=day, words=SUMMARY_WORDS))

    def aside(self, ending: str) -> Prompt:
        """What is sent for anything but an ask: the same beginning with another end, which does not stay."""
        return self._prompt(ending)

    @property
    def to_summarise(self) -> int | None:
        """The day that a model that summarises should sum up now, if there is one."""
        window = self._window
        if self.record.window_policy != "summarise" or window is None or not window.crowded:
            return None
        done = {event.day for event in self.events if isinstance(event, e.Summarised)}
        return next((day for day in window.days if day not in done), None)

    def tighten(self) -> bool:
        """Halve the room for the log, as the server finds the prompt too long; whether there was room to halve."""
        if self._room < 2 * LEAST_ROOM:
            return False
        self._fit(self._room // 2)
        return True

    @property
    def _compact(self) -> bool:
        return self.record.notation.short

    def _open(self, table: Table) -> None:
        record = self.record
        self._hand = Hand(self.seat, table.names, record.notation, self.special, table.ruleset)
        self.shared = shared(table, record, self.special)

    def _deal(self, role: str) -> None:
        assert self._hand is not None
        hand, persona = self._hand, self.record.persona
        self.card = template(
            "card", me=hand.shown[self.seat - 1], name=neutral(hand.names[self.seat - 1], self.special),
            compact=self._compact, card=render.role_card(role), persona=persona,
        )  # fmt: skip
        fixed = TEMPLATE_TOKENS + self.counter.count(self.shared) + self.counter.count(self.card)
        self._fit(self.record.window - fixed - kept_back(self.record))

    def _fit(self, room: int) -> None:
        if room < LEAST_ROOM:
            raise WindowTooSmall(
                f"The window of {self.record.name} ({self.record.window} tokens) is too small: "
                f"{LEAST_ROOM - room} more are needed."
            )
        self._room = room
        self._window = Window(room)
        self._window.add(self._lines)

    def _line(self, event: e.Event) -> list[Line]:
        assert self._hand is not None
        text = self._hand.line(event)
        if text is None:
            return []
        tokens = self.counter.count(text + "\n")
        return [Line(text, self._day, isinstance(event, TALK), len(self.events), tokens)]

    def _prompt(self, ending: str) -> Prompt:
        assert self._window is not None
        return self._sent(self.shared, "\n".join((self.card, *self._window.texts())), ending)

    def _alone(self, ending: str) -> Prompt:
        """What is sent where a digest stands in the place of rules, card and log."""
        return self._sent(INTRODUCTION, "", ending)

    def _sent(self, shared: str, log: str, ending: str) -> Prompt:
        own = f"{log}\n{ending}" if log else ending
        if self.record.preset.system_role:
            messages: tuple[Message, ...] = (Message("system", shared), Message("user", own))
        else:
            messages = (Message("user", f"{shared}\n\n{own}"),)
        shared_tokens = self.counter.count(shared)
        stable, tail_tokens = shared_tokens + self.counter.count(log), self.counter.count(ending)
        recipe = {
            "templates": version(),
            "notation": self.record.notation.value,
            "protocol": self.record.protocol.value,
            "events": len(self.events),
            "room": self._room,
            "cuts": [asdict(cut) for cut in self._window.cuts] if self._window else [],
            "tail": ending,
            "alone": not log,
            "hash": fingerprint(messages),
            "shared_tokens": shared_tokens,
            "stable_tokens": stable,
            "tail_tokens": tail_tokens,
            "exact": self.counter.exact,
        }
        return Prompt(messages, stable, tail_tokens, recipe)

    def again(self, recipe: Mapping[str, Any]) -> Prompt:
        """The prompt of a recipe, from the events that it covers. Raises ValueError where it is not the same."""
        built = self.rebuilt(recipe)
        if built.recipe["hash"] != recipe["hash"]:
            raise ValueError(f"The prompt cannot be built again: it was made by templates {recipe['templates']}.")
        return built

    def rebuilt(self, recipe: Mapping[str, Any]) -> Prompt:
        """What a recipe gives now, whatever it gave when it was made."""
        before = self
        if (len(self.events), self._room) != (recipe["events"], recipe["room"]):
            before = Transcript(self.record, self.seat, self.special)
            before.observe(self.events[: recipe["events"]])
            if before._room != recipe["room"]:
                before._fit(recipe["room"])
        return before._alone(recipe["tail"]) if recipe.get("alone") else before._prompt(recipe["tail"])


def kept_back(record: ModelRecord) -> int:
    """Tokens of the window that the log may not fill: what is wanted, the tools' results, thought and action."""
    tools = min(record.tool_calls * 256, record.window // 8) if record.think_tokens else 0
    return TAIL_TOKENS + tools + record.think_tokens + 2 * record.act_tokens


def shared(table: Table, record: ModelRecord, special: Sequence[str]) -> str:
    """What all seats of a match with the same kind of model are shown first."""
    compact = record.notation.short
    names = [neutral(name, special) for name in table.names]
    return template(
        "shared", table=table, names=names, codes=codes(len(names)) if compact else names, compact=compact,
        majority=len(names) // 2 + 1, protocol=instructions(record, table),
    )  # fmt: skip


def tail(view: View, ask: Ask, compact: bool) -> str:
    """What is wanted now, with the legal answers and what may still be spent."""
    names = view.public.table.names
    short = codes(len(names))
    living = [short[seat - 1] for seat in sorted(view.public.living)] if compact else []
    notation = Notation.COMPACT if compact else Notation.PLAIN
    return template(
        "tail", ask=render.ask(ask, view), living=living, budget=ask.budget, legal=legal_lines(ask, view, notation)
    )


def fingerprint(messages: Sequence[Message]) -> str:
    """A hash of what is sent."""
    return hashlib.sha256("\0".join(f"{m.role}\0{m.content}" for m in messages).encode()).hexdigest()[:16]

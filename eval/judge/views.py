"""What a judge is shown of one seat on one day: three views, from events alone. Pure.

Public: what the town saw, without roles and without the end. Omniscient: roles, private talk and the nights as well.
Private: that, and what the seat itself thought. Lines are numbered in each view by themselves, since gaps would tell of
what is hidden; no view holds the result of the match.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from eval.evidence.record import Record
from eval.judge.blinding import Blind
from eval.labels.citing import is_deed
from game.engine import events as e
from game.engine.asks import AskKind
from game.engine.text import render
from game.engine.types import PUBLIC, Seat, only, seats_of
from game.privacy import renaming


class Kind(StrEnum):
    """How much a judge is shown."""

    PUBLIC = "public"
    OMNISCIENT = "omniscient"
    PRIVATE = "private"


class Shown(NamedTuple):
    """One line of a view: the event that it tells, whose doing that is (0: nobody's), and what was said by it."""

    seq: int
    text: str
    seat: Seat = 0
    words: str = ""
    is_thought: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """What is judged at once: a seat on a day, and in the night after it."""

    match: int
    seat: Seat
    day: int


@dataclass(frozen=True, slots=True)
class SeatDay:
    """A unit as a judge sees it. `called` is what each seat is called in it, `names` what it is called at the table."""

    unit: Unit
    kind: Kind
    called: Mapping[Seat, str]
    names: tuple[str, ...]
    head: tuple[str, ...]
    before: tuple[Shown, ...]
    """What the seat had been told in the nights before."""
    lines: tuple[Shown, ...]

    @property
    def number(self) -> int:
        """The seat's number in this view."""
        return int(self.called[self.unit.seat][1:])

    @property
    def all(self) -> tuple[Shown, ...]:
        """Every line, in the order of their numbers, which count from 1."""
        return self.before + self.lines

    @property
    def thoughts(self) -> frozenset[int]:
        """The numbers of the lines that tell what the seat thought."""
        return frozenset(number for number, line in enumerate(self.all, 1) if line.is_thought)

    @property
    def citable(self) -> dict[int, str]:
        """What may be cited of the seat, by the number of the line, with its words."""
        return {number: line.words for number, line in enumerate(self.all, 1) if line.seat == self.unit.seat}

    def unblind(self, text: str) -> str:
        """A text of this view with the names of the table."""
        return renaming({alias: self.names[seat - 1] for seat, alias in self.called.items()})(text)

    @property
    def text(self) -> str:
        """All of it, as it is put into a prompt."""
        numbered = [f"[{number}] {line.text}" for number, line in enumerate(self.all, 1)]
        told, seen = numbered[: len(self.before)], numbered[len(self.before) :]
        parts = [*self.head, *(["Told to it in the nights before:", *told] if told else []), "The day:", *seen]
        return "\n".join(parts)


def seat_day(
    record: Record, unit: Unit, kind: Kind, blind: Blind, called: Mapping[Seat, str],
    thoughts: Mapping[int, str] | None = None,
) -> SeatDay:  # fmt: skip
    """A unit in one of the three views. `thoughts` are those of the seat, by the number of its `decided` event."""
    teller = _Teller(record, unit, kind, blind, thoughts or {})
    begin, end = span(record, unit.day)
    told = (event for event in enumerate(record.log[:begin], 1) if isinstance(event[1], e.Told))
    before = [] if kind is Kind.PUBLIC else [line for seq, one in told if one.to == only(unit.seat)
                                            for line in teller.tell(seq, one)]  # fmt: skip
    lines = [line for seq in range(begin + 1, end + 1) for line in teller.tell(seq, record.log[seq - 1])]
    return SeatDay(unit, kind, called, record.table.names, teller.head(begin), tuple(before), tuple(lines))


def span(record: Record, day: int) -> tuple[int, int]:
    """Behind which event a day begins, and the last one of the night after it."""
    starts = [one.seq for one in record.days]
    begin = next(one.seq for one in record.days if one.day == day)
    later = [seq for seq in starts if seq > begin]
    return begin - 1, (later[0] - 1 if later else len(record.log))


def units_of(record: Record, match: int) -> list[Unit]:
    """Every seat on every day that it began alive."""
    return [Unit(match, seat, day.day) for day in record.days for seat in sorted(day.living)]


# Lines ----------------------------------------------------------------------------------------------------------------

QUIET = (
    e.MatchOpened, e.Seeded, e.RoleDealt, e.TeamMet, e.FactSet, e.MarkSet, e.UsesSet, e.StageOpened, e.Refused,
    e.FloorGiven, e.Bade, e.Jotted, e.Summarised, e.GoalMet, e.MatchEnded, e.Forced, e.Balloted,
)  # fmt: skip
"""What no view tells: the machinery, private notes, the end; and what another event tells as well."""
TELLS_ROLES = frozenset({"jester_revenge", "amnesiac_remembered", "pestilence_arrived", "guardian_notice"})
"""Notices that tell of roles: the public view goes without."""


@dataclass
class _Teller:
    """Puts events into lines."""

    record: Record
    unit: Unit
    kind: Kind
    blind: Blind
    thoughts: Mapping[int, str]
    silent: dict[int, Seat] = field(init=False)

    def __post_init__(self) -> None:
        self.silent = {asked.seq: asked.seat for asked in self.record.asked
                       if asked.kind is AskKind.SPEAK and not self._spoke(asked.seq)}  # fmt: skip

    def _spoke(self, seq: int) -> bool:
        """Whether anything was said with an answer, whose events stand behind its `decided`."""
        for event in self.record.log[seq:]:
            if isinstance(event, e.Decided | e.StageOpened | e.PhaseOpened):
                return False
            if isinstance(event, e.Said | e.WhisperHeard):
                return True
        return False

    def head(self, seq: int) -> tuple[str, ...]:
        """Who is judged and who lives; with roles, where the view has them."""
        living = next(day.living for day in self.record.days if day.day == self.unit.day)
        names = self.blind.names
        judged = f"Judged: {names[self.unit.seat - 1]} on day {self.unit.day}."
        seats = sorted(self.record.seats, key=lambda seat: names[seat - 1])
        if self.kind is Kind.PUBLIC:
            return (judged, "Alive: " + ", ".join(names[seat - 1] for seat in seats if seat in living) + ".")
        mates = [names[mate - 1] for mate in sorted(self.record.known_mates(self.unit.seat, seq))]
        roles = [f"{names[seat - 1]} {self.record.roles[seat].at(seq, '?')}{'' if seat in living else ' (dead)'}"
                 for seat in seats]  # fmt: skip
        return (judged, f"Roles: {', '.join(roles)}.", f"Its known mates: {', '.join(sorted(mates)) or 'none'}.")

    def tell(self, seq: int, event: e.Event) -> list[Shown]:
        """The lines of an event: none, one, or with a thought before it two."""
        found = [self._thought(seq)] if self._thinks(seq, event) else []
        if seq in self.silent:
            return [*found, Shown(seq, f"{self._name(self.silent[seq])} is asked and says nothing.", self.silent[seq])]
        told_twice = isinstance(event, e.Whispered) and self.kind is not Kind.PUBLIC
        if told_twice or isinstance(event, (*QUIET, e.Decided)) or not self._is_open(event):
            return found
        line = self._spoken(seq, event) or self._other(seq, event)
        return [*found, line] if line else found

    def _thinks(self, seq: int, event: e.Event) -> bool:
        mine = isinstance(event, e.Decided) and event.seat == self.unit.seat
        return self.kind is Kind.PRIVATE and mine and bool(self.thoughts.get(seq))

    def _thought(self, seq: int) -> Shown:
        words = self.blind.words(self.thoughts[seq])
        return Shown(seq, f"{self._name(self.unit.seat)} thinks: {quoted(words)}", self.unit.seat, words, True)

    def _is_open(self, event: e.Event) -> bool:
        """Whether this view has it."""
        if self.kind is not Kind.PUBLIC:
            return True
        return event.to == PUBLIC and not (isinstance(event, e.Announced) and event.message in TELLS_ROLES)

    def _spoken(self, seq: int, event: e.Event) -> Shown | None:
        """A line with words that somebody has said or written."""
        if not isinstance(event, e.Said | e.WhisperHeard | e.WillWritten | e.NoteWritten):
            return None
        if not event.seat or not event.text:
            return None
        words, name = self.blind.words(event.text), self._name(event.seat)
        how = {"will_written": "writes a will", "note_written": "writes a death note"}.get(event.kind, "says")
        if isinstance(event, e.WhisperHeard):
            how = f"whispers to {self._name(event.target)}"
        elif isinstance(event, e.Said) and event.channel != "public":
            how = f"says among the {event.channel.value}"
        return Shown(seq, f"{name} {how}: {quoted(words)}", event.seat, words)

    def _other(self, seq: int, event: e.Event) -> Shown | None:
        if isinstance(event, e.Said | e.WhisperHeard | e.WillWritten | e.NoteWritten | e.WillRead):
            return None
        if isinstance(event, e.Died):
            role = "" if self.kind is Kind.PUBLIC else f" It was the {self.record.roles[event.seat].at(seq, '?')}."
            return Shown(seq, f"{self._name(event.seat)} is dead.{role}")
        text = render.line(event, self.blind.names, None, self.record.table.ruleset)
        if not text:
            return None
        heard = isinstance(event, e.Told) and event.to != PUBLIC
        to = f"(to {', '.join(map(self._name, seats_of(event.to))) or 'nobody'}) " if heard else ""
        return Shown(seq, to + text, self._doer(event))

    def _doer(self, event: e.Event) -> Seat:
        """Whose doing an event is; of what is common to several, the judged seat's where it took part."""
        mine = self.unit.seat
        if is_deed(event, mine) or (isinstance(event, e.Told) and event.to == only(mine)):
            return mine
        return 0

    def _name(self, seat: Seat) -> str:
        return self.blind.names[seat - 1]


def quoted(words: str) -> str:
    """Words of players between quotation marks that they cannot close."""
    return json.dumps(words, ensure_ascii=False)

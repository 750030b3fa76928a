"""What of a match stays in a prompt when it outgrows the model's window: a stated policy, recorded, never silent.

A function of the lines in their order, whatever pieces they come in: a match that is taken over cuts where it cut
before. Cuts are deep and rare, since each makes the server compute all that follows it anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from agents.llm.lines import Line

KEEP = 0.6
"""Share of the room that a cut leaves filled."""
NEARLY = 0.75
"""Share of the room from which on a model that summarises is asked to."""
MARK_TOKENS = 12
"""Room for the line that says what was left out."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What was left out of a day: its talk, or all of it."""

    day: int
    lines: int
    tokens: int
    whole: bool


class Window:
    """The lines of one seat's log that fit `room` tokens.

    The talk of the oldest days goes first, then the rest of them; of the running day, its older half.
    """

    def __init__(self, room: int) -> None:
        self.room = room
        self.lines: list[Line] = []
        self.cuts: list[Cut] = []
        self.tokens = 0

    def add(self, lines: Iterable[Line]) -> None:
        """Take in further lines, in order."""
        for line in lines:
            self.lines.append(line)
            self.tokens += line.tokens
            if self.tokens > self.room:
                self._cut()

    @property
    def crowded(self) -> bool:
        """Whether a cut is near."""
        return self.tokens > self.room * NEARLY

    @property
    def days(self) -> list[int]:
        """Days of which there is talk to lose, oldest first; the running day left out."""
        today = self.lines[-1].day if self.lines else 0
        return sorted({line.day for line in self.lines if line.talk and line.day < today})

    def texts(self) -> Iterator[str]:
        """The lines as they stand in the prompt, each day's omissions said where they are."""
        left_out = {day: sum(cut.lines for cut in self.cuts if cut.day == day) for day in {c.day for c in self.cuts}}
        for day in sorted(day for day in left_out if not any(line.day == day for line in self.lines)):
            yield _mark(day, left_out.pop(day))
        for line in self.lines:
            if line.day in left_out:
                yield _mark(line.day, left_out.pop(line.day))
            yield line.text

    def _cut(self) -> None:
        wanted = int(self.room * KEEP)
        today = self.lines[-1].day
        older = sorted({line.day for line in self.lines if line.day < today})
        for whole in (False, True):
            for day in older:
                if self.tokens > wanted:
                    self._drop([line for line in self.lines if line.day == day and (whole or line.talk)], whole)
        if self.tokens > wanted:
            current = [line for line in self.lines if line.day == today]
            self._drop(current[: len(current) // 2], whole=False)
        while self.tokens > self.room and len(self.lines) > 1:
            self._drop(self.lines[:1], whole=True)
        if self.tokens > self.room:
            self._shorten()

    def _drop(self, lines: list[Line], whole: bool) -> None:
        if not lines:
            return
        gone = set(map(id, lines))
        self.lines = [line for line in self.lines if id(line) not in gone]
        tokens = sum(line.tokens for line in lines)
        marked = any(cut.day == lines[0].day for cut in self.cuts)
        self.tokens -= tokens - (0 if marked else MARK_TOKENS)
        self.cuts.append(Cut(lines[0].day, len(lines), tokens, whole))

    def _shorten(self) -> None:
        """One line alone is too long: its end is cut off."""
        (line,) = self.lines
        share = max(0.0, self.room * KEEP / line.tokens)
        text = line.text[: int(len(line.text) * share)] + " ..."
        self.lines = [replace(line, text=text, tokens=int(self.room * KEEP))]
        self.tokens = self.lines[0].tokens


def _mark(day: int, lines: int) -> str:
    return f"[{lines} lines of day {day} are left out here: they do not fit. chat_history has them.]"

"""A match as one player lived it: what they did, what they were told, and what was done to them unseen.

Pure: reads a whole log, so it is for those who may see everything, once the match is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from game.engine import events as e
from game.engine.config import Ruleset
from game.engine.text import render
from game.engine.types import PUBLIC, Seat, hears, seats_of


@dataclass(frozen=True, slots=True)
class Sentence:
    """One thing that befell the player; `unseen` when they could not know it then."""

    text: str
    unseen: bool = False


@dataclass(frozen=True, slots=True)
class Chapter:
    """A phase in which something befell the player."""

    title: str
    sentences: tuple[Sentence, ...]


def story(log: Iterable[e.Event], seat: Seat) -> list[Chapter]:
    """The chapters of a seat's match, phases without news left out."""
    teller = _Teller(seat)
    for event in log:
        teller.hear(event)
    return [*teller.chapters()]


class _Teller:
    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        self.names: Sequence[str] = ()
        self.ruleset: Ruleset = "classic"
        self.accused: Seat = 0
        self.told: list[tuple[str, dict[str, Sentence]]] = []

    def hear(self, event: e.Event) -> None:
        """Take the next event of the whole log."""
        if isinstance(event, e.MatchOpened):
            self.names, self.ruleset = event.table.names, event.table.ruleset
            self.told.append((render.say("story", "beginning"), {}))
        elif isinstance(event, e.PhaseOpened):
            self.told.append((render.phase_title(event.phase, event.day), {}))
        elif isinstance(event, e.TrialOpened):
            self.accused = event.accused
        elif isinstance(event, e.MatchEnded):
            self.told.append((render.say("story", "ending"), {}))
        for key, text in self._sentences(event):
            self.told[-1][1].pop(key, None)  # a changed mind replaces what was chosen before
            self.told[-1][1][key] = Sentence(text, unseen=not hears(event.to, self.seat))

    def chapters(self) -> Iterator[Chapter]:
        """What was taken in, phases of one name together."""
        for title, sentences in self.told:
            if sentences:
                yield Chapter(title, tuple(sentences.values()))

    def _concerns(self, event: e.Happened) -> bool:
        """Whether a fact of the night is news about the player: done to them, or a kill of theirs.

        A visit is none where it is told already what the visitor did.
        """
        if event.step in ("act", "order"):
            return False
        if event.by == self.seat:
            return event.step == "kill"
        known = event.step == "visit" and any(key.startswith(f"{event.by} ") for key in self.told[-1][1])
        return self.seat in event.seats and not known

    def _sentences(self, event: e.Event) -> Iterator[tuple[str, str]]:
        """What an event means to the player, with a key that what replaces it has too."""
        words = render.line(event, self.names, self.seat, self.ruleset) or ""
        match event:
            case e.RoleDealt(seat=seat) | e.GoalMet(seat=seat) if seat == self.seat:
                yield words, words
            case e.Died(seat=seat, causes=causes) if seat == self.seat:
                died = render.enumerate_words([render.say("cause", cause.value) for cause in causes])
                words = render.say("story", "died", causes=died)
                yield words, words  # most often the words of a report, which are not said twice
            case e.TeamMet() | e.Told() if self.seat in seats_of(event.to) and words:
                yield words, words
            case e.TrialOpened(accused=seat) | e.TrialClosed(accused=seat) if seat == self.seat:
                yield event.kind, words.partition(" (")[0]
            case e.Announced(seat=seat) if seat == self.seat and event.to == PUBLIC:
                yield words, words
            case e.Chose(seat=seat) if seat == self.seat:
                yield "choice", words
            case e.Balloted(seat=seat) if seat == self.seat:
                accused = self.names[self.accused - 1]
                yield "ballot", render.say("story", event.verdict.value, accused=accused)
            case e.Happened() if self._concerns(event):
                yield f"{event.by} {'kill' if event.step == 'kill' else event.what}", words
            case e.MatchEnded(winners=winners):
                yield "end", render.say("story", "won" if self.seat in winners else "lost", outcome=words)

"""A match in the console: everything as it happens, or one seat to play.

Reads and writes the two text streams that it is given; knows no agents by name.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TextIO

from game.engine.actions import Pass
from game.engine.asks import Ask
from game.engine.config import Ruleset
from game.engine.events import Event, GoalMet, MatchOpened, PhaseOpened, Refused, Said, TeamMet, Told
from game.engine.fold import visible
from game.engine.legal import check
from game.engine.state import View
from game.engine.text import render
from game.engine.text.rulebook import look_up
from game.engine.types import Seat, seats_of
from game.play.commands import CommandError, help_lines, read
from game.play.drivers import Played, run_sync
from game.play.seats import Agent, Decision

WIDTH = 100
QUIET = frozenset(
    {
        "decided", "stage_opened", "floor_given", "bade", "uses_set", "fact_set", "mark_set", "seeded", "forced",
        "jotted", "summarised",
    }
)  # fmt: skip
"""Events that are not shown line by line."""


class Screen:
    """Prints the events that one seat sees; with seat 0, all of them."""

    def __init__(self, out: TextIO, seat: Seat = 0) -> None:
        self.out, self.seat = out, seat
        self.names: tuple[str, ...] = ()
        self.ruleset: Ruleset = "classic"

    def show(self, events: Sequence[Event]) -> None:
        """Print events as lines of the game."""
        for event in visible(events, self.seat) if self.seat else events:
            if isinstance(event, MatchOpened):
                self.names, self.ruleset = event.table.names, event.table.ruleset
            text = self._text(event)
            if text and isinstance(event, PhaseOpened):
                self.write(f"\n── {text} {'─' * (WIDTH - len(text) - 4)}")
            elif text:
                self.write(text)

    def _text(self, event: Event) -> str | None:
        """An event in words; whoever sees all is told whom a report is for, and hears unnamed speech once."""
        if event.kind in QUIET or (not self.seat and isinstance(event, Said) and not event.seat):
            return None
        text = render.line(event, self.names, self.seat or None, self.ruleset)
        if text and not self.seat and isinstance(event, Told | TeamMet | GoalMet | Refused):
            text = f"({', '.join(self.names[seat - 1] for seat in seats_of(event.to))}) {text}"
        return text

    def write(self, text: str) -> None:
        """Print one paragraph, folded."""
        for number, part in enumerate(text.split("\n")):
            print(textwrap.fill(part, WIDTH, subsequent_indent="    ") if number or part else part, file=self.out)
        self.out.flush()


class Typist:
    """A person at the keyboard, as an agent."""

    def __init__(self, seat: Seat, screen: Screen, keys: TextIO) -> None:
        self.seat, self.screen, self.keys = seat, screen, keys

    def observe(self, events: Sequence[Event]) -> None:
        """Show what happened."""
        self.screen.show(events)

    def decide(self, view: View, ask: Ask) -> Decision:
        """Ask until something legal was typed; an empty line passes, the end of input too."""
        self.screen.write(f"\n» {render.ask(ask, view)}   [/help, empty line passes]")
        while True:
            print("» ", end="", file=self.screen.out, flush=True)
            line = self.keys.readline()
            if not line.strip():
                return Decision((Pass(),))
            if known := self._known(line.strip(), view):
                self.screen.write(known)
                continue
            try:
                action = read(line, view)
            except CommandError as error:
                self.screen.write(str(error))
                continue
            if reason := check(view, action):
                self.screen.write(render.refusal(str(reason)))
                continue
            return Decision((action,))

    def _known(self, line: str, view: View) -> str:
        """What is answered without being an action: help, and the rulebook; empty for all else."""
        word, _, rest = line.partition(" ")
        if word == "/rules":
            return look_up(rest)
        if line == "/help":
            return "\n".join([*help_lines(view), "/rules WORDS", "", roster(view)])
        return ""


def roster(view: View) -> str:
    """Who is alive, by number."""
    public = view.public
    living = [f"{seat} {public.table.names[seat - 1]}" for seat in sorted(public.living)]
    return "Alive: " + ", ".join(living)


def show_match(opening: Sequence[Event], agents: Mapping[Seat, Agent], out: TextIO) -> Played:
    """Play a match and print all of it."""
    return run_sync(opening, agents, Screen(out).show)


def play_seat(opening: Sequence[Event], agents: Mapping[Seat, Agent], seat: Seat, out: TextIO, keys: TextIO) -> Played:
    """Play a match with a person in one seat; in the end all roles are shown."""
    screen = Screen(out, seat)
    played = run_sync(opening, {**agents, seat: Typist(seat, screen, keys)})
    ending = played.state.public.ending
    if ending:
        roles = ", ".join(f"{name} {role}" for name, role in zip(screen.names, ending.roles, strict=True))
        won = "You have won." if seat in ending.winners else "You have lost."
        screen.write(f"\n{won}\nThe roles were: {roles}.")
    return played

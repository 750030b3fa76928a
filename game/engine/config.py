"""What a table agrees on before it plays: ruleset, role list, talk, clock, limits.

Pure values with their defaults (M1, M5, M10). Knows no files and no people; a lobby is read into one of
these elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from game.engine.types import Phase

Ruleset = Literal["classic", "coven"]
RULES_VERSION = 1
"""Raised whenever the same answers may lead to another log."""


class Clock(StrEnum):
    """What makes a phase end: nothing but its turns, spent budgets, or seconds."""

    NONE = "none"
    BUDGET = "budget"
    WALL = "wall"


class Talk(StrEnum):
    """Who may speak when: all of a round in one batch, the highest bidder alone, or each as soon as it is ready."""

    ROUNDS = "rounds"
    BIDS = "bids"
    FIFO = "fifo"


@dataclass(frozen=True, slots=True)
class Rounds:
    """How many times a phase asks everybody, at most; where the table talks by bids, as many turns as that makes."""

    day_one: int = 1
    discussion: int = 2
    voting: int = 3
    night: int = 1
    """Rounds of night talk before the round in which night actions are chosen."""


@dataclass(frozen=True, slots=True)
class Seconds:
    """Length of each phase under the wall clock (M10)."""

    day_one: int = 15
    discussion: int = 45
    voting: int = 30
    defense: int = 20
    judgement: int = 20
    last_words: int = 7
    night: int = 37


RAPID = Seconds(15, 15, 30, 20, 20, 7, 10)
"""The Rapid mode's (M10)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Tokens under the budget clock; each holds for one seat in one phase, those of Judgement for the whole table.

    Refused answers cost like others. A seat with nothing left is not asked any more; the deeds of the night are free.
    """

    discussion: int = 1000
    nomination: int = 600
    defense: int = 800
    judgement: int = 4000
    tail_after_all_votes: int = 400
    last_words: int = 300
    night_channel: int = 600
    pre_night: int = 600
    chat_history_lines: int = 200


@dataclass(frozen=True, slots=True)
class Options:
    """Switches of M1 and those that scenarios need."""

    retributionist_mode: Literal["corpse", "revive"] = "corpse"
    juggernaut_ladder: Literal["late", "launch"] = "late"
    book_night: int = 3
    check_wins: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """Everything that is agreed and known to all: who sits where, and under which rules."""

    names: tuple[str, ...]
    slots: tuple[str, ...]
    mode: str = "Custom"
    ruleset: Ruleset = "classic"
    options: Options = field(default_factory=Options)
    clock: Clock = Clock.NONE
    talk: Talk = Talk.ROUNDS
    rounds: Rounds = field(default_factory=Rounds)
    seconds: Seconds = field(default_factory=Seconds)
    limits: Limits = field(default_factory=Limits)
    attempts: int = 3
    """Answers that an ask takes before a refused one counts as a pass."""

    def budget(self, phase: Phase) -> int:
        """Tokens that one seat may spend in a phase under the budget clock."""
        limits = self.limits
        return {
            Phase.DAY_ONE: limits.pre_night,
            Phase.DISCUSSION: limits.discussion,
            Phase.VOTING: limits.nomination,
            Phase.DEFENSE: limits.defense,
            Phase.JUDGEMENT: limits.judgement,
            Phase.LAST_WORDS: limits.last_words,
            Phase.NIGHT: limits.night_channel,
        }[phase]

"""Rows 10 to 12, 42 and 43: who lives how long, dies how and wins; how long the match is; whether it leaks."""

from __future__ import annotations

from eval.metrics.case import Case
from eval.metrics.registry import Kind, Level, metric
from eval.metrics.value import Value, category, count, null, time
from game.engine.types import Seat
from game.engine.victory import DRAW

UNFINISHED = "the match has no end"


@metric(10, Kind.TIME, "days", "days that the seat began alive; censored for whoever lives at the end")
def days_alive(case: Case, seat: Seat) -> Value:
    """How long the seat lived."""
    return time(len(case.lived[seat]), censored=seat in case.living)


@metric(10, Kind.FLAG, "0 or 1", "alive at the end")
def survived(case: Case, seat: Seat) -> Value:
    """Whether the seat is alive at the end."""
    return count(int(seat in case.living))


@metric(11, Kind.CATEGORY, "cause", "first cause of the last death in the order of the kill step, the others listed",
        null="alive at the end")  # fmt: skip
def death_kind(case: Case, seat: Seat) -> Value:
    """What the seat died of."""
    deaths = case.deaths.of(seat)
    if seat in case.living or not deaths:
        return null("alive at the end" if seat in case.living else "the death was not read out")
    first, *others = deaths[-1].causes
    return category(first.value, tuple(cause.value for cause in others))


@metric(12, Kind.FLAG, "0 or 1", "the engine names the seat among the winners", null="the match has no end")
def won(case: Case, seat: Seat) -> Value:
    """Whether the seat has won."""
    return count(int(seat in case.ending.winners)) if case.ending else null(UNFINISHED)


@metric(42, Kind.COUNT, "days", "days that began", level=Level.MATCH)
def match_length(case: Case) -> Value:
    """How many days the match has."""
    return count(len(case.days))


@metric(42, Kind.COUNT, "phases", "phases that opened", level=Level.MATCH)
def phases(case: Case) -> Value:
    """How many phases the match has."""
    return count(case.phases)


@metric(42, Kind.FLAG, "0 or 1", "a draw while a side was still alive: nothing happened any more",
        null="the match has no end", level=Level.MATCH)  # fmt: skip
def stalled(case: Case) -> Value:
    """Whether the rule against endless matches ended it (M175)."""
    if case.ending is None:
        return null(UNFINISHED)
    return count(int(case.ending.outcome == DRAW and any(case.sides[seat].last for seat in case.living)))


@metric(43, Kind.COUNT, "texts", "private texts that reached the seat against the rules; must be 0")
def leak(case: Case, seat: Seat) -> Value:
    """Hidden text that the seat has seen."""
    return count(len(case.overheard.of(seat)))

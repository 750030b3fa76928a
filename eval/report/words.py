"""What was asked and found, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eval.experiments.plan import PlanSpec
from eval.statistics.result import Analysis, ArmCounts, Figure, Result

MINUS, DASH = "\u2212", "\u2013"
WON = {"evil_won": "Evil won", "town_won": "The Town won", "seat_won": "The one seat won"}
CORRECTIONS = {"holm": " after Holm", "none": ""}
POINTS = 100.0
"""Differences of shares are read in points."""


def head(plan: PlanSpec, found: Analysis) -> tuple[str, ...]:
    """The head of a report: results first, then what they rest on."""
    results = (f"{result(one)}{_verdict(one, plan)}." for one in found.primary)
    return (*results, failures(found.arms), *found.power[:1])


def so_far(found: Analysis) -> tuple[str, ...]:
    """The same while more matches may come: without a verdict."""
    return (*(f"{result(one)}." for one in found.primary), failures(found.arms), *found.power[:1])


def result(one: Result) -> str:
    """What was found of an estimand: its value, its interval, its blocks."""
    if one.difference is None:
        return f"{one.estimand.name}: {one.reason or 'nothing to compare'}"
    told = f"{_compared(one, one.difference)} {interval(one.difference, one)}".strip()
    return f"{one.estimand.name}: {told}, {counted(one.difference.n, 'block')}"


def _compared(one: Result, found: Figure) -> str:
    asked, size = one.estimand, number(abs(found.value) * scale(one), one)
    if asked.of:
        return f"{title(one)} is {signed(found.value * scale(one), one)}{unit(one)}"
    if asked.what in WON:
        more = "more" if found.value >= 0 else "fewer"
        return f"{WON[asked.what]} {size} points {more} in {asked.arm} than in {asked.against}"
    more = "higher" if found.value >= 0 else "lower"
    return f"{asked.what.replace('_', ' ')} is {size} {more} in {asked.arm} than in {asked.against}"


def _verdict(one: Result, plan: PlanSpec) -> str:
    if one.finding is None or one.difference is None:
        return ""
    told = "a finding" if one.finding else "no finding"
    return f"; {told} at alpha {plan.alpha:g}{CORRECTIONS[plan.correction]}"


def title(one: Result) -> str:
    """What is compared, in short."""
    asked = one.estimand
    return " less ".join(asked.of) if asked.of else f"{asked.what}: {asked.arm} less {asked.against}"


def arms_of(one: Result) -> tuple[str, ...]:
    """The arms that are compared; none for a difference of two others."""
    return () if one.estimand.of else (one.estimand.arm, one.estimand.against)


def failures(arms: Sequence[ArmCounts]) -> str:
    """How many matches failed, by arm and cause."""
    total, failed = sum(arm.matches for arm in arms), sum(arm.failed for arm in arms)
    if not failed:
        return f"None of {counted(total, 'match', 'matches')} failed."
    told = "; ".join(f"{arm.arm} {', '.join(causes(arm))}" for arm in arms if arm.failed)
    return f"{failed:,} of {counted(total, 'match', 'matches')} failed ({told}); they count as won by nobody."


def causes(arm: ArmCounts) -> Iterator[str]:
    """Why matches of an arm failed, the most frequent cause first."""
    for cause, n in sorted(arm.causes.items(), key=lambda one: (-one[1], one[0])):
        yield f"{n} {cause or 'unknown'}"


def undecided(arm: ArmCounts) -> int:
    """Matches that ended without a winner of either side."""
    return sum(n for ending, n in arm.endings.items() if ending in ("draw", "limit"))


# Figures --------------------------------------------------------------------------------------------------------------


def scale(one: Result) -> float:
    """What its figures are multiplied by to be read."""
    return POINTS if one.share else 1.0


def interval(found: Figure, one: Result) -> str:
    """The ends of an interval; nothing where nothing tells them."""
    if found.low is None or found.high is None:
        return ""
    return f"[{', '.join(signed(end * scale(one), one) for end in (found.low, found.high))}]"


def unit(one: Result) -> str:
    """What its figures are in."""
    return " points" if one.share else ""


def number(value: float, one: Result) -> str:
    """A figure with as many digits as say something."""
    return f"{value:.1f}" if one.share else f"{value:.2f}"


def signed(value: float, one: Result) -> str:
    """A figure with its sign."""
    text = number(value, one)
    return (text if value < 0 else f"+{text}").replace("-", MINUS)


def share(found: Figure | None, digits: int = 1) -> str:
    """A share in percent with its interval."""
    if found is None:
        return DASH
    told = f"{100 * found.value:.{digits}f} %"
    if found.low is None or found.high is None:
        return told
    return f"{told} [{100 * found.low:.{digits}f}, {100 * found.high:.{digits}f}]"


def counted(n: int, one: str, many: str = "") -> str:
    """A number of things."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def p_value(p: float | None) -> str:
    """A p-value as papers print it."""
    return DASH if p is None else "< 0.001" if p < 0.001 else f"{p:.3f}"

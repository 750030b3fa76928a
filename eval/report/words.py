"""What was asked and found, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from eval.experiments.plan import PlanSpec
from eval.report.findings import ArmFigures, Estimate, Findings

MINUS, DASH = "\u2212", "\u2013"
WON = {"evil_won": "Evil won", "town_won": "The Town won", "seat_won": "The one seat won"}
CORRECTIONS = {"holm": " after Holm", "none": ""}


def head(plan: PlanSpec, found: Findings) -> tuple[str, ...]:
    """The head of a report: results first, then what they rest on."""
    results = (f"{result(one)}{_verdict(one, plan)}." for one in found.primary)
    return (*results, failures(found.arms), *found.power[:1])


def result(one: Estimate) -> str:
    """What was found of an estimand: its value, its interval, its blocks."""
    if one.interval is None:
        return f"{one.name}: {one.reason or 'nothing to compare'}"
    return f"{one.name}: {_compared(one)} {interval(one)}, {counted(one.n, 'block')}"


def _compared(one: Estimate) -> str:
    assert one.interval is not None
    size = number(abs(one.interval.value) * one.scale, one)
    if one.of:
        return f"{one.of[0]} less {one.of[1]} is {signed(one.interval.value * one.scale, one)}{unit(one)}"
    if one.what in WON:
        more = "more" if one.interval.value >= 0 else "fewer"
        return f"{WON[one.what]} {size} points {more} in {one.arm} than in {one.against}"
    more = "higher" if one.interval.value >= 0 else "lower"
    return f"{one.what.replace('_', ' ')} is {size} {more} in {one.arm} than in {one.against}"


def _verdict(one: Estimate, plan: PlanSpec) -> str:
    if one.finding is None or one.interval is None:
        return ""
    told = "a finding" if one.finding else "no finding"
    return f"; {told} at alpha {plan.alpha:g}{CORRECTIONS[plan.correction]}"


def failures(arms: tuple[ArmFigures, ...]) -> str:
    """How many matches failed, by arm and cause."""
    total, failed = sum(arm.ended + arm.failed for arm in arms), sum(arm.failed for arm in arms)
    if not failed:
        return f"None of {counted(total, 'match', 'matches')} failed."
    told = "; ".join(f"{arm.name} {', '.join(_causes(arm))}" for arm in arms if arm.failed)
    return f"{failed:,} of {counted(total, 'match', 'matches')} failed ({told}); they count as won by nobody."


def _causes(arm: ArmFigures) -> Iterator[str]:
    for cause, n in sorted(arm.causes.items(), key=lambda one: (-one[1], one[0])):
        yield f"{n} {cause or 'unknown'}"


def interval(one: Estimate) -> str:
    """The ends of an interval."""
    assert one.interval is not None
    ends = (signed(end * one.scale, one) for end in (one.interval.low, one.interval.high))
    return f"[{', '.join(ends)}]"


def unit(one: Estimate) -> str:
    """What its figures are in."""
    return " points" if one.is_share else ""


def number(value: float, one: Estimate) -> str:
    """A figure with as many digits as say something."""
    return f"{value:.1f}" if one.is_share else f"{value:.2f}"


def signed(value: float, one: Estimate) -> str:
    """A figure with its sign."""
    text = number(value, one)
    return (text if value < 0 else f"+{text}").replace("-", MINUS)


def counted(n: int, one: str, many: str = "") -> str:
    """A number of things."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def p_value(p: float | None) -> str:
    """A p-value as papers print it."""
    return DASH if p is None else "< 0.001" if p < 0.001 else f"{p:.3f}"

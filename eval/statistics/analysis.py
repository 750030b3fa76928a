"""`analyse(design, outcomes)`: everything that outcomes show, as one value. The same outcomes give the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from eval.experiments.outcome import Ending, Outcome
from eval.statistics.counting import counts_of
from eval.statistics.design import Correction, Design, Rule
from eval.statistics.estimating import each_alpha, result_of, tests_at_once
from eval.statistics.frames import in_order
from eval.statistics.gate import gate_of
from eval.statistics.pairing import ByArm, by_arm
from eval.statistics.power import pairs_needed, sentence
from eval.statistics.result import Analysis, Gate, Result, Verdict, from_json, to_json
from eval.statistics.survival import survival_of
from eval.statistics.testing import benjamini_hochberg, holm

__all__ = ["Analysis", "analyse", "from_json", "to_json"]
FEW_DISCORDANT = 0.02
"""A share of blocks that differ below which two arms are as good as the same matches."""
FAILED_APART = 0.02
"""By how much the shares of failed matches of two arms may differ before a warning says so."""
RATES = (0.35, 0.65)
"""Rates between which the table of blocks needed holds."""
NO_CONTRAST = "No model is held against another, so that nothing was asked of one beforehand."


def analyse(design: Design, outcomes: Iterable[Outcome]) -> Analysis:
    """All estimands, arms, curves and checks of a design. Raises CountedTwice, and KeyError for an unknown estimand."""
    matches = [one for one in in_order(outcomes) if one.arm in design.arms]
    found = by_arm(matches)
    arms = {arm: list(found.get(arm, {}).values()) for arm in design.arms}
    complete = _complete(design, found)
    results = [result_of(design, estimand, found, matches) for estimand in design.estimands]
    results = list(_judged(design, complete, results))
    gate = _gate(design)
    return Analysis(
        blocks=complete,
        planned=design.blocks,
        matches=len(matches),
        alpha=design.alpha,
        results=tuple(results),
        arms=tuple(counts_of(arm, mine) for arm, mine in arms.items()),
        survival=survival_of(arms, design.resamples, design.seed),
        gate=gate,
        exploratory="" if gate.verdict is Verdict.PASSED else " ".join(gate.reasons),
        warnings=tuple(_warnings(design, complete, results, arms)),
        power=tuple(_power(design)),
    )


def _complete(design: Design, arms: ByArm) -> int:
    """Blocks that have an outcome in every arm."""
    seeds = [arms.get(arm, {}).keys() for arm in design.arms]
    return sum(all(seed in others for others in seeds[1:]) for seed in seeds[0]) if seeds else 0


def _gate(design: Design) -> Gate:
    if design.contrast is None:
        return Gate(Verdict.UNMEASURED, reasons=(NO_CONTRAST,))
    model, other = design.contrast
    return gate_of(model, other, design.measured.get(model), design.measured.get(other))


# Several tests, and what they decide ----------------------------------------------------------------------------------


def _judged(design: Design, complete: int, results: Sequence[Result]) -> Iterator[Result]:
    """Results with their corrected p-values; what is primary with what the plan's rule makes of it."""
    primary = [one for one in results if one.primary]
    others = [one for one in results if not one.primary]
    way = "Holm" if design.correction is Correction.HOLM else "none"
    corrected = _by_name(primary, holm) if design.correction is Correction.HOLM else _by_name(primary, list)
    explored = _by_name(others, benjamini_hochberg)
    for one in results:
        if one.primary:
            p = corrected.get(one.estimand.name)
            yield replace(one, correction=way, corrected=p, finding=_finding(design, complete, one, p))
        else:
            p = explored.get(one.estimand.name)
            yield replace(one, correction="Benjamini and Hochberg, exploratory", corrected=p)


def _by_name(results: Sequence[Result], correct: Callable[[list[float]], list[float]]) -> dict[str, float]:
    known = [(one.estimand.name, one.p) for one in results if one.p is not None]
    values = correct([p for _, p in known])
    return {name: value for (name, _), value in zip(known, values, strict=True)}


def _finding(design: Design, complete: int, one: Result, corrected: float | None) -> bool | None:
    """Whether there is a difference, by the rule of the plan; None as long as it is open."""
    whole = complete >= design.blocks
    match design.stopping.rule:
        case Rule.LOOKS:
            if any(look.crossed for look in one.looks):
                return True
            return False if one.looks and one.looks[-1].z is not None else None
        case Rule.ANYTIME if one.evidence is not None:
            if one.evidence.stopped is not None:
                return True
            return False if whole else None
    return corrected < design.alpha if whole and corrected is not None else None


# Words ----------------------------------------------------------------------------------------------------------------


def _power(design: Design) -> Iterator[str]:
    """What was planned, in words."""
    alpha = each_alpha(design)
    yield sentence(design.blocks, design.base, design.rho, alpha=alpha, power=design.power)
    needed = pairs_needed(design.base, design.difference, design.rho, alpha=alpha, power=design.power)
    yield f"To see {100 * design.difference:.1f} points as surely takes {needed:,} blocks."
    if tests_at_once(design) > 1:
        yield f"Both reckon with {tests_at_once(design)} tests, and the strictest of them by Holm."


def _warnings(
    design: Design, complete: int, results: Sequence[Result], arms: Mapping[str, Sequence[Outcome]]
) -> Iterator[str]:  # fmt: skip
    if complete < design.blocks:
        yield f"{complete:,} of {design.blocks:,} blocks are complete: what stands here will still move."
    failed = {arm: _failed(matches) / len(matches) for arm, matches in arms.items() if matches}
    if failed and max(failed.values()) - min(failed.values()) > FAILED_APART:
        told = ", ".join(f"{arm} {100 * share:.1f} %" for arm, share in failed.items())
        yield f"Matches failed more often in one arm than in another ({told}): they count as nobody's win."
    for one in results:
        if one.primary and one.share:
            yield from _doubts(one)


def _doubts(one: Result) -> Iterator[str]:
    """What speaks against reading a difference of shares as it stands."""
    name = one.estimand.name
    if one.discordant is not None and one.discordant.value < FEW_DISCORDANT:
        yield f"{name}: the two matches of nearly every block end alike, as if they were the same match."
    if one.second is not None and not RATES[0] <= one.second.value <= RATES[1]:
        yield (
            f"{name}: the rate of {one.estimand.against} is {100 * one.second.value:.0f} %; outside of"
            f" {100 * RATES[0]:.0f} to {100 * RATES[1]:.0f} % differences take more blocks."
        )


def _failed(matches: Sequence[Outcome]) -> int:
    return sum(one.ending is Ending.FAILED for one in matches)

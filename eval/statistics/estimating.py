"""What outcomes show of one estimand: difference, interval, tests, sensitivity, effects, models, and how it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from eval.experiments.outcome import Outcome
from eval.statistics.design import Correction, Design, Estimand, Rule
from eval.statistics.fits import fits_of
from eval.statistics.pairing import ByArm, Coding, Numbers, Paired, contrasted, is_share, paired
from eval.statistics.power import sentence
from eval.statistics.result import Figure, Look, Pairs, Result
from eval.statistics.stopping import evidence, looks_of
from eval.statistics.testing import (
    cohens_h,
    crossed,
    mcnemar_p,
    mean_figure,
    odds_ratio,
    permutation_p,
    rho_of,
    rng_of,
    share_figure,
)

MOST_PERMUTATIONS = 10_000
SENSITIVITIES = (Coding.DROPPED, Coding.HALF, Coding.FINISHED)
NO_BLOCK = "No block has this figure in both of its matches."
Find = Callable[[Coding], Paired]
"""Gives the pairs of an estimand under a coding."""


def result_of(design: Design, estimand: Estimand, arms: ByArm, matches: Sequence[Outcome]) -> Result:
    """What outcomes show of an estimand, before it is corrected for the others. Raises KeyError for unknown ones."""
    known = {one.name: one for one in design.estimands}
    primary, find = estimand.name in design.primary, _finder(known, estimand, arms)
    pairs = find(Coding.PRIMARY)
    if estimand.of is not None:
        share = all(is_share(known[name]) for name in estimand.of)
        return _of_two(design, estimand, pairs, find, primary=primary, share=share)
    if not len(pairs):
        return Result(estimand, primary, is_share(estimand), 0, reason=NO_BLOCK)
    make = _of_wins if is_share(estimand) else _of_figure
    return make(design, estimand, pairs, find, matches, primary)


def _finder(known: Mapping[str, Estimand], estimand: Estimand, arms: ByArm) -> Find:
    if estimand.of is None:
        return lambda coding: paired(arms, estimand, coding)
    one, other = (known[name] for name in estimand.of)
    return lambda coding: contrasted(paired(arms, one, coding), paired(arms, other, coding))


def _of_wins(
    design: Design, estimand: Estimand, pairs: Paired, find: Find, matches: Sequence[Outcome], primary: bool
) -> Result:
    """Of a difference of shares of matches."""
    counts, rho = crossed(pairs), rho_of(pairs)
    difference = _mean(design, estimand, "difference", pairs.differences, binary=True)
    return Result(
        estimand=estimand,
        primary=primary,
        share=True,
        blocks=len(pairs),
        difference=difference,
        first=share_figure(int(pairs.first.sum()), len(pairs)),
        second=share_figure(int(pairs.second.sum()), len(pairs)),
        pairs=counts,
        discordant=share_figure(counts.discordant, counts.n),
        rho=rho,
        test="exact McNemar on blocks",
        p=mcnemar_p(counts),
        p_permutation=_permuted(design, estimand, pairs),
        sensitivity=_sensitivity(design, estimand, find),
        effects={
            "risk_difference": difference,
            "odds_ratio": odds_ratio(counts),
            "cohens_h": cohens_h(pairs, design.resamples, rng_of(design.seed, estimand.name, "h")),
        },
        fits=fits_of(estimand, pairs, matches),
        looks=_looks(design, pairs),
        evidence=evidence(pairs.differences, threshold(design)),
        power=_seen(design, counts, rho),
    )


def _of_figure(
    design: Design, estimand: Estimand, pairs: Paired, find: Find, matches: Sequence[Outcome], primary: bool
) -> Result:
    """Of a difference of figures that are more than yes or no: means within the match, then within the block."""
    return Result(
        estimand=estimand,
        primary=primary,
        share=False,
        blocks=len(pairs),
        difference=_mean(design, estimand, "difference", pairs.differences),
        first=_mean(design, estimand, "first", pairs.first),
        second=_mean(design, estimand, "second", pairs.second),
        rho=rho_of(pairs),
        test="exchange of arms within blocks",
        p=(p := _permuted(design, estimand, pairs)),
        p_permutation=p,
        fits=fits_of(estimand, pairs, matches),
        looks=_looks(design, pairs),
    )


def _of_two(design: Design, estimand: Estimand, pairs: Paired, find: Find, *, primary: bool, share: bool) -> Result:
    """Of the difference of two differences."""
    if not len(pairs):
        return Result(estimand, primary, share, 0, reason=NO_BLOCK)
    return Result(
        estimand=estimand,
        primary=primary,
        share=share,
        blocks=len(pairs),
        difference=_mean(design, estimand, "difference", pairs.differences),
        test="exchange of arms within blocks",
        p=(p := _permuted(design, estimand, pairs)),
        p_permutation=p,
        sensitivity=_sensitivity(design, estimand, find) if share else {},
        looks=_looks(design, pairs),
    )


def _mean(design: Design, estimand: Estimand, what: str, values: Numbers, *, binary: bool = False) -> Figure:
    return mean_figure(values, design.resamples, rng_of(design.seed, estimand.name, what), binary=binary)


def _permuted(design: Design, estimand: Estimand, pairs: Paired) -> float:
    rng = rng_of(design.seed, estimand.name, "permutation")
    return permutation_p(pairs.differences, min(design.resamples, MOST_PERMUTATIONS), rng)


def _sensitivity(design: Design, estimand: Estimand, find: Find) -> dict[str, Figure | None]:
    """The difference under other codings of matches that nobody won, or that were never finished."""
    found: dict[str, Figure | None] = {}
    for coding in SENSITIVITIES:
        pairs = find(coding)
        binary = is_share(estimand) and pairs.binary
        found[coding.value] = (
            _mean(design, estimand, "difference", pairs.differences, binary=binary) if len(pairs) else None
        )
    return found


def _seen(design: Design, pairs: Pairs, rho: float | None) -> str:
    """What so many blocks can see, by the rate and the correlation that were found."""
    base = (pairs.other + pairs.both) / pairs.n
    if not 0 < base < 1:
        return ""
    found = max(0.0, design.rho if rho is None else rho)
    return sentence(pairs.n, base, found, alpha=each_alpha(design), power=design.power)


# Stopping -------------------------------------------------------------------------------------------------------------


def tests_at_once(design: Design) -> int:
    """By how many tests alpha is divided where an experiment may stop early."""
    return max(1, len(design.primary)) if design.correction is Correction.HOLM else 1


def each_alpha(design: Design) -> float:
    """Alpha for one of the primary estimands, in the worst case of the correction."""
    return design.alpha / tests_at_once(design)


def threshold(design: Design) -> float:
    """The e-value at which one of the primary estimands stops."""
    return design.stopping.e * tests_at_once(design)


def _looks(design: Design, pairs: Paired) -> tuple[Look, ...]:
    if design.stopping.rule is not Rule.LOOKS:
        return ()
    return looks_of(pairs.differences, design.blocks, design.stopping.looks, each_alpha(design))

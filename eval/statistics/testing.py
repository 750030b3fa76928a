"""Tests and intervals of pairs, each on blocks: never on seats, and never on matches as if they were alone."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from eval.statistics.pairing import Numbers, Paired
from eval.statistics.result import Figure, Pairs

LEVEL = 0.95
"""Of every interval."""
FIRST_BLOCKS = 50
"""From so many blocks the correlation of a block's matches is estimated, before the others count."""
BATCH_VALUES = 2_000_000
"""Values that are resampled at once."""


def rng_of(seed: int, *purpose: str) -> np.random.Generator:
    """Luck for one purpose, which no other purpose changes."""
    return np.random.default_rng([seed, *(zlib.crc32(word.encode()) for word in purpose)])


def crossed(pairs: Paired) -> Pairs:
    """Blocks by how their two matches came out."""
    first, second = pairs.first == 1.0, pairs.second == 1.0
    only, other = int((first & ~second).sum()), int((~first & second).sum())
    return Pairs(only, other, int((first & second).sum()), int((~first & ~second).sum()))


def mcnemar_p(pairs: Pairs) -> float:
    """The exact test of McNemar: whether discordant blocks fall to either side alike."""
    return float(mcnemar([[pairs.both, pairs.only], [pairs.other, pairs.neither]], exact=True).pvalue)


def permutation_p(differences: Numbers, resamples: int, rng: np.random.Generator) -> float:
    """The share of exchanges of arms within blocks that give a mean as far from 0; all of them where they are few."""
    if not differences.any():
        return 1.0
    found = stats.permutation_test(
        (differences, np.zeros_like(differences)), _mean_difference, permutation_type="samples", vectorized=True,
        n_resamples=resamples, batch=_batch(differences), rng=rng,
    )  # fmt: skip
    return min(1.0, float(found.pvalue))


def _mean_difference(first: Numbers, second: Numbers, axis: int) -> Numbers:
    difference: Numbers = np.mean(first - second, axis=axis)
    return difference


def mean_figure(differences: Numbers, resamples: int, rng: np.random.Generator, *, binary: bool = False) -> Figure:
    """The mean over blocks with its BCa interval; `binary` where the differences are those of wins.

    Where all blocks agree there is nothing to resample: wins have an exact bound then, other figures none.
    """
    count, mean = len(differences), float(np.mean(differences))
    if count < 2 or np.all(differences == differences[0]):
        return _agreed(mean, count) if binary and count else Figure(mean, None, None, count)
    found = stats.bootstrap(
        (differences,), np.mean, n_resamples=resamples, method="BCa", confidence_level=LEVEL,
        batch=_batch(differences), rng=rng,
    ).confidence_interval  # fmt: skip
    return Figure(mean, float(found.low), float(found.high), count)


def _agreed(mean: float, count: int) -> Figure:
    """The mean of wins over blocks that all show the same: as far off as so many blocks cannot exclude."""
    off = 1.0 - ((1.0 - LEVEL) / 2) ** (1 / count)
    return Figure(mean, max(-1.0, mean - off * (1 + (mean > 0))), min(1.0, mean + off * (1 + (mean < 0))), count)


def _batch(values: Numbers) -> int:
    return max(1, BATCH_VALUES // len(values))


def share_figure(count: int, n: int) -> Figure | None:
    """A share with the interval of Wilson; None of nothing."""
    if not n:
        return None
    low, high = proportion_confint(count, n, alpha=1 - LEVEL, method="wilson")
    return Figure(count / n, float(low), float(high), n)


def rho_of(pairs: Paired, blocks: int = FIRST_BLOCKS) -> float | None:
    """The correlation of the two matches of a block, from the first blocks; None where one of the arms never varies."""
    first, second = pairs.first[:blocks], pairs.second[:blocks]
    if len(first) < 2 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    return float(np.corrcoef(first, second)[0, 1])


# Several tests --------------------------------------------------------------------------------------------------------


def holm(values: Sequence[float]) -> list[float]:
    """P-values corrected so that one false finding among all of them stays as rare as alpha."""
    return _corrected(values, "holm")


def benjamini_hochberg(values: Sequence[float]) -> list[float]:
    """P-values corrected so that among the findings the share of false ones stays as small as alpha."""
    return _corrected(values, "fdr_bh")


def _corrected(values: Sequence[float], method: str) -> list[float]:
    return [float(p) for p in multipletests(list(values), method=method)[1]] if values else []


# Effects --------------------------------------------------------------------------------------------------------------


def effects(pairs: Paired, resamples: int, rng: np.random.Generator) -> dict[str, Figure | None]:
    """How large a difference of wins is: the odds ratio of discordant blocks, and Cohen's h of the two rates."""
    return {"odds_ratio": odds_ratio(crossed(pairs)), "cohens_h": cohens_h(pairs, resamples, rng)}


def odds_ratio(pairs: Pairs) -> Figure | None:
    """Blocks won in the first arm alone to those won in the second alone, and its exact interval; None without both."""
    if not pairs.only or not pairs.other:
        return None
    low, high = proportion_confint(pairs.only, pairs.discordant, alpha=1 - LEVEL, method="beta")
    return Figure(pairs.only / pairs.other, float(low / (1 - low)), float(high / (1 - high)), pairs.discordant)


def cohens_h(pairs: Paired, resamples: int, rng: np.random.Generator) -> Figure | None:
    """The difference of the two rates on the scale on which all rates have the same spread."""
    if not len(pairs):
        return None
    value = float(_h(pairs.first, pairs.second, axis=0))
    if np.all(pairs.differences == pairs.differences[0]):
        return Figure(value, None, None, len(pairs))
    found = stats.bootstrap(
        (pairs.first, pairs.second), _h, paired=True, vectorized=True, n_resamples=resamples, method="BCa",
        confidence_level=LEVEL, batch=_batch(pairs.first), rng=rng,
    ).confidence_interval  # fmt: skip
    return Figure(value, float(found.low), float(found.high), len(pairs))


def _h(first: Numbers, second: Numbers, axis: int) -> Numbers:
    angle = 2 * np.arcsin(np.sqrt(np.mean(first, axis=axis))) - 2 * np.arcsin(np.sqrt(np.mean(second, axis=axis)))
    difference: Numbers = np.asarray(angle)
    return difference

"""How long seats of a side live in each arm, by Kaplan and Meier, with intervals over seeds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from statsmodels.duration.survfunc import SurvfuncRight

from eval.experiments.outcome import Outcome, Side
from eval.statistics.pairing import Numbers
from eval.statistics.result import Figure, Survival
from eval.statistics.testing import LEVEL, rng_of

UP_TO = 7
"""Days up to which lives are compared."""
MOST_RESAMPLES = 2_000


def survival_of(matches: Mapping[str, Sequence[Outcome]], resamples: int, seed: int) -> tuple[Survival, ...]:
    """The curves of all arms and sides that have seats."""
    return tuple(
        curve
        for arm in matches
        for side in Side
        if (curve := _curve(arm, side, matches[arm], min(resamples, MOST_RESAMPLES), seed))
    )


def _curve(arm: str, side: Side, matches: Sequence[Outcome], resamples: int, seed: int) -> Survival | None:
    lives = pd.DataFrame(_lives(matches, side), columns=["seed", "days", "died"])
    if lives.empty:
        return None
    drawn = _drawn(lives, resamples, rng_of(seed, "survival", arm, side.value))
    ends = (1 - LEVEL) / 2, (1 + LEVEL) / 2
    low, high = np.quantile(drawn, ends, axis=0) if len(drawn) else (None, None)
    days = _by_day(lives)
    points = tuple((float(day), float(share), _at(low, day), _at(high, day)) for day, share in enumerate(days.tolist()))
    return Survival(arm, side.value, len(lives), int(lives["died"].sum()), points, _mean_days(days, drawn, lives, ends))


def _lives(matches: Sequence[Outcome], side: Side) -> Iterator[tuple[str, int, bool]]:
    for one in matches:
        for seat in one.seats:
            if seat.side is side:
                yield one.seed, seat.days_alive, seat.died_on is not None


def _at(ends: Numbers | None, day: int) -> float | None:
    return None if ends is None else float(ends[day])


def _by_day(lives: pd.DataFrame) -> Numbers:
    """The share that outlives each day from 0 on; it stands still where nobody dies."""
    last = int(lives["days"].max())
    known = lives[lives["days"] > 0]
    if not known["died"].any():
        return np.ones(last + 1)
    curve = SurvfuncRight(known["days"].to_numpy(), known["died"].to_numpy())
    place = np.searchsorted(curve.surv_times, np.arange(last + 1), side="right")
    shares: Numbers = np.concatenate([[1.0], curve.surv_prob])[place]
    return shares


def _drawn(lives: pd.DataFrame, resamples: int, rng: np.random.Generator) -> Numbers:
    """The same of seeds drawn again: a row a draw. None where there is one seed, which tells nothing of others."""
    last = int(lives["days"].max())
    codes, seeds = pd.factorize(lives["seed"])
    if len(seeds) < 2:
        return np.empty((0, last + 1))
    days = lives["days"].to_numpy()
    ended, died = np.zeros((len(seeds), last + 1)), np.zeros((len(seeds), last + 1))
    np.add.at(ended, (codes, days), 1.0)
    np.add.at(died, (codes, days), lives["died"].to_numpy().astype(float))
    at_risk = ended[:, ::-1].cumsum(axis=1)[:, ::-1]
    weights = rng.multinomial(len(seeds), np.full(len(seeds), 1 / len(seeds)), size=resamples)
    risked, lost = weights @ at_risk, weights @ died
    lost[:, 0] = 0.0
    left: Numbers = np.cumprod(1 - np.divide(lost, risked, out=np.zeros_like(lost), where=risked > 0), axis=1)
    return left


def _mean_days(days: Numbers, drawn: Numbers, lives: pd.DataFrame, ends: tuple[float, float]) -> Figure:
    """The days lived up to the last that is compared: the area under the curve."""
    low = high = None
    if len(drawn):
        low, high = map(float, np.quantile(_area(drawn), ends))
    return Figure(float(_area(days[None, :])[0]), low, high, int(lives["seed"].nunique()))


def _area(curves: Numbers) -> Numbers:
    lacking = UP_TO - curves.shape[1]
    whole = np.pad(curves, ((0, 0), (0, max(0, lacking))), mode="edge")
    area: Numbers = whole[:, :UP_TO].sum(axis=1)
    return area

"""Models that are fitted beside the tests. Every one of them knows which rows are of one seed; none is the headline."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm
import statsmodels.formula.api as smf
from statsmodels.discrete.conditional_models import ConditionalLogit
from statsmodels.duration.hazard_regression import PHReg

from eval.experiments.outcome import Outcome, Side
from eval.statistics.design import Estimand
from eval.statistics.pairing import Paired
from eval.statistics.result import Figure, Fit

LOG_ODDS, LOG_HAZARD = "log odds", "log hazard"
MOST = 50.0
"""A log of odds or hazards beyond it means that the model found nothing to hold on to."""
MOST_SEEDS = 500
"""On the first so many the mixed model is fitted: it takes a second for each hundred."""
SURVIVES, LYNCHED = ("days_alive", "days_alive_7"), "lynched"
"""Figures that are times until a death: any, or on the gallows."""


def fits_of(estimand: Estimand, pairs: Paired, matches: Sequence[Outcome]) -> tuple[Fit, ...]:
    """The models that suit an estimand. `pairs` are its blocks, `matches` all outcomes of its two arms."""
    known = set(pairs.seeds)
    rows = [one for one in matches if one.seed in known and one.arm in (estimand.arm, estimand.against)]
    return tuple(_fits(estimand, pairs, rows))


def _fits(estimand: Estimand, pairs: Paired, rows: Sequence[Outcome]) -> Iterator[Fit]:
    if pairs.binary:
        setups = {one.seed: one.setup for one in rows}
        table = _long(pairs, setups)
        yield _fitted("GEE, exchangeable within seeds", LOG_ODDS, table, _gee)
        yield _fitted("conditional logit, given the seed", LOG_ODDS, table, _conditional)
    figure, _, side = estimand.what.partition("@")
    if side and any(figure in seat.figures for one in rows for seat in one.seats):
        table = _seats(estimand, figure, side, rows)
        table = table[table["seed"].isin(table["seed"].unique()[:MOST_SEEDS])]
        yield _fitted("mixed model of seats, a level for each seed", figure, table, _mixed)
    if side and figure in (*SURVIVES, LYNCHED):
        table = _lives(estimand, side, rows, lynched=figure == LYNCHED)
        told = "lynched" if figure == LYNCHED else "died"
        yield _fitted(f"proportional hazards of seats that {told}, grouped by seed", LOG_HAZARD, table, _hazard)


def _fitted(
    model: str, scale: str, table: pd.DataFrame, fit: Callable[[pd.DataFrame], tuple[float, float, float, float]]
) -> Fit:
    """A fit, or the reason why there is none."""
    rows, seeds = len(table), int(table["seed"].nunique()) if len(table) else 0
    if not rows or table["arm"].nunique() < 2 or table["y"].nunique() < 2:
        return Fit(model, scale, None, rows=rows, seeds=seeds, reason="All rows are alike.")
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            value, low, high, p = fit(table)
    except (ValueError, np.linalg.LinAlgError, ZeroDivisionError, IndexError) as error:
        return Fit(model, scale, None, rows=rows, seeds=seeds, reason=f"It could not be fitted: {error}".strip())
    loose = scale in (LOG_ODDS, LOG_HAZARD) and abs(value) > MOST
    if loose or not all(map(np.isfinite, (value, low, high, p))):
        return Fit(model, scale, None, rows=rows, seeds=seeds, reason="It did not settle: an arm may never vary.")
    return Fit(model, scale, Figure(value, low, high, seeds), p, rows, seeds)


def _read(found: Any, place: int) -> tuple[float, float, float, float]:
    """A coefficient with its interval and p-value."""
    low, high = np.asarray(found.conf_int())[place]
    return float(np.asarray(found.params)[place]), float(low), float(high), float(np.asarray(found.pvalues)[place])


# Matches --------------------------------------------------------------------------------------------------------------


def _long(pairs: Paired, setups: dict[str, str]) -> pd.DataFrame:
    """A row a match: `arm` is 1 in the arm that is tried."""
    seeds = list(pairs.seeds)
    return pd.DataFrame(
        {
            "y": np.concatenate([pairs.first, pairs.second]),
            "arm": np.repeat([1.0, 0.0], len(seeds)),
            "seed": seeds * 2,
            "setup": [setups[seed] for seed in seeds] * 2,
        }
    ).sort_values(["seed", "arm"], ignore_index=True)


def _gee(table: pd.DataFrame) -> tuple[float, float, float, float]:
    formula = "y ~ arm + C(setup)" if table["setup"].nunique() > 1 else "y ~ arm"
    found = smf.gee(
        formula, groups="seed", data=table, family=sm.families.Binomial(), cov_struct=sm.cov_struct.Exchangeable()
    ).fit()
    return _read(found, list(found.params.index).index("arm"))


def _conditional(table: pd.DataFrame) -> tuple[float, float, float, float]:
    varying = table.groupby("seed")["y"].transform("nunique") > 1
    table = table[varying]
    if not len(table) or abs(float(np.corrcoef(table["y"], table["arm"])[0, 1])) > 1 - 1e-9:
        raise ValueError("no blocks that differ, or all of them to one side")
    return _read(ConditionalLogit(table["y"], table[["arm"]], groups=table["seed"]).fit(disp=False), 0)


# Seats ----------------------------------------------------------------------------------------------------------------


def _seats(estimand: Estimand, figure: str, side: str, rows: Sequence[Outcome]) -> pd.DataFrame:
    """A row a seat of the side that has the figure."""
    found = [
        (seat.figures[figure], float(one.arm == estimand.arm), one.seed)
        for one in rows
        for seat in one.seats
        if seat.side is Side(side) and seat.figures.get(figure) is not None
    ]
    return pd.DataFrame(found, columns=["y", "arm", "seed"])


def _mixed(table: pd.DataFrame) -> tuple[float, float, float, float]:
    found = smf.mixedlm("y ~ arm", table, groups="seed", re_formula="1").fit(method=["bfgs"])
    if not found.converged:
        raise ValueError("it did not settle")
    return _read(found, list(found.params.index).index("arm"))


def _lives(estimand: Estimand, side: str, rows: Sequence[Outcome], *, lynched: bool) -> pd.DataFrame:
    """A row a seat of the side: days lived, and whether they ended as asked for. All else leaves it unknown."""
    found = [
        (
            float(seat.days_alive),
            float((seat.figures.get(LYNCHED) or 0.0) > 0 if lynched else seat.died_on is not None),
            float(one.arm == estimand.arm),
            one.seed,
        )
        for one in rows
        for seat in one.seats
        if seat.side is Side(side)
    ]
    return pd.DataFrame(found, columns=["days", "y", "arm", "seed"])


def _hazard(table: pd.DataFrame) -> tuple[float, float, float, float]:
    model = PHReg(table["days"], table[["arm"]], status=table["y"], ties="efron")
    return _read(model.fit(groups=pd.factorize(table["seed"])[0]), 0)

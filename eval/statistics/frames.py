"""Outcomes as tables: a row a match, or a row a seat. The same rows in the same order, however outcomes come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from itertools import pairwise

import pandas as pd

from eval.experiments.outcome import Outcome, SeatOutcome

OF_MATCH = tuple(one.name for one in fields(Outcome) if one.name not in ("seats", "figures"))
OF_SEAT = tuple(one.name for one in fields(SeatOutcome) if one.name != "figures")
SHARED = ("block", "seed", "arm", "setup")
"""What a row of a seat says of its match."""


class CountedTwice(ValueError):
    """Two outcomes of one block in one arm."""


def in_order(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Outcomes by block and arm, with their seats by number. Raises CountedTwice."""
    found = [replace(one, seats=tuple(sorted(one.seats, key=lambda seat: seat.seat))) for one in outcomes]
    found.sort(key=lambda one: (one.block, one.seed, one.arm))
    for one, other in pairwise(found):
        if (one.seed, one.arm) == (other.seed, other.arm):
            raise CountedTwice(f"Block {one.block} has two outcomes in arm {one.arm}.")
    return found


def frame(outcomes: Iterable[Outcome]) -> pd.DataFrame:
    """A row a match: the fields of `Outcome`, and every figure as a column of its own, missing where it is None."""
    found = in_order(outcomes)
    columns = [*OF_MATCH, *_figures(one.figures for one in found)]
    rows = [{**dict(one.figures), **{name: getattr(one, name) for name in OF_MATCH}} for one in found]
    return pd.DataFrame([{**row, "ending": row["ending"].value} for row in rows], columns=columns)


def seats_frame(outcomes: Iterable[Outcome]) -> pd.DataFrame:
    """A row a seat of the matches that came to an end: which match, the fields of `SeatOutcome`, and its figures."""
    found = [(one, seat) for one in in_order(outcomes) for seat in one.seats]
    columns = [*SHARED, *OF_SEAT, *_figures(seat.figures for _, seat in found)]
    rows = [
        {
            **{name: value for name, value in seat.figures.items() if name not in OF_SEAT},
            **{name: getattr(one, name) for name in SHARED},
            **{name: getattr(seat, name) for name in OF_SEAT},
        }
        for one, seat in found
    ]
    return pd.DataFrame([{**row, "side": row["side"].value} for row in rows], columns=columns)


def _figures(known: Iterable[Mapping[str, float | None]]) -> list[str]:
    """The names of all figures, each once."""
    return sorted({name for figures in known for name in figures} - {*OF_SEAT, *OF_MATCH, *SHARED})

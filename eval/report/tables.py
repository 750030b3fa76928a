"""Outcomes as tables for other programs, and results as tables for papers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Any, TypeAlias

import pandas as pd

from eval.experiments.outcome import Outcome, SeatOutcome
from eval.ratings.rating import Ratings
from eval.report.words import MINUS, interval, p_value, scale, share, signed, title, undecided
from eval.statistics.result import Analysis, ArmCounts, Result

Frame: TypeAlias = Any
"""A pandas DataFrame."""
NESTED = {"seats", "figures"}
FIGURE = "figure:"
"""Before the names of columns that are figures."""
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""With these a spreadsheet takes a text for a formula."""


def in_order(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Outcomes by block and arm: the one order in which they are exported and counted."""
    return sorted(outcomes, key=lambda one: (one.block, one.arm))


def matches_table(outcomes: Sequence[Outcome]) -> Frame:
    """A row a match."""
    names = [part.name for part in fields(Outcome) if part.name not in NESTED]
    return _table([{name: getattr(one, name) for name in names} | _figures(one.figures) for one in outcomes])


def seats_table(outcomes: Sequence[Outcome]) -> Frame:
    """A row a seat."""
    names = [part.name for part in fields(SeatOutcome) if part.name not in NESTED]
    rows = (
        {"block": one.block, "seed": one.seed, "arm": one.arm, "setup": one.setup}
        | {name: getattr(seat, name) for name in names}
        | _figures(seat.figures)
        for one in outcomes
        for seat in one.seats
    )
    return _table(list(rows))


def blocks_table(outcomes: Sequence[Outcome]) -> Frame:
    """A row a block, a column an arm: who has won."""
    rows = [{"block": one.block, "seed": one.seed, "arm": one.arm, "won": winner(one)} for one in outcomes]
    if not rows:
        return pd.DataFrame()
    return pd.DataFrame(rows).pivot(index=["block", "seed"], columns="arm", values="won").reset_index()


def winner(one: Outcome) -> str:
    """Who has won, in a word."""
    sides = [side for side, won in (("evil", one.evil_won), ("town", one.town_won)) if won]
    return " and ".join(sides) or (one.ending.value if one.ending.value != "won" else "neutral")


def _figures(figures: Any) -> dict[str, float | None]:
    return {f"{FIGURE}{name}": figures[name] for name in sorted(figures)}


def _table(rows: Sequence[dict[str, Any]]) -> Frame:
    """Columns of one kind each: figures as numbers, also where none is known."""
    frame = pd.DataFrame(rows)
    for name in frame.columns:
        if name.startswith(FIGURE):
            frame[name] = frame[name].astype("float64")
        elif name == "died_on":
            frame[name] = frame[name].astype("Int64")
        elif frame[name].dtype == object:
            frame[name] = frame[name].astype(str)
    return frame


def csv_bytes(frame: Frame) -> bytes:
    """A table as CSV, every number with all of its digits, no text that a spreadsheet would run."""
    safe = frame.copy()
    for name in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[name]):
            safe[name] = [_tame(value) for value in safe[name]]
    text: str = safe.to_csv(index=False, lineterminator="\n")
    return text.encode()


def _tame(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(DANGEROUS) else value


# For papers -----------------------------------------------------------------------------------------------------------


def latex_tables(found: Analysis, ratings: Ratings) -> Iterator[tuple[str, str]]:
    """Tables in LaTeX with booktabs, by name."""
    parts = {
        "estimands": ("What was found, by estimand", list(map(_result_row, found.results))),
        "arms": ("Matches by arm", list(map(_arm_row, found.arms))),
        "ratings": ("Ratings by side", list(_rating_rows(ratings))),
    }
    for name, (caption, rows) in parts.items():
        if rows:
            yield name, _latex(pd.DataFrame(rows), caption, f"tab:{name}")


def _latex(frame: Frame, caption: str, label: str) -> str:
    styled = frame.style.format(escape="latex").format_index(escape="latex", axis=1).hide(axis="index")
    text: str = styled.to_latex(
        hrules=True, caption=caption, label=label, position="t", position_float="centering",
        column_format="l" + "r" * (len(frame.columns) - 1),
    )  # fmt: skip
    return "% needs \\usepackage{booktabs}\n" + text.replace(MINUS, "--")


def _result_row(one: Result) -> dict[str, str]:
    found = one.difference
    return {
        "Estimand": one.estimand.name, "Counted": title(one).replace("_", " "),
        "Difference": signed(found.value * scale(one), one) if found else "",
        "95 % interval": interval(found, one) if found else one.reason, "Blocks": str(one.blocks),
        "Differing": f"{one.pairs.only} / {one.pairs.other}" if one.pairs else "",
        "p": p_value(one.p), "p corrected": p_value(one.corrected),
    }  # fmt: skip


def _arm_row(arm: ArmCounts) -> dict[str, str]:
    return {
        "Arm": arm.arm, "Matches": str(arm.matches), "Failed": str(arm.failed), "Evil won": share(arm.evil),
        "Town won": share(arm.town), "Undecided": str(undecided(arm)),
    }  # fmt: skip


def _rating_rows(ratings: Ratings) -> Iterator[dict[str, str]]:
    for one in ratings.ratings:
        points = one.points
        told = f"{points.value:.0f} [{points.low:.0f}, {points.high:.0f}]" if points else one.reason
        yield {"Model": one.model, "Side": one.side.value, "Points": told, "Matches": str(one.matches),
               "Blocks": str(one.blocks)}  # fmt: skip

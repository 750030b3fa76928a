"""The estimate behind row 45 fitted on scripted matches, and how good it is on others. Pure, and the same each time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias

from agents.scripted.agent import ScriptedAgent
from eval.evidence.reading import record_of
from eval.evidence.record import TOWN, Record
from eval.metrics.impact import FEATURES, Logistic, expected, features, logistic
from game.engine.setup import MODES, start, table_for
from game.engine.state import State
from game.engine.types import Seat
from game.names import NAMES
from game.play.drivers import run_lockstep

Row: TypeAlias = tuple[tuple[float, ...], float]
"""A public state as a side sees it, and whether that side has won."""
BATCH = 20
"""Matches that run side by side."""
SMALLEST, LARGEST = 7, 15
RIDGE = 1.0
"""How strongly weights are held near 0: it keeps them finite where a side never wins."""
STEPS = 12
"""Of Newton's method, which has settled long before."""


@dataclass
class Rows:
    """What the two models are fitted on or tried with."""

    town: list[Row] = field(default_factory=list)
    rivals: list[Row] = field(default_factory=list)

    def add(self, record: Record) -> None:
        """Take in a match that has ended."""
        assert record.ending is not None
        sides = expected(record.table.slots, record.table.ruleset)
        for stand in record.stands:
            for side in sides:
                row = features(record.table, stand, side), float(record.ending.outcome == side)
                (self.town if side == TOWN else self.rivals).append(row)


def fit(matches: int, held_out: int) -> dict[str, Any]:
    """Weights fitted on so many scripted matches, with their Brier scores on so many others, as plain values."""
    known, others = Rows(), Rows()
    for number, record in enumerate(scripted_records(matches + held_out)):
        (known if number < matches else others).add(record)
    model = Logistic(weights_of(known.town), weights_of(known.rivals))
    parts = {"town": (model.town, known.town, others.town), "rivals": (model.rivals, known.rivals, others.rivals)}
    return {
        "matches": matches,
        "held_out": held_out,
        "weights": {name: _named(weights) for name, (weights, _, _) in parts.items()},
        "brier": {name: round(brier(weights, tried), 4) for name, (weights, _, tried) in parts.items()},
        "brier_of_the_mean": {name: round(brier_of_mean(rows, tried), 4) for name, (_, rows, tried) in parts.items()},
        "states_held_out": {name: len(tried) for name, (_, _, tried) in parts.items()},
    }


def _named(weights: Sequence[float]) -> dict[str, float]:
    return {name: round(weight, 4) for name, weight in zip(FEATURES, weights, strict=True)}


def scripted_records(matches: int) -> Iterator[Record]:
    """Scripted matches of all role lists and sizes, one after another."""
    for first in range(0, matches, BATCH):
        numbers = range(first, min(first + BATCH, matches))
        openings = [start(_table(number), f"impact {number}") for number in numbers]
        yield from (record_of(played.log) for played in run_lockstep(openings, partial(_seated, first)))


def _table(number: int) -> Any:
    lists = sorted(mode for mode, found in MODES.items() if found.slots)
    players = SMALLEST + number // len(lists) % (LARGEST - SMALLEST + 1)
    return table_for(lists[number % len(lists)], NAMES[:players])


def _seated(first: int, place: int, state: State) -> dict[Seat, ScriptedAgent]:
    number = first + place
    return {seat: ScriptedAgent(seat, f"impact {number}:{seat}", text=False) for seat in state.public.seats}


# The logistic model ---------------------------------------------------------------------------------------------------


def weights_of(rows: Sequence[Row]) -> list[float]:
    """The weights under which the rows are most likely, held near 0 by a ridge; by Newton's method."""
    size = len(FEATURES)
    weights = [0.0] * size
    for _ in range(STEPS):
        slope = [-RIDGE * weight for weight in weights]
        curve = [[RIDGE * (i == j) for j in range(size)] for i in range(size)]
        for values, won in rows:
            chance = logistic(sum(map(float.__mul__, weights, values)))
            missed, spread = won - chance, chance * (1 - chance)
            for i, value in enumerate(values):
                slope[i] += missed * value
                row, share = curve[i], spread * value
                for j in range(i, size):
                    row[j] += share * values[j]
        for i in range(size):
            for j in range(i):
                curve[i][j] = curve[j][i]
        weights = [weight + step for weight, step in zip(weights, solved(curve, slope), strict=True)]
    return weights


def solved(matrix: Sequence[Sequence[float]], right: Sequence[float]) -> list[float]:
    """The solution of a system of linear equations whose matrix is positive definite."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    size = len(rows)
    for i in range(size):
        for other in rows[i + 1 :]:
            factor = other[i] / rows[i][i]
            other[i:] = [x - factor * y for x, y in zip(other[i:], rows[i][i:], strict=True)]
    found = [0.0] * size
    for i in reversed(range(size)):
        known = sum(rows[i][j] * found[j] for j in range(i + 1, size))
        found[i] = (rows[i][size] - known) / rows[i][i]
    return found


def brier(weights: Sequence[float], rows: Sequence[Row]) -> float:
    """The mean square of what the weights miss: 0 for an oracle."""
    chances = (logistic(sum(map(float.__mul__, weights, values))) for values, _ in rows)
    return sum((chance - won) ** 2 for chance, (_, won) in zip(chances, rows, strict=True)) / len(rows)


def brier_of_mean(known: Sequence[Row], rows: Sequence[Row]) -> float:
    """The same for one who always says how often it came: what an estimate has to beat."""
    mean = sum(won for _, won in known) / len(known)
    return sum((mean - won) ** 2 for _, won in rows) / len(rows)

"""Row 45: what a seat's deeds do for its side, by an estimate of who will win from what all can see.

The estimate is a logistic model of public states: who lives, whom the role list promised, whose graves are open. It is
fitted on scripted matches by `manage.py impact_fit`, which keeps its weights and its Brier score in `impact.json`.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import exp
from pathlib import Path
from typing import Any

from agents.scripted.lists import pool
from eval.evidence.record import TOWN, Stand
from eval.metrics.case import Case, Estimator
from eval.metrics.registry import Kind, Source, metric
from eval.metrics.value import Value, ratio
from game.engine.config import Table
from game.engine.roles import ROLES
from game.engine.types import Phase, Seat

FITTED = Path(__file__).with_name("impact.json")
FEATURES = ("bias", "own", "rivals", "town", "living", "players", "hidden", "day", "night")
"""What a public state is told by, in the order of the weights."""


@dataclass(frozen=True, slots=True)
class Logistic:
    """Weights for the Town, and for its rivals alike."""

    town: Sequence[float]
    rivals: Sequence[float]

    def chance(self, table: Table, stand: Stand, side: str) -> float:
        """The chance, from 0 to 1, that a side wins from where all can see the match stand."""
        weights = self.town if side == TOWN else self.rivals
        return logistic(sum(w * x for w, x in zip(weights, features(table, stand, side), strict=True)))


def logistic(score: float) -> float:
    """Log-odds as a chance."""
    return 1 / (1 + exp(-max(-30.0, min(30.0, score))))


def features(table: Table, stand: Stand, side: str) -> tuple[float, ...]:
    """A public state as one side sees its chances, in the order of `FEATURES`."""
    promised = expected(table.slots, table.ruleset)
    lost: dict[str, int] = {}
    for role in stand.graves:
        if role and (theirs := ROLES[role].side):
            lost[theirs] = lost.get(theirs, 0) + 1
    left = {one: max(0.0, number - lost.get(one, 0)) for one, number in promised.items()}
    living, town = max(1, stand.living), 0.0 if side == TOWN else left.get(TOWN, 0.0)
    rivals = sum(number for one, number in left.items() if one not in (side, TOWN))
    return (
        1.0, left.get(side, 0.0) / living, rivals / living, town / living, stand.living / 15, len(table.names) / 15,
        stand.graves.count("") / 15, stand.day / 10, float(stand.phase is Phase.NIGHT),
    )  # fmt: skip


@cache
def expected(slots: tuple[str, ...], ruleset: str) -> Mapping[str, float]:
    """How many players of each side a role list promises, on average."""
    found: dict[str, float] = {}
    for slot in slots:
        roles = (slot,) if slot in ROLES else pool(slot, ruleset)
        for role in roles:
            if side := ROLES[role].side:
                found[side] = found.get(side, 0.0) + 1 / len(roles)
    return found


@cache
def fitted() -> Logistic:
    """The model as it was fitted last."""
    known: dict[str, Any] = json.loads(FITTED.read_text("utf-8"))
    return Logistic(*([known["weights"][part][name] for name in FEATURES] for part in ("town", "rivals")))


@metric(45, Kind.MEAN, "points", "change of the estimated chance that the seat's side wins, in points of a hundred, "
        "over the phase of each deed with the trial that it led to", "deeds: answers that were taken and are no pass",
        null="no deed for a side", source=Source.ESTIMATOR)  # fmt: skip
def impact(case: Case, seat: Seat) -> Value:
    """What the seat's deeds do for its side."""
    estimator = case.estimator or fitted()
    opened = [stand.seq for stand in case.stands]
    points, deeds = 0.0, 0
    for deed in case.asked.of(seat):
        side, place = case.side(seat, deed.seq), bisect_right(opened, deed.seq)
        if deed.outcome != "accepted" or deed.passed or not side or not place:
            continue
        after = _chance(case, estimator, place, side)
        if after is not None:
            before = _estimate(case, estimator, place - 1, side)
            points, deeds = points + 100 * (after - before), deeds + 1
    return ratio(points, deeds, "no deed for a side")


def _chance(case: Case, estimator: Estimator, place: int, side: str) -> float | None:
    """How a side stands when the next phase opens; at the end it has won or not. None where the log ends before."""
    if place < len(case.stands):
        return _estimate(case, estimator, place, side)
    return float(case.ending.outcome == side) if case.ending else None


def _estimate(case: Case, estimator: Estimator, place: int, side: str) -> float:
    key = place, side
    if key not in case.chances:
        case.chances[key] = estimator.chance(case.table, case.stands[place], side)
    return case.chances[key]

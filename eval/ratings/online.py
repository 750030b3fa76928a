"""A board that counts matches one after another, as a league does. It depends on their order, so it is made many times.

Each side of a model has a rating of its own; a model that holds several seats of a side is one player.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import Any

import numpy as np
from openskill.models import PlackettLuce

from eval.experiments.outcome import Outcome
from eval.ratings.rating import RIVALS, Board, Item, Name, evil_score, shares

ORDERS = 20
MOST = 2_000
"""Matches that a board is made of; of more, so many are drawn for each order."""


def boards(outcomes: Sequence[Outcome], name: Name, *, orders: int = ORDERS, seed: int = 0) -> dict[Item, Board]:
    """Where each item's mean skill comes to lie: the mean over shuffled orders, the least and the greatest."""
    rng = np.random.default_rng(seed)
    games = [(_teams(one, name), evil_score(one)) for one in outcomes]
    found: dict[Item, list[float]] = {}
    for _ in range(orders):
        order = rng.permutation(len(games))[:MOST]
        for item, skill in _played([games[place] for place in order]).items():
            found.setdefault(item, []).append(skill)
    return {item: Board(fmean(skills), min(skills), max(skills), len(skills)) for item, skills in found.items()}


def _teams(outcome: Outcome, name: Name) -> list[list[Item]]:
    items = sorted(shares(outcome, name))
    return [[item for item in items if item.side is side] for side in RIVALS]


def _played(games: Sequence[tuple[list[list[Item]], float]]) -> dict[Item, float]:
    model = PlackettLuce()
    skills: dict[Item, Any] = {}
    for teams, score in games:
        if not all(teams):
            continue
        known = [[skills.get(item) or model.rating() for item in team] for team in teams]
        ranks = [1.0, 1.0] if score == 0.5 else [2.0 - score, 1.0 + score]
        for team, rated in zip(teams, model.rate(known, ranks=ranks), strict=True):
            skills.update(zip(team, rated, strict=True))
    return {item: skill.mu for item, skill in skills.items()}

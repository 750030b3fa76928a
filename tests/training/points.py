"""Decision points for tests: the first of a walk that fit."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import islice

from game.engine.asks import AskKind
from training.rollout.points import Point, points
from training.rollout.tables import Plan, learner


@lru_cache(maxsize=4)
def first(n: int, *, held_out: bool = False) -> tuple[Point, ...]:
    """The first n points of a walk."""
    return tuple(islice(points(Plan(), "tests", learner(), held_out=held_out), n))


def found(kind: AskKind, fits: Callable[[Point], bool] = lambda point: True) -> Point:
    """The first point of a kind that fits."""
    return next(point for point in first(240) if point.ask.kind is kind and fits(point))

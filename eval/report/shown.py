"""What pages show of an analysis, as plain values: small enough to be sent every few seconds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from eval.experiments.plan import PlanSpec
from eval.ratings.rating import Interval, Rating, Ratings
from eval.report import words
from eval.statistics.result import Analysis, Figure, Result


def arms_shown(found: Analysis) -> dict[str, dict[str, Any]]:
    """Who has won, by arm."""
    return {
        arm.arm: {
            "evil": _figure(arm.evil), "town": _figure(arm.town), "undecided": words.undecided(arm),
        }
        for arm in found.arms
    }  # fmt: skip


def found_shown(plan: PlanSpec, found: Analysis, ratings: Ratings) -> dict[str, Any]:
    """What was found; `so_far` says it as long as nothing is decided."""
    stops = {one.evidence.threshold for one in found.results if one.evidence}
    return {
        "head": [*words.head(plan, found), *found.warnings], "so_far": [*words.so_far(found), *found.warnings],
        "exploratory": found.exploratory,
        "estimands": list(map(_estimand, found.results)), "evidence": list(_evidence(found)),
        "stop": min(stops, default=None), "matches": found.matches, "ratings": ratings_shown(ratings),
    }  # fmt: skip


def _estimand(one: Result) -> dict[str, Any]:
    asked, found = one.estimand, one.difference
    return {
        "name": asked.name, "says": asked.says, "what": asked.what or words.title(one), "arms": words.arms_of(one),
        "primary": one.primary, "scale": words.scale(one), "value": found.value if found else None,
        "low": found.low if found else None, "high": found.high if found else None, "n": one.blocks,
        "p": one.p, "adjusted": one.corrected, "e": one.evidence.e if one.evidence else None,
        "pairs": asdict(one.pairs) if one.pairs else None,
        "discordant": one.discordant.value if one.discordant else None, "finding": one.finding, "reason": one.reason,
    }  # fmt: skip


def _evidence(found: Analysis) -> Iterator[dict[str, Any]]:
    for one in found.results:
        if one.primary and one.evidence and one.evidence.path:
            yield {"name": one.estimand.name, "points": [{"x": x, "y": y} for x, y in one.evidence.path]}


def ratings_shown(ratings: Ratings) -> list[dict[str, Any]]:
    """Ratings, strongest first on each side."""
    return list(map(_rating, ratings.ratings))


def _rating(one: Rating) -> dict[str, Any]:
    return {
        "model": one.model, "side": one.side.value, "matches": one.matches, "blocks": one.blocks, "wins": one.wins,
        "won": _of(one.won, one.matches), "points": _of(one.points, one.matches),
        "board": asdict(one.board) if one.board else None, "setups": list(one.setups), "reason": one.reason,
    }  # fmt: skip


def _of(found: Interval | None, n: int) -> dict[str, Any] | None:
    return {**asdict(found), "n": n} if found else None


def _figure(found: Figure | None) -> dict[str, Any] | None:
    return asdict(found) if found and found.low is not None else None

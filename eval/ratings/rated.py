"""Outcomes rated: who is worth how much on a side, and how often each won in a role."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from eval.experiments.outcome import Outcome, Side
from eval.ratings.batch import DRAWS, fit, rate
from eval.ratings.online import boards
from eval.ratings.rating import (
    RIVALS,
    Board,
    Interval,
    Item,
    Name,
    Rating,
    Ratings,
    RoleRate,
    by_model,
    evil_score,
    finished,
    shares,
    side_score,
)

FEWEST = 10
"""Blocks below which nothing is said."""


def ratings_of(outcomes: Iterable[Outcome], name: Name = by_model, *, draws: int = DRAWS) -> Ratings:
    """The ratings of the models in these matches, strongest first on each side; intervals from so many draws."""
    everything = list(outcomes)
    ended = finished(everything)
    worth, board = (fit(ended, name, draws=draws), boards(ended, name)) if ended else ({}, {})
    met: defaultdict[Item, list[Outcome]] = defaultdict(list)
    for one in ended:
        for item in shares(one, name):
            met[item].append(one)
    rated = [_rating(item, played, worth[item], board.get(item)) for item, played in met.items()]
    return Ratings(
        tuple(sorted(rated, key=lambda one: (one.side, -(one.points.value if one.points else 0), one.model))),
        tuple(_roles(ended, name)), len(ended), len(everything) - len(ended),
        sum(evil_score(one) == 0.5 for one in ended),
    )  # fmt: skip


def _rating(item: Item, played: Sequence[Outcome], worth: Interval, board: Board | None) -> Rating:
    scores = _by_block((one.seed, side_score(one, item.side)) for one in played)
    wins = sum(one.evil_won if item.side is Side.EVIL else one.town_won for one in played)
    setups = tuple(sorted({one.setup for one in played}))
    if len(scores) < FEWEST:
        reason = f"{len(scores)} of the {FEWEST} blocks that it takes to say anything"
        return Rating(item.model, item.side, len(played), len(scores), wins, None, None, None, setups, reason)
    return Rating(item.model, item.side, len(played), len(scores), wins, rate(scores), worth, board, setups)


def _by_block(scores: Iterable[tuple[str, float]]) -> Mapping[str, Sequence[float]]:
    found: defaultdict[str, list[float]] = defaultdict(list)
    for seed, score in scores:
        found[seed].append(score)
    return dict(sorted(found.items()))


def _roles(ended: Iterable[Outcome], name: Name) -> Iterable[RoleRate]:
    seats: defaultdict[tuple[str, Side, str], list[tuple[Outcome, bool]]] = defaultdict(list)
    for one in ended:
        for seat in one.seats:
            if seat.side in RIVALS:
                seats[name(seat), seat.side, seat.role].append((one, seat.won))
    for (model, side, role), won in sorted(seats.items()):
        scores = _by_block((one.seed, float(is_won)) for one, is_won in won)
        matches = len({(one.seed, one.arm, one.setup) for one, _ in won})
        share = rate(scores) if len(scores) >= FEWEST else None
        yield RoleRate(model, role, side, matches, len(won), sum(is_won for _, is_won in won), share)

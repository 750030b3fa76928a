"""What a rating is, and who is rated: a model on a side, never a model over both."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, TypeAlias

from eval.experiments.outcome import Ending, Outcome, SeatOutcome, Side

Name: TypeAlias = Callable[[SeatOutcome], str]
"""By which name the player of a seat is rated."""
RIVALS = (Side.EVIL, Side.TOWN)
"""The sides that are rated: neutrals win beside either of them."""
AVERAGE = 1500.0
"""What the mean of a side is on the scale of points."""
POINTS = 400 / math.log(10)
"""Points of one unit of log odds: 400 of them are ten to one."""


class Item(NamedTuple):
    """Who is rated: a model on a side."""

    model: str
    side: Side

    def __str__(self) -> str:
        return f"{self.model}@{self.side.value}"


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure between the ends of its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Board:
    """Where a rating that counts matches one after another came to lie, in so many orders of them."""

    value: float
    low: float
    high: float
    orders: int


@dataclass(frozen=True, slots=True)
class Rating:
    """What a model is worth on a side, on how many matches that rests, and how sure it is.

    `points` are 1500 for the mean of the side; 400 more are ten times the odds. None, with `reason`, where too few
    blocks were played to say anything. `setups` are the role lists that it was met on.
    """

    model: str
    side: Side
    matches: int
    blocks: int
    wins: int
    won: Interval | None
    points: Interval | None
    board: Board | None
    setups: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RoleRate:
    """How often a model won in a role: `seats` seats in `matches` matches."""

    model: str
    role: str
    side: Side
    matches: int
    seats: int
    wins: int
    won: Interval | None


@dataclass(frozen=True, slots=True)
class Ratings:
    """All ratings of some outcomes. `failed` matches were never finished and are in no rating; `halved` ones had no
    winner, or both, and count as half a win for either side."""

    ratings: tuple[Rating, ...]
    roles: tuple[RoleRate, ...]
    matches: int
    failed: int
    halved: int

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def finished(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """The matches that came to an end, in an order that does not hang on who played them first."""
    found = [one for one in outcomes if one.ending is not Ending.FAILED]
    return sorted(found, key=lambda one: (one.seed, one.setup, one.arm, one.block))


def evil_score(outcome: Outcome) -> float:
    """1 where evil alone has won, 0 where the town alone has, else a half."""
    return (1.0 + outcome.evil_won - outcome.town_won) / 2


def side_score(outcome: Outcome, side: Side) -> float:
    """The same for a side."""
    return evil_score(outcome) if side is Side.EVIL else 1.0 - evil_score(outcome)


def shares(outcome: Outcome, name: Name) -> Mapping[Item, float]:
    """Which part of its side each model played: 1 where it had all of its seats."""
    found: dict[Item, float] = {}
    for side in RIVALS:
        seats: Sequence[SeatOutcome] = [seat for seat in outcome.seats if seat.side is side]
        for seat in seats:
            item = Item(name(seat), side)
            found[item] = found.get(item, 0.0) + 1 / len(seats)
    return found


def by_model(seat: SeatOutcome) -> str:
    """The plan's name for who played."""
    return seat.model


def by_agent(seat: SeatOutcome) -> str:
    """The agent that played, whatever a plan calls it."""
    return seat.agent

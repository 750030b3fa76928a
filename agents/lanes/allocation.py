"""Which lane a seat goes to, and why, in words.

Pure. Seats of one match that play the same model stay together, since they share a long beginning of their prompts
which a server computes once; they part only where a lane has more than its share.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil

from agents.lanes.facts import LaneFacts, ModelFacts


@dataclass(frozen=True, slots=True)
class Place:
    """A seat's lane; `lane` is None where nothing serves its model, and `reason` says why."""

    seat: int
    model: str
    lane: str | None
    reason: str


def allocate(
    wishes: Mapping[int, ModelFacts], lanes: Sequence[LaneFacts], settled: Iterable[tuple[str, str]] = ()
) -> list[Place]:
    """A place for every seat of a match.

    `settled` are the seats of the same match that have a place already, as pairs of model and lane.
    """
    mates = Counter(settled)
    load = {lane.name: lane for lane in lanes}
    places = []
    for seat in sorted(wishes):
        model = wishes[seat]
        place = _place(seat, model, list(load.values()), mates)
        places.append(place)
        if place.lane is not None:
            mates[model.name, place.lane] += 1
            load[place.lane] = replace(load[place.lane], seats=load[place.lane].seats + 1)
    return places


def _place(seat: int, model: ModelFacts, lanes: Sequence[LaneFacts], mates: Mapping[tuple[str, str], int]) -> Place:
    fitting = [lane for lane in lanes if lane.serves(model)]
    open_to = [lane for lane in fitting if lane.takes_seats]
    if not open_to:
        return Place(seat, model.name, None, _refusal(model, fitting))
    serving = [lane for lane in open_to if lane.serving]
    candidates = serving or open_to
    together = max(candidates, key=lambda lane: mates.get((model.name, lane.name), 0))
    beside = mates.get((model.name, together.name), 0)
    if beside and together.seats < share(together, candidates):
        return Place(seat, model.name, together.name, f"beside {beside} of the same match and model")
    lane = min(candidates, key=lambda lane: _rank(lane, model))
    return Place(seat, model.name, lane.name, _reason(lane, model, candidates, together if beside else None))


def share(lane: LaneFacts, lanes: Sequence[LaneFacts]) -> int:
    """Most seats that a lane takes while others are free: what it answers at once, or its part of all seats."""
    seats = sum(each.seats for each in lanes) + 1
    return max(lane.concurrency, ceil(seats * lane.concurrency / sum(each.concurrency for each in lanes)))


def _rank(lane: LaneFacts, model: ModelFacts) -> tuple[bool, bool, float, str]:
    """What is better comes first: room, the adapter at hand, little load, and then the name."""
    is_loaded = model.adapter is None or model.adapter.name in lane.adapters
    return lane.seats >= lane.concurrency, not is_loaded, lane.seats / lane.concurrency, lane.name


def _reason(lane: LaneFacts, model: ModelFacts, candidates: Sequence[LaneFacts], left: LaneFacts | None) -> str:
    words = []
    if left is not None:
        words.append(f"{left.name} has its share ({left.seats} seats)")
    if len(candidates) == 1:
        words.append("the only lane that serves the model")
    elif model.adapter is not None and model.adapter.name in lane.adapters:
        words.append("has the adapter loaded")
    else:
        words.append(f"has the least load ({lane.seats} seats of {lane.concurrency})")
    if not lane.serving:
        words.append(f"it is {lane.state} now")
    return ", ".join(words)


def _refusal(model: ModelFacts, fitting: Sequence[LaneFacts]) -> str:
    if not fitting:
        wanted = f" in the class {model.lane_class}" if model.lane_class else ""
        return f"no lane serves {model.base}{wanted}"
    return "no lane takes seats: " + ", ".join(f"{lane.name} is {_standing(lane)}" for lane in fitting)


def _standing(lane: LaneFacts) -> str:
    if not lane.watched and lane.state not in ("off", "broken"):
        return "no longer watched"
    return str(lane.wanted if lane.serving else lane.state)

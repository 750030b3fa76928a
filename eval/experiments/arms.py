"""What the design of a plan means: its arms, who plays whom in each, and the estimands that it can answer."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from eval.experiments.outcome import Side
from eval.experiments.plan import Design, EstimandSpec, PlanSpec
from game.engine.types import Seat
from game.lobby import lobby_slots

BASE = "AA"
"""The arm in which the base plays everybody."""
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Arm:
    """Who plays whom. `one` is the model of the one seat that the block draws; with `day`, from that day on."""

    name: str
    sides: Mapping[Side, str]
    seats: Mapping[Seat, str] = field(default_factory=dict)
    one: str = ""
    day: int = 0

    def model(self, seat: Seat, side: Side, drawn: Seat = 0) -> str:
        """The plan's name for who plays a seat; `drawn` is the seat of the block."""
        if self.one and seat == drawn:
            return self.one
        return self.seats.get(seat) or self.sides[side]

    @property
    def models(self) -> frozenset[str]:
        """Everybody who may play in it."""
        return frozenset({*self.sides.values(), *self.seats.values(), *filter(None, [self.one])})


def arms_of(plan: PlanSpec) -> dict[str, Arm]:
    """The arms by name; that of the base alone comes first where the design has one."""
    arms = {arm.name: arm for arm in _made(plan)}
    only = plan.design.only
    return {name: arm for name, arm in arms.items() if not only or name in only}


def _made(plan: PlanSpec) -> Iterator[Arm]:
    design = plan.design
    base, other = design.base, design.other
    if design.kind is Design.ARMS:
        for name, spec in design.arms.items():
            sides = {side: getattr(spec, side.value) or spec.all or "" for side in Side}
            yield Arm(name, sides, dict(sorted(spec.seats.items())))
        return
    yield Arm(BASE, _sides(base))
    if design.kind is Design.FACTION:
        yield Arm("EM", _sides(base, evil=other))
        yield Arm("TM", _sides(base, town=other))
        yield Arm("MM", _sides(base, town=other, evil=other))
    elif design.kind is Design.ROTATION:
        yield Arm("AM", _sides(base), one=other)
    for day in sorted(design.days):
        yield Arm(f"D{day}", _sides(base), one=other, day=day)


def _sides(base: str, town: str = "", evil: str = "") -> dict[Side, str]:
    return {Side.TOWN: town or base, Side.EVIL: evil or base, Side.NEUTRAL: base}


# Estimands ------------------------------------------------------------------------------------------------------------


def _less(what: str, arm: str, says: str) -> EstimandSpec:
    return EstimandSpec(what=what, arm=arm, against=BASE, says=says)


FACTION: Mapping[str, EstimandSpec] = {
    "P1": _less("evil_won", "EM", "what the other model does for the evil side"),
    "P2": _less("town_won", "TM", "what the other model does for the Town"),
    "P3": EstimandSpec(of=("P1", "P2"), says="whether it helps deceiving more than deducing"),
    "P4": _less("town_won", "MM", "whether it breaks a team"),
    "S1": _less("days_alive_7@evil", "EM", "days that evil seats live, up to day 7"),
    "S2": _less("lynched@evil", "EM", "evil seats that are lynched"),
    "S3": _less("lie_rate@evil", "EM", "false statements of evil seats in 1,000 spoken tokens"),
    "S4": _less("vote_accuracy_town@town", "EM", "how often the Town votes for an enemy"),
    "S5": _less("unforced_lie@town", "TM", "lies of the Town, which needs none"),
}
ROTATION: Mapping[str, EstimandSpec] = {
    "R1": _less("seat_won", "AM", "whether the one seat wins"),
    "R2": _less("seat_days_alive", "AM", "days that it lives"),
}


def estimands_of(plan: PlanSpec) -> dict[str, EstimandSpec]:
    """Everything that the plan says it may estimate: what its design knows and its arms allow, and its own."""
    arms = arms_of(plan)
    known = {name: one for name, one in _known(plan).items() if one.of or {one.arm, one.against} <= arms.keys()}
    known = {name: one for name, one in known.items() if not one.of or set(one.of) <= known.keys()}
    return {**known, **plan.estimands}


def _known(plan: PlanSpec) -> Mapping[str, EstimandSpec]:
    match plan.design.kind:
        case Design.FACTION:
            return FACTION
        case Design.ROTATION:
            return ROTATION
        case Design.FORKS:
            days = sorted(plan.design.days)
            return {
                f"F{day}": _less("seat_won", f"D{day}", f"whether the one seat wins from day {day} on") for day in days
            }
        case Design.ARMS:
            return {}


def primary_of(plan: PlanSpec) -> list[str]:
    """The estimands that the experiment is for, in order: the plan's choice, or its design's."""
    firsts = ("P", "R1", "F")
    return list(plan.primary) or [name for name in estimands_of(plan) if name.startswith(firsts) or not _known(plan)]


# What is wrong --------------------------------------------------------------------------------------------------------


def flaws_of(plan: PlanSpec) -> Iterator[tuple[Path, str]]:
    """What no field of a plan shows by itself: where, and a sentence."""
    yield from _unknown_models(plan)
    made = [arm.name for arm in _made(plan)]
    for place, name in enumerate(plan.design.only):
        if name not in made:
            yield ("design", "only", place), f"there is no arm {name!r}{_near(name, made)}"
    if plan.design.kind is Design.FORKS and BASE not in arms_of(plan):
        yield ("design", "only"), f"forks begin in matches of {BASE}: it must be played"
    yield from _unfit_seats(plan)
    yield from _unknown_estimands(plan)


def _unknown_models(plan: PlanSpec) -> Iterator[tuple[Path, str]]:
    design, named = plan.design, list(plan.models)
    places: list[tuple[Path, str]] = [(("gate", name), name) for name in plan.gate]
    if design.kind is Design.ARMS:
        for name, arm in design.arms.items():
            places += [(("design", "arms", name), model) for model in sorted(arm.models)]
    else:
        places += [(("design", "base"), design.base), (("design", "other"), design.other)]
    for path, name in places:
        if name not in named:
            yield path, f"there is no model {name!r}{_near(name, named)}"


def _unfit_seats(plan: PlanSpec) -> Iterator[tuple[Path, str]]:
    """Arms that name a seat which some lobby has not."""
    fewest = min(seats_of(plan).values())
    for name, arm in plan.design.arms.items():
        if arm.seats and max(arm.seats) > fewest:
            yield ("design", "arms", name, "seats"), f"there is no seat {max(arm.seats)} at a table of {fewest}"


def _unknown_estimands(plan: PlanSpec) -> Iterator[tuple[Path, str]]:
    arms, known = list(arms_of(plan)), list(estimands_of(plan))
    for name, one in plan.estimands.items():
        for arm in filter(None, (one.arm, one.against)):
            if arm not in arms:
                yield ("estimands", name), f"there is no arm {arm!r}{_near(arm, arms)}"
        for other in one.of or ():
            if other not in known or other == name or estimands_of(plan)[other].of:
                yield ("estimands", name), f"there is no plain estimand {other!r} to take a difference of"
    for place, name in enumerate(plan.primary):
        if name not in known:
            yield ("primary", place), f"there is no estimand {name!r}{_near(name, known)}"


def seats_of(plan: PlanSpec) -> dict[str, int]:
    """How many seats each lobby has."""
    return {name: len(lobby_slots(spec)) for name, spec in plan.lobbies.items()}


def _near(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, 1, 0.5)
    return f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(known) or 'none'}"

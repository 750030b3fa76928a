"""Rows 38, 48 and half of 37: whom the nights' deeds go for, what they change, and what is wasted."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from eval.evidence.record import Choice, Deed
from eval.metrics.case import Case
from eval.metrics.registry import Kind, Level, metric
from eval.metrics.value import Value, ratio
from game.engine.roles.base import Ability, Bar
from game.engine.types import Channel, Seat

PROTECTING = frozenset({"shielded", "guarded", "trapped"})
"""What a protector does to a ward, as the night notes it."""
LOST = frozenset({"blocked", "jailed", "target_jailed"})
"""Ends of a deed that came to nothing."""


@cache
def worth() -> Mapping[str, float]:
    """What a role is worth as the target of a killer; `other` for those not named."""
    weights: dict[str, float] = tomllib.loads(files(__package__).joinpath("worth.toml").read_text("utf-8"))
    return weights


@metric(38, Kind.MEAN, "worth", "worth of the roles that the seat set out to kill", "nights with a harmful choice",
        null="no harmful choice of a target")  # fmt: skip
def target_value(case: Case, seat: Seat) -> Value:
    """How valuable the targets of a killer are, by the weights in `worth.toml`."""
    weights = worth()
    aims = [choice for choice in case.choices.of(seat) if choice.targets and _ability(case, choice).harmful]
    roles = [case.card(aim.targets[0], case.nights[aim.night].seq).name for aim in aims]
    return ratio(sum(weights.get(role, weights["other"]) for role in roles), len(aims), "no harmful choice")


def _ability(case: Case, choice: Choice) -> Ability:
    return case.card(choice.seat, case.nights[choice.night].seq).by_id[choice.ability]


def _deeds(case: Case, seat: Seat) -> Iterator[Deed]:
    return (deed for night in case.deeds.values() for deed in night if deed.by == seat)


@metric(38, Kind.RATE, "share", "nights on which the ward was attacked", "nights on which the seat protected another",
        null="never protected anybody else")  # fmt: skip
def protected_correctly(case: Case, seat: Seat) -> Value:
    """How often a protector is where the attack is."""
    wards = {(d.night, d.seats[0]) for d in _deeds(case, seat) if d.what in PROTECTING and d.seats[0] != seat}
    hit = sum(any(d.what == "attacked" and d.seats[0] == ward for d in case.deeds[night]) for night, ward in wards)
    return ratio(hit, len(wards), "protected nobody")


@metric(37, Kind.RATE, "share", "nights on which all choices of whom to kill name the same seat",
        "nights with two or more free members of a team who choose that", null="no such night",
        level=Level.MATCH)  # fmt: skip
def mafia_coordination(case: Case) -> Value:
    """Whether those who order and those who carry out a team's kill agree on it."""
    agreed = nights = 0
    for night in case.nights.values():
        teams: defaultdict[Channel, set[Seat]] = defaultdict(set)
        for seat in night.free:
            card = case.card(seat, night.seq)
            if card.channel and (card.leads or card.carries):
                teams[card.channel].add(seat)
        for able in teams.values():
            if len(able) > 1:
                nights += 1
                agreed += len(_wishes(case, night.night, able)) == 1
    return ratio(agreed, nights, "no night with two members who choose")


def _wishes(case: Case, night: int, able: set[Seat]) -> set[Seat]:
    """Whom the members chose to kill."""
    chosen = (choice for choice in case.choices if choice.night == night and choice.seat in able)
    return {choice.targets[0] for choice in chosen if choice.targets and _ability(case, choice).harmful}


@metric(48, Kind.RATE, "share", "visits that killed or saved the owner of the house, or stopped the owner's deed",
        "visits", null="no visit")  # fmt: skip
def night_save(case: Case, seat: Seat) -> Value:
    """How often a visit changes what comes of the night."""
    visits = [deed for deed in _deeds(case, seat) if deed.step == "visit"]
    return ratio(sum(_changed(case, visit) for visit in visits), len(visits), "no visit")


def _changed(case: Case, visit: Deed) -> bool:
    """Whether a visit killed whoever lives there, saved them from an attack, or kept them from acting."""
    night, house = case.deeds[visit.night], visit.seats[0]
    here = [deed for deed in night if deed.seats[:1] == (house,)]
    mine = {deed.what for deed in here if deed.by == visit.by}
    attacked = any(deed.what == "attacked" and deed.by != visit.by for deed in here)
    killed = any(deed.step == "kill" and deed.what == "killed" for deed in here)
    stopped = any(deed.step == "act" and deed.by == house and deed.value == "blocked" for deed in night)
    saved = bool(mine & PROTECTING) and attacked and not killed
    return "killed" in mine or saved or ("blocked" in mine and stopped)


@metric(48, Kind.RATE, "share", "deeds that were blocked, met a cell, or went for oneself in vain or for the dead",
        "deeds of the night with a target", null="no such deed")  # fmt: skip
def wasted_action(case: Case, seat: Seat) -> Value:
    """How often a night's deed comes to nothing."""
    acts = [deed for deed in _deeds(case, seat) if deed.step == "act" and deed.seats]
    return ratio(sum(_wasted(case, deed) for deed in acts), len(acts), "no deed")


def _wasted(case: Case, deed: Deed) -> bool:
    night = case.nights[deed.night]
    ability = case.card(deed.by, night.seq).by_id.get(deed.what)
    if deed.value in LOST or ability is None:
        return deed.value in LOST
    dead = Bar.DEAD in ability.bars and deed.seats[0] not in night.living
    return dead or (deed.seats == (deed.by,) and Bar.SELF in ability.bars and not ability.hits_self)

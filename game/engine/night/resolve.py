"""One night from the choices to the reports (M80, M81): gather a whole pass, settle it, go on.

Gives the night's events up to the private reports; deaths are handed on to whoever reads them out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from game.engine import events as e
from game.engine.night.combat import clash, intercept, spring_hazards
from game.engine.night.effects import Effect, Strike, Tell
from game.engine.night.passes import FROZEN, Pass
from game.engine.night.settle import settle
from game.engine.night.table import Act, Night
from game.engine.roles import ROLES
from game.engine.state import State
from game.engine.types import HOST, KILL_ORDER, Cause, Seat, Visit, only

if TYPE_CHECKING:
    from game.engine.roles.base import PassMethod


@dataclass(frozen=True, slots=True)
class Fallen:
    """Somebody who died this night, with every strike that got through."""

    seat: Seat
    strikes: tuple[Strike, ...]

    @property
    def causes(self) -> tuple[Cause, ...]:
        """The causes in the order of the kill step."""
        return tuple(sorted({strike.cause for strike in self.strikes}, key=KILL_ORDER.__getitem__))


def resolve(state: State) -> tuple[list[e.Event], list[Fallen]]:
    """The night's events, reports included, and the fallen in seat order."""
    night = open_night(state)
    methods = _methods(night)
    log: list[e.Event] = []
    for step in Pass:
        if step is FROZEN:
            _freeze_visits(night)
        effects: list[Effect] = []
        for seat, ability, method in methods.get(step, ()):
            effects += _run(night, step, seat, ability, method)
        if step is Pass.KILL:
            effects.extend(spring_hazards(night))
        if effects:
            log.extend(settle(night, step, effects))
        if step is Pass.DOOM:
            intercept(night)
            clash(night)
    log.extend(_facts(night))
    log.extend(_changes(night))
    fallen = [Fallen(seat, tuple(strikes)) for seat in state.public.seats if (strikes := night.killed(seat))]
    log.extend(_reports(night))
    return log, fallen


def open_night(state: State) -> Night:
    """The night as chosen: acts of those who may act, prisoners in their cells (M84)."""
    public = state.public
    night = Night(state, public.day)
    for seat in public.seats:
        me = state.of(seat)
        if me.fact("jailor_on") == public.day and seat in public.living | public.departed:
            prisoner = me.fact("prisoner")
            assert isinstance(prisoner, int)
            night.prisoners[prisoner] = seat
    for seat in public.seats:
        me = state.of(seat)
        choice = me.choice(public.day, night=True)
        if choice and seat not in public.departed:
            act = Act(ROLES[me.role].by_id[choice.ability], choice.targets, choice.param)
            act.outcome = "jailed" if seat in night.prisoners and seat in public.living else ""
            night.acts[seat] = act
    return night


def _methods(night: Night) -> dict[Pass, list[tuple[Seat, str | None, PassMethod]]]:
    by_pass: dict[Pass, list[tuple[Seat, str | None, PassMethod]]] = {}
    for seat in night.state.public.seats:
        role = night.role(seat)
        for step, methods in role.passes.items():
            by_pass.setdefault(step, []).extend((seat, ability, method) for ability, method in methods)
    return by_pass


def _run(night: Night, step: Pass, seat: Seat, ability: str | None, method: PassMethod) -> list[Effect]:
    role = night.role(seat)
    if ability is None:
        return list(method(role, night, seat))
    act = night.acts.get(seat)
    if act is None or act.outcome or act.ability.id != ability:
        return []
    if step is not Pass.ORDER and _meets_cell(night, seat, act):
        return []
    return list(method(role, night, seat, *act.targets))


def _meets_cell(night: Night, seat: Seat, act: Act) -> bool:
    """A visitor to a prisoner fails and is told so; uses are not spent (M75)."""
    prisoners = [target for target in act.targets if target in night.prisoners]
    if act.ability.visit is not Visit.NORMAL or act.ability.reaches_cell or not prisoners:
        return False
    act.outcome = "target_jailed"
    night.reports.append(Tell(seat, "target_jailed", tuple(prisoners)))
    if told := _ATTEMPTS.get(act.ability.id, "attacked_defended" if act.ability.harmful else None):
        night.reports.extend(Tell(prisoner, told) for prisoner in prisoners)
    return True


_ATTEMPTS = {"distract": "role_blocked", "transport": "transported", "blackmail": "blackmailed"}
"""What a prisoner is told of things that could not reach the cell (M84)."""


def _freeze_visits(night: Night) -> None:
    """Fix who went where (M70): whoever was not kept from going, and the Jailor to the prisoner (M73)."""
    for seat, act in night.acts.items():
        if act.ability.visit is Visit.NORMAL and act.outcome in ("", "target_jailed"):
            night.visits.extend((seat, target) for target in act.targets if target != seat)
            if not act.outcome:
                _meets_cell(night, seat, act)
    night.visits.extend((jailor, prisoner) for prisoner, jailor in night.prisoners.items() if night.lives(jailor))


def _facts(night: Night) -> list[e.Event]:
    """What those who see everything are shown beside the effects."""
    log: list[e.Event] = [
        e.Happened(HOST, "act", act.ability.id, seat, act.targets, act.outcome or "done")
        for seat, act in sorted(night.acts.items())
    ]
    log.extend(e.Happened(HOST, "visit", "visited", by, (house,)) for by, house in sorted(set(night.visits)))
    for blow in night.blows:
        strike, what = blow.strike, "killed" if blow.killed else "failed to kill"
        log.append(e.Happened(HOST, "kill", what, strike.by, (strike.target,), strike.cause.value))
    return log


def _changes(night: Night) -> list[e.Event]:
    log: list[e.Event] = [
        e.MarkSet(HOST, seat, key, value)
        for (seat, key), value in night.marks.items()
        if value != night.state.secret.mark(seat, key)
    ]
    log.extend(e.FactSet(only(seat), seat, key, value) for (seat, key), value in night.learnt.items())
    log.extend(e.UsesSet(only(seat), seat, ability, left) for (seat, ability), left in night.uses.items())
    return log


def _reports(night: Night) -> list[e.Event]:
    """Private reports, by seat; each at most once (M61)."""
    told = dict.fromkeys(night.reports)
    by_seat = sorted(told, key=lambda tell: tell.to)
    return [e.Told(only(tell.to), tell.message, tell.seats, tell.value) for tell in by_seat]

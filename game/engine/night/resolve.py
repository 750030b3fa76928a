"""One night from the choices to the reports (M80, M81): gather a whole pass, settle it, go on.

Gives the night's events up to the private reports; what is read out at dawn is handed on to whoever reads it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from game.engine import events as e
from game.engine.night.combat import clash, intercept
from game.engine.night.effects import Clean, Effect, Forge, Notice, Revive, Strike, Tell, Turn
from game.engine.night.passes import FROZEN, Pass
from game.engine.night.reports import private_reports
from game.engine.night.settle import settle
from game.engine.night.table import Act, Night
from game.engine.roles import ROLES
from game.engine.state import State
from game.engine.types import HOST, KILL_ORDER, Attack, Cause, Reach, Seat, Visit, only

if TYPE_CHECKING:
    from game.engine.roles.base import PassMethod

DOOM = Pass.DOOM


@dataclass(frozen=True, slots=True)
class Fallen:
    """Somebody who died this night: every strike that got through, and what became of the grave."""

    seat: Seat
    strikes: tuple[Strike, ...]
    clean: Clean | None = None
    forge: Forge | None = None

    @property
    def causes(self) -> tuple[Cause, ...]:
        """The causes in the order of the kill step."""
        return tuple(sorted({strike.cause for strike in self.strikes}, key=KILL_ORDER.__getitem__))


@dataclass(frozen=True, slots=True)
class Dawn:
    """What a night leaves to be read out and done at dawn (M60), each part in seat order."""

    fallen: tuple[Fallen, ...] = ()
    revivals: tuple[Revive, ...] = ()
    turns: tuple[Turn, ...] = ()
    notices: tuple[Notice, ...] = ()


def resolve(state: State) -> tuple[list[e.Event], Dawn]:
    """The night's events, reports included, and what is left for dawn."""
    night = open_night(state)
    log: list[e.Event] = []
    for step, methods in _agenda(tuple([state.role(seat) for seat in night.seats])):
        if step is FROZEN:
            _freeze_visits(night)
        effects: list[Effect] = []
        for seat, ability, method in methods:
            effects += _run(night, step, seat, ability, method)
        if step is DOOM:
            effects += _due_poison(night)
        if effects:
            log.extend(settle(night, step, effects))
        if step is DOOM:
            intercept(night)
            log.extend(settle(night, step, clash(night)))
    log.extend(_facts(night))
    log.extend(_changes(night))
    log.extend(private_reports(night))
    return log, _dawn(night)


def open_night(state: State) -> Night:
    """The night as chosen: acts of those who may act, prisoners in their cells (M84)."""
    public = state.public
    night = Night(state, public.day)
    for seat in public.seats:
        me = state.of(seat)
        if me.facts and me.fact("jailor_on") == public.day and seat in public.living | public.departed:
            prisoner = me.fact("prisoner")
            assert isinstance(prisoner, int)
            night.prisoners[prisoner] = seat
    for seat in public.seats:
        me = state.of(seat)
        choice = me.choice(public.day, night=True)
        if choice and seat not in public.departed:
            ability = ROLES[me.role].by_id[choice.ability]
            if ability.astral_with_book and me.fact("book"):
                ability = replace(ability, visit=Visit.ASTRAL)
            act = Act(ability, choice.targets, choice.param)
            act.outcome = "jailed" if seat in night.prisoners and seat in public.living else ""
            night.acts[seat] = act
    return night


@lru_cache(256)
def _agenda(roles: tuple[str, ...]) -> tuple[tuple[Pass, tuple[tuple[Seat, str | None, PassMethod], ...]], ...]:
    """Every pass in which something may happen, with the methods of the seats' roles in it, lowest seat first."""
    cards = [(seat, ROLES[role]) for seat, role in enumerate(roles, 1)]
    methods = {step: [(seat, *method) for seat, card in cards for method in card.passes.get(step, ())] for step in Pass}
    return tuple((step, tuple(found)) for step, found in methods.items() if found or step in (FROZEN, DOOM))


def _run(night: Night, step: Pass, seat: Seat, ability: str | None, method: PassMethod) -> list[Effect]:
    if ability is None:
        return list(method(night.role(seat), night, seat))
    act = night.acts.get(seat)
    if act is None or act.outcome or act.ability.id != ability:
        return []
    if act.targets == (seat,) and not act.ability.hits_self:
        return []
    role = night.role(seat)
    if step is not Pass.ORDER and _meets_cell(night, seat, act):  # whoever is sent meets it instead
        return []
    return list(method(role, night, seat, *act.targets))


def _meets_cell(night: Night, seat: Seat, act: Act) -> bool:
    """Whatever is meant for a prisoner fails, and its doer is told so; uses are not spent (M75, M84)."""
    if act.ability.reaches_cell or not night.prisoners:
        return False
    prisoners = [house for house in act.houses if house in night.prisoners and house != seat]
    if not prisoners:
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
            night.visits.extend((seat, house) for house in act.houses if house != seat)
            if not act.outcome:
                _meets_cell(night, seat, act)
    night.visits.extend((jailor, prisoner) for prisoner, jailor in night.prisoners.items() if night.lives(jailor))


def _due_poison(night: Night) -> list[Effect]:
    """Poison of an earlier night kills in this one; shields of the night do not help (M150)."""
    ill = {seat for seat, key in (*night.marks, *(night.state.secret.marks or ())) if key == "poisoned"}
    due = [seat for seat in sorted(ill) if night.lives(seat) and 0 < _noted(night, seat, "poisoned") < night.day]
    for seat in due:
        night.marks[seat, "poisoned"] = 0
    return [
        Strike(seat, _noted(night, seat, "poisoned_by"), Attack.BASIC, Cause.POISON, Reach.REMOTE, piercing=True)
        for seat in due
    ]


def _noted(night: Night, seat: Seat, key: str) -> int:
    return int(night.mark(seat, key) or 0)


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
    log.extend(e.GoalMet(only(seat), seat) for seat in night.goals)
    return log


def _dawn(night: Night) -> Dawn:
    fallen = [
        Fallen(
            seat,
            tuple(strikes),
            next((clean for clean in night.cleaners if clean.target == seat), None),
            next((forge for forge in night.forgers if forge.target == seat), None),
        )
        for seat in sorted({blow.strike.target for blow in night.blows if blow.killed})
        if (strikes := night.killed(seat))
    ]
    turns = {turn.seat: turn for turn in reversed(night.turns)}  # whoever was bitten remembers nothing any more
    in_order = tuple(turns[seat] for seat in sorted(turns))
    return Dawn(tuple(fallen), tuple(night.revivals), in_order, tuple(night.notices))

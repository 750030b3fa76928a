"""Effects become consequences here and nowhere else.

One function for each effect of the vocabulary. Facts of the night are noted as host-only `Happened` events on the way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from game.engine import events as e
from game.engine.night import effects as fx
from game.engine.night.passes import Pass
from game.engine.night.table import Act, Night
from game.engine.types import HOST, Immunity, Seat, Visit


def settle(night: Night, step: Pass, effects: list[fx.Effect]) -> list[e.Event]:
    """Let the gathered effects of one pass happen; give what happened, for those who see everything."""
    happened: list[e.Event] = []
    for effect in effects:
        note = _SETTLE[type(effect)](night, effect)
        if note:
            what, by, seats, value = note
            happened.append(e.Happened(HOST, step.name.lower(), what, by, seats, value))
    return happened


Note = tuple[str, Seat, tuple[Seat, ...], str] | None


def _swap(night: Night, effect: fx.Swap) -> Note:
    """All choices not yet bound that name one passenger now name the other (M97)."""
    other = {effect.a: effect.b, effect.b: effect.a}
    for seat, act in night.acts.items():
        if act.ability.visit is Visit.NORMAL and act.ability.slots == 1:
            act.targets = tuple(other.get(target, target) for target in act.targets)
        elif act.ability.displaced and seat in other:
            act.ability = night.role(seat).by_id[act.ability.displaced]
            act.targets = (other[seat],)
    for passenger in other:
        night.reports.append(fx.Tell(passenger, "transported"))
    return "swapped", effect.by, (effect.a, effect.b), ""


def _block(night: Night, effect: fx.Block) -> Note:
    target = effect.target
    if night.immune(target, Immunity.BLOCK):
        night.reports.append(fx.Tell(target, "roleblock_immune"))
        return "immune", effect.by, (target,), ""
    night.blockers.setdefault(target, []).append(effect.by)
    if night.role(target).strikes_blockers and not night.fact(target, "cautious"):
        return "blocked in vain", effect.by, (target,), ""
    night.reports.append(fx.Tell(target, "role_blocked"))
    if act := night.acts.get(target):
        act.outcome = act.outcome or "blocked"
    return "blocked", effect.by, (target,), ""


def _order(night: Night, effect: fx.Order) -> Note:
    for seat, _ in night.state.of(effect.by).team:
        ability = night.role(seat).carries
        if ability is None or not night.lives(seat) or seat in night.prisoners or seat in night.blockers:
            continue
        night.acts[seat] = Act(night.role(seat).by_id[ability], (effect.target,))
        night.acts[effect.by].outcome = "ordered"
        night.reports.append(fx.Tell(seat, "ordered_by_godfather", (effect.target,)))
        return "ordered", effect.by, (seat, effect.target), ""
    return None


def _shield(night: Night, effect: fx.Shield) -> Note:
    night.shields.setdefault(effect.target, []).append(effect)
    return "shielded", effect.by, (effect.target,), effect.level.name.lower()


def _guard(night: Night, effect: fx.Guard) -> Note:
    night.guards.append(effect)
    return "guarded", effect.by, (effect.ward,), ""


def _hazard(night: Night, effect: fx.Hazard) -> Note:
    night.hazards.append(effect)
    return "waited", effect.by, (effect.house,), effect.cause.value


def _strike(night: Night, effect: fx.Strike) -> Note:
    night.strikes.append(effect)
    return "attacked", effect.by, (effect.target,), effect.cause.value


def _mark(night: Night, effect: fx.Mark) -> Note:
    night.marks[effect.target, effect.key] = effect.value
    return f"{effect.key}" if effect.value else f"no longer {effect.key}", effect.by, (effect.target,), ""


def _know(night: Night, effect: fx.Know) -> Note:
    night.learnt[effect.seat, effect.key] = effect.value
    return None


def _spend(night: Night, effect: fx.Spend) -> Note:
    key = (effect.by, effect.ability)
    left = night.uses.get(key, night.state.of(effect.by).left(effect.ability) or 0)
    night.uses[key] = 0 if effect.all else max(0, left - 1)
    return None


def _tell(night: Night, effect: fx.Tell) -> Note:
    night.reports.append(effect)
    return None


_SETTLE: dict[type, Callable[[Night, Any], Note]] = {
    fx.Swap: _swap,
    fx.Block: _block,
    fx.Order: _order,
    fx.Shield: _shield,
    fx.Guard: _guard,
    fx.Hazard: _hazard,
    fx.Strike: _strike,
    fx.Mark: _mark,
    fx.Know: _know,
    fx.Spend: _spend,
    fx.Tell: _tell,
}

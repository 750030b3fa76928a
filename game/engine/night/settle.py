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
from game.engine.roles.base import Ability
from game.engine.types import HOST, Immunity, Seat, Visit, When


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
    """All choices not yet bound that name one passenger now name the other (M97 to M99)."""
    other = {effect.a: effect.b, effect.b: effect.a}
    for seat, act in night.acts.items():
        if act.ability.displaced and seat in other:
            act.ability = night.role(seat).by_id[act.ability.displaced]
            act.targets = (other[seat],)
        elif not act.ability.fixed:
            act.targets = tuple(other.get(target, target) for target in act.targets)
    for passenger in other:
        night.reports.append(fx.Tell(passenger, "transported"))
    return "swapped", effect.by, (effect.a, effect.b), ""


def _raise(night: Night, effect: fx.Raise) -> Note:
    """The corpse does its deed as if alive; it can be used once, and by one (M81, M153, M154)."""
    corpse, role = effect.corpse, night.role(effect.corpse)
    rival = night.raised.get(corpse)
    taken = night.state.secret.mark(corpse, "used") or (rival is not None and not effect.first)
    if taken or role.raised is None:
        night.reports.append(fx.Tell(effect.by, "corpse_missing", (corpse,)))
        return "raised in vain", effect.by, (corpse,), ""
    if rival is not None:
        night.reports.append(fx.Tell(rival, "corpse_missing", (corpse,)))
    night.raised[corpse] = effect.by
    night.marks[corpse, "used"] = 1
    night.acts[corpse] = Act(role.by_id[role.raised], (effect.target,))
    return "raised", effect.by, (corpse, effect.target), ""


STROLL = Ability("visit", When.NIGHT, 1, visit=Visit.NORMAL)
"""What those do under control who have nothing to do to anybody (M96)."""


def _steer(night: Night, effect: fx.Steer) -> Note:
    """Another's deed on another's target, for its own uses (M93 to M96)."""
    victim, role = effect.victim, night.role(effect.victim)
    if night.immune(victim, Immunity.CONTROL):
        night.reports.append(fx.Tell(victim, "control_immune"))
        night.reports.append(fx.Tell(effect.by, "control_immune", (victim,)))
        return "immune to control", effect.by, (victim,), ""
    night.steered[victim] = effect.by
    night.reports.append(fx.Tell(victim, "controlled"))
    night.reports.append(fx.Tell(effect.by, "role_result", (victim,), role.name))
    night.acts.pop(victim, None)
    ability = role.by_id[role.steered] if role.steered else STROLL
    if night.left(victim, ability.id) != 0:
        night.acts[victim] = Act(ability, (effect.target,))
    return "controlled", effect.by, (victim, effect.target), ""


def _block(night: Night, effect: fx.Block) -> Note:
    target = effect.target
    if night.immune(target, Immunity.BLOCK):
        night.reports.append(fx.Tell(target, "roleblock_immune"))
        return "immune", effect.by, (target,), ""
    night.blockers.setdefault(target, []).append(effect.by)
    if night.role(target).strikes_blockers and not night.fact(target, "cautious"):
        return "blocked in vain", effect.by, (target,), ""
    if effect.told:
        night.reports.append(fx.Tell(target, effect.told))
    if act := night.acts.get(target):
        act.outcome = act.outcome or "blocked"
    return "blocked", effect.by, (target,), ""


def _order(night: Night, effect: fx.Order) -> Note:
    """The carrier goes in the leader's stead; one under another's control is gone for its own victim (M123)."""
    for seat, _ in night.state.of(effect.by).team:
        ability = night.role(seat).carries
        if ability is None or not night.free(seat):
            continue
        night.acts[effect.by].outcome = "ordered"
        if seat in night.steered:
            return None
        night.acts[seat] = Act(night.role(seat).by_id[ability], (effect.target,))
        night.reports.append(fx.Tell(seat, "ordered_by_godfather", (effect.target,)))
        return "ordered", effect.by, (seat, effect.target), ""
    return None


def _send(night: Night, effect: fx.Send) -> Note:
    for seat in effect.stay:
        night.acts.pop(seat, None)
    if effect.seat not in night.steered:
        night.acts[effect.seat] = Act(night.role(effect.seat).by_id[effect.ability], (effect.target,))
    return "sent", effect.seat, (effect.target,), ""


def _go(night: Night, effect: fx.Go) -> Note:
    night.visits.append((effect.by, effect.house))
    return None


AFFLICTIONS = ("doused", "hexed", "poisoned", "poisoned_by", "uncurable", "framed", "infected")
"""Marks that a purge takes off, and keeps off for the night (M83, M116)."""


def _cleanse(night: Night, effect: fx.Cleanse) -> Note:
    night.clean.add(effect.target)
    for key in AFFLICTIONS:
        if night.mark(effect.target, key):
            night.marks[effect.target, key] = 0
    return "cleansed", effect.by, (effect.target,), ""


def _cure(night: Night, effect: fx.Cure) -> Note:
    if not night.mark(effect.target, "poisoned") or night.mark(effect.target, "uncurable"):
        return None
    night.marks[effect.target, "poisoned"] = 0
    night.reports.append(fx.Tell(effect.target, "poison_cured"))
    return "cured", effect.by, (effect.target,), ""


def _shield(night: Night, effect: fx.Shield) -> Note:
    night.shields.setdefault(effect.target, []).append(effect)
    return "shielded", effect.by, (effect.target,), effect.level.name.lower()


def _guard(night: Night, effect: fx.Guard) -> Note:
    night.guards.append(effect)
    return "guarded", effect.by, (effect.ward,), ""


def _trap(night: Night, effect: fx.Trap) -> Note:
    night.traps.append(effect)
    return "trapped", effect.by, (effect.ward,), ""


def _strike(night: Night, effect: fx.Strike) -> Note:
    night.strikes.append(effect)
    return "attacked", effect.by, (effect.target,), effect.cause.value


def _mark(night: Night, effect: fx.Mark) -> Note:
    if effect.value and effect.key in AFFLICTIONS and effect.target in night.clean:
        return None
    night.marks[effect.target, effect.key] = effect.value
    return f"{effect.key}" if effect.value else f"no longer {effect.key}", effect.by, (effect.target,), ""


def _know(night: Night, effect: fx.Know) -> Note:
    night.learnt[effect.seat, effect.key] = effect.value
    return None


def _spend(night: Night, effect: fx.Spend) -> Note:
    key = (effect.by, effect.ability)
    left = night.left(effect.by, effect.ability) or 0
    night.uses[key] = 0 if effect.all else max(0, left - 1)
    return None


def _tell(night: Night, effect: fx.Tell) -> Note:
    night.reports.append(effect)
    return None


def _turn(night: Night, effect: fx.Turn) -> Note:
    night.turns.append(effect)
    return "turned", effect.by, (effect.seat,), effect.role


def _revive(night: Night, effect: fx.Revive) -> Note:
    night.revivals.append(effect)
    return "revived", effect.by, (effect.target,), ""


def _achieve(night: Night, effect: fx.Achieve) -> Note:
    night.goals.append(effect.seat)
    return None


def _clean(night: Night, effect: fx.Clean) -> Note:
    night.cleaners.append(effect)
    return "waits to clean", effect.by, (effect.target,), ""


def _forge(night: Night, effect: fx.Forge) -> Note:
    night.forgers.append(effect)
    return "forges", effect.by, (effect.target,), effect.role


def _bug(night: Night, effect: fx.Bug) -> Note:
    night.bugs.append(effect)
    return "bugged", effect.by, (effect.target,), ""


def _notice(night: Night, effect: fx.Notice) -> Note:
    night.notices.append(effect)
    return None


_SETTLE: dict[type, Callable[[Night, Any], Note]] = {
    fx.Swap: _swap,
    fx.Raise: _raise,
    fx.Steer: _steer,
    fx.Block: _block,
    fx.Order: _order,
    fx.Send: _send,
    fx.Go: _go,
    fx.Cleanse: _cleanse,
    fx.Cure: _cure,
    fx.Shield: _shield,
    fx.Guard: _guard,
    fx.Trap: _trap,
    fx.Strike: _strike,
    fx.Mark: _mark,
    fx.Know: _know,
    fx.Spend: _spend,
    fx.Tell: _tell,
    fx.Clean: _clean,
    fx.Forge: _forge,
    fx.Bug: _bug,
    fx.Turn: _turn,
    fx.Revive: _revive,
    fx.Notice: _notice,
    fx.Achieve: _achieve,
}

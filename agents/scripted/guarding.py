"""Whom a mind protects, itself included."""

from __future__ import annotations

from agents.scripted.mind import Mind
from agents.scripted.plans import STAY, Chooser, Plan, count_used, most, precious
from game.engine.asks import Option
from game.engine.types import Seat

PATIENCE = 3
"""Nights that a trap lies at a house before the Trapper moves it."""


def _protect(mind: Mind, option: Option) -> Plan:
    if mind.traitor:
        target = most(option.slots[0], lambda seat: 3.0 * mind.mate(seat) + mind.draw("protect", seat))
        return Plan(1.0, (target,), mind.why("I go where my care does the Town no good: to {0}.", target))
    target = most(option.slots[0], lambda seat: precious(mind, seat))
    return Plan(1.0, (target,), mind.why("{0} is worth protecting, and in danger.", target))


def _self_protect(mind: Mind, option: Option) -> Plan:
    worth = (1.6 if mind.claimed else 0.3) * mind.draw("self")
    thought = mind.why("They know what I am, so tonight I look after myself.")
    return Plan(worth if mind.memory.day > 1 else 0.0, (), thought)


def _vest(mind: Mind, option: Option) -> Plan:
    """A Survivor's vests last for about half of a match: the more threatened, the sooner worn."""
    if mind.memory.role != "Survivor":
        return _self_protect(mind, option)
    memory = mind.memory
    named = sum(c.statement.who == mind.seat and c.day == memory.day for c in memory.charges)
    need = 0.15 + 0.1 * memory.day + 0.1 * named + 0.3 * (len(memory.living) <= 6)
    if memory.day == 1 or mind.draw("vest") > need:
        return STAY
    return Plan(1.0, (), mind.why("They may come for anybody tonight. I want to see the end, so I wear my vest."))


def _build(mind: Mind, option: Option) -> Plan:
    return Plan(0.8, (), mind.why("I build a trap. Tomorrow it will lie at somebody's door."))


def _set_trap(mind: Mind, option: Option) -> Plan:
    target = most(option.slots[0], lambda seat: precious(mind, seat))
    return Plan(1.0, (target,), mind.why("Whoever comes to kill {0} will step into my trap.", target))


def _remove_trap(mind: Mind, option: Option) -> Plan:
    """Take the trap home when its owner is dead, distrusted, or was left in peace for long."""
    memory = mind.memory
    ward = memory.facts.get("trap_on") or 0
    laid = max((day for day, night in memory.nights.items() if night.ability == "set_trap"), default=memory.day)
    useless = ward not in memory.living or mind.chance_of(int(ward)) > 0.6
    if not (useless or memory.day - laid > PATIENCE):
        return STAY
    return Plan(0.9, (), mind.why("My trap lies in the wrong place. I take it home."))


def _watch_over(mind: Mind, option: Option) -> Plan:
    """Two nights of an angel: when the ward is threatened at night, or would hang tomorrow."""
    memory = mind.memory
    ward = option.slots[0][0]
    if ward not in memory.living or memory.day == 1:
        return STAY
    named = len({c.speaker for c in memory.charges if c.statement.who == ward and c.day == memory.day})
    voted = sum(day == memory.day and target == ward for day, _, target in memory.votes)
    threat = 0.25 * named + 0.2 * voted + 0.15 * max(0.0, mind.danger(ward)) + 0.08 * memory.day
    threat += 1.0 * (memory.poisoned.get(ward) == memory.day - 1) + 0.4 * (len(memory.living) <= 5)
    spent = len(count_used(mind, "watch_over"))
    if threat < 0.7 + 0.2 * mind.draw("angel") + 0.2 * spent:
        return STAY
    return Plan(2.0, (ward,), mind.why("{0} is in danger, and I live for {0}.", ward))


def _transport(mind: Mind, option: Option) -> Plan:
    """Swap somebody threatened and believed with somebody suspected; a traitor does it the other way round."""
    first, second = option.slots
    homes = [seat for seat in first if seat != mind.seat]
    if mind.memory.day == 1 or not homes:
        return STAY
    dear = most(homes, lambda seat: 3.0 * mind.bound(seat) + precious_house(mind, seat))
    bad = [seat for seat in mind.wanted(second) if seat not in (dear, mind.seat)]
    if not bad or mind.heat(bad[0]) < mind.heat(dear):
        return STAY
    return Plan(1.0, (dear, bad[0]), mind.why("Whoever comes for {0} tonight will meet {1}.", dear, bad[0]))


def precious_house(mind: Mind, seat: Seat) -> float:
    """How likely killers come to somebody whom one would miss."""
    if mind.traitor:
        return 3.0 * mind.mate(seat) - mind.danger(seat)
    return mind.danger(seat) - 0.3 * mind.heat(seat) + 3.0 * (seat == mind.memory.vip)


GUARDING: dict[str, Chooser] = {
    "heal": _protect,
    "guard": _protect,
    "protect": _protect,
    "self_heal": _self_protect,
    "vest": _vest,
    "build": _build,
    "set_trap": _set_trap,
    "remove_trap": _remove_trap,
    "watch_over": _watch_over,
    "transport": _transport,
}
"""By ability."""

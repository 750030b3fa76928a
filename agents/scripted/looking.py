"""Whom a mind looks into, watches, follows."""

from __future__ import annotations

from agents.scripted.mind import Mind
from agents.scripted.plans import Chooser, Plan, most, strangers
from game.engine.asks import Option
from game.engine.types import Seat


def _look_into(mind: Mind, option: Option) -> Plan:
    known = {result.who for result in mind.story.results}
    fresh = [seat for seat in option.slots[0] if seat not in known] or list(option.slots[0])

    def worth(seat: Seat) -> float:
        sure = abs(mind.beliefs.score[seat])
        return min(1.5, mind.beliefs.score[seat]) - 0.4 * max(0.0, sure - 2.0) + 1.6 * mind.draw("look", seat)

    target = most(fresh, worth)
    return Plan(1.0, (target,), mind.why("I want to know what {0} is.", target))


def _watch(mind: Mind, option: Option) -> Plan:
    target = most(option.slots[0], lambda seat: mind.danger(seat) + 1.2 * mind.draw("watch", seat))
    return Plan(1.0, (target,), mind.why("If they kill anybody tonight, {0} is likely. I watch the door.", target))


def _track(mind: Mind, option: Option) -> Plan:
    """Somebody who may be out to kill: suspected, or not accounted for."""
    lately = {result.who for result in mind.story.results if result.night >= mind.memory.day - 2}

    def worth(seat: Seat) -> float:
        return min(2.0, mind.heat(seat)) - 1.0 * (seat in lately) + 1.2 * mind.draw("track", seat)

    target = most(option.slots[0], worth)
    return Plan(1.0, (target,), mind.why("If {0} goes out to kill tonight, I am right behind.", target))


def _bug(mind: Mind, option: Option) -> Plan:
    target = most(option.slots[0], lambda seat: mind.danger(seat) + 1.2 * mind.draw("bug", seat))
    return Plan(1.0, (target,), mind.why("Whatever happens to {0} tonight, I will hear of it.", target))


def _uncover(mind: Mind, option: Option) -> Plan:
    """For killers: the exact role of somebody who may be dangerous and is not known yet."""
    unknown = [seat for seat in strangers(mind, option.slots[0]) if seat not in mind.memory.known]
    if not unknown:
        return Plan(0.2, (most(option.slots[0], mind.danger),), mind.why("Nothing new to learn, but I look again."))
    target = most(unknown, lambda seat: mind.danger(seat) + 1.5 * mind.draw("uncover", seat))
    worth = 1.2 if option.name == "potion_reveal" else 1.0
    return Plan(worth, (target,), mind.why("I want to know exactly what {0} is, before we strike.", target))


LOOKING: dict[str, Chooser] = {
    "interrogate": _look_into,
    "investigate": _look_into,
    "watch": _watch,
    "track": _track,
    "bug": _bug,
    "consult": _uncover,
    "potion_reveal": _uncover,
}
"""By ability."""

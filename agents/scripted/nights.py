"""What a mind does with its abilities: one chooser for each ability, and a plain one for those it does not know."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from agents.scripted.mind import Mind
from agents.scripted.statements import Act
from game.engine.actions import Action, Use
from game.engine.asks import Option
from game.engine.roles import ROLES
from game.engine.types import Seat

EXECUTE_BAR = 0.62
SHOOT_BAR = 0.66


class Plan(NamedTuple):
    """One way to use an ability; only plans worth more than 0 are carried out."""

    worth: float
    targets: tuple[Seat, ...] = ()
    thought: str = ""


def choose(mind: Mind, options: Sequence[Option]) -> Use | None:
    """The best use of the abilities on offer, None to stay at home."""
    best, used = Plan(0.0), ""
    for option in options:
        if option.verb == "use":
            plan = _PLANS.get(option.name, _unknown)(mind, option)
            if plan.worth > best.worth:
                best, used, param = plan, option.name, option.params[0] if option.params else ""
    if not used:
        return None
    mind.because(best.thought)
    return Use(used, best.targets, param)


def _most(seats: Sequence[Seat], worth: Callable[[Seat], float]) -> Seat:
    return min(seats, key=lambda seat: (-worth(seat), seat))


def _unknown(mind: Mind, option: Option) -> Plan:
    """Any legal use: harmful abilities on those one wants gone, others by chance."""
    ability = ROLES[mind.memory.role].by_id.get(option.name)
    if ability is not None and ability.lasting:
        return Plan(0.0)
    targets: list[Seat] = []
    for place, slot in enumerate(option.slots):
        free = [seat for seat in slot if seat not in targets]
        if not free:
            return Plan(0.0)
        harmful = ability is not None and ability.harmful
        targets.append(_most(free, mind.heat if harmful else partial(mind.draw, option.name, place)))
    return Plan(0.5, tuple(targets), mind.why("This seems as good as anything."))


# Killers --------------------------------------------------------------------------------------------------------------


def victim(mind: Mind, seats: Sequence[Seat]) -> Seat:
    """Whom a killer wants dead."""
    spared = {seat for seat in seats if mind.mate(seat)}
    told = (report for night in mind.memory.nights.values() for report in night.told)
    tried = [seats[0] for kind, seats, _ in told if kind == "defense_too_strong"]
    tonight = (c.statement for c in mind.memory.team_talk if c.day == mind.memory.day)
    proposed = {statement.who for statement in tonight if statement.act is Act.PROPOSE}

    def worth(seat: Seat) -> float:
        luck = mind.lasting("victim", mind.memory.day, seat)
        return mind.danger(seat) + 0.4 * (seat in proposed) + 1.2 * luck - 1.5 * tried.count(seat)

    return _most([seat for seat in seats if seat not in spared] or list(seats), worth)


def _kill(mind: Mind, option: Option) -> Plan:
    target = victim(mind, option.slots[0])
    claim = mind.memory.claims.get(target)
    known = f"the {claim.role}, they say" if claim else "nobody knows what they are"
    return Plan(2.0, (target,), mind.why(f"{{0}} is the most dangerous to me now ({known}).", target))


def _follow(mind: Mind, option: Option) -> Plan:
    memory = mind.memory
    orders = [c.statement.who for c in memory.team_talk if c.day == memory.day and c.statement.act is Act.ORDER]
    if orders and orders[-1] in option.slots[0]:
        return Plan(2.0, (orders[-1],), mind.why("The Godfather wants {0} dead. I follow.", orders[-1]))
    return _kill(mind, option)


def _frame(mind: Mind, option: Option) -> Plan:
    strangers = [seat for seat in option.slots[0] if seat != mind.seat and not mind.mate(seat)]
    if not strangers:
        return Plan(0.0)
    target = _most(strangers, lambda seat: mind.beliefs.score[seat] + 1.5 * mind.draw("frame", seat))
    return Plan(1.0, (target,), mind.why("{0} is likely to be checked soon, so I frame them.", target))


def _haunt(mind: Mind, option: Option) -> Plan:
    target = _most(option.slots[0], lambda seat: mind.draw("haunt", seat))
    return Plan(2.0, (target,), mind.why("{0} helped hang me. Now {0} pays.", target))


# Investigation --------------------------------------------------------------------------------------------------------


def _look_into(mind: Mind, option: Option) -> Plan:
    known = {result.who for result in mind.story.results}
    fresh = [seat for seat in option.slots[0] if seat not in known] or list(option.slots[0])

    def worth(seat: Seat) -> float:
        sure = abs(mind.beliefs.score[seat])
        return min(1.5, mind.beliefs.score[seat]) - 0.4 * max(0.0, sure - 2.0) + 1.6 * mind.draw("look", seat)

    target = _most(fresh, worth)
    return Plan(1.0, (target,), mind.why("I want to know what {0} is.", target))


def _watch(mind: Mind, option: Option) -> Plan:
    target = _most(option.slots[0], lambda seat: mind.danger(seat) + 1.2 * mind.draw("watch", seat))
    return Plan(1.0, (target,), mind.why("If they kill anybody tonight, {0} is likely. I watch the door.", target))


# Protection -----------------------------------------------------------------------------------------------------------


def _protect(mind: Mind, option: Option) -> Plan:
    target = _most(option.slots[0], lambda seat: _precious(mind, seat))
    return Plan(1.0, (target,), mind.why("{0} is worth protecting, and in danger.", target))


def _precious(mind: Mind, seat: Seat) -> float:
    before = sum(result.who == seat for result in mind.story.results)
    return mind.danger(seat) - 0.7 * mind.beliefs.score[seat] - 0.3 * before + 1.2 * mind.draw("protect", seat)


def _self_protect(mind: Mind, option: Option) -> Plan:
    worth = (1.6 if mind.claimed else 0.3) * mind.draw("self")
    thought = mind.why("They know what I am, so tonight I look after myself.")
    return Plan(worth if mind.memory.day > 1 else 0.0, (), thought)


def _alert(mind: Mind, option: Option) -> Plan:
    likely = 0.25 + 0.25 * mind.claimed + 0.05 * mind.memory.day
    thought = mind.why("Somebody may come tonight. I sit up with my gun.")
    return Plan(1.0 if mind.draw("alert") < likely else 0.0, (), thought)


# Force ----------------------------------------------------------------------------------------------------------------


def _distract(mind: Mind, option: Option) -> Plan:
    target = _most(option.slots[0], lambda seat: mind.heat(seat) + 1.5 * mind.draw("distract", seat))
    return Plan(1.0, (target,), mind.why("If {0} is a killer, nobody dies by that hand tonight.", target))


def _shoot(mind: Mind, option: Option) -> Plan:
    target = mind.wanted(option.slots[0])[0]
    chance = mind.chance_of(target)
    need = SHOOT_BAR - 0.02 * mind.memory.day + 0.1 * mind.temper.nerve
    thought = mind.why(f"{{0}} is {round(100 * chance)} % a killer by my count. I shoot.", target)
    return Plan(2.0 if chance > need else 0.0, (target,), thought)


def _jail(mind: Mind, option: Option) -> Plan:
    before = list(mind.memory.prisoners.values())

    def worth(seat: Seat) -> float:
        # Whom everybody wants to hang needs no cell.
        hanging = 3.0 * (seat == mind.memory.accused) + max(0.0, mind.heat(seat) - 1.0)
        return mind.heat(seat) - hanging - 0.8 * before.count(seat) + 1.2 * mind.draw("jail", seat)

    target = _most(option.slots[0], worth)
    return Plan(1.0, (target,), mind.why("I want {0} in my cell tonight, to talk.", target))


def _execute(mind: Mind, option: Option) -> Plan:
    prisoner = mind.memory.prisoners.get(mind.memory.day, 0)
    chance = mind.chance_of(prisoner)
    need = EXECUTE_BAR - 0.02 * mind.memory.day + 0.1 * mind.temper.nerve
    thought = mind.why(f"{{0}} is {round(100 * chance)} % a killer by my count. That is enough.", prisoner)
    return Plan(2.0 if chance > need else 0.0, (), thought)


def _transport(mind: Mind, option: Option) -> Plan:
    first, second = option.slots
    dear = _most([seat for seat in first if seat != mind.seat] or first, mind.danger)
    bad = [seat for seat in mind.wanted(second) if seat not in (dear, mind.seat)]
    if not bad or mind.memory.day == 1:
        return Plan(0.0)
    return Plan(1.0, (dear, bad[0]), mind.why("Whoever comes for {0} tonight will meet {1}.", dear, bad[0]))


def _seance(mind: Mind, option: Option) -> Plan:
    target = min(option.slots[0], key=lambda seat: (mind.beliefs.score.get(seat, 0.0), seat))
    return Plan(1.0, (target,), mind.why("I trust {0} most: tonight I speak from the grave.", target))


def _reveal(mind: Mind, option: Option) -> Plan:
    memory = mind.memory
    ready = memory.round == 1 and memory.day >= 2 and mind.draw("reveal") < 0.1 * memory.day
    thought = mind.why("The town needs somebody it can be sure of: I reveal myself.")
    return Plan(1.0 if ready else 0.0, (), thought)


def _never(mind: Mind, option: Option) -> Plan:
    return Plan(0.0)


_PLANS: dict[str, Callable[[Mind, Option], Plan]] = {
    "order_kill": _kill,
    "kill": _follow,
    "stab": _kill,
    "frame": _frame,
    "haunt": _haunt,
    "interrogate": _look_into,
    "investigate": _look_into,
    "watch": _watch,
    "heal": _protect,
    "guard": _protect,
    "self_heal": _self_protect,
    "vest": _self_protect,
    "alert": _alert,
    "distract": _distract,
    "shoot": _shoot,
    "jail": _jail,
    "execute": _execute,
    "transport": _transport,
    "seance": _seance,
    "reveal": _reveal,
    "cautious": _never,
}


def by_day(mind: Mind, standing: Sequence[Option]) -> list[Action]:
    """Day abilities to use now, once a day each."""
    done: list[Action] = []
    for option in standing:
        if option.verb == "use" and (use := choose(mind, [option])):
            done.append(use)
    return done

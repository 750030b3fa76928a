"""What a mind does with its abilities: one chooser for each ability, and a plain one for those it does not know."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from agents.scripted.deceiving import DECEIVING
from agents.scripted.guarding import GUARDING
from agents.scripted.killing import KILLING
from agents.scripted.looking import LOOKING
from agents.scripted.mind import Mind
from agents.scripted.plans import STAY, Chooser, Plan, most
from agents.scripted.raising import RAISING
from agents.scripted.witching import WITCHING
from game.engine.actions import Action, Use
from game.engine.asks import Option
from game.engine.roles import ROLES
from game.engine.types import Seat

BESIDE = frozenset({"duel_defense"})
"""What is chosen beside the night's ability and not instead of it."""


def choose(mind: Mind, options: Sequence[Option]) -> Use | None:
    """The best use of the abilities on offer, None to stay at home."""
    best, used, param = STAY, "", ""
    for option in options:
        if option.verb == "use" and option.name not in BESIDE:
            plan = PLANS.get(option.name, _unknown)(mind, option)
            if plan.worth > best.worth:
                best, used, param = plan, option.name, plan.param or (option.params[0] if option.params else "")
    if not used:
        return None
    mind.because(best.thought)
    return Use(used, best.targets, param)


def beside(mind: Mind, options: Sequence[Option]) -> list[Action]:
    """What goes along with the night's choice."""
    done: list[Action] = []
    for option in options:
        if option.verb == "use" and option.name in BESIDE:
            plan = PLANS[option.name](mind, option)
            mind.because(plan.thought)
            done.append(Use(option.name, plan.targets, plan.param))
    return done


def by_day(mind: Mind, standing: Sequence[Option]) -> list[Action]:
    """Day abilities to use now, once a day each."""
    done: list[Action] = []
    for option in standing:
        if option.verb == "use" and (use := choose(mind, [option])):
            done.append(use)
    return done


def _unknown(mind: Mind, option: Option) -> Plan:
    """Any legal use: harmful abilities on those one wants gone, others by chance."""
    ability = ROLES[mind.memory.role].by_id.get(option.name)
    if ability is not None and ability.lasting:
        return STAY
    targets: list[Seat] = []
    for place, slot in enumerate(option.slots):
        free = [seat for seat in slot if seat not in targets]
        if not free:
            return STAY
        harmful = ability is not None and ability.harmful
        targets.append(most(free, mind.heat if harmful else partial(mind.draw, option.name, place)))
    return Plan(0.5, tuple(targets), mind.why("This seems as good as anything."))


def _reveal(mind: Mind, option: Option) -> Plan:
    memory = mind.memory
    ready = memory.round == 1 and memory.day >= 2 and mind.draw("reveal") < 0.1 * memory.day
    thought = mind.why("The town needs somebody it can be sure of: I reveal myself.")
    return Plan(1.0 if ready else 0.0, (), thought)


PLANS: dict[str, Chooser] = {**KILLING, **LOOKING, **GUARDING, **DECEIVING, **WITCHING, **RAISING, "reveal": _reveal}
"""Choosers by ability."""

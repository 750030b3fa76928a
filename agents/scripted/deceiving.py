"""How a mind supports its team's kill: frames, forgeries, silence, and the company it keeps others in."""

from __future__ import annotations

from agents.scripted.lists import capacity, exact, is_killer
from agents.scripted.mind import Mind
from agents.scripted.plans import STAY, Chooser, Plan, most, prey, strangers
from game.engine.asks import Option
from game.engine.roles import ROLES
from game.engine.types import Seat

_DOUBTS = ("transported", "controlled", "role_blocked", "attacked_healed")
"""Planted messages that spoil a result or send protectors astray."""


def _frame(mind: Mind, option: Option) -> Plan:
    targets = strangers(mind, option.slots[0])
    if not targets:
        return STAY
    target = most(targets, lambda seat: mind.beliefs.score[seat] + 1.5 * mind.draw("frame", seat))
    return Plan(1.0, (target,), mind.why("{0} is likely to be checked soon, so I frame them.", target))


def _with_the_kill(mind: Mind, option: Option) -> Seat:
    """The house where the team kills tonight, if one can go there; else the likeliest."""
    agreed = prey(mind)
    if agreed in option.slots[0]:
        return agreed
    return most(strangers(mind, option.slots[0]) or list(option.slots[0]), mind.danger)


def _clean(mind: Mind, option: Option) -> Plan:
    target = _with_the_kill(mind, option)
    return Plan(1.0, (target,), mind.why("Nobody shall learn what {0} was.", target))


def _forge(mind: Mind, option: Option) -> Plan:
    """Write the will of tonight's victim, and let them lie in the grave as somebody the Town is glad to lose."""
    if not prey(mind):
        return STAY
    target = _with_the_kill(mind, option)
    return Plan(
        1.0, (target,), mind.why("They shall find something quite different on {0}.", target), forged(mind, option)
    )


def forged(mind: Mind, option: Option) -> str:
    """A role of another side that the list has room for: one killer less to look for."""
    deck, own = mind.memory.deck, set(mind.memory.team.values())
    dead = [grave.role for grave in mind.memory.graves.values()]
    open_to = [role for role in option.params if role not in own and capacity(deck, role) > dead.count(role)]
    killers = [role for role in open_to if is_killer(role)]
    foreign = [role for role in killers if ROLES[role].faction is not ROLES[mind.memory.role].faction]
    sure = [role for role in foreign if exact(deck, role)]
    choices = sure or foreign or killers or open_to or list(option.params)
    return choices[int(mind.draw("forge") * len(choices))] if choices else ""


def _disguise(mind: Mind, option: Option) -> Plan:
    """The mate who is most likely to be looked at or to hang, as somebody nobody suspects."""
    mates, copied = option.slots
    mate = most(mates, lambda seat: mind.beliefs.score.get(seat, 0.5))
    model = most(copied, lambda seat: -mind.beliefs.score.get(seat, 0.0) + 0.8 * mind.draw("disguise", seat))
    return Plan(1.0, (mate, model), mind.why("Whoever looks at {0} shall see {1}.", mate, model))


def _hypnotize(mind: Mind, option: Option) -> Plan:
    """Doubt in the mind of somebody whose results hurt."""
    targets = [seat for seat in strangers(mind, option.slots[0]) if seat != prey(mind)]
    if not targets:
        return STAY
    target = most(targets, lambda seat: mind.danger(seat) + mind.draw("hypnotize", seat))
    kinds = [kind for kind in option.params if kind in _DOUBTS] or list(option.params)
    param = kinds[int(mind.draw("suggestion") * len(kinds))] if kinds else ""
    return Plan(1.0, (target,), mind.why("I make {0} doubt their own night.", target), param)


def _blackmail(mind: Mind, option: Option) -> Plan:
    """The voice that hurts most tomorrow, of those who will still have one."""
    targets = [seat for seat in strangers(mind, option.slots[0]) if seat != prey(mind)] or list(option.slots[0])
    last = mind.memory.nights.get(mind.memory.day - 1)
    again = last.targets[:1] if last else ()

    def worth(seat: Seat) -> float:
        return mind.danger(seat) - 1.0 * (seat in again) + 0.8 * mind.draw("blackmail", seat)

    target = most(targets, worth)
    return Plan(1.0, (target,), mind.why("{0} talks too much. Not tomorrow.", target))


def _distract(mind: Mind, option: Option) -> Plan:
    """An Escort keeps suspects busy; a Consort keeps busy who could stop the kill."""
    targets = strangers(mind, option.slots[0])
    if not targets:
        return STAY
    if not mind.killer:
        target = most(targets, lambda seat: mind.heat(seat) + 1.5 * mind.draw("distract", seat))
        return Plan(1.0, (target,), mind.why("If {0} is a killer, nobody dies by that hand tonight.", target))
    free = [seat for seat in targets if seat != prey(mind)] or targets
    target = most(free, lambda seat: mind.danger(seat) + 1.0 * mind.draw("distract", seat))
    return Plan(1.0, (target,), mind.why("{0} is of use to the Town. Not tonight.", target))


def _ambush(mind: Mind, option: Option) -> Plan:
    """Where the Town's helpers gather: the house of a claimed and trusted player who is not attacked tonight."""
    targets = [seat for seat in strangers(mind, option.slots[0]) if seat != prey(mind)] or list(option.slots[0])
    target = most(targets, lambda seat: mind.danger(seat) + 1.0 * mind.draw("ambush", seat))
    return Plan(1.0, (target,), mind.why("Somebody will come to {0} tonight. I wait in the dark.", target))


DECEIVING: dict[str, Chooser] = {
    "frame": _frame,
    "clean": _clean,
    "forge": _forge,
    "disguise": _disguise,
    "hypnotize": _hypnotize,
    "blackmail": _blackmail,
    "distract": _distract,
    "ambush": _ambush,
}
"""By ability."""

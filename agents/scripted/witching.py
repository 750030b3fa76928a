"""What the Witch and the Coven do by night, and how the plague spreads."""

from __future__ import annotations

from agents.scripted.lists import is_killer
from agents.scripted.mind import Mind
from agents.scripted.plans import STAY, Chooser, Plan, count_used, most, strangers, victim
from game.engine.asks import Option
from game.engine.types import Seat

ARMED = frozenset(
    {"Vigilante", "Vampire Hunter", "Mafioso", "Godfather", "Ambusher", "Serial Killer", "Werewolf", "Juggernaut",
     "Arsonist", "Vampire"}
)  # fmt: skip
"""Roles whose hands kill, whoever leads them."""
_CARING = frozenset({"Doctor", "Bodyguard", "Crusader", "Trapper"})
_WALLS = frozenset({"Veteran", "Transporter", "Jailor", "Retributionist", "Mayor", "Medium"})
"""Claims of those whom nobody steers."""


# Control --------------------------------------------------------------------------------------------------------------


def _control(mind: Mind, option: Option) -> Plan:
    """Lead an armed hand to a dangerous house; with the book, the first one is killed as well."""
    puppets = strangers(mind, option.slots[0])
    if not puppets:
        return STAY
    if mind.memory.facts.get("book"):
        puppet = victim(mind, puppets)
    else:
        puppet = most(puppets, lambda seat: _puppet_worth(mind, seat))
    mark = _mark(mind, puppet, option.slots[1])
    if not mark:
        return STAY
    return Plan(1.5, (puppet, mark), mind.why("Tonight {0} goes where I want: to {1}.", puppet, mark))


def _role_of(mind: Mind, seat: Seat) -> str:
    claim = mind.memory.claims.get(seat)
    return mind.memory.known.get(seat) or (claim.role if claim else "")


def _puppet_worth(mind: Mind, seat: Seat) -> float:
    memory, role = mind.memory, _role_of(mind, seat)
    immune = any(night.heard("control_immune") and seat in night.targets[:1] for night in memory.nights.values())
    worth = 2.0 * (role in ARMED) + 0.8 * (seat not in memory.known) + 0.7 * (role in _CARING)
    return worth - 4.0 * (immune or role in _WALLS) + 1.0 * mind.draw("puppet", seat)


def _mark(mind: Mind, puppet: Seat, seats: tuple[Seat, ...]) -> Seat:
    """Where to lead a puppet: healers to oneself, everybody else to the Town's most dangerous member."""
    if mind.memory.known.get(puppet) in _CARING and mind.seat in seats:
        return mind.seat
    free = [seat for seat in strangers(mind, seats) if seat != puppet]
    return victim(mind, free) if free else 0


# The Coven ------------------------------------------------------------------------------------------------------------


def _gaze(mind: Mind, option: Option) -> Plan:
    """Medusa's charges are spent on hits alone, so she can gaze whenever somebody may come."""
    memory = mind.memory
    named = len({c.speaker for c in memory.charges if c.statement.who == mind.seat and c.day >= memory.day - 1})
    worth = 1.0 + 0.4 * named + 0.5 * mind.claimed
    return Plan(worth, (), mind.why("Whoever comes to see me tonight will never leave."))


def _stone(mind: Mind, option: Option) -> Plan:
    target = victim(mind, option.slots[0])
    return STAY if mind.mate(target) else Plan(2.0, (target,), mind.why("With the book I go to {0} myself.", target))


def _hex(mind: Mind, option: Option) -> Plan:
    """A hex on everybody, the dangerous first: with the book it kills as well."""
    targets = strangers(mind, option.slots[0])
    cursed = set(count_used(mind, "hex"))
    fresh = [seat for seat in targets if seat not in cursed]
    if mind.memory.facts.get("book") or not fresh:
        fresh = targets
    if not fresh:
        return STAY
    target = victim(mind, fresh)
    return Plan(2.0, (target,), mind.why("One more hex, and {0} is marked for good.", target))


def _poison(mind: Mind, option: Option) -> Plan:
    dying = set(count_used(mind, "poison")[-1:])
    healthy = [seat for seat in strangers(mind, option.slots[0]) if seat not in dying]
    if not healthy:
        return STAY
    target = victim(mind, healthy)
    return Plan(2.0, (target,), mind.why("{0} gets a drop tonight and will not see the night after.", target))


def _potion_attack(mind: Mind, option: Option) -> Plan:
    target = victim(mind, option.slots[0])
    return (
        STAY
        if mind.mate(target)
        else Plan(2.0, (target,), mind.why("{0} is dangerous enough for my strongest.", target))
    )


def _potion_heal(mind: Mind, option: Option) -> Plan:
    """For the sister who is most likely to be attacked, but never into Medusa's eyes."""
    sisters = [
        seat for seat in option.slots[0]
        if mind.mate(seat) and mind.memory.team.get(seat) != "Medusa"
    ]  # fmt: skip
    if not sisters:
        return STAY
    target = most(sisters, lambda seat: mind.beliefs.score.get(seat, 0.0) + 1.0 * (seat in mind.memory.claims))
    return Plan(0.6, (target,), mind.why("Somebody may be after {0}. They get my potion.", target))


# The plague -----------------------------------------------------------------------------------------------------------


OUTBREAK = 3
"""So many others alive are few enough for the plague: Pestilence is named to all, and many would hang it."""


def _infect(mind: Mind, option: Option) -> Plan:
    """Whoever goes out and is visited a lot carries it on."""
    carriers = int(mind.memory.facts.get("carriers") or 0)
    healthy = [seat for seat in option.slots[0] if not carriers >> seat & 1 and seat != mind.seat]
    waiting = len(mind.memory.others) > OUTBREAK and not mind.memory.quiet
    if not healthy or waiting:
        return STAY
    target = most(
        healthy, lambda seat: mind.danger(seat) + 0.5 * is_killer(_role_of(mind, seat)) + mind.draw("sick", seat)
    )
    return Plan(1.0, (target,), mind.why("{0} meets many people. So will the plague.", target))


WITCHING: dict[str, Chooser] = {
    "control": _control,
    "gaze": _gaze,
    "stone_visit": _stone,
    "hex": _hex,
    "poison": _poison,
    "potion_attack": _potion_attack,
    "potion_heal": _potion_heal,
    "infect": _infect,
}
"""By ability."""

"""What the choosers of abilities share: a plan, and whom the team means to kill tonight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeAlias

from agents.scripted.mind import Mind
from agents.scripted.statements import Act
from game.engine.asks import Option
from game.engine.types import Seat


class Plan(NamedTuple):
    """One way to use an ability; only plans worth more than 0 are carried out."""

    worth: float
    targets: tuple[Seat, ...] = ()
    thought: str = ""
    param: str = ""


Chooser: TypeAlias = Callable[[Mind, Option], Plan]
STAY = Plan(0.0)
"""Better not."""


def most(seats: Sequence[Seat], worth: Callable[[Seat], float]) -> Seat:
    """The seat of highest worth, the lowest of several."""
    return min(seats, key=lambda seat: (-worth(seat), seat))


def strangers(mind: Mind, seats: Iterable[Seat]) -> list[Seat]:
    """Whoever is neither me nor on my side."""
    return [seat for seat in seats if seat != mind.seat and not mind.mate(seat)]


def never(mind: Mind, option: Option) -> Plan:
    """A chooser for what one leaves alone."""
    return STAY


def prey(mind: Mind) -> Seat:
    """Whom the team means to kill tonight: the last order, else what most propose; 0 if nobody was named."""
    named: Counter[Seat] = Counter()
    for charge in reversed(mind.memory.team_talk):
        if charge.day != mind.memory.day:
            break
        if charge.statement.act is Act.ORDER:
            return charge.statement.who
        if charge.statement.act is Act.PROPOSE:
            named[charge.statement.who] += 1
    return most(list(named), lambda seat: named[seat]) if named else 0


def victim(mind: Mind, seats: Sequence[Seat]) -> Seat:
    """Whom a killer wants dead."""
    told = (report for night in mind.memory.nights.values() for report in night.told)
    tried = [seats[0] for kind, seats, _ in told if kind == "defense_too_strong" and seats]
    tried += _survivors(mind)
    tonight = (c.statement for c in mind.memory.team_talk if c.day == mind.memory.day)
    proposed = {statement.who for statement in tonight if statement.act is Act.PROPOSE}

    def worth(seat: Seat) -> float:
        luck = mind.lasting("victim", mind.memory.day, seat)
        return mind.danger(seat) + 0.4 * (seat in proposed) + 1.2 * luck - 1.5 * tried.count(seat)

    return most(strangers(mind, seats) or list(seats), worth)


def _survivors(mind: Mind) -> list[Seat]:
    """Whom I tried to kill in the last two nights, in vain."""
    memory = mind.memory
    nights = (memory.nights[day] for day in (memory.day - 2, memory.day - 1) if day in memory.nights)
    return [night.targets[-1] for night in nights if night.ability in _LETHAL and night.targets[-1:]]


_LETHAL = frozenset(
    {"order_kill", "kill", "stab", "assault", "rampage", "stone_visit", "potion_attack", "ghoul", "bite"}
)


def precious(mind: Mind, seat: Seat) -> float:
    """How much somebody is worth protecting tonight: threatened, believed, and not looked after every night."""
    memory = mind.memory
    before = sum(result.who == seat for result in mind.story.results)
    dying = 2.0 * (memory.poisoned.get(seat) == memory.day - 1)
    vip = 3.0 * (seat == memory.vip or mind.bound(seat))
    worth = mind.danger(seat) - 0.7 * mind.beliefs.score[seat] - 0.3 * before
    return worth + dying + vip + 1.2 * mind.draw("protect", seat)


def count_used(mind: Mind, ability: str) -> list[Seat]:
    """First targets of an ability in the nights so far."""
    nights = (night for day, night in mind.memory.nights.items() if day < mind.memory.day)
    return [night.targets[0] for night in nights if night.ability == ability and night.targets]

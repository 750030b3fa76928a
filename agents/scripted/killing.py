"""Whom a mind kills, by night and by law."""

from __future__ import annotations

from agents.scripted.mind import Mind
from agents.scripted.plans import STAY, Chooser, Plan, count_used, most, never, prey, strangers, victim
from game.engine.asks import Option
from game.engine.types import Seat

EXECUTE_BAR = 0.62
SHOOT_BAR = 0.66
IGNITE_SHARE = 0.45
"""The share of the others that an Arsonist wants doused before he lights the fire."""

# For a side -----------------------------------------------------------------------------------------------------------


def kill(mind: Mind, option: Option) -> Plan:
    """Kill whoever is most dangerous."""
    target = victim(mind, option.slots[0])
    claim = mind.memory.claims.get(target)
    known = f"the {claim.role}, they say" if claim else "nobody knows what they are"
    if mind.mate(target):
        return STAY
    return Plan(2.0, (target,), mind.why(f"{{0}} is the most dangerous to me now ({known}).", target))


def _order(mind: Mind, option: Option) -> Plan:
    """As announced to the team, who act on it too."""
    order = prey(mind)
    if order in option.slots[0] and not mind.bound(order):
        return Plan(2.0, (order,), mind.why("I told them: {0} dies tonight.", order))
    return kill(mind, option)


def _follow(mind: Mind, option: Option) -> Plan:
    order = prey(mind)
    if order in option.slots[0] and not mind.bound(order):
        return Plan(2.0, (order,), mind.why("The Godfather wants {0} dead. I follow.", order))
    return kill(mind, option)


def _bite(mind: Mind, option: Option) -> Plan:
    """Vampires bite together, and those who can be turned rather than those who cannot."""
    agreed = prey(mind)
    if agreed in option.slots[0] and not mind.bound(agreed):
        return Plan(2.0, (agreed,), mind.why("We agreed on {0}. Tonight they become one of us, or die.", agreed))
    target = bite_worth(mind, option.slots[0])
    return Plan(2.0, (target,), mind.why("{0} would make a good Vampire.", target))


def bite_worth(mind: Mind, seats: tuple[Seat, ...] | list[Seat]) -> Seat:
    """Whom Vampires want: a believed member of the Town, but never a Vampire Hunter."""

    def worth(seat: Seat) -> float:
        claim = mind.memory.claims.get(seat)
        hunter = claim is not None and claim.role == "Vampire Hunter"
        luck = mind.lasting("bite", mind.memory.day, seat)
        return 0.5 * mind.danger(seat) - 0.4 * mind.beliefs.score[seat] + luck - 5.0 * hunter

    return most(strangers(mind, seats) or list(seats), worth)


def _haunt(mind: Mind, option: Option) -> Plan:
    target = most(option.slots[0], lambda seat: mind.draw("haunt", seat) - 2.0 * mind.bound(seat))
    return Plan(2.0, (target,), mind.why("{0} helped hang me. Now {0} pays.", target))


# Alone ----------------------------------------------------------------------------------------------------------------


def doused(mind: Mind) -> set[Seat]:
    """The living whom an Arsonist knows to be doused."""
    nights = mind.memory.nights.values()
    soaked = {seats[0] for night in nights for kind, seats, _ in night.told if kind == "arsonist_visited" and seats}
    return (soaked | set(count_used(mind, "douse"))) & mind.memory.living


def _douse(mind: Mind, option: Option) -> Plan:
    wet = doused(mind)
    dry = [seat for seat in strangers(mind, option.slots[0]) if seat not in wet]
    if not dry:
        return STAY
    target = most(dry, lambda seat: mind.danger(seat) + mind.draw("douse", seat))
    return Plan(1.0, (target,), mind.why("{0} is not soaked yet. One more before the fire.", target))


def _ignite(mind: Mind, option: Option) -> Plan:
    """Light the fire when it takes many, when it ends the match, or when the rope is near."""
    memory = mind.memory
    wet = strangers(mind, doused(mind))
    others = len(memory.others)
    accused = sum(c.statement.who == mind.seat and c.day == memory.day for c in memory.charges)
    enough = len(wet) >= max(2, round(IGNITE_SHARE * others)) or len(wet) >= 4
    hurried = bool(wet) and (accused >= 2 or others <= 3 or (memory.day >= 5 and len(wet) >= 2))
    if not (enough or hurried):
        return STAY
    return Plan(2.0, (), mind.why(f"{len(wet)} of them are soaked. Tonight it burns."))


def _rampage(mind: Mind, option: Option) -> Plan:
    """At the house that is likely to be full: the one who is threatened and worth guarding."""
    houses = strangers(mind, option.slots[0])
    if not houses:
        return STAY
    target = most(houses, lambda seat: mind.danger(seat) + 0.8 * mind.draw("rampage", seat))
    return Plan(2.0, (target,), mind.why("{0}'s house will be full tonight. All the better.", target))


def _duel(mind: Mind, option: Option) -> Plan:
    """Somebody who is neither behind bars tonight nor worth much to the Town."""
    open_to = [seat for seat in option.slots[0] if not mind.bound(seat)]
    if not open_to:
        return STAY

    def worth(seat: Seat) -> float:
        caged = 1.5 * (mind.chance_of(seat) > 0.6)
        return mind.draw("duel", mind.memory.day, seat) - caged - 0.2 * (seat in mind.memory.proven)

    target = most(open_to, worth)
    return Plan(1.0, (target,), mind.why("{0} looks like somebody I can beat.", target))


def _weapon(mind: Mind, option: Option) -> Plan:
    param = option.params[int(mind.draw("weapon") * len(option.params))]
    return Plan(1.0, (), mind.why(f"Tonight I fight with the {param}."), param)


def parry(mind: Mind, option: Option) -> Plan:
    """How a duelled player meets the Pirate."""
    param = option.params[int(mind.draw("parry") * len(option.params))]
    return Plan(0.1, (), mind.why(f"A Pirate is at my door. I try the {param}."), param)


# For the Town ---------------------------------------------------------------------------------------------------------


def _shoot(mind: Mind, option: Option) -> Plan:
    targets = [seat for seat in mind.wanted(option.slots[0]) if not mind.mate(seat)]
    if mind.killer:
        return kill(mind, option)
    if not targets:
        return STAY
    target = targets[0]
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

    target = most(option.slots[0], worth)
    return Plan(1.0, (target,), mind.why("I want {0} in my cell tonight, to talk.", target))


def _execute(mind: Mind, option: Option) -> Plan:
    prisoner = mind.memory.prisoners.get(mind.memory.day, 0)
    if mind.mate(prisoner):
        return STAY
    if mind.traitor:
        return Plan(2.0, (), mind.why("{0} is no friend of mine, and the law is in my hands.", prisoner))
    chance = mind.chance_of(prisoner)
    need = EXECUTE_BAR - 0.02 * mind.memory.day + 0.1 * mind.temper.nerve
    thought = mind.why(f"{{0}} is {round(100 * chance)} % a killer by my count. That is enough.", prisoner)
    return Plan(2.0 if chance > need else 0.0, (), thought)


def _alert(mind: Mind, option: Option) -> Plan:
    likely = 0.25 + 0.25 * mind.claimed + 0.05 * mind.memory.day
    thought = mind.why("Somebody may come tonight. I sit up with my gun.")
    return Plan(1.0 if mind.draw("alert") < likely else 0.0, (), thought)


def _stake(mind: Mind, option: Option) -> Plan:
    checked = {
        found.who for found in mind.story.results if found.topic == "no_vampire" and found.night > mind.memory.day - 4
    }
    fresh = [seat for seat in strangers(mind, option.slots[0]) if seat not in checked] or list(option.slots[0])
    target = most(fresh, lambda seat: min(2.0, mind.heat(seat)) + mind.draw("stake", seat))
    return Plan(1.0, (target,), mind.why("If {0} is a Vampire, my stake will know.", target))


KILLING: dict[str, Chooser] = {
    "order_kill": _order,
    "kill": _follow,
    "stab": kill,
    "cautious": never,
    "haunt": _haunt,
    "bite": _bite,
    "assault": kill,
    "rampage": _rampage,
    "douse": _douse,
    "ignite": _ignite,
    "duel": _duel,
    "duel_attack": _weapon,
    "duel_defense": parry,
    "shoot": _shoot,
    "jail": _jail,
    "execute": _execute,
    "alert": _alert,
    "check": _stake,
}
"""By ability."""

"""What a mind wants of the dead: their voices, their hands, their roles."""

from __future__ import annotations

from agents.scripted.lists import expected_killers, is_killer, is_town
from agents.scripted.memory import HIDDEN
from agents.scripted.mind import Mind
from agents.scripted.plans import STAY, Chooser, Plan, most, precious, strangers, victim
from game.engine.asks import Option
from game.engine.types import Seat

_LOOKS = {"Sheriff": 2.4, "Investigator": 2.0, "Tracker": 1.8, "Lookout": 1.6, "Spy": 0.8}
_GUARDS = {"Doctor": 1.9, "Bodyguard": 1.6, "Crusader": 1.5, "Trapper": 0.6}
_STOPS = {"Escort": 1.7, "Consort": 1.7}
_STRIKES = {
    "Vigilante": 2.2, "Serial Killer": 2.6, "Godfather": 2.5, "Mafioso": 2.5, "Werewolf": 2.4, "Juggernaut": 2.4,
    "Poisoner": 2.0, "Potion Master": 1.4, "Vampire": 2.0, "Vampire Hunter": 0.5,
}  # fmt: skip
_MEDDLES = {"Blackmailer": 1.2, "Framer": 0.8, "Consigliere": 1.4, "Hex Master": 1.5, "Arsonist": 0.4}
_RETURNS = {
    "Jailor": 3.0, "Mayor": 2.5, "Sheriff": 2.2, "Investigator": 2.0, "Psychic": 2.0, "Doctor": 1.8, "Lookout": 1.8,
    "Tracker": 1.8, "Vigilante": 1.6,
}  # fmt: skip
_REMEMBERED = {
    "Jailor": 2.4, "Vigilante": 1.4, "Sheriff": 1.5, "Investigator": 1.4, "Doctor": 1.5, "Lookout": 1.4, "Veteran": 1.8,
    "Godfather": 2.6, "Mafioso": 2.2, "Serial Killer": 2.0, "Arsonist": 2.0, "Werewolf": 2.0, "Juggernaut": 2.0,
    "Coven Leader": 2.2, "Medusa": 2.2, "Potion Master": 2.2, "Hex Master": 2.0, "Poisoner": 2.2, "Pestilence": 3.0,
    "Survivor": 2.3, "Vampire": 1.0, "Jester": 0.9, "Executioner": 0.2, "Amnesiac": 0.0, "Plaguebearer": 1.2,
    "Pirate": 1.4, "Witch": 1.6,
}  # fmt: skip
"""How well one lives as somebody."""


# Raising --------------------------------------------------------------------------------------------------------------


def _raise(mind: Mind, option: Option) -> Plan:
    """The corpse that serves best tonight, and whom it goes to."""
    corpses, homes = option.slots
    best = STAY
    for corpse in corpses:
        grave = mind.memory.graves.get(corpse)
        role = mind.memory.known.get(corpse) or (grave.role if grave else "")
        worth, target = _errand(mind, role, homes)
        if target and worth > best.worth:
            best = Plan(
                worth,
                (corpse, target),
                mind.why(f"{{0}} rises once more, as {role}, and goes to {{1}}.", corpse, target),
            )
    return best


def _errand(mind: Mind, role: str, homes: tuple[Seat, ...]) -> tuple[float, Seat]:
    """What a raised role is worth, and where it should go."""
    others = strangers(mind, homes)
    if not others:
        return 0.0, 0
    if role in _STRIKES:
        if mind.killer:
            return _STRIKES[role], victim(mind, others)
        suspect = mind.wanted(others)[0]
        return (_STRIKES[role] if mind.chance_of(suspect) > 0.62 else 0.0), suspect
    if role in _GUARDS:
        worth = _GUARDS[role]
        friends = [seat for seat in homes if mind.mate(seat)]
        if mind.killer:
            return 0.5 * worth, most(friends, mind.danger) if friends else 0
        return worth, most(others, lambda seat: precious(mind, seat))
    if role in _LOOKS:
        known = {found.who for found in mind.story.results}
        fresh = [seat for seat in others if seat not in known] or others
        if role == "Lookout":
            return _LOOKS[role], most(others, mind.danger)
        return _LOOKS[role] * (0.5 if mind.killer else 1.0), most(
            fresh, lambda s: min(1.5, mind.heat(s)) + mind.draw("look", s)
        )
    if role in _STOPS:
        return _STOPS[role], most(others, mind.danger if mind.killer else mind.heat)
    if role in _MEDDLES and mind.killer:
        return _MEDDLES[role], most(others, mind.danger)
    return 0.0, 0


def _ghoul(mind: Mind, option: Option) -> Plan:
    target = victim(mind, option.slots[0])
    return (
        STAY
        if mind.mate(target)
        else Plan(2.3, (target,), mind.why("The book gives me a ghoul. It goes to {0}.", target))
    )


def _revive(mind: Mind, option: Option) -> Plan:
    """Back to life: the member of the Town who is missed most. A better one may still die, so not too soon."""
    target = most(option.slots[0], lambda seat: _RETURNS.get(_grave_role(mind, seat), 0.8))
    worth = _RETURNS.get(_grave_role(mind, target), 0.8)
    if worth < 2.6 - 0.25 * mind.memory.day:
        return STAY
    return Plan(1.0, (target,), mind.why("We need {0} back.", target))


def _grave_role(mind: Mind, seat: Seat) -> str:
    grave = mind.memory.graves.get(seat)
    return grave.role if grave else ""


def _seance(mind: Mind, option: Option) -> Plan:
    target = min(option.slots[0], key=lambda seat: (mind.beliefs.score.get(seat, 0.0), seat))
    return Plan(1.0, (target,), mind.why("I trust {0} most: tonight I speak from the grave.", target))


# Remembering ----------------------------------------------------------------------------------------------------------


def _remember(mind: Mind, option: Option) -> Plan:
    """The role with the best prospects: strong, and on the side that seems to be winning."""
    corpses = [seat for seat in option.slots[0] if _grave_role(mind, seat) not in HIDDEN]
    if not corpses:
        return STAY
    tide = _tide(mind)

    def worth(seat: Seat) -> float:
        role = _grave_role(mind, seat)
        side = tide if is_town(role) else -tide if is_killer(role) else 0.0
        return _REMEMBERED.get(role, 1.2) + side

    target = most(corpses, worth)
    if worth(target) < 1.9 - 0.35 * (mind.memory.day - 1):
        return STAY
    return Plan(1.0, (target,), mind.why(f"Now I remember: I was the {_grave_role(mind, target)}."))


def _tide(mind: Mind) -> float:
    """Above 0 where the Town is winning: how few of the living must be its enemies."""
    dead = sum(is_killer(grave.role) for grave in mind.memory.graves.values())
    killers = max(0.5, expected_killers(mind.memory.deck) - dead)
    return 3.0 * (0.36 - killers / max(1, len(mind.memory.living)))


RAISING: dict[str, Chooser] = {
    "raise": _raise,
    "reanimate": _raise,
    "ghoul": _ghoul,
    "revive": _revive,
    "seance": _seance,
    "remember": _remember,
}
"""By ability."""

"""Nights that never happened: what a liar tells of the role it poses as."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from agents.scripted.lists import has_faction, is_killer
from agents.scripted.memory import Memory
from agents.scripted.statements import Act, Statement
from game.engine.types import Faction, Seat

Draw: TypeAlias = Callable[..., float]
Invention: TypeAlias = Callable[[Draw, Memory, int, Seat], list[Statement]]


def report(topic: str, night: int, who: Seat = 0) -> Statement:
    """A report that names one player or none."""
    return Statement(Act.REPORT, who, night=night, topic=topic)


def invent(draw: Draw, role: str, memory: Memory, night: int) -> list[Statement]:
    """A night as a player of this role might have had it."""
    if memory.nights[night].caged:
        return [report("caged", night)]
    suspects = [seat for seat in _present(memory, night) if seat != memory.seat]
    invention = _INVENT.get(role)
    if invention is None or not suspects:
        return [report("nothing", night)]
    strangers = [seat for seat in suspects if seat not in memory.team] or suspects
    pool = suspects if draw("fake mate", night) < 0.25 else strangers
    if memory.target in memory.living and draw("fake target", night) < 0.35:
        pool = [memory.target]
    target = pool[int(draw("fake", night, role) * len(pool))]
    return invention(draw, memory, night, target)


def twist(draw: Draw, told: Statement) -> Statement:
    """A true report as a traitor tells it: the Town's enemies come out clean, now and then a friend does not."""
    if told.topic == "suspicious":
        return told._replace(topic="innocent")
    if told.topic == "innocent" and told.night >= 2 and draw("slander", told.night) < 0.35:
        return told._replace(topic="suspicious")
    return told


def _present(memory: Memory, night: int) -> list[Seat]:
    """Whoever was alive when a night began."""
    return [seat for seat in range(1, len(memory.names) + 1) if _lived(memory, seat, night)]


def _lived(memory: Memory, seat: Seat, night: int) -> bool:
    grave = memory.graves.get(seat)
    return grave is None or grave.day > night or (grave.day == night and grave.night)


def _check(draw: Draw, memory: Memory, night: int, target: Seat) -> list[Statement]:
    framed = memory.target if memory.target in memory.living else 0
    if framed and (target == framed or (night >= 2 and draw("slander", night) < 0.6)):
        return [report("suspicious", night, framed)]
    bold = target not in memory.team and night >= 2 and draw("bold", night) < 0.25
    dead = memory.graves.get(target)
    bad = is_killer(dead.role) if dead else bold
    return [report("suspicious" if bad else "innocent", night, target)]


def _look(draw: Draw, memory: Memory, night: int, target: Seat) -> list[Statement]:
    dead, claim = memory.graves.get(target), memory.claims.get(target)
    role = dead.role if dead else claim.role if claim else ""
    if target == memory.target:
        letter = "AFIK"[int(draw("slander", night) * 4)]
        return [Statement(Act.REPORT, target, role=letter, night=night, topic="group")]
    letters = [letter for letter, roles in memory.deck.groups.items() if role in roles]
    fallback = "ABDEHIJK"[int(draw("group", night) * 8)]
    return [Statement(Act.REPORT, target, role=letters[0] if letters else fallback, night=night, topic="group")]


def _watch(draw: Draw, memory: Memory, night: int, target: Seat) -> list[Statement]:
    if target in memory.died_on(night, night=True):
        others = [seat for seat in memory.others if seat not in memory.team and seat != target]
        if others:
            seen = others[int(draw("seen", night) * len(others))]
            return [Statement(Act.REPORT, target, night=night, topic="visitors", seats=(seen,))]
    return [report("nobody", night, target)]


def _swap(draw: Draw, memory: Memory, night: int, target: Seat) -> list[Statement]:
    others = [seat for seat in memory.others if seat != target]
    if not others:
        return [report("nothing", night)]
    second = others[int(draw("swap", night) * len(others))]
    return [Statement(Act.REPORT, target, second, night=night, topic="swapped")]


def _simple(topic: str) -> Invention:
    return lambda draw, memory, night, target: [report(topic, night, target)]


def _alone(topic: str) -> Invention:
    return lambda draw, memory, night, target: [report(topic, night)]


def _track(draw: Draw, memory: Memory, night: int, target: Seat) -> list[Statement]:
    dead = [seat for seat in memory.died_on(night, night=True) if seat != target]
    told = memory.whereabouts.get((target, night))
    if dead and target not in memory.team and target in memory.living and night >= 2 and draw("bold", night) < 0.4:
        return [Statement(Act.REPORT, target, night=night, topic="tracked", seats=(dead[0],))]
    if told and told.who:
        return [Statement(Act.REPORT, target, night=night, topic="tracked", seats=(told.who,))]
    return [report("stayed", night, target)]


def _vision(draw: Draw, memory: Memory, night: int, target: Seat) -> list[Statement]:
    """Three faces of which one is evil, or two of which one is good: never a mate among the three."""
    odd = night % 2 == 1
    faces = [seat for seat in _present(memory, night) if seat != memory.seat and not (odd and seat in memory.team)]
    order = sorted(faces, key=lambda seat: (seat != target, draw("face", night, seat)))
    if len(order) < 2 + odd:
        return [report("nothing", night)]
    topic = "evil_among" if odd else "good_among"
    return [Statement(Act.REPORT, night=night, topic=topic, seats=tuple(sorted(order[: 2 + odd])))]


def _spy(draw: Draw, memory: Memory, night: int, target: Seat) -> list[Statement]:
    side = "Coven" if has_faction(memory.deck, Faction.COVEN) else "Mafia"
    visited = [seat for seat in memory.died_on(night, night=True) if seat != memory.seat][:1] or [target]
    return [report(f"{side.lower()}_at", night, seat) for seat in visited]


def _stake(draw: Draw, memory: Memory, night: int, target: Seat) -> list[Statement]:
    return [report("no_vampire", night, target)]


_INVENT: dict[str, Invention] = {
    "Sheriff": _check,
    "Investigator": _look,
    "Lookout": _watch,
    "Transporter": _swap,
    "Doctor": _simple("healed"),
    "Bodyguard": _simple("guarded"),
    "Escort": _simple("distracted"),
    "Jailor": _simple("jailed"),
    "Veteran": _alone("nothing"),
    "Vigilante": _alone("nothing"),
    "Medium": _alone("seance"),
    "Tracker": _track,
    "Psychic": _vision,
    "Spy": _spy,
    "Crusader": _simple("crusaded"),
    "Vampire Hunter": _stake,
}

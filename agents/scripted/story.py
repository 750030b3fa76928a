"""The role and the nights that a player tells of: true ones for the honest, invented ones for the rest.

A liar's story is as consistent as a true one: it is made once, from the same kinds of statements, and is what
claims, reports and wills are taken from.
"""

from __future__ import annotations

from collections.abc import Callable

from agents.scripted.lists import capacity, exact, is_killer, is_town, posable
from agents.scripted.memory import Memory, Night
from agents.scripted.statements import Act, Statement
from game.engine.roles import ROLES
from game.engine.roles.groups import CLASSIC
from game.engine.types import Seat

Draw = Callable[..., float]

LEADS = frozenset({"suspicious", "visitors", "trespass", "tough"})
"""Topics worth coming forward for."""


class Story:
    """What a player says of itself. `results` is what it truly learnt, `reports` what it would tell."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.role = ""
        self.results: list[Statement] = []
        self.reports: list[Statement] = []
        self.nights = 0
        """The last night that the story covers."""

    @property
    def honest(self) -> bool:
        """Whether the reports are true."""
        return self.reports is self.results

    def begin(self, memory: Memory) -> None:
        """Choose the role to stand by, once the own one is known."""
        if is_town(memory.role):
            self.role, self.reports = memory.role, self.results
        elif not self.role:
            self.role = self._cover(memory, ())

    def dawn(self, memory: Memory) -> None:
        """Take the nights that are over into the story."""
        last = memory.day - 1
        while self.nights < last:
            self.nights += 1
            self.results += true_night(memory, self.nights)
            if not self.honest:
                self.reports += self._invent(memory, self.nights)

    def dodge(self, memory: Memory, taken: tuple[str, ...]) -> None:
        """Pick another cover, with other nights, because somebody else stands by this one."""
        self.role = self._cover(memory, (*taken, self.role))
        self.reports = [report for night in range(1, self.nights + 1) for report in self._invent(memory, night)]

    def _cover(self, memory: Memory, taken: tuple[str, ...]) -> str:
        claimed = {claim.role for claim in memory.claims.values()}
        dead = {grave.role for grave in memory.graves.values()}
        best, worth = "", -9.0
        for role in posable(memory.slots):
            room = capacity(memory.slots, role) - (role in claimed) - (role in dead) - (role in taken) * 5
            flexible = capacity(memory.slots, role) > exact(memory.slots, role)
            fits = ROLES[role].group == ROLES[memory.role].group
            fits = role in ("Sheriff", "Investigator") if memory.role == "Executioner" else fits
            luck = self.draw("cover", role, len(taken))
            score = min(room, 1) + 0.6 * flexible - 0.5 * exact(memory.slots, role) + 0.9 * fits + 1.6 * luck
            if score > worth:
                best, worth = role, score
        return best or "Doctor"

    def _invent(self, memory: Memory, night: int) -> list[Statement]:
        invent = _INVENT.get(self.role)
        if memory.nights[night].caged:
            return [_report("caged", night)]
        suspects = [seat for seat in range(1, len(memory.names) + 1) if _lived(memory, seat, night)]
        suspects = [seat for seat in suspects if seat != memory.seat]
        if invent is None or not suspects:
            return [_report("nothing", night)]
        strangers = [seat for seat in suspects if seat not in memory.team] or suspects
        pool = suspects if self.draw("fake mate", night) < 0.25 else strangers
        if memory.target in memory.living and self.draw("fake target", night) < 0.35:
            pool = [memory.target]
        target = pool[int(self.draw("fake", night, self.role) * len(pool))]
        return invent(self, memory, night, target)


# Invented nights -----------------------------------------------------------------------------------------------------


def _check(story: Story, memory: Memory, night: int, target: Seat) -> list[Statement]:
    framed = memory.target if memory.target in memory.living else 0
    if framed and (target == framed or (night >= 2 and story.draw("slander", night) < 0.6)):
        return [_report("suspicious", night, framed)]
    bold = target not in memory.team and night >= 2 and story.draw("bold", night) < 0.25
    dead = memory.graves.get(target)
    bad = is_killer(dead.role) if dead else bold
    return [_report("suspicious" if bad else "innocent", night, target)]


def _look(story: Story, memory: Memory, night: int, target: Seat) -> list[Statement]:
    dead, claim = memory.graves.get(target), memory.claims.get(target)
    role = dead.role if dead else claim.role if claim else ""
    if target == memory.target:
        letter = "AFIK"[int(story.draw("slander", night) * 4)]
        return [Statement(Act.REPORT, target, role=letter, night=night, topic="group")]
    letters = [letter for letter, roles in CLASSIC.items() if role in roles]
    fallback = "ABDEHIJK"[int(story.draw("group", night) * 8)]
    return [Statement(Act.REPORT, target, role=letters[0] if letters else fallback, night=night, topic="group")]


def _watch(story: Story, memory: Memory, night: int, target: Seat) -> list[Statement]:
    if target in memory.died_on(night, night=True):
        others = [seat for seat in memory.others if seat not in memory.team and seat != target]
        if others:
            seen = others[int(story.draw("seen", night) * len(others))]
            return [Statement(Act.REPORT, target, night=night, topic="visitors", seats=(seen,))]
    return [_report("nobody", night, target)]


def _swap(story: Story, memory: Memory, night: int, target: Seat) -> list[Statement]:
    others = [seat for seat in memory.others if seat != target]
    if not others:
        return [_report("nothing", night)]
    second = others[int(story.draw("swap", night) * len(others))]
    return [Statement(Act.REPORT, target, second, night=night, topic="swapped")]


def _simple(topic: str) -> Callable[[Story, Memory, int, Seat], list[Statement]]:
    return lambda story, memory, night, target: [_report(topic, night, target)]


def _alone(topic: str) -> Callable[[Story, Memory, int, Seat], list[Statement]]:
    return lambda story, memory, night, target: [_report(topic, night)]


_INVENT: dict[str, Callable[[Story, Memory, int, Seat], list[Statement]]] = {
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
}


def _report(topic: str, night: int, who: Seat = 0) -> Statement:
    return Statement(Act.REPORT, who, night=night, topic=topic)


def _lived(memory: Memory, seat: Seat, night: int) -> bool:
    grave = memory.graves.get(seat)
    return grave is None or grave.day > night or (grave.day == night and grave.night)


# What truly happened --------------------------------------------------------------------------------------------------


def true_night(memory: Memory, night: int) -> list[Statement]:
    """What I did and learnt in a night."""
    mine = memory.nights[night]
    if mine.caged:
        return [_report("caged", night)]
    if mine.heard("role_blocked"):
        found = [_report("blocked", night)]
    else:
        found = _results(mine, night) or _deeds(memory, mine, night)
    if memory.seat in memory.living and any(kind in _SURVIVED for kind, _, _ in mine.told):
        found.append(_report("attacked", night))
    return found


_SURVIVED = frozenset({"attacked_defended", "attacked_healed", "attacked_vest_saved", "attacked_bodyguard_saved"})


def _results(mine: Night, night: int) -> list[Statement]:
    found = []
    for kind, seats, value in mine.told:
        if kind == "sheriff_result":
            found.append(_report(value, night, seats[0]))
        elif kind == "investigator_result":
            found.append(Statement(Act.REPORT, seats[0], role=value, night=night, topic="group"))
        elif kind == "lookout_result":
            topic = "visitors" if len(seats) > 1 else "nobody"
            found.append(Statement(Act.REPORT, seats[0], night=night, topic=topic, seats=seats[1:]))
        elif kind == "alert_attacked" and seats:
            found.append(_report("trespass", night, seats[0]))
    return found


_DEEDS = {
    "heal": "healed", "self_heal": "self_heal", "guard": "guarded", "vest": "vest", "distract": "distracted",
    "shoot": "shot", "alert": "alert",
}  # fmt: skip


def _deeds(memory: Memory, mine: Night, night: int) -> list[Statement]:
    target = mine.targets[0] if mine.targets else 0
    if prisoner := memory.prisoners.get(night):
        return [_report("executed" if mine.ability == "execute" else "jailed", night, prisoner)]
    if memory.role == "Medium":
        return [_report("seance", night)] if memory.graves else []
    if mine.heard("target_jailed"):
        return []
    if mine.ability == "transport":
        return [Statement(Act.REPORT, target, mine.targets[1], night=night, topic="swapped")]
    if mine.ability == "heal" and mine.heard("target_attacked"):
        return [_report("saved", night, target)]
    if mine.ability == "shoot" and mine.heard("defense_too_strong"):
        return [_report("tough", night, target)]
    topic = _DEEDS.get(mine.ability)
    return [_report(topic, night, target)] if topic else []

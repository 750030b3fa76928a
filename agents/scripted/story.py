"""The role and the nights that a player tells of: true ones for the honest, invented ones for the rest.

A liar's story is as consistent as a true one: it is made once, from the same kinds of statements, and is what
claims, reports and wills are taken from.
"""

from __future__ import annotations

from agents.scripted.dials import PLAIN, Dials
from agents.scripted.inventions import Draw, invent, report, twist
from agents.scripted.lists import HARMLESS, capacity, exact, is_killer, is_town, posable
from agents.scripted.memory import Memory, Night
from agents.scripted.statements import Act, Statement
from game.engine.roles import ROLES
from game.engine.types import Seat

LEADS = frozenset({"suspicious", "visitors", "trespass", "tough", "staked", "lurking", "struck", "tracked", "poisoned"})
"""Topics worth coming forward for."""


class Story:
    """What a player says of itself. `results` is what it truly learnt, `reports` what it would tell."""

    def __init__(self, draw: Draw, dials: Dials = PLAIN) -> None:
        self.draw, self.dials = draw, dials
        self.role = ""
        self.results: list[Statement] = []
        self.reports: list[Statement] = []
        self.nights = 0
        """The last night that the story covers."""
        self.bare = False
        """Whether a liar has no cover."""

    @property
    def honest(self) -> bool:
        """Whether the reports are true."""
        return self.reports is self.results

    def begin(self, memory: Memory) -> None:
        """Choose the role to stand by, once the own one is known."""
        if is_town(memory.role) or memory.role in HARMLESS:
            self.role = memory.role
            self.reports = list(self.reports) if memory.facts.get("traitor") else self.results
            return
        if self.honest and self.role:
            # Turned: the nights so far stay as they were told.
            self.reports = list(self.results)
            self.role = "" if self.role in HARMLESS and memory.seat not in memory.claims else self.role
        if not self.role:
            self.role = self._cover(memory, ())

    def dawn(self, memory: Memory) -> None:
        """Take the nights that are over into the story."""
        last = memory.day - 1
        while self.nights < last:
            self.nights += 1
            found = true_night(memory, self.nights)
            self.results += found
            if not self.honest:
                traitor = memory.facts.get("traitor")
                lie = [twist(self.draw, one) for one in found] if traitor else self._invent(memory, self.nights)
                self.reports += lie

    def dodge(self, memory: Memory, taken: tuple[str, ...]) -> None:
        """Pick another cover, with other nights, because somebody else stands by this one."""
        self.role = self._cover(memory, (*taken, self.role))
        self.reports = [report for night in range(1, self.nights + 1) for report in self._invent(memory, night)]

    def _cover(self, memory: Memory, taken: tuple[str, ...]) -> str:
        self.bare = is_killer(memory.role) and self.draw("slip") < self.dials.slips
        if self.bare:
            return memory.role
        claimed = {claim.role for claim in memory.claims.values()}
        dead = {grave.role for grave in memory.graves.values()}
        best, worth = "", -9.0
        for role in posable(memory.deck):
            room = capacity(memory.deck, role) - (role in claimed) - (role in dead) - (role in taken) * 5
            flexible = capacity(memory.deck, role) > exact(memory.deck, role)
            fits = ROLES[role].group == ROLES[memory.role].group
            fits = role in ("Sheriff", "Investigator") if memory.role == "Executioner" else fits
            luck = self.dials.careless * self.draw("cover", role, len(taken))
            score = min(room, 1) + 0.6 * flexible - 0.5 * exact(memory.deck, role) + 0.9 * fits + 1.6 * luck
            if score > worth:
                best, worth = role, score
        return best or "Doctor"

    def _invent(self, memory: Memory, night: int) -> list[Statement]:
        return invent(self.draw, self.role, memory, night)


# What truly happened --------------------------------------------------------------------------------------------------


def true_night(memory: Memory, night: int) -> list[Statement]:
    """What I did and learnt in a night."""
    mine = memory.nights[night]
    if mine.caged:
        return [report("caged", night)]
    if mine.heard("role_blocked"):
        found = [report("blocked", night)]
    else:
        found = _results(mine, night) or _deeds(memory, mine, night)
    found += [report(topic, night) for kind, topic in _SUFFERED if mine.heard(kind)]
    if memory.seat in memory.living and any(kind in _SURVIVED for kind, _, _ in mine.told):
        found.append(report("attacked", night))
    return found


_SUFFERED = (
    ("controlled", "controlled"), ("transported", "moved"), ("poisoned", "poisoned"), ("dueled", "dueled"),
    ("poisoned_uncurable", "poisoned"),
)  # fmt: skip
"""What was done to me, by the report of it and the topic under which I tell it."""
_SURVIVED = frozenset(
    {"attacked_defended", "attacked_healed", "attacked_vest_saved", "attacked_bodyguard_saved",
     "attacked_crusader_saved", "attacked_trap_saved", "attacked_guardian_saved"}
)  # fmt: skip


def _results(mine: Night, night: int) -> list[Statement]:
    found = [statement for told in mine.told if (statement := _result(night, *told))]
    return list(dict.fromkeys(found))


def _result(night: int, kind: str, seats: tuple[Seat, ...], value: str) -> Statement | None:
    """What a private report lets me tell, if anything."""
    who = seats[0] if seats else 0
    match kind:
        case "sheriff_result":
            return report(value, night, who)
        case "investigator_result":
            return Statement(Act.REPORT, who, role=value, night=night, topic="group")
        case "lookout_result":
            topic = "visitors" if len(seats) > 1 else "nobody"
            return Statement(Act.REPORT, who, night=night, topic=topic, seats=seats[1:])
        case "tracker_result":
            topic = "tracked" if len(seats) > 1 else "stayed"
            return Statement(Act.REPORT, who, night=night, topic=topic, seats=seats[1:])
        case "psychic_result":
            return Statement(Act.REPORT, night=night, topic=f"{value}_among", seats=seats) if seats else None
        case "trap_triggered":
            return Statement(Act.REPORT, who, role=value, night=night, topic="trapped") if value else None
        case "spy_visit" if value in _PLACES:
            return report(_PLACES[value], night, who)
        case "spy_bug":
            return report("bugged", night, who) if value.startswith("attacked_") else None
    named = _TOLD.get(kind)
    return report(named, night, who) if named and who else None


_PLACES = {"Mafia": "mafia_at", "Coven": "coven_at"}
_TOLD = {
    "alert_attacked": "trespass", "crusader_attacked": "struck", "saw_ambusher": "lurking", "vh_staked": "staked",
    "vh_no_vampire": "no_vampire",
}  # fmt: skip
"""Reports that name one player and say one thing."""


_DEEDS = {
    "heal": "healed", "self_heal": "self_heal", "guard": "guarded", "vest": "vest", "distract": "distracted",
    "shoot": "shot", "alert": "alert", "protect": "crusaded", "set_trap": "trap_set", "watch_over": "watched_over",
}  # fmt: skip


def _deeds(memory: Memory, mine: Night, night: int) -> list[Statement]:
    target = mine.targets[0] if mine.targets else 0
    if prisoner := memory.prisoners.get(night):
        return [report("executed" if mine.ability == "execute" else "jailed", night, prisoner)]
    if memory.role == "Medium":
        return [report("seance", night)] if memory.graves else []
    if mine.heard("target_jailed"):
        return []
    if mine.ability == "raise":
        return [Statement(Act.REPORT, mine.targets[1], target, night=night, topic="raised")]
    if mine.ability == "transport":
        return [Statement(Act.REPORT, target, mine.targets[1], night=night, topic="swapped")]
    if mine.ability in ("heal", "protect") and mine.heard("target_attacked"):
        return [report("saved", night, target)]
    if mine.ability == "shoot" and mine.heard("defense_too_strong"):
        return [report("tough", night, target)]
    topic = _DEEDS.get(mine.ability)
    return [report(topic, night, target)] if topic else []

"""The Coven: seven who know each other, and the Necronomicon that makes one of them stronger (M148)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from game.engine.night.effects import (
    Cure,
    Effect,
    Know,
    Mark,
    Raise,
    Shield,
    Spend,
    Steer,
    Strike,
    Tell,
)
from game.engine.night.passes import Pass
from game.engine.roles.base import OTHERS, OUTSIDERS, Ability, Bar, Role, at
from game.engine.types import Alignment, Attack, Cause, Channel, Defense, Immunity, Reach, Seat, Visit, When

if TYPE_CHECKING:
    from game.engine.night.table import Night

COOLDOWN = 3
"""Nights from one use of a potion to the next (M151)."""


class Coven(Role):
    """Knows its own; each kills or cripples in her own way."""

    alignment = Alignment.COVEN_EVIL
    side = "Coven"
    channel = Channel.COVEN
    rulesets = frozenset({"coven"})
    unique = True
    suspicious = True
    death_note = True


class CovenLeader(Coven):
    """Makes somebody use their ability on another (M93), and drains them with the book."""

    group = "G"
    immune = frozenset({Immunity.BLOCK, Immunity.CONTROL})
    inherits_book = True
    abilities = (
        Ability(
            "control", When.NIGHT, 2, (Bar.DEAD,), slot_bars=((Bar.TEAM,), ()), visit=Visit.NORMAL, houses=(0,),
            twice=True,
        ),
    )  # fmt: skip

    def own_defense(self, night: Night, me: Seat) -> Defense:
        """Basic with the book."""
        return Defense.BASIC if night.fact(me, "book") else Defense.NONE

    @at(Pass.CONTROL, "control")
    def control(self, night: Night, me: Seat, victim: Seat, target: Seat) -> Iterator[Effect]:
        """Steer the victim."""
        if victim != me:
            yield Steer(victim, target, me)

    @at(Pass.KILL, "control")
    def drain(self, night: Night, me: Seat, victim: Seat, target: Seat) -> Iterator[Effect]:
        """With the book the victim is attacked as well."""
        if night.fact(me, "book"):
            yield Strike(victim, me, Attack.BASIC, Cause.COVEN_LEADER)


class HexMaster(Coven):
    """Hexes one player after another; when all are, all die (M149)."""

    group = "F"
    attack = Attack.UNSTOPPABLE
    abilities = (Ability("hex", When.NIGHT, 1, OUTSIDERS, visit=Visit.NORMAL, astral_with_book=True),)

    @at(Pass.AFFLICT, "hex")
    def hex(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Hex the target for good."""
        yield Mark(target, "hexed", 1, me)

    @at(Pass.KILL, "hex")
    def smite(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """With the book the hex strikes from afar."""
        if night.fact(me, "book"):
            yield Strike(target, me, Attack.BASIC, Cause.HEX_MASTER, Reach.REMOTE)

    @at(Pass.DOOM)
    def bomb(self, night: Night, me: Seat) -> Iterator[Effect]:
        """When everybody outside the Coven is hexed, the hexes burst."""
        living = [seat for seat in night.seats if night.lives(seat)]
        others = [seat for seat in living if night.role(seat).side != self.side]
        if night.lives(me) and others and all(night.mark(seat, "hexed") for seat in others):
            for seat in living:
                if night.mark(seat, "hexed"):
                    yield Strike(seat, me, Attack.UNSTOPPABLE, Cause.HEX_MASTER, Reach.REMOTE)


class Medusa(Coven):
    """Turns to stone whoever visits her, or with the book whomever she visits (M152)."""

    group = "C"
    attack = Attack.POWERFUL
    abilities = (
        Ability("gaze", When.NIGHT, uses=3, harmful=True, freed_by_book=True),
        Ability("stone_visit", When.NIGHT, 1, OUTSIDERS, conditions=(Bar.NO_BOOK,), visit=Visit.NORMAL, harmful=True),
    )

    @at(Pass.KILL, "gaze")
    def gaze(self, night: Night, me: Seat) -> Iterator[Effect]:
        """Strike all visitors; a charge is spent only when somebody came."""
        visitors = night.visitors(me)
        for visitor in visitors:
            yield Strike(visitor, me, Attack.POWERFUL, Cause.STONED, Reach.AREA)
            yield Tell(me, "gaze_hit", (visitor,))
        if visitors and not night.fact(me, "book"):
            yield Spend(me, "gaze")

    @at(Pass.KILL, "stone_visit")
    def stone(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Strike in person."""
        yield Strike(target, me, Attack.POWERFUL, Cause.STONED)


class Necromancer(Coven):
    """Raises the dead for one more deed each (M153), or sends a ghoul with the book."""

    group = "B"
    immune = frozenset({Immunity.BLOCK, Immunity.CONTROL})
    abilities = (
        Ability(
            "reanimate",
            When.NIGHT,
            2,
            slot_bars=((Bar.LIVING, Bar.UNREADABLE, Bar.LEFT, Bar.USELESS), (Bar.DEAD,)),
            visit=Visit.NORMAL,
            houses=(0,),
        ),
        Ability("ghoul", When.NIGHT, 1, OUTSIDERS, conditions=(Bar.NO_BOOK,), visit=Visit.ASTRAL, harmful=True),
    )

    @at(Pass.RAISE, "reanimate")
    def call(self, night: Night, me: Seat, corpse: Seat, target: Seat) -> Iterator[Effect]:
        """Send a corpse to the target, before any Retributionist."""
        yield Raise(corpse, target, me, first=True)

    @at(Pass.KILL, "ghoul")
    def ghoul(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Send a ghoul."""
        yield Strike(target, me, Attack.BASIC, Cause.NECROMANCER)


class Poisoner(Coven):
    """Kills a night late, unless the victim is cured (M150)."""

    group = "E"
    attack = Attack.BASIC
    abilities = (Ability("poison", When.NIGHT, 1, OUTSIDERS, visit=Visit.NORMAL, harmful=True),)

    @at(Pass.KILL, "poison")
    def poison(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Counts as an attack that leaves poison in place of death; with the book nobody can cure it."""
        deadly = bool(night.fact(me, "book"))
        venom = (
            Mark(target, "poisoned", night.day, me),
            Mark(target, "poisoned_by", me, me),
            Mark(target, "uncurable", int(deadly), me),
            Tell(target, "poisoned_uncurable" if deadly else "poisoned"),
        )
        yield Strike(target, me, Attack.BASIC, Cause.POISON, instead=venom)


def _potion(id: str, bars: tuple[Bar, ...], *, harmful: bool = False) -> Ability:
    return Ability(id, When.NIGHT, 1, bars, visit=Visit.NORMAL, harmful=harmful, cooldown=COOLDOWN, freed_by_book=True)


class PotionMaster(Coven):
    """Heals, reveals or attacks, each every third night (M151)."""

    group = "I"
    attack = Attack.BASIC
    immune = frozenset({Immunity.CONTROL})
    abilities = (
        _potion("potion_attack", OUTSIDERS, harmful=True),
        _potion("potion_heal", OTHERS),
        _potion("potion_reveal", OUTSIDERS),
    )

    @at(Pass.HEAL, "potion_heal")
    def heal(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Heal as a Doctor does."""
        yield Shield(target, Defense.POWERFUL, me, "attacked_healed")
        yield Cure(target, me)
        yield Know(me, "potion_heal_on", night.day)

    @at(Pass.INVESTIGATE, "potion_reveal")
    def reveal(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Report the true role."""
        yield Tell(me, "role_result", (target,), night.role(target).name)
        yield Know(me, "potion_reveal_on", night.day)

    @at(Pass.KILL, "potion_attack")
    def attack_with(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Attack in person."""
        yield Strike(target, me, Attack.BASIC, Cause.POTION_MASTER)
        yield Know(me, "potion_attack_on", night.day)

"""Town roles that kill."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from game.engine.night.effects import Effect, Know, Shield, Spend, Strike, Tell
from game.engine.night.passes import Pass
from game.engine.roles.base import OTHERS, Ability, Bar, Role, at
from game.engine.types import Alignment, Attack, Cause, Channel, Defense, Immunity, Reach, Seat, Visit, When

if TYPE_CHECKING:
    from game.engine.night.table import Night


class TownKilling(Role):
    """Kills for the Town."""

    alignment = Alignment.TOWN_KILLING
    side = "Town"
    convertible = True


class Jailor(TownKilling):
    """Locks one player up for the night and may execute the prisoner (M84, M120)."""

    group = "D"
    unique = True
    death_note = True
    attack = Attack.UNSTOPPABLE
    immune = frozenset({Immunity.CONTROL})
    abilities = (
        Ability("jail", When.DAY, 1, OTHERS, visit=Visit.NORMAL),
        Ability("execute", When.NIGHT, conditions=(Bar.FIRST_NIGHT, Bar.NO_PRISONER), uses=3, harmful=True),
    )

    @at(Pass.EXECUTE, "execute")
    def execute(self, night: Night, me: Seat) -> Iterator[Effect]:
        """Kill the prisoner."""
        for prisoner, jailor in night.prisoners.items():
            if jailor == me:
                yield Strike(prisoner, me, Attack.UNSTOPPABLE, Cause.JAILOR, Reach.REMOTE)
                yield Spend(me, "execute")

    @at(Pass.AFTERMATH, "execute")
    def regret(self, night: Night, me: Seat) -> Iterator[Effect]:
        """Executing a Town member takes the remaining executions."""
        for prisoner in night.town_kills(me, Cause.JAILOR):
            yield Spend(me, "execute", all=True)
            yield Tell(me, "execution_town", (prisoner,))


class Veteran(TownKilling):
    """Goes on alert and shoots whoever visits (M119)."""

    group = "A"
    unique = True
    attack = Attack.POWERFUL
    immune = frozenset({Immunity.BLOCK, Immunity.CONTROL})
    abilities = (Ability("alert", When.NIGHT, uses=3, harmful=True),)

    @at(Pass.ALERT, "alert")
    def alert(self, night: Night, me: Seat) -> Iterator[Effect]:
        """Lie in wait at home."""
        yield Shield(me, Defense.BASIC, me, "attacked_defended")
        yield Spend(me, "alert")

    @at(Pass.KILL, "alert")
    def shoot(self, night: Night, me: Seat) -> Iterator[Effect]:
        """Shoot everybody who came."""
        for visitor in night.visitors(me):
            yield Strike(visitor, me, Attack.POWERFUL, Cause.VETERAN, Reach.AREA)
            yield Tell(me, "alert_attacked", (visitor,))


class Vigilante(TownKilling):
    """Shoots, and cannot live with having shot one of the Town (M122)."""

    group = "A"
    death_note = True
    attack = Attack.BASIC
    abilities = (
        Ability(
            "shoot",
            When.NIGHT,
            1,
            OTHERS,
            conditions=(Bar.FIRST_NIGHT, Bar.GUILTY),
            uses=3,
            visit=Visit.NORMAL,
            harmful=True,
            hits_self=True,
            refusals=((Bar.FIRST_NIGHT, "vigilante_no_shot_n1"),),
        ),
    )

    @at(Pass.KILL, "shoot")
    def shoot(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Fire one bullet."""
        yield Strike(target, me, Attack.BASIC, Cause.VIGILANTE)
        yield Spend(me, "shoot")

    @at(Pass.AFTERMATH, "shoot")
    def regret(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Put the gun away for good."""
        for victim in night.town_kills(me, Cause.VIGILANTE) if night.lives(me) else ():
            yield Know(me, "guilt", night.day)
            yield Tell(me, "vigilante_guilt", (victim,))

    @at(Pass.DOOM)
    def die_of_guilt(self, night: Night, me: Seat) -> Iterator[Effect]:
        """The night after, nothing saves them."""
        if night.fact(me, "guilt") is not None and night.lives(me):
            yield Strike(me, me, Attack.UNSTOPPABLE, Cause.GUILT, Reach.REMOTE)


class VampireHunter(TownKilling):
    """Stakes Vampires, at their house and at the own one, and hears them talk (M34, M144)."""

    group = "C"
    attack = Attack.BASIC
    convertible = False
    overhears = Channel.VAMPIRE
    hunts = "Vampire"
    fallback = "Vigilante"
    fallback_uses = {"shoot": 1}
    abilities = (
        Ability("check", When.NIGHT, 1, OTHERS, visit=Visit.NORMAL, harmful=True),
        Ability("ambush_vampires", When.PASSIVE),
        Ability("hear_vampires", When.PASSIVE),
    )

    @at(Pass.POST)
    def brace(self, night: Night, me: Seat) -> Iterator[Effect]:
        """A Vampire who comes does no harm."""
        if night.lives(me) and me not in night.prisoners:
            yield Shield(me, Defense.BASIC, me, "", frozenset({Cause.VAMPIRE}))

    @at(Pass.KILL, "check")
    def check(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Stake a Vampire, or learn that it is none."""
        if night.role(target).side == self.hunts:
            yield from self._stake(me, target, Reach.DIRECT)
        else:
            yield Tell(me, "vh_no_vampire", (target,))

    @at(Pass.KILL)
    def ambush(self, night: Night, me: Seat) -> Iterator[Effect]:
        """Stake every Vampire who came."""
        if not night.lives(me) or me in night.prisoners:
            return
        for visitor in night.visitors(me):
            if night.role(visitor).side == self.hunts:
                yield from self._stake(me, visitor, Reach.AREA)

    def _stake(self, me: Seat, vampire: Seat, reach: Reach) -> Iterator[Effect]:
        yield Strike(vampire, me, Attack.BASIC, Cause.VAMPIRE_HUNTER, reach)
        yield Tell(me, "vh_staked", (vampire,))

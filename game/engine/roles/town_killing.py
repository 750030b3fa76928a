"""Town roles that kill."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from game.engine.night.effects import Effect, Hazard, Know, Shield, Spend, Strike, Tell
from game.engine.night.passes import Pass
from game.engine.roles.base import OTHERS, Ability, Bar, Role, at
from game.engine.types import Alignment, Attack, Cause, Defense, Immunity, Reach, Seat, Visit, When

if TYPE_CHECKING:
    from game.engine.night.table import Night


class TownKilling(Role):
    """Kills for the Town."""

    alignment = Alignment.TOWN_KILLING
    side = "Town"


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
        yield Hazard(me, me, Attack.POWERFUL, Cause.VETERAN, "alert_attacked")
        yield Spend(me, "alert")


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
        for victim in night.town_kills(me, Cause.VIGILANTE):
            yield Know(me, "guilt", night.day)
            yield Tell(me, "vigilante_guilt", (victim,))

    @at(Pass.DOOM)
    def die_of_guilt(self, night: Night, me: Seat) -> Iterator[Effect]:
        """The night after, nothing saves them."""
        if night.fact(me, "guilt") is not None and night.lives(me):
            yield Strike(me, me, Attack.UNSTOPPABLE, Cause.GUILT, Reach.REMOTE)

"""The Mafia: knows its own, and kills once a night."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from game.engine.night.effects import Effect, Order, Strike, Tell
from game.engine.night.passes import Pass
from game.engine.roles.base import OUTSIDERS, Ability, Role, at
from game.engine.types import Alignment, Attack, Cause, Channel, Defense, Immunity, Reach, Seat, Visit, When

if TYPE_CHECKING:
    from game.engine.night.table import Night


class Mafia(Role):
    """Knows its own and kills once a night."""

    side = "Mafia"
    channel = Channel.MAFIA
    suspicious = True


class Godfather(Mafia):
    """Orders the kill, or goes himself when nobody can (M123)."""

    alignment = Alignment.MAFIA_KILLING
    group = "K"
    unique = True
    attack = Attack.BASIC
    defense = Defense.BASIC
    immune = frozenset({Immunity.DETECTION})
    suspicious = False
    death_note = True
    leads = True
    abilities = (Ability("order_kill", When.NIGHT, 1, OUTSIDERS, visit=Visit.NORMAL, harmful=True, hits_self=True),)

    @at(Pass.ORDER, "order_kill")
    def order(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Send somebody."""
        yield Order(target, me)

    @at(Pass.KILL, "order_kill")
    def kill(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Go in person."""
        yield Strike(target, me, Attack.BASIC, Cause.MAFIA)


class Mafioso(Mafia):
    """Carries out the kill (M123)."""

    alignment = Alignment.MAFIA_KILLING
    group = "A"
    unique = True
    attack = Attack.BASIC
    death_note = True
    carries = "kill"
    abilities = (Ability("kill", When.NIGHT, 1, OUTSIDERS, visit=Visit.NORMAL, harmful=True, hits_self=True),)

    @at(Pass.KILL, "kill")
    def kill(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Attack the victim."""
        yield Strike(target, me, Attack.BASIC, Cause.MAFIA)


class Ambusher(Mafia):
    """Lies in wait at a house and strikes one of those who come there (M134)."""

    alignment = Alignment.MAFIA_KILLING
    group = "A"
    unique = True
    rulesets = frozenset({"coven"})
    attack = Attack.BASIC
    death_note = True
    abilities = (Ability("ambush", When.NIGHT, 1, OUTSIDERS, visit=Visit.NORMAL),)

    @at(Pass.KILL, "ambush")
    def ambush(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Attack one visitor from outside the Mafia; all who come see who lies there."""
        visitors = [seat for seat in night.visitors(target) if seat != me]
        strangers = [seat for seat in visitors if night.role(seat).side != self.side]
        if strangers:
            yield Strike(night.pick(strangers, "ambusher_pick", me), me, Attack.BASIC, Cause.AMBUSHER, Reach.AREA)
        for visitor in visitors:
            yield Tell(visitor, "saw_ambusher", (me,))

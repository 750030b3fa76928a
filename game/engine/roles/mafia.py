"""The Mafia of the classic list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from game.engine.night.effects import Effect, Mark, Order, Strike
from game.engine.night.passes import Pass
from game.engine.roles.base import OUTSIDERS, Ability, Bar, Role, at
from game.engine.types import Alignment, Attack, Cause, Channel, Defense, Immunity, Seat, Visit, When

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
    abilities = (Ability("order_kill", When.NIGHT, 1, OUTSIDERS, visit=Visit.NORMAL, harmful=True),)

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
    abilities = (Ability("kill", When.NIGHT, 1, OUTSIDERS, visit=Visit.NORMAL, harmful=True),)

    @at(Pass.KILL, "kill")
    def kill(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Attack the victim."""
        yield Strike(target, me, Attack.BASIC, Cause.MAFIA)


class Framer(Mafia):
    """Makes somebody look guilty until the next check (M126)."""

    alignment = Alignment.MAFIA_DECEPTION
    group = "F"
    abilities = (Ability("frame", When.NIGHT, 1, (Bar.DEAD,), visit=Visit.NORMAL),)

    @at(Pass.DECEIVE, "frame")
    def frame(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Frame the target."""
        yield Mark(target, "framed", 1, me)

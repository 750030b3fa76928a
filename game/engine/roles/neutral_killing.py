"""Neutral roles that kill everybody else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from game.engine.night.effects import Effect, Strike, Tell
from game.engine.night.passes import Pass
from game.engine.roles.base import OTHERS, Ability, Role, at
from game.engine.types import Alignment, Attack, Cause, Defense, Seat, Visit, When

if TYPE_CHECKING:
    from game.engine.night.table import Night


class SerialKiller(Role):
    """Stabs one player a night, and whoever keeps it busy (M90, M91)."""

    alignment = Alignment.NEUTRAL_KILLING
    group = "I"
    side = "Serial Killer"
    attack = Attack.BASIC
    defense = Defense.BASIC
    suspicious = True
    death_note = True
    strikes_blockers = True
    abilities = (
        Ability("stab", When.NIGHT, 1, OTHERS, visit=Visit.NORMAL, harmful=True),
        Ability("cautious", When.NIGHT, lasting=True),
    )

    @at(Pass.KILL, "stab")
    def stab(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Attack the chosen victim."""
        yield Strike(target, me, Attack.BASIC, Cause.SERIAL_KILLER)

    @at(Pass.KILL)
    def strike_back(self, night: Night, me: Seat) -> Iterator[Effect]:
        """Attack every blocker, and the Jailor who keeps but does not execute."""
        if night.fact(me, "cautious"):
            return
        for blocker in night.blockers.get(me, ()):
            yield Strike(blocker, me, Attack.BASIC, Cause.SERIAL_KILLER, bloody=True)
            yield Tell(me, "sk_attacked_blocker", (blocker,))
            yield Tell(blocker, "attacked_by_serial_killer")
        jailor = night.prisoners.get(me)
        if jailor and not any(strike.target == me for strike in night.strikes):
            yield Strike(jailor, me, Attack.BASIC, Cause.SERIAL_KILLER)

"""Town roles that keep others alive."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from game.engine.night.effects import Effect, Guard, Shield, Spend
from game.engine.night.passes import Pass
from game.engine.roles.base import OTHERS, Ability, Bar, Role, at
from game.engine.types import Alignment, Attack, Defense, Seat, Visit, When

if TYPE_CHECKING:
    from game.engine.night.table import Night


class TownProtective(Role):
    """Protects one player a night."""

    alignment = Alignment.TOWN_PROTECTIVE
    side = "Town"


class Bodyguard(TownProtective):
    """Takes over the first direct attack on the ward (M111), or stays at home in a vest once (M112)."""

    group = "K"
    attack = Attack.POWERFUL
    abilities = (
        Ability("guard", When.NIGHT, 1, OTHERS, visit=Visit.NORMAL),
        Ability("vest", When.NIGHT, uses=1, displaced="guard"),
    )

    @at(Pass.POST, "guard")
    def guard(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Stand at the ward's door; nobody guards himself this way (M101)."""
        if target != me:
            yield Guard(target, me, Attack.POWERFUL)

    @at(Pass.POST, "vest")
    def vest(self, night: Night, me: Seat) -> Iterator[Effect]:
        """Basic defence at home."""
        yield Shield(me, Defense.BASIC, me, "attacked_vest_saved")
        yield Spend(me, "vest")


class Doctor(TownProtective):
    """Heals one player a night; himself once; never a revealed Mayor (M110)."""

    group = "I"
    abilities = (
        Ability(
            "heal",
            When.NIGHT,
            1,
            (*OTHERS, Bar.REVEALED),
            visit=Visit.NORMAL,
            refusals=((Bar.REVEALED, "heal_blocked_mayor"),),
        ),
        Ability("self_heal", When.NIGHT, uses=1, displaced="heal"),
    )

    @at(Pass.HEAL, "heal")
    def heal(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Powerful defence against every attack of the night."""
        if target != me:
            yield Shield(target, Defense.POWERFUL, me, "attacked_healed")

    @at(Pass.HEAL, "self_heal")
    def heal_self(self, night: Night, me: Seat) -> Iterator[Effect]:
        """The same at home, once."""
        yield Shield(me, Defense.POWERFUL, me, "attacked_healed")
        yield Spend(me, "self_heal")

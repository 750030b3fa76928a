"""Town roles that keep others alive."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from game.engine.night.effects import Cure, Effect, Guard, Know, Shield, Spend, Strike, Tell, Trap
from game.engine.night.passes import Pass
from game.engine.roles.base import OTHERS, Ability, Bar, Role, at
from game.engine.types import Alignment, Attack, Cause, Defense, Reach, Seat, Visit, When

if TYPE_CHECKING:
    from game.engine.night.table import Night


class TownProtective(Role):
    """Protects one player a night."""

    alignment = Alignment.TOWN_PROTECTIVE
    side = "Town"
    convertible = True


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
        """Stand at the ward's door."""
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
        yield Shield(target, Defense.POWERFUL, me, "attacked_healed")
        yield Cure(target, me)

    @at(Pass.HEAL, "self_heal")
    def heal_self(self, night: Night, me: Seat) -> Iterator[Effect]:
        """The same at home, once."""
        yield Shield(me, Defense.POWERFUL, me, "attacked_healed")
        yield Cure(me, me)
        yield Spend(me, "self_heal")


class Crusader(TownProtective):
    """Shields one player, and strikes one of those who visit there, friend or foe (M113)."""

    group = "K"
    rulesets = frozenset({"coven"})
    attack = Attack.BASIC
    abilities = (Ability("protect", When.NIGHT, 1, OTHERS, visit=Visit.NORMAL),)

    @at(Pass.POST, "protect")
    def protect(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Powerful defence all night."""
        yield Shield(target, Defense.POWERFUL, me, "attacked_crusader_saved")

    @at(Pass.KILL, "protect")
    def strike(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Attack one visitor at random."""
        visitors = [seat for seat in night.visitors(target) if seat != me]
        if visitors:
            victim = night.pick(visitors, "crusader_pick", me)
            yield Strike(victim, me, Attack.BASIC, Cause.CRUSADER, Reach.AREA)
            yield Tell(me, "crusader_attacked", (victim,))


class Trapper(TownProtective):
    """Builds a trap in one night and sets it in another; it catches whoever comes there first (M114, M115)."""

    group = "B"
    rulesets = frozenset({"coven"})
    attack = Attack.POWERFUL
    steered = None
    abilities = (
        Ability("build", When.NIGHT, conditions=(Bar.TRAP_HELD,)),
        Ability("set_trap", When.NIGHT, 1, OTHERS, conditions=(Bar.NO_TRAP,), visit=Visit.NORMAL),
        Ability("remove_trap", When.NIGHT, conditions=(Bar.NO_TRAP_OUT,)),
    )

    @at(Pass.TRAP, "set_trap")
    def set(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Lay it at a house, where it stays."""
        yield Know(me, "trap_on", target)
        yield Know(me, "trap_ready", 0)

    @at(Pass.TRAP, "remove_trap")
    def remove(self, night: Night, me: Seat) -> Iterator[Effect]:
        """Take it away."""
        yield Know(me, "trap_on", None)

    @at(Pass.KILL)
    def spring(self, night: Night, me: Seat) -> Iterator[Effect]:
        """Whoever comes sets it off, though its maker be dead; the first direct attacker is caught."""
        ward = night.fact(me, "trap_on")
        visitors = [seat for seat in night.visitors(ward) if seat != me] if isinstance(ward, int) else []
        if not visitors or not isinstance(ward, int):
            return
        yield Trap(ward, me, Attack.POWERFUL)
        yield Know(me, "trap_on", None)
        yield Tell(me, "trap_triggered", (ward,), ", ".join(sorted(night.role(seat).name for seat in visitors)))
        for visitor in visitors:
            yield Tell(visitor, "triggered_trap")

    @at(Pass.AFTERMATH)
    def build(self, night: Night, me: Seat) -> Iterator[Effect]:
        """A whole night of work without trap, block or cell makes a new one."""
        before = night.state.of(me)
        idle = not before.fact("trap_ready") and not before.fact("trap_on")
        act = night.acts.get(me)
        if night.free(me) and (idle or (act and act.ability.id == "remove_trap")):
            yield Know(me, "trap_ready", 1)

"""Neutral roles that work against the Town for ends of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from game.engine.night.effects import Effect, Steer, Strike
from game.engine.night.passes import Pass
from game.engine.roles.base import Ability, Bar, Role, at
from game.engine.types import Alignment, Attack, Cause, Defense, Immunity, Reach, Seat, Verdict, Visit, When

if TYPE_CHECKING:
    from game.engine.night.table import Night


class NeutralEvil(Role):
    """Plays for itself, against the Town."""

    alignment = Alignment.NEUTRAL_EVIL


class Executioner(NeutralEvil):
    """Wins with the lynch of an assigned Town member (M137)."""

    group = "E"
    defense = Defense.BASIC
    immune = frozenset({Immunity.DETECTION})
    convertible = True
    assigned = "target"
    wants_lynched = "target"
    fallback = "Jester"


class Jester(NeutralEvil):
    """Wins by being lynched, and takes one voter along (M136)."""

    group = "F"
    attack = Attack.UNSTOPPABLE
    immune = frozenset({Immunity.DETECTION})
    convertible = True
    wants_lynched = "self"
    abilities = (
        Ability(
            "haunt",
            When.NIGHT,
            1,
            (Bar.DEAD, Bar.NOT_VOTER),
            conditions=(Bar.ALIVE, Bar.NOT_AFTER_LYNCH),
            visit=Visit.ASTRAL,
            posthumous=True,
            fixed=True,
            reaches_cell=True,
            harmful=True,
        ),
    )

    @at(Pass.DOOM)
    def haunt(self, night: Night, me: Seat) -> Iterator[Effect]:
        """Kill the chosen voter, or a random one where none was chosen."""
        public = night.state.public
        lynch = next((t for t in public.trials if t.day == night.day and t.lynched and t.accused == me), None)
        if lynch is None:
            return
        voters = [seat for seat, verdict, _ in lynch.ballots if verdict is not Verdict.INNOCENT and night.lives(seat)]
        act = night.acts.get(me)
        if act:
            yield Strike(act.targets[0], me, Attack.UNSTOPPABLE, Cause.JESTER, Reach.REMOTE)
        elif voters:
            target = night.pick(voters, "jester_pick", me)
            yield Strike(target, me, Attack.UNSTOPPABLE, Cause.JESTER, Reach.REMOTE)


class Witch(NeutralEvil):
    """Makes somebody use their ability on another, and wants the Town to lose (M93)."""

    group = "G"
    rulesets = frozenset({"classic"})
    defense = Defense.BASIC
    immune = frozenset({Immunity.DETECTION, Immunity.BLOCK, Immunity.CONTROL})
    fragile = True
    outlives = "self"
    spites = "Town"
    abilities = (
        Ability(
            "control",
            When.NIGHT,
            2,
            (Bar.DEAD,),
            slot_bars=((Bar.SELF,), ()),
            visit=Visit.NORMAL,
            houses=(0,),
            twice=True,
        ),
    )

    def own_defense(self, night: Night, me: Seat) -> Defense:
        """The shield holds until an attack has met it (M86)."""
        return Defense.NONE if night.mark(me, "shield") == 0 else self.defense

    @at(Pass.CONTROL, "control")
    def control(self, night: Night, me: Seat, victim: Seat, target: Seat) -> Iterator[Effect]:
        """Steer the victim."""
        if victim != me:
            yield Steer(victim, target, me)

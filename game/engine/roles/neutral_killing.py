"""Neutral roles that kill everybody else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from game.engine.night.effects import Effect, Know, Mark, Strike, Tell
from game.engine.night.passes import Pass
from game.engine.roles.base import OTHERS, Ability, Bar, Role, at
from game.engine.types import Alignment, Attack, Cause, Defense, Immunity, Reach, Seat, Visit, When

if TYPE_CHECKING:
    from game.engine.night.table import Night


class NeutralKilling(Role):
    """Wins alone, or with its like."""

    alignment = Alignment.NEUTRAL_KILLING
    defense = Defense.BASIC
    death_note = True


class SerialKiller(NeutralKilling):
    """Stabs one player a night, and whoever keeps it busy (M90, M91)."""

    group = "I"
    side = "Serial Killer"
    attack = Attack.BASIC
    suspicious = True
    strikes_blockers = True
    abilities = (
        Ability("stab", When.NIGHT, 1, OTHERS, visit=Visit.NORMAL, harmful=True, hits_self=True),
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


class Arsonist(NeutralKilling):
    """Douses one player after another, and sets all alight at once (M140)."""

    group = "K"
    side = "Arsonist"
    attack = Attack.UNSTOPPABLE
    immune = frozenset({Immunity.DETECTION})
    abilities = (
        Ability("douse", When.NIGHT, 1, OTHERS, visit=Visit.NORMAL, hits_self=True),
        Ability("ignite", When.NIGHT, visit=Visit.ASTRAL, harmful=True),
        Ability("clean_self", When.PASSIVE),
        Ability("douse_visitors", When.PASSIVE),
    )

    @at(Pass.AFFLICT, "douse")
    def douse(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Only a colleague notices."""
        yield from self._douse(night, me, target)

    @at(Pass.AFFLICT)
    def clean(self, night: Night, me: Seat) -> Iterator[Effect]:
        """Whoever does nothing wipes the gas off."""
        if night.free(me) and me not in night.acts and night.mark(me, "doused"):
            yield Mark(me, "doused", 0, me)

    @at(Pass.SPREAD)
    def douse_visitors(self, night: Night, me: Seat) -> Iterator[Effect]:
        """Everybody who comes is doused, whatever was done to the Arsonist (M89)."""
        for visitor in night.visitors(me) if night.lives(me) else ():
            yield from self._douse(night, me, visitor)
            yield Tell(me, "arsonist_visited", (visitor,))

    @at(Pass.DOOM, "ignite")
    def ignite(self, night: Night, me: Seat) -> Iterator[Effect]:
        """Burn all who are doused, but for oneself."""
        for seat in night.seats:
            if seat != me and night.lives(seat) and night.mark(seat, "doused"):
                yield Strike(seat, me, Attack.UNSTOPPABLE, Cause.ARSONIST, Reach.REMOTE)

    def _douse(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        yield Mark(target, "doused", 1, me)
        if target != me and night.role(target) is self:
            yield Tell(target, "doused")


class Juggernaut(NeutralKilling):
    """Grows with every kill (M142)."""

    group = "G"
    side = "Juggernaut"
    unique = True
    rulesets = frozenset({"coven"})
    attack = Attack.POWERFUL
    immune = frozenset({Immunity.DETECTION})
    abilities = (
        Ability(
            "assault",
            When.NIGHT,
            1,
            OTHERS,
            conditions=(Bar.TOO_WEAK,),
            visit=Visit.NORMAL,
            harmful=True,
            hits_self=True,
        ),
    )

    def own_defense(self, night: Night, me: Seat) -> Defense:
        """The launch ladder starts without a defence."""
        armoured = not _launch(night) or _slain(night, me) >= 2
        return self.defense if armoured else Defense.NONE

    @at(Pass.KILL, "assault")
    def assault(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Attack by strength; nothing happens where another forces a weak one out (M96)."""
        kills, later = _slain(night, me), int(_launch(night))
        if not kills and not night.full_moon:
            return
        level = Attack.UNSTOPPABLE if kills >= 3 + later else Attack.POWERFUL
        yield Strike(target, me, level, Cause.JUGGERNAUT)
        if kills >= 2 + later:
            yield from _rampage(night, me, target, level, Cause.JUGGERNAUT)

    @at(Pass.KILL)
    def defend_home(self, night: Night, me: Seat) -> Iterator[Effect]:
        """At home a rampage meets the own visitors."""
        kills, later = _slain(night, me), int(_launch(night))
        if night.free(me) and me not in night.acts and kills >= 2 + later:
            level = Attack.UNSTOPPABLE if kills >= 3 + later else Attack.POWERFUL
            yield from _rampage(night, me, me, level, Cause.JUGGERNAUT)

    @at(Pass.AFTERMATH)
    def grow(self, night: Night, me: Seat) -> Iterator[Effect]:
        """Every kill counts."""
        kills = night.kills(me, Cause.JUGGERNAUT)
        if kills and night.lives(me):
            yield Know(me, "kills", _slain(night, me) + len(kills))
            yield Tell(me, "juggernaut_power")


def _launch(night: Night) -> bool:
    return night.state.public.table.options.juggernaut_ladder == "launch"


def _slain(night: Night, me: Seat) -> int:
    return int(night.fact(me, "kills") or 0)


def _rampage(night: Night, me: Seat, house: Seat, level: Attack, cause: Cause) -> Iterator[Effect]:
    """Attack everybody who comes to a house, but not the Jailor at a prisoner's (M141)."""
    for visitor in night.visitors(house):
        if visitor != me and night.prisoners.get(house) != visitor:
            yield Strike(visitor, me, level, cause, Reach.AREA)


class Werewolf(NeutralKilling):
    """Under a full moon mauls a victim and all who are there (M92, M141)."""

    group = "E"
    side = "Werewolf"
    unique = True
    attack = Attack.POWERFUL
    immune = frozenset({Immunity.DETECTION})
    abilities = (
        Ability(
            "rampage",
            When.NIGHT,
            1,
            (Bar.DEAD,),
            conditions=(Bar.NO_MOON,),
            visit=Visit.NORMAL,
            harmful=True,
            reaches_cell=True,
        ),
    )

    def looks_suspicious(self, night: Night, me: Seat) -> bool:
        """Only under a full moon (M125)."""
        return night.full_moon

    @at(Pass.ALERT)
    def transform(self, night: Night, me: Seat) -> Iterator[Effect]:
        """Feel the moon."""
        if night.full_moon and night.lives(me):
            yield Tell(me, "werewolf_transformed")

    @at(Pass.KILL)
    def rampage(self, night: Night, me: Seat) -> Iterator[Effect]:
        """Out: the victim and its visitors; at home, blocked or jailed: whoever is there."""
        if not night.full_moon or not (night.lives(me) or me in night.raised):
            return
        act = night.acts.get(me)
        house = act.targets[0] if act and not act.outcome and act.ability.id == "rampage" else me
        if (jailor := night.prisoners.get(me)) and not any(strike.target == me for strike in night.strikes):
            yield Strike(jailor, me, Attack.POWERFUL, Cause.WEREWOLF)
        if house != me and house not in night.prisoners:
            yield Strike(house, me, Attack.POWERFUL, Cause.WEREWOLF)
        yield from _rampage(night, me, house, Attack.POWERFUL, Cause.WEREWOLF)

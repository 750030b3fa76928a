"""Neutral roles that turn the match upside down: the duellist, the plague, the Vampires."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from game.engine.night.effects import (
    Achieve,
    Block,
    Effect,
    Go,
    Know,
    Mark,
    Send,
    Strike,
    Tell,
    Turn,
)
from game.engine.night.passes import Pass
from game.engine.roles.base import DUEL_WEAPONS, OTHERS, OUTSIDERS, Ability, Bar, Role, at
from game.engine.types import Alignment, Attack, Cause, Channel, Defense, Immunity, Reach, Seat, Visit, When, group

if TYPE_CHECKING:
    from game.engine.night.table import Night

PLUNDERS = 2
"""Duels that a Pirate has to win (M147)."""
BROOD = 4
"""With so many living Vampires nobody joins them any more (M143)."""


class NeutralChaos(Role):
    """Follows rules of its own."""

    alignment = Alignment.NEUTRAL_CHAOS


class Pirate(NeutralChaos):
    """Duels one player a night, and wants to win twice (M147)."""

    group = "A"
    unique = True
    rulesets = frozenset({"coven"})
    attack = Attack.POWERFUL
    immune = frozenset({Immunity.BLOCK, Immunity.CONTROL})
    death_note = True
    abilities = (
        Ability("duel", When.DAY, 1, (*OTHERS, Bar.LAST_RIVAL), visit=Visit.NORMAL, harmful=True),
        Ability("duel_attack", When.NIGHT, conditions=(Bar.NO_DUEL,), params=tuple(DUEL_WEAPONS)),
    )

    @at(Pass.DUEL)
    def meet(self, night: Night, me: Seat) -> Iterator[Effect]:
        """Go to the rival and keep it from acting, whoever wins."""
        if (rival := _rival(night, me)) is not None:
            yield Go(me, rival)
            yield Block(rival, me, told="")

    @at(Pass.KILL)
    def fight(self, night: Night, me: Seat) -> Iterator[Effect]:
        """Weapon against defence; whoever chose none, chance chooses for."""
        if (rival := _rival(night, me)) is None:
            return
        act = night.acts.get(me)
        weapon = act.param if act else night.pick(tuple(DUEL_WEAPONS), "duel_attack", me)
        chosen = night.fact(rival, "duel_defense")
        defense = str(chosen or night.pick(tuple(DUEL_WEAPONS.values()), "duel_defense", rival))
        if DUEL_WEAPONS[weapon] != defense:
            yield Tell(me, "duel_lost", (rival,))
            return
        plunders = int(night.fact(me, "plunders") or 0) + 1
        yield Tell(me, "duel_won", (rival,))
        yield Know(me, "plunders", plunders)
        yield Strike(rival, me, Attack.POWERFUL, Cause.PIRATE)
        if plunders == PLUNDERS:
            yield Achieve(me)


def _rival(night: Night, me: Seat) -> Seat | None:
    rival = night.fact(me, "last_rival")
    return rival if night.fact(me, "duel_on") == night.day and isinstance(rival, int) else None


class Plaguebearer(NeutralChaos):
    """Spreads a plague along the visits of the night until everybody has it (M145)."""

    group = "J"
    side = "Pestilence"
    unique = True
    rulesets = frozenset({"coven"})
    defense = Defense.BASIC
    immune = frozenset({Immunity.DETECTION})
    abilities = (Ability("infect", When.NIGHT, 1, (*OTHERS, Bar.INFECTED), visit=Visit.NORMAL),)

    @at(Pass.AFFLICT, "infect")
    def infect(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Infect in person."""
        yield Mark(target, "infected", 1, me)

    @at(Pass.SPREAD)
    def spread(self, night: Night, me: Seat) -> Iterator[Effect]:
        """From every carrier to whoever visits it or is visited by it, once a night."""
        if not night.lives(me):
            return
        carriers = {seat for seat in night.seats if night.mark(seat, "infected")} | {me}
        met = {house for by, house in night.visits if by in carriers and house not in night.prisoners}
        met |= {by for by, house in night.visits if house in carriers}
        for seat in sorted(met - carriers):
            yield Mark(seat, "infected", 1, me)

    @at(Pass.INVESTIGATE)
    def learn(self, night: Night, me: Seat) -> Iterator[Effect]:
        """See who has it."""
        if night.lives(me):
            infected = tuple(seat for seat in night.seats if night.lives(seat) and night.mark(seat, "infected"))
            yield Tell(me, "plague_list", infected)
            yield Know(me, "carriers", group(infected))


class Pestilence(NeutralChaos):
    """Kills a whole house a night, and everybody who comes (M146)."""

    group = "J"
    side = "Pestilence"
    unique = True
    dealt = False
    rulesets = frozenset({"coven"})
    attack = Attack.POWERFUL
    defense = Defense.INVINCIBLE
    immune = frozenset({Immunity.DETECTION, Immunity.BLOCK, Immunity.CONTROL})
    death_note = True
    abilities = (Ability("rampage", When.NIGHT, 1, OTHERS, visit=Visit.NORMAL, harmful=True, reaches_cell=True),)

    @at(Pass.KILL, "rampage")
    def rampage(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """The owner and all visitors of a house; at a prisoner's, the visitors alone."""
        if target not in night.prisoners:
            yield Strike(target, me, Attack.POWERFUL, Cause.PESTILENCE)
        for visitor in night.visitors(target):
            if visitor not in (me, night.prisoners.get(target)):
                yield Strike(visitor, me, Attack.POWERFUL, Cause.PESTILENCE, Reach.AREA)

    @at(Pass.KILL)
    def consume(self, night: Night, me: Seat) -> Iterator[Effect]:
        """All own visitors, and the Jailor who keeps it (M121)."""
        if not night.lives(me):
            return
        jailor = night.prisoners.get(me)
        for visitor in night.visitors(me):
            reach = Reach.DIRECT if visitor == jailor else Reach.AREA
            yield Strike(visitor, me, Attack.POWERFUL, Cause.PESTILENCE, reach)


class Vampire(NeutralChaos):
    """Turns others into its like (M143)."""

    group = "F"
    side = "Vampire"
    channel = Channel.VAMPIRE
    attack = Attack.BASIC
    immune = frozenset({Immunity.DETECTION})
    abilities = (
        Ability("bite", When.NIGHT, 1, OUTSIDERS, conditions=(Bar.RESTING,), visit=Visit.NORMAL, harmful=True),
    )

    @at(Pass.ORDER)
    def agree(self, night: Night, me: Seat) -> Iterator[Effect]:
        """The youngest who can goes for whomever most of them chose; the others stay at home."""
        brood = [seat for seat in self._brood(night) if night.free(seat)]
        if not brood or me != brood[-1]:
            return
        free = [seat for seat in brood if seat in night.acts and seat not in night.steered]
        wishes = Counter(night.acts[seat].targets[0] for seat in free)
        if wishes:
            most = max(wishes.values())
            target = night.pick(sorted(seat for seat, count in wishes.items() if count == most), "vampire_vote", me)
            yield Send(me, "bite", target, stay=tuple(seat for seat in brood if seat != me))
        elif me in night.acts:
            yield Send(me, "bite", night.acts[me].targets[0], stay=tuple(seat for seat in brood if seat != me))

    @at(Pass.KILL, "bite")
    def bite(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Convert whoever can be; attack all others."""
        if night.role(target).side == self.side or night.fact(me, "fed_on") == night.day - 1:
            return
        joins = night.role(target).convertible and len(self._brood(night)) < BROOD
        turn = (Turn(target, self.name, me),) if joins else ()
        yield Strike(target, me, Attack.BASIC, Cause.VAMPIRE, instead=turn)

    def _brood(self, night: Night) -> list[Seat]:
        """Living Vampires, the youngest last: the latest convert, then the highest seat."""
        living = (seat for seat in night.seats if night.lives(seat) and night.role(seat) is self)
        return sorted(living, key=lambda seat: (int(night.fact(seat, "converted_on") or 0), seat))

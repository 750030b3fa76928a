"""Neutral roles that wish nobody ill: they want to live, to keep somebody alive, or to remember who they were."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from game.engine.night.effects import Cleanse, Effect, Notice, Shield, Spend, Tell, Turn
from game.engine.night.passes import Pass
from game.engine.roles.base import Ability, Bar, Role, at
from game.engine.types import Alignment, Cause, Defense, Immunity, Seat, Visit, When

if TYPE_CHECKING:
    from game.engine.night.table import Night


class NeutralBenign(Role):
    """Wins beside anybody."""

    alignment = Alignment.NEUTRAL_BENIGN


class Amnesiac(NeutralBenign):
    """Becomes what one of the dead has been (M138)."""

    group = "C"
    convertible = True
    abilities = (Ability("remember", When.NIGHT, 1, (Bar.LIVING, Bar.UNREADABLE), uses=1, visit=Visit.ASTRAL),)

    @at(Pass.AFTERMATH, "remember")
    def remember(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Take up the true role of the dead, and let everybody know which."""
        yield Turn(me, night.role(target).name, me, "amnesiac_remembered")


class GuardianAngel(NeutralBenign):
    """Watches over one player, alive or dead (M116)."""

    group = "D"
    rulesets = frozenset({"coven"})
    immune = frozenset({Immunity.BLOCK, Immunity.CONTROL})
    assigned = "ward"
    outlives = "ward"
    fallback = "Survivor"
    fallback_uses = {"vest": 0}
    abilities = (
        Ability(
            "watch_over",
            When.NIGHT,
            1,
            (Bar.DEAD, Bar.NOT_WARD),
            uses=2,
            visit=Visit.ASTRAL,
            posthumous=True,
            fixed=True,
            reaches_cell=True,
        ),
    )

    @at(Pass.ANGEL, "watch_over")
    def watch_over(self, night: Night, me: Seat, ward: Seat) -> Iterator[Effect]:
        """Shield the ward, an execution included, and purge what clings to it; all are told at dawn."""
        yield Cleanse(ward, me)
        yield Shield(ward, Defense.POWERFUL, me, "attacked_guardian_saved")
        yield Shield(ward, Defense.INVINCIBLE, me, "attacked_guardian_saved", frozenset({Cause.JAILOR}))
        yield Tell(ward, "guardian_watched")
        yield Spend(me, "watch_over")
        yield Notice("guardian_notice", ward)


class Survivor(NeutralBenign):
    """Wants to be alive at the end (M117, M173)."""

    group = "C"
    convertible = True
    outlives = "self"
    abilities = (Ability("vest", When.NIGHT, uses=4),)

    @at(Pass.VEST, "vest")
    def vest(self, night: Night, me: Seat) -> Iterator[Effect]:
        """Basic defence for the night."""
        yield Shield(me, Defense.BASIC, me, "attacked_vest_saved")
        yield Spend(me, "vest")

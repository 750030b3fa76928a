"""Town roles that learn something about others at night."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from game.engine.night.effects import Effect, Mark, Tell
from game.engine.night.passes import Pass
from game.engine.roles.base import OTHERS, Ability, Role, at
from game.engine.types import Alignment, Seat, Visit, When

if TYPE_CHECKING:
    from game.engine.night.table import Night

FRAMED_GROUP = "F"
"""The Investigator's group for a framed player (M126)."""


class TownInvestigative(Role):
    """Looks into one player a night."""

    alignment = Alignment.TOWN_INVESTIGATIVE
    side = "Town"


class Investigator(TownInvestigative):
    """Learns a group of roles that the target's role is in (M126)."""

    group = "J"
    abilities = (Ability("investigate", When.NIGHT, 1, OTHERS, visit=Visit.NORMAL),)

    @at(Pass.INVESTIGATE, "investigate")
    def investigate(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Report the group; a frame is used up."""
        if target == me:
            return
        framed = bool(night.mark(target, "framed"))
        group = FRAMED_GROUP if framed else night.role(target).group
        yield Tell(me, "investigator_result", (target,), group)
        if framed:
            yield Mark(target, "framed", 0, me)


class Lookout(TownInvestigative):
    """Sees who visits the target (M159)."""

    group = "G"
    abilities = (Ability("watch", When.NIGHT, 1, OTHERS, visit=Visit.NORMAL, reaches_cell=True),)

    @at(Pass.INVESTIGATE, "watch")
    def watch(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Report all visitors but oneself: the target first, then whoever came."""
        if target != me:
            yield Tell(me, "lookout_result", (target, *(seat for seat in night.visitors(target) if seat != me)))


class Sheriff(TownInvestigative):
    """Learns whether the target is suspicious (M125)."""

    group = "E"
    abilities = (Ability("interrogate", When.NIGHT, 1, OTHERS, visit=Visit.NORMAL),)

    @at(Pass.INVESTIGATE, "interrogate")
    def interrogate(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Report suspicious or innocent; a frame is used up."""
        if target == me:
            return
        framed = bool(night.mark(target, "framed"))
        guilty = framed or night.role(target).looks_suspicious(night, target)
        yield Tell(me, "sheriff_result", (target,), "suspicious" if guilty else "innocent")
        if framed:
            yield Mark(target, "framed", 0, me)

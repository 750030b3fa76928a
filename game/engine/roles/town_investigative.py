"""Town roles that learn something about others at night."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from game.engine.night.effects import Bug, Effect, Mark, Tell
from game.engine.night.passes import Pass
from game.engine.roles.base import OTHERS, Ability, Role, at
from game.engine.types import Alignment, Channel, Faction, Seat, Visit, When

if TYPE_CHECKING:
    from game.engine.night.table import Night

MASKS = (("framed", "F"), ("doused", "K"), ("hexed", "F"))
"""Afflictions and the Investigator's group that each makes one look like, strongest first (M126)."""


class TownInvestigative(Role):
    """Looks into one player a night."""

    alignment = Alignment.TOWN_INVESTIGATIVE
    side = "Town"
    convertible = True


class Investigator(TownInvestigative):
    """Learns a group of roles that the target's role is in (M126)."""

    group = "J"
    abilities = (Ability("investigate", When.NIGHT, 1, OTHERS, visit=Visit.NORMAL),)

    @at(Pass.INVESTIGATE, "investigate")
    def investigate(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Report the group; a frame is used up."""
        mask = next((group for key, group in MASKS if night.mark(target, key)), None)
        yield Tell(me, "investigator_result", (target,), mask or night.looks_like(target).group)
        if night.mark(target, "framed"):
            yield Mark(target, "framed", 0, me)


class Lookout(TownInvestigative):
    """Sees who visits the target (M159)."""

    group = "G"
    abilities = (Ability("watch", When.NIGHT, 1, OTHERS, visit=Visit.NORMAL, reaches_cell=True),)

    @at(Pass.INVESTIGATE, "watch")
    def watch(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Report all visitors but oneself: the target first, then whoever came."""
        yield Tell(me, "lookout_result", (target, *(seat for seat in night.visitors(target) if seat != me)))


class Sheriff(TownInvestigative):
    """Learns whether the target is suspicious (M125)."""

    group = "E"
    abilities = (Ability("interrogate", When.NIGHT, 1, OTHERS, visit=Visit.NORMAL),)

    @at(Pass.INVESTIGATE, "interrogate")
    def interrogate(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Report suspicious or innocent; a frame is used up."""
        framed = bool(night.mark(target, "framed"))
        guilty = framed or night.mark(target, "hexed") or night.role(target).looks_suspicious(night, target)
        yield Tell(me, "sheriff_result", (target,), "suspicious" if guilty else "innocent")
        if framed:
            yield Mark(target, "framed", 0, me)


class Spy(TownInvestigative):
    """Learns whom Mafia and Coven visit, and what is done to one bugged player (M128)."""

    group = "D"
    abilities = (
        Ability("bug", When.NIGHT, 1, OTHERS, visit=Visit.NORMAL, fixed=True),
        Ability("listen", When.PASSIVE),
    )

    @at(Pass.INVESTIGATE, "bug")
    def bug(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Hear of everything that is done to the target."""
        yield Bug(target, me)

    @at(Pass.INVESTIGATE)
    def listen(self, night: Night, me: Seat) -> Iterator[Effect]:
        """One line for each player whom a faction visited, in no order that tells anything."""
        if not night.free(me):
            return
        factions = {Channel.MAFIA: "Mafia", Channel.COVEN: "Coven"}
        visits = ((factions.get(night.role(by).channel or Channel.PUBLIC), house) for by, house in night.visits)
        seen = {(faction, house) for faction, house in visits if faction and night.lives(house)}
        for faction, house in sorted(seen, key=lambda visit: night.draw("spy", me, *visit)):
            yield Tell(me, "spy_visit", (house,), faction or "")


class Psychic(TownInvestigative):
    """Has a vision of three players, one of them evil, or of two, one of them good (M129)."""

    group = "C"
    rulesets = frozenset({"coven"})
    abilities = (Ability("vision", When.PASSIVE, visit=Visit.ASTRAL),)

    @at(Pass.INVESTIGATE)
    def vision(self, night: Night, me: Seat) -> Iterator[Effect]:
        """Odd nights look for evil, even nights for good; without enough players there is nothing to see."""
        if not night.free(me):
            return
        evil = night.day % 2 == 1
        size = 3 if evil else 2
        others = [seat for seat in night.seats if night.lives(seat) and seat != me]
        sought = [seat for seat in others if _is_good(night, seat) is not evil]
        if not sought or len(others) < size:
            return
        seen = {night.pick(sought, "psychic", me)}
        while len(seen) < size:
            seen.add(night.pick([seat for seat in others if seat not in seen], f"psychic {len(seen)}", me))
        yield Tell(me, "psychic_result", tuple(sorted(seen)), "evil" if evil else "good")


def _is_good(night: Night, seat: Seat) -> bool:
    role = night.role(seat)
    return role.faction is Faction.TOWN or role.alignment is Alignment.NEUTRAL_BENIGN


class Tracker(TownInvestigative):
    """Learns whom the target visits (M159)."""

    group = "J"
    rulesets = frozenset({"coven"})
    abilities = (Ability("track", When.NIGHT, 1, OTHERS, visit=Visit.NORMAL),)

    @at(Pass.INVESTIGATE, "track")
    def track(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Report the target first, then every house it went to."""
        yield Tell(me, "tracker_result", (target, *night.visited(target)))

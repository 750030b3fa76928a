"""The Mafia's helpers: they learn, silence, block and deceive for those who kill."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from game.engine.night.effects import Block, Clean, Effect, Forge, Know, Mark, Spend, Tell
from game.engine.night.passes import Pass
from game.engine.roles.base import OUTSIDERS, Ability, Bar, at
from game.engine.roles.groups import GROUPS
from game.engine.roles.mafia import Mafia
from game.engine.types import Alignment, Immunity, Seat, Visit, When

if TYPE_CHECKING:
    from game.engine.night.table import Night

PLANTED = {
    "transported": "transported",
    "role_blocked": "role_blocked",
    "attacked_bodyguard_saved": "attacked_bodyguard_saved",
    "attacked_healed": "attacked_healed",
    "controlled": "controlled",
    "poisoned_uncurable": "poisoned_uncurable",
    "attacked_crusader_saved": "attacked_crusader_saved",
    "poison_cured": "poison_cured",
    "poison_fought_off": "poison_fought_off",
    "trap_triggered_by_you": "triggered_trap",
    "attacked_trap_saved": "attacked_trap_saved",
}
"""What a Hypnotist can name, and the report that is delivered: the very one that the real thing would bring (M133)."""
FORGED_ROLES = tuple(sorted({role for groups in GROUPS.values() for roles in groups.values() for role in roles}))
"""What a forged grave may show."""


class MafiaSupport(Mafia):
    """Helps those who kill."""

    alignment = Alignment.MAFIA_SUPPORT


class MafiaDeception(Mafia):
    """Makes the Town see what is not so."""

    alignment = Alignment.MAFIA_DECEPTION


class Blackmailer(MafiaSupport):
    """Silences one player for the next day, and reads every whisper (M31, M32)."""

    group = "D"
    hears_whispers = True
    abilities = (
        Ability("blackmail", When.NIGHT, 1, OUTSIDERS, visit=Visit.NORMAL),
        Ability("read_whispers", When.PASSIVE),
    )

    @at(Pass.DECEIVE, "blackmail")
    def blackmail(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Nothing that a Guardian Angel keeps clean can be silenced (M83)."""
        if target not in night.clean:
            yield Know(target, "blackmailed_on", night.day + 1)
            yield Tell(target, "blackmailed")


class Consigliere(MafiaSupport):
    """Learns exact roles (M127)."""

    group = "J"
    abilities = (Ability("consult", When.NIGHT, 1, OUTSIDERS, visit=Visit.NORMAL),)

    @at(Pass.INVESTIGATE, "consult")
    def consult(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Report the true role."""
        yield Tell(me, "role_result", (target,), night.role(target).name)


class Consort(MafiaSupport):
    """Keeps one player from acting (M135)."""

    group = "H"
    blocks = True
    immune = frozenset({Immunity.BLOCK})
    abilities = (Ability("distract", When.NIGHT, 1, OUTSIDERS, visit=Visit.NORMAL),)

    @at(Pass.BLOCK, "distract")
    def distract(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Role-block the target."""
        yield Block(target, me)


class Disguiser(MafiaDeception):
    """Dresses one of the Mafia up as somebody else (M132)."""

    group = "I"
    immune = frozenset({Immunity.CONTROL})
    abilities = (
        Ability(
            "disguise",
            When.NIGHT,
            2,
            (Bar.DEAD,),
            slot_bars=((Bar.NOT_TEAM,), (Bar.TEAM,)),
            visit=Visit.NORMAL,
            houses=(1,),
        ),
    )

    @at(Pass.DECEIVE, "disguise")
    def disguise(self, night: Night, me: Seat, mate: Seat, copied: Seat) -> Iterator[Effect]:
        """For this night and the next day the one passes for the other."""
        yield Mark(mate, "disguised_as", night.role(copied).name, me)
        yield Mark(mate, "disguised_on", night.day, me)


class Forger(MafiaDeception):
    """Writes another's last will, and another role on the grave (M131)."""

    group = "G"
    forges = True
    abilities = (Ability("forge", When.NIGHT, 1, OUTSIDERS, uses=2, visit=Visit.NORMAL, params=FORGED_ROLES),)

    @at(Pass.DECEIVE, "forge")
    def forge(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Spent even if the target lives."""
        yield Forge(target, me, night.acts[me].param)
        yield Spend(me, "forge")


class Framer(MafiaDeception):
    """Makes somebody look guilty until the next check (M126)."""

    group = "F"
    abilities = (Ability("frame", When.NIGHT, 1, (Bar.DEAD,), visit=Visit.NORMAL, hits_self=True),)

    @at(Pass.DECEIVE, "frame")
    def frame(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Frame the target."""
        yield Mark(target, "framed", 1, me)


class Hypnotist(MafiaDeception):
    """Makes somebody believe that something was done to them (M133)."""

    group = "H"
    rulesets = frozenset({"coven"})
    abilities = (Ability("hypnotize", When.NIGHT, 1, OUTSIDERS, visit=Visit.NORMAL, params=tuple(PLANTED)),)

    @at(Pass.DECEIVE, "hypnotize")
    def hypnotize(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Plant the report."""
        yield Tell(target, PLANTED[night.acts[me].param])


class Janitor(MafiaDeception):
    """Leaves nothing of a body to be read, and reads it alone (M130)."""

    group = "B"
    abilities = (Ability("clean", When.NIGHT, 1, OUTSIDERS, uses=3, visit=Visit.NORMAL),)

    @at(Pass.DECEIVE, "clean")
    def wait(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Be there in case the target dies."""
        yield Clean(target, me, "clean")

    @at(Pass.AFTERMATH, "clean")
    def clean(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Only a body takes a cleaning."""
        if night.killed(target):
            yield Spend(me, "clean")
            yield Tell(me, "janitor_result", (target,), night.role(target).name)

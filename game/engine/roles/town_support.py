"""Town roles that help in other ways."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from game.engine.night.effects import Block, Effect, Raise, Revive, Spend, Swap
from game.engine.night.passes import Pass
from game.engine.roles.base import OTHERS, Ability, Bar, Role, at
from game.engine.types import Alignment, Immunity, Seat, Visit, When

if TYPE_CHECKING:
    from game.engine.night.table import Night


class TownSupport(Role):
    """Supports the Town."""

    alignment = Alignment.TOWN_SUPPORT
    side = "Town"
    convertible = True


class Escort(TownSupport):
    """Keeps one player from acting (M87)."""

    group = "H"
    blocks = True
    immune = frozenset({Immunity.BLOCK})
    abilities = (Ability("distract", When.NIGHT, 1, OTHERS, visit=Visit.NORMAL),)

    @at(Pass.BLOCK, "distract")
    def distract(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Role-block the target."""
        yield Block(target, me)


class Mayor(TownSupport):
    """Reveals once, and from then on counts three (M17)."""

    group = "J"
    unique = True
    abilities = (Ability("reveal", When.DAY, conditions=(Bar.ON_TRIAL,), uses=1),)


class Medium(TownSupport):
    """Speaks with the dead at night (M36), and once from the grave with one of the living (M37)."""

    group = "B"
    hears_dead = True
    abilities = (
        Ability("dead_chat", When.PASSIVE, visit=Visit.ASTRAL),
        Ability("seance", When.DAY, 1, OTHERS, conditions=(Bar.ALIVE,), uses=1, visit=Visit.NORMAL, posthumous=True),
    )


class Transporter(TownSupport):
    """Swaps two players: whoever visits one meets the other (M97)."""

    group = "H"
    immune = frozenset({Immunity.BLOCK, Immunity.CONTROL})
    abilities = (Ability("transport", When.NIGHT, 2, (Bar.DEAD,), visit=Visit.NORMAL, fixed=True),)

    @at(Pass.TRANSPORT, "transport")
    def swap(self, night: Night, me: Seat, a: Seat, b: Seat) -> Iterator[Effect]:
        """Exchange two houses for the night."""
        yield Swap(a, b, me)


class Retributionist(TownSupport):
    """Raises dead members of the Town for one more deed each (M154), or brings one back to life (M155)."""

    group = "B"
    unique = True
    immune = frozenset({Immunity.BLOCK, Immunity.CONTROL})
    abilities = (
        Ability(
            "raise",
            When.NIGHT,
            2,
            conditions=(Bar.NO_RAISING,),
            slot_bars=((Bar.LIVING, Bar.UNREADABLE, Bar.NOT_TOWN, Bar.USELESS), (Bar.DEAD,)),
            visit=Visit.NORMAL,
            houses=(0,),
        ),
        Ability(
            "revive",
            When.NIGHT,
            1,
            (Bar.LIVING, Bar.UNREADABLE, Bar.NOT_TOWN, Bar.LEFT),
            conditions=(Bar.NO_REVIVING,),
            uses=1,
            visit=Visit.ASTRAL,
        ),
    )

    def is_immune(self, night: Night, me: Seat, immunity: Immunity) -> bool:
        """Only those who raise corpses are (M88)."""
        return night.state.public.table.options.retributionist_mode == "corpse" and super().is_immune(
            night, me, immunity
        )

    @at(Pass.RAISE, "raise")
    def call(self, night: Night, me: Seat, corpse: Seat, target: Seat) -> Iterator[Effect]:
        """Send a corpse to the target."""
        yield Raise(corpse, target, me)

    @at(Pass.AFTERMATH, "revive")
    def revive(self, night: Night, me: Seat, target: Seat) -> Iterator[Effect]:
        """Bring one of the Town back."""
        yield Revive(target, me)
        yield Spend(me, "revive")

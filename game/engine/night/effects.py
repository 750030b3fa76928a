"""What a role's pass methods may yield: a closed vocabulary, which `settle` alone turns into consequences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from game.engine.events import Value
from game.engine.types import Attack, Cause, Defense, Reach, Seat


@dataclass(frozen=True, slots=True)
class Swap:
    """Whoever heads for one of two houses comes to the other (M97)."""

    a: Seat
    b: Seat
    by: Seat


@dataclass(frozen=True, slots=True)
class Block:
    """The target loses its action unless it is immune (M87)."""

    target: Seat
    by: Seat


@dataclass(frozen=True, slots=True)
class Order:
    """The team's carrier kills this target in the leader's stead, if it can (M123)."""

    target: Seat
    by: Seat


@dataclass(frozen=True, slots=True)
class Shield:
    """Defence for this night (M52). `saved` is what the target is told when it held; `by` is told of tested attacks."""

    target: Seat
    level: Defense
    by: Seat
    saved: str


@dataclass(frozen=True, slots=True)
class Guard:
    """The first direct attack on the ward is taken over: attacker and guard strike each other (M111)."""

    ward: Seat
    by: Seat
    level: Attack


@dataclass(frozen=True, slots=True)
class Hazard:
    """Everybody who visits a house is attacked there."""

    house: Seat
    by: Seat
    level: Attack
    cause: Cause
    told: str
    """What the one who lies in wait is told for each visitor."""


@dataclass(frozen=True, slots=True)
class Strike:
    """An attack on one player (M51, M56). `bloody` makes the victim's will unreadable (M41)."""

    target: Seat
    by: Seat
    level: Attack
    cause: Cause
    reach: Reach = Reach.DIRECT
    bloody: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A hidden affliction comes upon a player, or goes."""

    target: Seat
    key: str
    value: Value
    by: Seat


@dataclass(frozen=True, slots=True)
class Know:
    """A fact about a seat that the seat itself knows changes."""

    seat: Seat
    key: str
    value: Value


@dataclass(frozen=True, slots=True)
class Spend:
    """One use of a limited ability is gone, or all of them."""

    by: Seat
    ability: str
    all: bool = False


@dataclass(frozen=True, slots=True)
class Tell:
    """A private report at the end of the night (M61, M180)."""

    to: Seat
    message: str
    seats: tuple[Seat, ...] = ()
    value: str = ""


Effect: TypeAlias = Swap | Block | Order | Shield | Guard | Hazard | Strike | Mark | Know | Spend | Tell

"""What a role's pass methods may yield: a closed vocabulary, which `settle` alone turns into consequences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, get_args

from game.engine.events import Value
from game.engine.types import Attack, Cause, Defense, Reach, Seat
from game.engine.values import quicken


@dataclass(frozen=True, slots=True)
class Swap:
    """Whoever heads for one of two houses comes to the other (M97)."""

    a: Seat
    b: Seat
    by: Seat


@dataclass(frozen=True, slots=True)
class Raise:
    """A corpse does its deed once more, on this target (M153, M154); `first` beats others at the same grave (M81)."""

    corpse: Seat
    target: Seat
    by: Seat
    first: bool = False


@dataclass(frozen=True, slots=True)
class Steer:
    """The victim is made to use its ability on a target, unless it is immune (M93, M94)."""

    victim: Seat
    target: Seat
    by: Seat


@dataclass(frozen=True, slots=True)
class Block:
    """The target loses its action unless it is immune (M87); `told` is what it learns of that."""

    target: Seat
    by: Seat
    told: str = "role_blocked"


@dataclass(frozen=True, slots=True)
class Order:
    """The team's carrier kills this target in the leader's stead, if it can (M123)."""

    target: Seat
    by: Seat


@dataclass(frozen=True, slots=True)
class Send:
    """One of a team goes for the target on which it agreed; the others stay at home (M143)."""

    seat: Seat
    ability: str
    target: Seat
    stay: tuple[Seat, ...]


@dataclass(frozen=True, slots=True)
class Go:
    """A visit that no night choice makes: to one's rival in a duel (M147)."""

    by: Seat
    house: Seat


@dataclass(frozen=True, slots=True)
class Cleanse:
    """All afflictions are taken off a player, and none sticks tonight (M83, M116)."""

    target: Seat
    by: Seat


@dataclass(frozen=True, slots=True)
class Cure:
    """Poison that can be cured is cured (M110, M150)."""

    target: Seat
    by: Seat


@dataclass(frozen=True, slots=True)
class Shield:
    """Defence for this night (M52), against some causes only where `against` names them.

    `saved` is what the target is told when it held; `by` is told of tested attacks.
    """

    target: Seat
    level: Defense
    by: Seat
    saved: str
    against: frozenset[Cause] | None = None


@dataclass(frozen=True, slots=True)
class Guard:
    """The first direct attack on the ward is taken over: attacker and guard strike each other (M111)."""

    ward: Seat
    by: Seat
    level: Attack


@dataclass(frozen=True, slots=True)
class Trap:
    """The first direct attack on the ward is stopped, and the attacker struck (M114)."""

    ward: Seat
    by: Seat
    level: Attack


@dataclass(frozen=True, slots=True)
class Strike:
    """An attack on one player (M51, M56). `by` is 0 where nobody is known to have struck.

    `bloody` makes the victim's will unreadable (M41); `piercing` meets the own defence alone (M150); `instead` is
    what comes upon the victim in place of death when the attack gets through (M143, M150).
    """

    target: Seat
    by: Seat
    level: Attack
    cause: Cause
    reach: Reach = Reach.DIRECT
    bloody: bool = False
    piercing: bool = False
    instead: tuple[Effect, ...] = ()


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


@dataclass(frozen=True, slots=True)
class Clean:
    """Should the target die tonight, nobody but `by` learns role and will (M130)."""

    target: Seat
    by: Seat
    ability: str


@dataclass(frozen=True, slots=True)
class Forge:
    """Should the target die tonight, its grave shows this role and the forger's words (M131)."""

    target: Seat
    by: Seat
    role: str


@dataclass(frozen=True, slots=True)
class Bug:
    """Whatever is done to the target is told to `by` as well (M128)."""

    target: Seat
    by: Seat


@dataclass(frozen=True, slots=True)
class Turn:
    """If still alive at dawn, the seat becomes another role (M138, M143); `announced` tells everybody."""

    seat: Seat
    role: str
    by: Seat
    announced: str = ""


@dataclass(frozen=True, slots=True)
class Revive:
    """A dead player comes back at dawn (M155)."""

    target: Seat
    by: Seat


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that all are told at dawn, after the deaths (M60)."""

    message: str
    seat: Seat


@dataclass(frozen=True, slots=True)
class Achieve:
    """A seat has reached its personal goal (M173)."""

    seat: Seat


Effect: TypeAlias = (
    Swap | Raise | Steer | Block | Order | Send | Go | Cleanse | Cure | Shield | Guard | Trap | Strike | Mark | Know
    | Spend | Tell | Clean | Forge | Bug | Turn | Revive | Notice | Achieve
)  # fmt: skip

for _cls in get_args(Effect):
    quicken(_cls)

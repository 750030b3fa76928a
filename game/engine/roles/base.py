"""What a role is: declared facts, abilities with their bars, and pass methods that yield effects.

Roles know their own card and nothing of each other. They meet in `night`, through facts and effects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, TypeVar

from game.engine.types import Alignment, Attack, Channel, Defense, Faction, Immunity, Seat, Visit, When

if TYPE_CHECKING:
    from game.engine.night.effects import Effect
    from game.engine.night.passes import Pass
    from game.engine.night.table import Night

    PassMethod: TypeAlias = Callable[..., Iterator[Effect]]

F = TypeVar("F", bound=Callable[..., Any])


class Bar(StrEnum):
    """Why a target or an ability is out of reach. Each has one test, in `legal`, and one line of text."""

    DEAD = "dead"
    """The target is not alive."""
    SELF = "self"
    """The target is oneself."""
    TEAM = "team"
    """The target is a known member of one's own team."""
    REVEALED = "revealed"
    """The target's role is known to all and this ability does not work on it (M17)."""
    NOT_VOTER = "not_voter"
    """The target did not vote guilty or abstain at one's lynch (M136)."""
    FIRST_NIGHT = "first_night"
    """Not on Night 1."""
    GUILTY = "guilty"
    """Weapons were put away for good (M122)."""
    NO_PRISONER = "no_prisoner"
    """Nobody sits in one's cell tonight."""
    NOT_AFTER_LYNCH = "not_after_lynch"
    """Only on the night after one's own lynch (M136)."""
    ALIVE = "alive"
    """Only when dead."""
    ON_TRIAL = "on_trial"
    """Not during one's own trial (M17)."""
    SAME_TWICE = "same_twice"
    """The same player was named twice."""


@dataclass(frozen=True, slots=True)
class Ability:
    """One entry of a role's card.

    `bars` test each target, `conditions` the ability as such; `slots` is how many targets it takes; `uses`
    is None where there is no limit.
    """

    id: str
    when: When
    slots: int = 0
    bars: tuple[Bar, ...] = ()
    conditions: tuple[Bar, ...] = ()
    uses: int | None = None
    visit: Visit = Visit.NONE
    params: tuple[str, ...] = ()
    harmful: bool = False
    lasting: bool = False
    """A switch that stays as set, instead of a choice for one night."""
    reaches_cell: bool = False
    """Works on a prisoner too."""
    displaced: str | None = None
    """The ability that this one turns into, on the other passenger, when its user is transported (M99)."""
    refusals: tuple[tuple[Bar, str], ...] = ()
    """Bars that have a report of their own instead of `action_refused` (M181)."""


OTHERS = (Bar.DEAD, Bar.SELF)
"""Any other living player."""
OUTSIDERS = (Bar.DEAD, Bar.TEAM)
"""Any living player outside the own team."""


def at(step: Pass, ability: str | None = None) -> Callable[[F], F]:
    """Run a role's method in a pass of the night: for an ability only when it was chosen and not prevented,
    without one always."""

    def mark(method: F) -> F:
        method.__dict__["at"] = (step, ability)
        return method

    return mark


class Role:
    """A card. Subclasses declare facts; `ROLES` holds the one instance of each."""

    name: ClassVar[str]
    alignment: ClassVar[Alignment]
    unique: ClassVar[bool] = False
    rulesets: ClassVar[frozenset[str]] = frozenset({"classic", "coven"})
    attack: ClassVar[Attack] = Attack.NONE
    defense: ClassVar[Defense] = Defense.NONE
    immune: ClassVar[frozenset[Immunity]] = frozenset()
    abilities: ClassVar[tuple[Ability, ...]] = ()
    group: ClassVar[str]
    """Letter of the Investigator's group (M126)."""
    side: ClassVar[str | None] = None
    """The rival faction of M171 that the role belongs to; None for those who never keep a match going."""
    channel: ClassVar[Channel | None] = None
    """The team's night channel (M33)."""
    suspicious: ClassVar[bool] = False
    """What the Sheriff learns of an untouched player (M125)."""
    death_note: ClassVar[bool] = False
    """Whether the role may leave death notes (M40)."""
    leads: ClassVar[bool] = False
    """Orders the team's kill (M123)."""
    carries: ClassVar[str | None] = None
    """The ability with which the role carries out the team's kill when it is ordered (M123)."""
    strikes_blockers: ClassVar[bool] = False
    """Is not stopped by a role-block unless cautious (M90, M91)."""
    blocks: ClassVar[bool] = False
    """Keeps others from acting (M41)."""
    hears_dead: ClassVar[bool] = False
    """Reads and writes the channel of the dead at night, unnamed (M36)."""
    fallback: ClassVar[str | None] = None
    """What the role becomes when its assigned player is lost (M137, M139)."""
    wants_lynched: ClassVar[str | None] = None
    """Whose lynch reaches the role's goal: "self" or "target" (M136, M137)."""
    bears_shield: ClassVar[bool] = False
    """The defence is gone after the first attack (M86)."""

    passes: ClassVar[dict[Pass, list[tuple[str | None, PassMethod]]]]
    by_id: ClassVar[dict[str, Ability]]

    def __init_subclass__(cls) -> None:
        cls.name = cls.__dict__.get("name") or _spaced(cls.__name__)
        if alignment := cls.__dict__.get("alignment"):
            cls.faction = alignment.faction
        cls.by_id = {ability.id: ability for ability in cls.abilities}
        cls.passes = {}
        for klass in reversed(cls.__mro__):
            for method in vars(klass).values():
                if spec := getattr(method, "at", None):
                    step, ability = spec
                    cls.passes.setdefault(step, []).append((ability, method))

    faction: ClassVar[Faction]

    def looks_suspicious(self, night: Night, me: Seat) -> bool:
        """What the Sheriff learns of the role tonight, frames and hexes aside (M125)."""
        return self.suspicious


def _spaced(name: str) -> str:
    return "".join(f" {char}" if char.isupper() else char for char in name).strip()

"""What a role is: declared facts, abilities with their bars, and pass methods that yield effects.

Roles know their own card and nothing of each other. They meet in `night`, through facts and effects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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
    LIVING = "living"
    """The target is alive, and a grave is wanted."""
    UNREADABLE = "unreadable"
    """The grave does not show what lies in it (M66)."""
    LEFT = "left"
    """The target has left the game (M67)."""
    NOT_TOWN = "not_town"
    """The grave shows no member of the Town (M154)."""
    USELESS = "useless"
    """Whatever lies in the grave has no deed left to do (M153)."""
    NOT_TEAM = "not_team"
    """The target is no known member of one's own team (M132)."""
    NOT_WARD = "not_ward"
    """The target is not the player one watches over (M116)."""
    INFECTED = "infected"
    """The target is known to carry the plague already (M145)."""
    LAST_RIVAL = "last_rival"
    """The target was duelled the last time (M147)."""
    NO_BOOK = "no_book"
    """Only with the Necronomicon (M148)."""
    NO_MOON = "no_moon"
    """Only under a full moon (M19)."""
    TOO_WEAK = "too_weak"
    """Before the first kill, only under a full moon (M142)."""
    NO_TRAP = "no_trap"
    """No trap is ready to be set (M115)."""
    NO_TRAP_OUT = "no_trap_out"
    """No trap is lying anywhere (M115)."""
    TRAP_HELD = "trap_held"
    """There is a trap already: one at a time (M115)."""
    NO_DUEL = "no_duel"
    """Nobody was challenged for tonight (M147)."""
    NOT_DUELLED = "not_duelled"
    """Nobody challenged one for tonight (M147)."""
    RESTING = "resting"
    """No bite on the night after a conversion (M143)."""
    NO_RAISING = "no_raising"
    """The lobby's Retributionist revives instead (M1)."""
    NO_REVIVING = "no_reviving"
    """The lobby's Retributionist raises corpses instead (M1)."""


@dataclass(frozen=True, slots=True, eq=False)
class Ability:
    """One entry of a role's card, equal to itself alone.

    `bars` test each target, `slot_bars` those of one slot on top, `conditions` the ability as such; `slots` is
    how many targets it takes; `uses` is None where there is no limit.
    """

    id: str
    when: When
    slots: int = 0
    bars: tuple[Bar, ...] = ()
    conditions: tuple[Bar, ...] = ()
    slot_bars: tuple[tuple[Bar, ...], ...] = ()
    uses: int | None = None
    visit: Visit = Visit.NONE
    houses: tuple[int, ...] | None = None
    """The slots whose houses are visited (M74); None for all of them."""
    params: tuple[str, ...] = ()
    harmful: bool = False
    lasting: bool = False
    """Is noted as a fact instead of standing as the night's choice: a switch, or the param that was named."""
    posthumous: bool = False
    """May be chosen by the dead too."""
    fixed: bool = False
    """Transports do not move it (M99)."""
    hits_self: bool = False
    """What control or a swap turns back on its user is done to the user; all else comes to nothing (M101)."""
    twice: bool = False
    """The same player may stand in both slots."""
    cooldown: int = 0
    """Nights from one use to the next; 0 and 1 for every night (M151)."""
    freed_by_book: bool = False
    """Neither uses nor cooldown bind whoever holds the Necronomicon."""
    astral_with_book: bool = False
    """Goes nowhere when its user holds the Necronomicon."""
    reaches_cell: bool = False
    """Works on a prisoner too."""
    displaced: str | None = None
    """The ability that this one turns into, on the other passenger, when its user is transported (M99)."""
    refusals: tuple[tuple[Bar, str], ...] = ()
    """Bars that have a report of their own instead of `action_refused` (M181)."""


DUEL_WEAPONS = {"scimitar": "sidestep", "rapier": "chainmail", "pistol": "backpedal"}
"""Each weapon and the defence that it beats (M147)."""
DUEL_DEFENSE = Ability(
    "duel_defense", When.NIGHT, conditions=(Bar.NOT_DUELLED,), params=tuple(DUEL_WEAPONS.values()), lasting=True
)
"""What every player may choose on the night of a duel, beside the own ability."""

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
    hears_whispers: ClassVar[bool] = False
    """Reads the text of every whisper while alive (M31)."""
    overhears: ClassVar[Channel | None] = None
    """A team's night channel that the role reads without seeing who speaks (M34)."""
    assigned: ClassVar[str | None] = None
    """The fact that holds the player assigned at the start (M6)."""
    fallback: ClassVar[str | None] = None
    """What the role becomes when its assigned player is lost (M137, M139) or its prey is gone (M144)."""
    fallback_uses: ClassVar[Mapping[str, int]] = {}
    """Uses with which the fallback begins, where they are not the full ones."""
    hunts: ClassVar[str | None] = None
    """The side whose end makes the role fall back (M144)."""
    wants_lynched: ClassVar[str | None] = None
    """Whose lynch reaches the role's goal: "self" or "target" (M136, M137)."""
    outlives: ClassVar[str | None] = None
    """Who has to be alive at the end for the role to win: "self" or "ward" (M173)."""
    spites: ClassVar[str | None] = None
    """The side that must not win for the role to win (M173)."""
    dealt: ClassVar[bool] = True
    """Whether a role list may name or draw the role (M4)."""
    fragile: ClassVar[bool] = False
    """The own defence is gone after the first attack, and the attacker is told nothing (M86)."""
    convertible: ClassVar[bool] = False
    """Joins the Vampires when bitten without a defence (M143)."""
    inherits_book: ClassVar[bool] = False
    """Gets the Necronomicon before all others (M148)."""
    forges: ClassVar[bool] = False
    """Writes a note that stands for the wills it forges (M131)."""
    steered: ClassVar[str | None] = None
    """The ability that somebody else can make the role use (M93): its first with one living target."""
    raised: ClassVar[str | None] = None
    """The same for its corpse (M153)."""

    passes: ClassVar[dict[Pass, list[tuple[str | None, PassMethod]]]]
    by_id: ClassVar[dict[str, Ability]]

    def __init_subclass__(cls) -> None:
        cls.name = cls.__dict__.get("name") or _spaced(cls.__name__)
        if alignment := cls.__dict__.get("alignment"):
            cls.faction = alignment.faction
        cls.by_id = {ability.id: ability for ability in (*cls.abilities, DUEL_DEFENSE)}
        cls.raised = next((ability.id for ability in cls.abilities if _is_errand(ability)), None)
        cls.steered = cls.__dict__.get("steered", cls.raised)
        cls.passes = {}
        for klass in reversed(cls.__mro__):
            for method in vars(klass).values():
                if spec := getattr(method, "at", None):
                    step, ability = spec
                    cls.passes.setdefault(step, []).append((ability, method))

    faction: ClassVar[Faction]

    def looks_suspicious(self, night: Night, me: Seat) -> bool:
        """What the Sheriff learns of the role tonight, frames and hexes aside (M125)."""
        return self.suspicious and not night.fact(me, "book")

    def own_defense(self, night: Night, me: Seat) -> Defense:
        """The defence that the role has without anybody's help tonight (M52)."""
        return self.defense

    def is_immune(self, night: Night, me: Seat, immunity: Immunity) -> bool:
        """Whether something cannot be done to the role tonight."""
        return immunity in self.immune


def _is_errand(ability: Ability) -> bool:
    """Whether an ability can be done for another: at night, to one living player, with nothing to name."""
    needs = {Bar.ALIVE, Bar.NO_BOOK} & set(ability.conditions) or {Bar.LIVING, Bar.NOT_WARD} & set(ability.bars)
    return ability.when is When.NIGHT and ability.slots == 1 and not ability.params and not needs


def _spaced(name: str) -> str:
    return "".join(f" {char}" if char.isupper() else char for char in name).strip()

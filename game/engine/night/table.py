"""The night as it is being resolved: who acts, who visits whom, who is kept, shielded, struck.

Pass methods read it; only the modules of `night` write it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from game.engine import chance
from game.engine.events import Value
from game.engine.night.effects import Bug, Clean, Forge, Guard, Notice, Revive, Shield, Strike, Tell, Trap, Turn
from game.engine.roles import ROLES
from game.engine.roles.base import Ability, Role
from game.engine.state import State
from game.engine.types import Cause, Defense, Faction, Immunity, Seat

T = TypeVar("T", int, str)


@dataclass(slots=True)
class Act:
    """One actor's ability for the night with its targets as they stand now."""

    ability: Ability
    targets: tuple[Seat, ...]
    param: str = ""
    outcome: str = ""
    """Why nothing comes of it: jailed, blocked, ordered or target_jailed; empty while it goes through."""

    @property
    def houses(self) -> tuple[Seat, ...]:
        """The targets that are gone to (M74)."""
        slots = self.ability.houses
        return self.targets if slots is None else tuple(self.targets[slot] for slot in slots)


@dataclass(slots=True)
class Blow:
    """A strike that was tested on its victim."""

    strike: Strike
    killed: bool


@dataclass(slots=True)
class Night:
    """Everything that is decided in one night so far."""

    state: State
    day: int
    acts: dict[Seat, Act] = field(default_factory=dict)
    prisoners: dict[Seat, Seat] = field(default_factory=dict)
    """Prisoner to Jailor."""
    blockers: dict[Seat, list[Seat]] = field(default_factory=dict)
    steered: dict[Seat, Seat] = field(default_factory=dict)
    """Whoever was made to act, to the one who made them."""
    raised: dict[Seat, Seat] = field(default_factory=dict)
    """Corpse to raiser."""
    clean: set[Seat] = field(default_factory=set)
    """Seats on which no affliction sticks tonight."""
    shields: dict[Seat, list[Shield]] = field(default_factory=dict)
    guards: list[Guard] = field(default_factory=list)
    traps: list[Trap] = field(default_factory=list)
    visits: list[tuple[Seat, Seat]] = field(default_factory=list)
    """(visitor, house), fixed before the investigations."""
    strikes: list[Strike] = field(default_factory=list)
    blows: list[Blow] = field(default_factory=list)
    marks: dict[tuple[Seat, str], Value] = field(default_factory=dict)
    learnt: dict[tuple[Seat, str], Value] = field(default_factory=dict)
    uses: dict[tuple[Seat, str], int] = field(default_factory=dict)
    reports: list[Tell] = field(default_factory=list)
    bugs: list[Bug] = field(default_factory=list)
    cleaners: list[Clean] = field(default_factory=list)
    forgers: list[Forge] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    revivals: list[Revive] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    goals: list[Seat] = field(default_factory=list)

    def role(self, seat: Seat) -> Role:
        """A seat's card."""
        return ROLES[self.state.role(seat)]

    def lives(self, seat: Seat) -> bool:
        """Whether a seat was alive at nightfall."""
        return seat in self.state.public.living

    def fact(self, seat: Seat, key: str) -> Value:
        """A fact that a seat knows about itself, with what it learnt tonight."""
        return self.learnt.get((seat, key), self.state.of(seat).fact(key))

    def left(self, seat: Seat, ability: str) -> int | None:
        """Uses left of a limited ability, after what was spent tonight; None where there is no limit."""
        return self.uses.get((seat, ability), self.state.of(seat).left(ability))

    def mark(self, seat: Seat, key: str) -> Value:
        """A hidden mark, those of this night included."""
        return self.marks.get((seat, key), self.state.secret.mark(seat, key))

    def immune(self, seat: Seat, immunity: Immunity) -> bool:
        """Whether something cannot be done to a seat tonight."""
        return self.role(seat).is_immune(self, seat, immunity)

    def free(self, seat: Seat) -> bool:
        """Whether a seat's passive abilities work: alive, not in the cell, not blocked."""
        return self.lives(seat) and seat not in self.prisoners and seat not in self.blockers

    def disguise(self, seat: Seat) -> str | None:
        """The role that a seat passes for tonight (M132)."""
        worn = self.mark(seat, "disguised_on") == self.day
        return str(self.mark(seat, "disguised_as")) if worn else None

    def own_defense(self, seat: Seat) -> Defense:
        """The defence that a seat has by itself."""
        return self.role(seat).own_defense(self, seat)

    @property
    def full_moon(self) -> bool:
        """Whether this is a night of the full moon (M19)."""
        return self.state.public.full_moon

    @property
    def seats(self) -> range:
        """All seats."""
        return self.state.public.seats

    def looks_like(self, seat: Seat) -> Role:
        """The role that a seat passes for with an Investigator and in its grave, afflictions aside (M126, M132)."""
        worn = self.disguise(seat)
        return ROLES[worn] if worn else self.role(seat)

    def visited(self, visitor: Seat) -> list[Seat]:
        """Where somebody went, lowest seat first."""
        return sorted({house for by, house in self.visits if by == visitor})

    def visitors(self, house: Seat) -> list[Seat]:
        """Who came to a house, lowest seat first."""
        return sorted({by for by, at in self.visits if at == house})

    def killed(self, seat: Seat) -> list[Strike]:
        """The strikes that killed a seat; a raised corpse does not die again (M154)."""
        if not (self.lives(seat) or seat in self.state.public.departed):
            return []
        return [blow.strike for blow in self.blows if blow.killed and blow.strike.target == seat]

    def kills(self, by: Seat, cause: Cause) -> list[Seat]:
        """Whom a seat killed in a certain way, each once."""
        strikes = (blow.strike for blow in self.blows if blow.killed)
        slain = (s.target for s in strikes if s.by == by and s.cause is cause and s.target != by)
        return list(dict.fromkeys(seat for seat in slain if self.killed(seat)))

    def town_kills(self, by: Seat, cause: Cause) -> Iterator[Seat]:
        """Town members that a seat killed in a certain way this night."""
        return (seat for seat in self.kills(by, cause) if self.role(seat).faction is Faction.TOWN)

    def draw(self, purpose: str, *key: object) -> float:
        """A number in [0, 1) for a purpose."""
        return chance.draw(self.state.secret.seed, self.day, "night", purpose, *key)

    def pick(self, options: Sequence[T], purpose: str, key: object) -> T:
        """One of the options by chance (M182), or the one that a scenario forces."""
        forced = (self.state.secret.forced or {}).get(purpose)
        if forced in options:
            return forced  # type: ignore[return-value]
        return chance.pick(sorted(options), self.state.secret.seed, self.day, "night", purpose, key)

"""The night as it is being resolved: who acts, who visits whom, who is kept, shielded, struck.

Pass methods read it; only `settle` writes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from game.engine import chance
from game.engine.events import Value
from game.engine.night.effects import Guard, Hazard, Shield, Strike, Tell
from game.engine.roles import ROLES
from game.engine.roles.base import Ability, Role
from game.engine.state import State
from game.engine.types import Cause, Faction, Immunity, Seat


@dataclass(slots=True)
class Act:
    """One actor's ability for the night with its targets as they stand now."""

    ability: Ability
    targets: tuple[Seat, ...]
    param: str = ""
    outcome: str = ""
    """Why nothing comes of it: jailed, blocked, ordered or target_jailed; empty while it goes through."""


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
    shields: dict[Seat, list[Shield]] = field(default_factory=dict)
    guards: list[Guard] = field(default_factory=list)
    hazards: list[Hazard] = field(default_factory=list)
    visits: list[tuple[Seat, Seat]] = field(default_factory=list)
    """(visitor, house), fixed before the investigations."""
    strikes: list[Strike] = field(default_factory=list)
    blows: list[Blow] = field(default_factory=list)
    marks: dict[tuple[Seat, str], Value] = field(default_factory=dict)
    learnt: dict[tuple[Seat, str], Value] = field(default_factory=dict)
    uses: dict[tuple[Seat, str], int] = field(default_factory=dict)
    reports: list[Tell] = field(default_factory=list)

    def role(self, seat: Seat) -> Role:
        """A seat's card."""
        return ROLES[self.state.role(seat)]

    def lives(self, seat: Seat) -> bool:
        """Whether a seat was alive at nightfall."""
        return seat in self.state.public.living

    def fact(self, seat: Seat, key: str) -> Value:
        """A fact that a seat knows about itself."""
        return self.state.of(seat).fact(key)

    def mark(self, seat: Seat, key: str) -> Value:
        """A hidden mark, those of this night included."""
        return self.marks.get((seat, key), self.state.secret.mark(seat, key))

    def immune(self, seat: Seat, immunity: Immunity) -> bool:
        """Whether a seat's role has an immunity."""
        return immunity in self.role(seat).immune

    def visitors(self, house: Seat) -> list[Seat]:
        """Who came to a house, lowest seat first."""
        return sorted({by for by, at in self.visits if at == house})

    def attacked(self, seat: Seat) -> bool:
        """Whether an attack on a seat was tested."""
        return any(blow.strike.target == seat for blow in self.blows)

    def killed(self, seat: Seat) -> list[Strike]:
        """The strikes that killed a seat."""
        return [blow.strike for blow in self.blows if blow.killed and blow.strike.target == seat]

    def town_kills(self, by: Seat, cause: Cause) -> Iterator[Seat]:
        """Town members that a seat killed in a certain way this night."""
        for blow in self.blows:
            strike = blow.strike
            guilty = blow.killed and strike.by == by and strike.cause is cause and strike.target != by
            if guilty and self.role(strike.target).faction is Faction.TOWN:
                yield strike.target

    def pick(self, options: Sequence[Seat], purpose: str, key: object) -> Seat:
        """One of the options by chance (M182), or the one that a scenario forces."""
        forced = (self.state.secret.forced or {}).get(purpose)
        if forced is not None and forced in options:
            return forced
        return chance.pick(sorted(options), self.state.secret.seed, self.day, "night", purpose, key)

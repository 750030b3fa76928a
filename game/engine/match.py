"""A match under way: the state and the events that this step adds, always in agreement.

Every rule module writes through it, so that what is decided next is decided on what was just written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from game.engine import chance
from game.engine.events import Event
from game.engine.fold import Draft
from game.engine.state import Private, Public, Secret, State, View
from game.engine.types import Seat


class Match:
    """A state that events are added to."""

    __slots__ = ("_draft", "log")

    def __init__(self, state: State) -> None:
        self._draft = Draft(state)
        self.log: list[Event] = []

    def add(self, *events: Event) -> None:
        """Write events and fold them at once."""
        self.extend(events)

    def extend(self, events: Iterable[Event]) -> None:
        """Write events and fold them at once."""
        for event in events:
            self.log.append(event)
            self._draft.add(event)

    @property
    def public(self) -> Public:
        """What everybody knows now."""
        return self._draft.public

    @property
    def secret(self) -> Secret:
        """What nobody knows now."""
        return self._draft.secret

    @property
    def state(self) -> State:
        """The state as it stands; it shares its parts and must not outlive the next event."""
        return self._draft.state()

    def of(self, seat: Seat) -> Private:
        """The private part of a seat as it stands."""
        part = self._draft.private[seat]
        assert part is not None
        return part

    def view(self, seat: Seat) -> View:
        """What a seat knows now."""
        return View(self.public, self.of(seat))

    def draw(self, purpose: str, *key: object) -> float:
        """A number in [0, 1) for a purpose, the same in every fork that comes to this point."""
        public = self.public
        return chance.draw(self.secret.seed, public.day, public.phase, purpose, *key)

    def pick(self, options: Sequence[Seat], purpose: str) -> Seat:
        """One of the seats by chance (M182), or the one that a scenario forces."""
        forced = (self.secret.forced or {}).get(purpose)
        if forced is not None and forced in options:
            return forced
        return chance.pick(sorted(options), self.secret.seed, self.public.day, purpose)

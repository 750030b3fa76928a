"""A match under way: the state and the events that this step adds, always in agreement.

Every rule module writes through it, so that what is decided next is decided on what was just written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from game.engine import chance
from game.engine.asks import AskKind, all_asked, asked
from game.engine.events import Decided, Event
from game.engine.fold import Draft
from game.engine.state import Private, State, View
from game.engine.types import Seat

_fold = Draft.add

QUIET = frozenset(
    {
        "said", "whispered", "whisper_heard", "will_written", "note_written", "jotted", "summarised", "bade", "voted",
        "balloted", "chose", "told", "will_read", "refused", "happened",
    }
)  # fmt: skip
"""Events that leave it as it is who is asked what."""


class Match(Draft):
    """A state that events are added to."""

    __slots__ = ("_waiting", "log")

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.log: list[Event] = []
        self._waiting = None if state.waiting is None else dict(state.waiting)

    def add(self, *events: Event) -> None:
        """Write events and fold them at once."""
        self.log += events
        for event in events:
            _fold(self, event)
            if type(event) is Decided:
                self._look_again(event.seat)
            elif event.kind not in QUIET:
                self._waiting = None

    @property
    def waiting(self) -> dict[Seat, AskKind]:
        """Who is asked what right now."""
        if self._waiting is None:
            self._waiting = all_asked(self.public, self.private)
        return self._waiting

    def _look_again(self, seat: Seat) -> None:
        """Somebody has decided; that may change what they are asked, and nobody else."""
        if self._waiting is not None:
            if kind := asked(self.public, self.of(seat)):
                self._waiting[seat] = kind
            else:
                self._waiting.pop(seat, None)

    def extend(self, events: Iterable[Event]) -> None:
        """Write events and fold them at once."""
        self.add(*events)

    def of(self, seat: Seat) -> Private:
        """The private part of a seat as it stands."""
        part = self.private[seat]
        assert part is not None
        return part

    def view(self, seat: Seat) -> View:
        """What a seat knows now."""
        return View(self.public, self.of(seat))

    def pick(self, options: Sequence[Seat], purpose: str) -> Seat:
        """One of the seats by chance (M182), or the one that a scenario forces."""
        forced = (self.secret.forced or {}).get(purpose)
        if forced is not None and forced in options:
            return forced
        return chance.pick(sorted(options), self.secret.seed, self.public.day, purpose)

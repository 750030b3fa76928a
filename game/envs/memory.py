"""What has been said and told so far, read from events: the part of an observation that a view does not hold.

Both classes take in events in order and write at once into the numbers that an observation is made of.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from game.engine import events as e
from game.engine.types import Phase
from game.envs.layout import GROUP, KIND, NOTICE, ROLE, Fields, Vector, blank, fields_of
from game.envs.sentences import ACCUSE, CLAIM, spoken


class _Record:
    """The numbers of one part, written as events come. Copies and pickles stand on their own."""

    part: ClassVar[str]
    said: ClassVar[tuple[str, str, str]]
    """The fields for claims, accusations and words of trust."""

    def __init__(self) -> None:
        self.names: tuple[str, ...] = ()
        self._take(blank(self.part)[0])

    def _take(self, vector: Vector) -> None:
        self.vector, self._fields = vector, fields_of(self.part, vector)
        self._claims, self._accuses, self._trusts = (self._fields[name] for name in self.said)

    def __getstate__(self) -> tuple[tuple[str, ...], Vector]:
        return self.names, self.vector

    def __setstate__(self, state: tuple[tuple[str, ...], Vector]) -> None:
        self.names = state[0]
        self._take(state[1])

    def _note(self, row: int, text: str) -> None:
        """Somebody said this: the latest word of each speaker on each subject counts."""
        sentence = spoken(self.names).get(text)
        if sentence is None:
            return
        if sentence.act == CLAIM:
            _one_hot(self._claims[row], ROLE[sentence.role])
            return
        accusation = sentence.act == ACCUSE
        self._accuses[row, sentence.seat - 1] = accusation
        self._trusts[row, sentence.seat - 1] = not accusation


class Talk(_Record):
    """What was said before everybody. One for a whole table."""

    part = "talk"
    said = ("claim", "accuses", "trusts")

    def hear(self, event: e.Event) -> None:
        """Take in the next public event."""
        if isinstance(event, e.Said):
            self._note(event.seat - 1, event.text)
        elif isinstance(event, e.Announced):
            self._notice(event)
        elif isinstance(event, e.PhaseOpened):
            if event.phase is Phase.NIGHT:
                _clear(self._fields, "notice", "noticed")
        elif isinstance(event, e.MatchOpened):
            self.names = event.table.names

    def _notice(self, event: e.Announced) -> None:
        if event.message in NOTICE:
            self._fields["notice"][NOTICE[event.message]] = 1
        if event.seat:
            self._fields["noticed"][event.seat - 1] = 1


class Ear(_Record):
    """What one seat alone was told, or heard in private channels."""

    part = "told"
    said = ("private_claim", "private_accuses", "private_trusts")

    def hear(self, event: e.Event) -> None:
        """Take in the next event that the seat may see."""
        if isinstance(event, e.Told):
            self._report(event)
        elif isinstance(event, e.Said):
            self._note(event.seat, event.text)
        elif isinstance(event, e.PhaseOpened):
            if event.phase is Phase.NIGHT:
                _clear(self._fields, "report", "relayed", "named", "spied")
        elif isinstance(event, e.MatchOpened):
            self.names = event.table.names

    def _report(self, event: e.Told) -> None:
        fields, seats = self._fields, event.seats
        kind = KIND.get(event.message, KIND.get(f"{event.message}_{event.value}"))
        if kind is not None:
            fields["report"][kind] = 1
        for seat in seats:
            fields["named"][seat - 1] = 1
        if reader := _READERS.get(event.message):
            reader(fields, event)


def _clear(fields: Fields, *names: str) -> None:
    for name in names:
        fields[name][:] = 0


def _one_hot(row: Vector, place: int) -> None:
    row[:] = 0
    row[place] = 1


def _checked(fields: Fields, event: e.Told) -> None:
    fields["suspicious"][event.seats[0] - 1] = event.value == "suspicious"
    fields["innocent"][event.seats[0] - 1] = event.value == "innocent"


def _looked_into(fields: Fields, event: e.Told) -> None:
    _one_hot(fields["group"][event.seats[0] - 1], GROUP[event.value])


def _watched(fields: Fields, event: e.Told) -> None:
    """A house, then whoever came to it."""
    house, *visitors = event.seats
    for visitor in visitors:
        fields["visit"][visitor - 1, house - 1] = 1


def _tracked(fields: Fields, event: e.Told) -> None:
    """A visitor, then the houses it went to."""
    visitor, *houses = event.seats
    for house in houses:
        fields["visit"][visitor - 1, house - 1] = 1


def _named(fields: Fields, event: e.Told) -> None:
    if event.value in ROLE:
        _one_hot(fields["exact"][event.seats[0] - 1], ROLE[event.value])


def _foresaw(fields: Fields, event: e.Told) -> None:
    row = fields["vision"][int(event.value == "good")]
    row[:] = 0
    row[[seat - 1 for seat in event.seats]] = 1


def _trapped(fields: Fields, event: e.Told) -> None:
    fields["trapped"][:] = 0
    for role in event.value.split(", "):
        if role in ROLE:
            fields["trapped"][ROLE[role]] = 1


def _booked(fields: Fields, event: e.Told) -> None:
    _one_hot(fields["book"], event.seats[0] - 1)


def _spied(fields: Fields, event: e.Told) -> None:
    fields["spied"][event.seats[0] - 1] = 1


def _relayed(fields: Fields, event: e.Told) -> None:
    if event.value in KIND:
        fields["relayed"][KIND[event.value]] = 1


_READERS: dict[str, Callable[[Fields, e.Told], None]] = {
    "sheriff_result": _checked,
    "investigator_result": _looked_into,
    "lookout_result": _watched,
    "tracker_result": _tracked,
    "role_result": _named,
    "janitor_result": _named,
    "psychic_result": _foresaw,
    "trap_triggered": _trapped,
    "book_received": _booked,
    "spy_visit": _spied,
    "spy_bug": _relayed,
    "corpse_report": _relayed,
}

"""What has been said and told so far, read from events: the part of an observation that a view does not hold.

Both classes take in events in order and write at once into the numbers that an observation is made of.
"""

from __future__ import annotations

from collections.abc import Callable

from game.engine import events as e
from game.engine.types import Phase, Seat
from game.envs.layout import GROUP, KIND, NOTICE, ROLE, Fields, Vector, blank
from game.envs.sentences import ACCUSE, CLAIM, Sentence, spoken


class Talk:
    """What was said before everybody. One for a whole table."""

    def __init__(self) -> None:
        self.vector, fields = blank("talk")
        self._fields = fields
        self._heard = _Heard(fields["claim"], fields["accuses"], fields["trusts"])
        self._names: tuple[str, ...] = ()

    def hear(self, event: e.Event) -> None:
        """Take in the next public event."""
        if isinstance(event, e.Said):
            if sentence := spoken(self._names).get(event.text):
                self._heard.note(event.seat - 1, sentence)
        elif isinstance(event, e.Announced):
            self._notice(event)
        elif isinstance(event, e.PhaseOpened):
            if event.phase is Phase.NIGHT:
                _clear(self._fields, "notice", "noticed")
        elif isinstance(event, e.MatchOpened):
            self._names = event.table.names

    def _notice(self, event: e.Announced) -> None:
        if event.message in NOTICE:
            self._fields["notice"][NOTICE[event.message]] = 1
        if event.seat:
            self._fields["noticed"][event.seat - 1] = 1
            if event.message == "vip":
                self._fields["vip"][event.seat - 1] = 1


class Ear:
    """What one seat alone was told, or heard in private channels."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        self.vector, self._fields = blank("told")
        fields = self._fields
        self._heard = _Heard(fields["private_claim"], fields["private_accuses"], fields["private_trusts"])
        self._names: tuple[str, ...] = ()

    def hear(self, event: e.Event) -> None:
        """Take in the next event that the seat may see."""
        if isinstance(event, e.Told):
            self._report(event)
        elif isinstance(event, e.Said):
            if sentence := spoken(self._names).get(event.text):
                self._heard.note(event.seat, sentence)
        elif isinstance(event, e.PhaseOpened):
            if event.phase is Phase.NIGHT:
                _clear(self._fields, "report", "relayed", "named", "spied")
        elif isinstance(event, e.MatchOpened):
            self._names = event.table.names

    def _report(self, event: e.Told) -> None:
        fields, seats = self._fields, event.seats
        kind = KIND.get(event.message, KIND.get(f"{event.message}_{event.value}"))
        if kind is not None:
            fields["report"][kind] = 1
        for seat in seats:
            fields["named"][seat - 1] = 1
        if reader := _READERS.get(event.message):
            reader(fields, event)


class _Heard:
    """The latest word of each speaker on each subject."""

    def __init__(self, claims: Vector, accuses: Vector, trusts: Vector) -> None:
        self.claims, self.accuses, self.trusts = claims, accuses, trusts

    def note(self, row: int, sentence: Sentence) -> None:
        """Somebody said this."""
        if sentence.act == CLAIM:
            _one_hot(self.claims[row], ROLE[sentence.role])
            return
        accusation = sentence.act == ACCUSE
        self.accuses[row, sentence.seat - 1] = accusation
        self.trusts[row, sentence.seat - 1] = not accusation


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
    row = fields["vision"][event.value == "good"]
    row[:] = 0
    row[[seat - 1 for seat in event.seats]] = 1


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
    "spy_visit": _spied,
    "spy_bug": _relayed,
    "corpse_report": _relayed,
}

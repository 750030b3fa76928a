"""What all metrics need of a match, as plain lists: days, votes, trials, deaths, lines, results, deeds, asks.

`reading` makes it from a log; metrics are functions of it. Beside what happened it knows what each seat was at each
moment, and whom it knew to be on its side.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, Protocol, TypeVar

from eval.decision import DecisionRecord
from game.engine import events as e
from game.engine.asks import AskKind
from game.engine.config import Table
from game.engine.roles import ROLES
from game.engine.roles.base import Role
from game.engine.types import Cause, Channel, Faction, Phase, Seat, ShownWill, Verdict

T = TypeVar("T")
TOWN = Faction.TOWN.value
NEUTRAL = Faction.NEUTRAL


class Timeline(Generic[T]):
    """Something that changes in the course of a log: each value from the number of an event on."""

    __slots__ = ("_values", "since")

    def __init__(self) -> None:
        self.since: list[int] = []
        self._values: list[T] = []

    def set(self, seq: int, value: T) -> None:
        """From this event on it is so. Events come in order."""
        if not self._values or self._values[-1] != value:
            self.since.append(seq)
            self._values.append(value)

    def at(self, seq: int, otherwise: T) -> T:
        """How it was at an event, its own change included."""
        place = bisect_right(self.since, seq)
        return self._values[place - 1] if place else otherwise

    @property
    def last(self) -> T:
        """How it is at the end."""
        return self._values[-1]


class Day(NamedTuple):
    """A day, as it began."""

    seq: int
    day: int
    living: frozenset[Seat]


class Stand(NamedTuple):
    """What all could see when a phase opened, those of a court left out. `graves` are the roles on them, empty where
    none is shown."""

    seq: int
    phase: Phase
    day: int
    living: int
    graves: tuple[str, ...]


class Vote(NamedTuple):
    """A vote for a trial, or the withdrawal of one (target 0). `tally` is the weight that stood against the target
    before, `needed` what puts somebody on trial."""

    seq: int
    day: int
    seat: Seat
    target: Seat
    previous: Seat
    tally: int
    needed: int


class Trial(NamedTuple):
    """A trial. `jury` are those who could judge, `callers` whose votes led to it, in the order in which they stood."""

    seq: int
    day: int
    accused: Seat
    jury: frozenset[Seat]
    callers: tuple[Seat, ...]
    lynched: bool
    ballots: Mapping[Seat, Verdict]


class Death(NamedTuple):
    """A death as it was read out."""

    seq: int
    day: int
    night: bool
    seat: Seat
    causes: tuple[Cause, ...]
    will_shown: ShownWill


class Line(NamedTuple):
    """Something said, once, by its true speaker. `to` is whom a whisper is for."""

    seq: int
    day: int
    phase: Phase
    seat: Seat
    channel: Channel
    text: str
    to: Seat = 0


class Finding(NamedTuple):
    """What a seat was told in a night."""

    seq: int
    night: int
    seat: Seat
    message: str
    seats: tuple[Seat, ...]
    value: str


class Choice(NamedTuple):
    """What a seat had chosen when the night was resolved."""

    night: int
    seat: Seat
    ability: str
    targets: tuple[Seat, ...]


class Night(NamedTuple):
    """A night, as it began: who lived, and who of them sat in no cell."""

    seq: int
    night: int
    living: frozenset[Seat]
    free: frozenset[Seat]


class Deed(NamedTuple):
    """A fact of a night, as those see it who see everything."""

    night: int
    step: str
    what: str
    by: Seat
    seats: tuple[Seat, ...]
    value: str


class Overheard(NamedTuple):
    """A text reached a seat that the rules keep it from."""

    seq: int
    seat: Seat


@dataclass(slots=True)
class Asked:
    """An ask and how it ended. `could` is whether anything but passing was legal, `did` what was done on it."""

    seq: int
    day: int
    seat: Seat
    id: str
    kind: AskKind
    outcome: str
    could: bool
    did: int = 0
    decision: DecisionRecord | None = None

    @property
    def filled(self) -> str:
        """Why no answer of the seat's own came: elapsed, or why a default filled it; empty where one did."""
        if self.outcome == "elapsed":
            return "elapsed"
        made = self.decision
        return (made.fallback or ("error" if made.error else "")) if made else ""

    @property
    def passed(self) -> bool:
        """Whether the seat answered by doing nothing."""
        if self.decision and self.decision.actions:
            return self.decision.actions[0].get("do") == "pass"
        return not self.did


class Try(NamedTuple):
    """One attempt at a deed. `code` says why it was refused, and is empty where it was taken.

    `ask` is empty for a standing permission. Of what rides along with an answer only refusals are noted.
    """

    seat: Seat
    ask: str
    code: str
    rider: bool = False


class OfSeat(Protocol):
    """Anything that belongs to one seat."""

    @property
    def seat(self) -> Seat:
        """Whose it is."""


S = TypeVar("S", bound=OfSeat)


class BySeat(list[S]):
    """A list in the order of the log that also finds the entries of one seat."""

    def __init__(self, entries: Iterable[S] = ()) -> None:
        super().__init__(entries)
        self._of: defaultdict[Seat, list[S]] = defaultdict(list)
        for entry in self:
            self._of[entry.seat].append(entry)

    def of(self, seat: Seat) -> Sequence[S]:
        """The entries of a seat."""
        return self._of.get(seat, ())


@dataclass(frozen=True, slots=True)
class Record:
    """A match as the metrics read it. Lists are in the order of the log; numbers of events count from 1."""

    log: Sequence[e.Event]
    decisions: BySeat[DecisionRecord]
    table: Table
    seats: range
    days: Sequence[Day]
    lived: Mapping[Seat, Sequence[Day]]
    """The days that each seat began alive."""
    voting_days: frozenset[int]
    """The days on which there was a vote."""
    phases: int
    stands: Sequence[Stand]
    roles: Mapping[Seat, Timeline[str]]
    sides: Mapping[Seat, Timeline[str]]
    """The rival faction for which a seat plays; empty for those who belong to none."""
    mates: Mapping[Seat, Timeline[frozenset[Seat]]]
    """Whom a seat knows to be of its team."""
    shown: Mapping[Seat, Timeline[str]]
    """The role that everybody can see: on a grave, or revealed."""
    living: frozenset[Seat]
    """Who is alive at the end."""
    votes: BySeat[Vote]
    trials: Sequence[Trial]
    deaths: BySeat[Death]
    lines: BySeat[Line]
    wills: Mapping[Seat, tuple[int, str]]
    """The last will as it was last written, and where."""
    findings: BySeat[Finding]
    choices: BySeat[Choice]
    nights: Mapping[int, Night]
    deeds: Mapping[int, Sequence[Deed]]
    """By night."""
    asked: BySeat[Asked]
    tries: BySeat[Try]
    overheard: BySeat[Overheard]
    ending: e.MatchEnded | None

    # Who is who -------------------------------------------------------------------------------------------------------

    def card(self, seat: Seat, seq: int) -> Role:
        """The role of a seat at a moment."""
        return ROLES[self.roles[seat].at(seq, "")]

    def side(self, seat: Seat, seq: int) -> str:
        """The side of a seat at a moment; empty for none."""
        return self.sides[seat].at(seq, "")

    def is_partisan(self, seat: Seat, seq: int) -> bool:
        """Whether a seat belongs to a faction with members: the Town, or a team."""
        card = self.card(seat, seq)
        return bool(self.side(seat, seq)) and (card.faction is not NEUTRAL or card.channel is not None)

    def is_enemy(self, of: Seat, seat: Seat, seq: int) -> bool:
        """Whether a seat plays for another side than `of`, or wants that side to lose (M171 to M173)."""
        mine, theirs = self.side(of, seq), self.side(seat, seq)
        return bool(theirs and theirs != mine) or self.card(seat, seq).spites == mine

    def is_friend(self, of: Seat, seat: Seat, seq: int) -> bool:
        """Whether two seats play for the same side."""
        side = self.side(of, seq)
        return bool(side) and side == self.side(seat, seq)

    def is_evil(self, seat: Seat, seq: int) -> bool:
        """Whether a seat is an enemy of the Town that can do it harm."""
        return self.side(seat, seq) not in ("", TOWN) or self.card(seat, seq).spites == TOWN

    def known_mates(self, seat: Seat, seq: int) -> frozenset[Seat]:
        """Whom a seat knows to be of its team."""
        return self.mates[seat].at(seq, frozenset())

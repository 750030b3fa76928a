"""Everything that can be written into a match's log: a closed set of typed values, each with its audience.

An event holds nothing that any one of its audience may not know; what people see differently is several
events. Events say what is so, never how it came about: `fold` needs no rules to read them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from game.engine.config import RULES_VERSION, Table
from game.engine.types import HOST, PUBLIC, Audience, Cause, Channel, Phase, Seat, ShownWill, Verdict
from game.engine.values import quicken

Value: TypeAlias = int | str | None
"""What a fact or a mark may hold; booleans are written as 0 and 1."""


@quicken
@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events. `to` says who may know it and has no default on purpose."""

    kind: ClassVar[str] = ""
    to: Audience


@dataclass(frozen=True, slots=True)
class MatchOpened(Event):
    """The table as agreed; `commitment` is the hash of the seed, which is shown at the end."""

    kind = "match_opened"
    table: Table
    commitment: str
    version: int = RULES_VERSION


@dataclass(frozen=True, slots=True)
class Seeded(Event):
    """The seed of all chance."""

    kind = "seeded"
    seed: str


@dataclass(frozen=True, slots=True)
class RoleDealt(Event):
    """A seat has this role from now on."""

    kind = "role_dealt"
    seat: Seat
    role: str


@dataclass(frozen=True, slots=True)
class TeamMet(Event):
    """Team members are shown to each other with their roles (M7)."""

    kind = "team_met"
    members: tuple[tuple[Seat, str], ...]


@dataclass(frozen=True, slots=True)
class FactSet(Event):
    """Something about a seat that the seat itself knows; the keys are those of M180 and `<key>_on` = a day number."""

    kind = "fact_set"
    seat: Seat
    key: str
    value: Value


@dataclass(frozen=True, slots=True)
class MarkSet(Event):
    """Something about a seat that nobody at the table knows, such as a frame."""

    kind = "mark_set"
    seat: Seat
    key: str
    value: Value


@dataclass(frozen=True, slots=True)
class UsesSet(Event):
    """How often a seat may still use an ability."""

    kind = "uses_set"
    seat: Seat
    ability: str
    left: int


@dataclass(frozen=True, slots=True)
class PhaseOpened(Event):
    """A phase begins. Days and nights share their number (M11)."""

    kind = "phase_opened"
    phase: Phase
    day: int


@dataclass(frozen=True, slots=True)
class StageOpened(Event):
    """Everybody concerned is asked (again). `stage` counts through the match, `round` through the phase."""

    kind = "stage_opened"
    stage: int
    round: int


@dataclass(frozen=True, slots=True)
class Decided(Event):
    """A seat's answer was taken: it gives each decision and its cost a place in the log.

    `outcome` is accepted, refused (the ask stays open while attempts are left), moot or elapsed; `ask` is
    empty for a standing permission, whose refusal is declined.
    """

    kind = "decided"
    seat: Seat
    ask: str
    cost: int
    outcome: str


@dataclass(frozen=True, slots=True)
class Refused(Event):
    """An illegal choice was turned down (M181). `message` is the kind of the report, `reason` a code of `legal`."""

    kind = "refused"
    seat: Seat
    message: str
    reason: str


@dataclass(frozen=True, slots=True)
class Said(Event):
    """Speech in a channel. Where the speaker is hidden, `seat` is 0 and `alias` stands for the name."""

    kind = "said"
    seat: Seat
    channel: Channel
    text: str
    alias: str = ""


@dataclass(frozen=True, slots=True)
class Whispered(Event):
    """All see who whispered to whom (M31)."""

    kind = "whispered"
    seat: Seat
    target: Seat


@dataclass(frozen=True, slots=True)
class WhisperHeard(Event):
    """The text of a whisper, for those who may read it."""

    kind = "whisper_heard"
    seat: Seat
    target: Seat
    text: str


@dataclass(frozen=True, slots=True)
class WillWritten(Event):
    """A last will was replaced."""

    kind = "will_written"
    seat: Seat
    text: str


@dataclass(frozen=True, slots=True)
class WillRead(Event):
    """A will that its grave does not show was read by whoever cleaned it (M130)."""

    kind = "will_read"
    seat: Seat
    text: str


@dataclass(frozen=True, slots=True)
class NoteWritten(Event):
    """A death note was replaced."""

    kind = "note_written"
    seat: Seat
    text: str


@dataclass(frozen=True, slots=True)
class Jotted(Event):
    """A notebook was replaced."""

    kind = "jotted"
    seat: Seat
    text: str


@dataclass(frozen=True, slots=True)
class Summarised(Event):
    """A seat keeps its own summary of a day. Whoever plays the seat reads it from the log; the rules never do."""

    kind = "summarised"
    seat: Seat
    day: int
    text: str


@dataclass(frozen=True, slots=True)
class FloorGiven(Event):
    """The highest bidder may speak, alone, in the stage that opens next."""

    kind = "floor_given"
    seat: Seat


@dataclass(frozen=True, slots=True)
class Bade(Event):
    """A seat's standing bid for the floor: its own, or what the rules set it to after its turn."""

    kind = "bade"
    seat: Seat
    level: int


@dataclass(frozen=True, slots=True)
class Voted(Event):
    """A standing vote for putting `target` on trial; target 0 withdraws it."""

    kind = "voted"
    seat: Seat
    target: Seat
    weight: int = 1


@dataclass(frozen=True, slots=True)
class TrialOpened(Event):
    """Enough votes stand against somebody. `number` counts the day's trials."""

    kind = "trial_opened"
    accused: Seat
    number: int


@dataclass(frozen=True, slots=True)
class Balloted(Event):
    """A seat's hidden voice in Judgement."""

    kind = "balloted"
    seat: Seat
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class TrialClosed(Event):
    """The voices are counted and shown by name: (seat, verdict, weight)."""

    kind = "trial_closed"
    accused: Seat
    lynched: bool
    ballots: tuple[tuple[Seat, Verdict, int], ...]


@dataclass(frozen=True, slots=True)
class Chose(Event):
    """A seat chose an ability for this day or night; ability "" takes the choice back."""

    kind = "chose"
    seat: Seat
    ability: str
    targets: tuple[Seat, ...]
    param: str = ""


@dataclass(frozen=True, slots=True)
class Told(Event):
    """A private report (M180): `message` is its kind, `seats` whom it names, `value` what it says."""

    kind = "told"
    message: str
    seats: tuple[Seat, ...] = ()
    value: str = ""


@dataclass(frozen=True, slots=True)
class Announced(Event):
    """A public notice (M180)."""

    kind = "announced"
    message: str
    seat: Seat = 0
    value: str = ""


@dataclass(frozen=True, slots=True)
class Happened(Event):
    """A fact of the night for those who see everything: in which pass who did what to whom."""

    kind = "happened"
    step: str
    what: str
    by: Seat
    seats: tuple[Seat, ...] = ()
    value: str = ""


@dataclass(frozen=True, slots=True)
class Died(Event):
    """A death as the town learns of it (M60, M66): role and will are what the graveyard shows."""

    kind = "died"
    seat: Seat
    causes: tuple[Cause, ...]
    role: str
    will_shown: ShownWill
    will: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Departed(Event):
    """A player left for good; the death is read out later (M67)."""

    kind = "departed"
    seat: Seat


@dataclass(frozen=True, slots=True)
class GoalMet(Event):
    """A seat has reached its personal goal (M173)."""

    kind = "goal_met"
    seat: Seat


@dataclass(frozen=True, slots=True)
class MatchEnded(Event):
    """The end: who won, every true role by seat, and the seed that was committed to."""

    kind = "match_ended"
    outcome: str
    winners: tuple[Seat, ...]
    roles: tuple[str, ...]
    seed: str


@dataclass(frozen=True, slots=True)
class Forced(Event):
    """Scenarios and tests only: the seat that the next draw for a purpose must yield."""

    kind = "forced"
    purpose: str
    seat: Seat


KINDS: dict[str, type[Event]] = {cls.kind: cls for cls in Event.__subclasses__()}
"""Every kind of event by its name in the log."""

for _cls in KINDS.values():
    quicken(_cls)

__all__ = ["HOST", "KINDS", "PUBLIC", "Event", *(cls.__name__ for cls in KINDS.values())]

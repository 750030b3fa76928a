"""What a player remembers: a function of the events that its seat saw, in order.

Draws no conclusions; `beliefs` does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

from agents.scripted.hearing import understand
from agents.scripted.lists import RoleList
from agents.scripted.statements import Act, Statement
from game.engine import events as e
from game.engine.types import Cause, Channel, Phase, Seat, Verdict

TELLING = frozenset(
    {"suspicious", "innocent", "group", "visitors", "saved", "tough", "trespass", "jailed", "distracted", "tracked",
     "stayed", "evil_among", "good_among", "mafia_at", "coven_at", "bugged", "trapped", "no_vampire", "staked",
     "struck", "lurking"}
)  # fmt: skip
"""Topics of reports that say something about somebody else."""
VISITING = frozenset(
    {"suspicious", "innocent", "group", "visitors", "nobody", "healed", "saved", "guarded", "distracted", "shot",
     "tough", "tracked", "stayed", "crusaded", "trap_set", "no_vampire", "staked", "swapped", "bugged"}
)  # fmt: skip
"""Topics of reports that put the speaker at the house they name."""
HIDDEN = frozenset({"Cleaned", "Stoned"})
"""What a grave shows in place of a role."""


class Claim(NamedTuple):
    """A role somebody claims, and since when."""

    role: str
    day: int


class Report(NamedTuple):
    """A result somebody told. `written` in a last will; `hushed` if only told in private."""

    speaker: Seat
    statement: Statement
    day: int
    written: bool = False
    hushed: bool = False


class Charge(NamedTuple):
    """Somebody spoke against somebody, or for them."""

    day: int
    stage: int
    speaker: Seat
    statement: Statement


class Grave(NamedTuple):
    """A death as it was read out."""

    day: int
    night: bool
    causes: tuple[Cause, ...]
    role: str
    named: tuple[Seat, ...] = ()
    """Whom the will speaks against."""


class Verdicts(NamedTuple):
    """A trial that is over."""

    day: int
    accused: Seat
    lynched: bool
    ballots: tuple[tuple[Seat, Verdict, int], ...]


_CHANGES = frozenset({("Vampire Hunter", "Vigilante"), ("Guardian Angel", "Survivor")})
"""Changes of role that a claim may follow."""


@dataclass(slots=True)
class Night:
    """What I chose and was told in one night."""

    ability: str = ""
    targets: tuple[Seat, ...] = ()
    told: list[tuple[str, tuple[Seat, ...], str]] = field(default_factory=list)
    caged: bool = False

    def heard(self, message: str) -> tuple[tuple[Seat, ...], str] | None:
        """A report of the night by its kind."""
        return next(((seats, value) for kind, seats, value in self.told if kind == message), None)


class Memory:
    """Everything that one seat has seen so far."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        self.names: tuple[str, ...] = ()
        self.deck = RoleList()
        self.day, self.stage, self.round = 0, 0, 0
        """Where each turn to speak is one seat's alone, `round` counts my own."""
        self._turns: int | None = None
        self.phase = Phase.SETUP
        self.role, self.target, self.accused = "", 0, 0
        self.facts: dict[str, e.Value] = {}
        """What I know about myself beside my role."""
        self.team: dict[Seat, str] = {}
        self.known: dict[Seat, str] = {}
        """Exact roles that I have found out or was told by my team."""
        self.living: set[Seat] = set()
        self.graves: dict[Seat, Grave] = {}
        self.claims: dict[Seat, Claim] = {}
        self.switched: set[Seat] = set()
        self.mayors: set[Seat] = set()
        self.proven: set[Seat] = set()
        """Whom everybody knows to be Town: revealed Mayors, the revived, the VIP."""
        self.vip = 0
        self.pestilence = 0
        self.remembered: set[str] = set()
        """Roles that somebody has publicly remembered."""
        self.whereabouts: dict[tuple[Seat, int], Statement] = {}
        """Where each speaker claims to have gone in a night."""
        self.poisoned: dict[Seat, int] = {}
        """Who says they were poisoned, and in which night."""
        self.reports: list[Report] = []
        self._reported: set[tuple[Seat, Statement]] = set()
        self.charges: list[Charge] = []
        self.defences: list[Charge] = []
        self.questions: list[Charge] = []
        self.lines: defaultdict[Seat, int] = defaultdict(int)
        self.jests: defaultdict[Seat, int] = defaultdict(int)
        self.votes: list[tuple[int, Seat, Seat]] = []
        self.trials: list[Verdicts] = []
        self.nights: defaultdict[int, Night] = defaultdict(Night)
        self.prisoners: dict[int, Seat] = {}
        self.team_talk: list[Charge] = []
        self.cell_talk: list[Charge] = []
        self.dead_talk: list[Charge] = []
        self.said: set[Statement] = set()
        """What I have said in public."""
        self.hushed: set[tuple[str, Statement]] = set()
        """What I have said elsewhere, by channel or friend."""
        self.answered = 0
        """The last stage in which I have spoken my mind, or chose not to."""
        self.will = ""
        self.version = 0

    def _report(self, report: Report) -> None:
        """Keep a result that says something about somebody, once."""
        key = (report.speaker, report.statement)
        said = report.statement
        if said.topic in VISITING:
            self.whereabouts[report.speaker, said.night] = said
        elif said.topic == "poisoned":
            self.poisoned[report.speaker] = said.night
        if report.statement.topic in TELLING and key not in self._reported:
            self._reported.add(key)
            self.reports.append(report)

    def observe(self, event: e.Event) -> None:
        """Take in the next event."""
        handler = self._HANDLERS.get(event.kind)
        if handler:
            handler(self, event)
            self.version += 1

    @property
    def others(self) -> list[Seat]:
        """All other living players, lowest seat first."""
        return [seat for seat in sorted(self.living) if seat != self.seat]

    @property
    def quiet(self) -> int:
        """Days and nights without a death, up to this day."""
        return max(0, self.day - 1 - max((grave.day for grave in self.graves.values()), default=1))

    def died_on(self, day: int, *, night: bool) -> list[Seat]:
        """Whoever died on a day or in a night."""
        return [seat for seat, grave in self.graves.items() if (grave.day, grave.night) == (day, night)]

    def claimants(self, role: str) -> list[Seat]:
        """The living who claim a role."""
        return [seat for seat, claim in self.claims.items() if claim.role == role and seat in self.living]

    # Table and phases ---------------------------------------------------------------------------------------------

    def _opened(self, event: e.MatchOpened) -> None:
        self.names, self.deck = event.table.names, RoleList(event.table.slots, event.table.ruleset)
        self.living = set(range(1, len(self.names) + 1))

    def _phase(self, event: e.PhaseOpened) -> None:
        self.phase, self.day = event.phase, event.day
        self._turns = None

    def _floor(self, event: e.FloorGiven) -> None:
        self._turns = (self._turns or 0) + (event.seat == self.seat)

    def _stage(self, event: e.StageOpened) -> None:
        self.stage = event.stage
        self.round = event.round if self._turns is None else max(1, self._turns)

    def _dealt(self, event: e.RoleDealt) -> None:
        if event.seat == self.seat:
            self.role = event.role
        if event.seat in self.team:
            self.team[event.seat] = event.role

    def _met(self, event: e.TeamMet) -> None:
        self.team = dict(event.members)

    def _fact(self, event: e.FactSet) -> None:
        if event.seat != self.seat:
            return
        self.facts[event.key] = event.value
        if event.key == "target" and isinstance(event.value, int):
            self.target = event.value
        elif event.key == "prisoner" and isinstance(event.value, int):
            self.prisoners[self.day] = event.value

    # Talk ---------------------------------------------------------------------------------------------------------

    def _said(self, event: e.Said) -> None:
        statements = understand(event.text, self.names, self.day)
        if event.channel is Channel.PUBLIC:
            self.lines[event.seat] += 1
            if event.seat == self.seat:
                self.said.update(statements)
            for statement in statements:
                self._public(event.seat, statement)
            return
        if event.seat == self.seat:
            self.hushed.update((event.channel, statement) for statement in statements)
        talk = {Channel.JAIL: self.cell_talk, Channel.DEAD: self.dead_talk, Channel.SEANCE: self.dead_talk}
        for statement in statements:
            charge = Charge(self.day, self.stage, event.seat, statement)
            talk.get(event.channel, self.team_talk).append(charge)
            if statement.act is Act.REPORT and statement.topic == "exact" and event.seat in self.team:
                self.known[statement.who] = statement.role
            elif statement.act is Act.REPORT and event.seat in self.graves:
                self._report(Report(event.seat, statement, self.day, hushed=True))

    def _heard(self, event: e.WhisperHeard) -> None:
        if event.seat == self.seat:
            said = understand(event.text, self.names, self.day)
            self.hushed.update((f"to {event.target}", statement) for statement in said)
            return
        for statement in understand(event.text, self.names, self.day):
            if statement.act is Act.REPORT:
                self._report(Report(event.seat, statement, self.day, hushed=True))
            elif statement.act is Act.CONFIDE:
                charged = Statement(Act.ACCUSE, statement.also, topic="hunch")
                self.charges.append(Charge(self.day, self.stage, event.seat, charged))

    def _public(self, speaker: Seat, statement: Statement) -> None:
        charge = Charge(self.day, self.stage, speaker, statement)
        match statement.act:
            case Act.CLAIM:
                before = self.claims.get(speaker)
                if before and before.role != statement.role and not self._may_change(before.role, statement.role):
                    self.switched.add(speaker)
                self.claims[speaker] = Claim(statement.role, self.day)
            case Act.REPORT:
                self._report(Report(speaker, statement, self.day))
            case Act.ACCUSE | Act.POINT:
                self.charges.append(charge)
            case Act.AGREE | Act.CITE | Act.RELAY:
                against = Statement(Act.ACCUSE, statement.also, statement.who, topic="named_by_dead")
                self.charges.append(charge._replace(statement=against))
            case Act.DEFEND:
                self.defences.append(charge)
            case Act.ASK:
                self.questions.append(charge)
            case Act.JEST:
                self.jests[speaker] += 1

    def _may_change(self, before: str, now: str) -> bool:
        """Whether a role can honestly become another."""
        return (before, now) in _CHANGES or (before == "Amnesiac" and now in self.remembered)

    # Votes, trials, deaths ----------------------------------------------------------------------------------------

    def _voted(self, event: e.Voted) -> None:
        if event.target:
            self.votes.append((self.day, event.seat, event.target))

    def _tried(self, event: e.TrialOpened) -> None:
        self.accused = event.accused

    def _closed(self, event: e.TrialClosed) -> None:
        self.accused = 0
        self.trials.append(Verdicts(self.day, event.accused, event.lynched, event.ballots))

    def _died(self, event: e.Died) -> None:
        named: list[Seat] = []
        for line in event.will.splitlines():
            for statement in understand(line.strip(), self.names, 0):
                if statement.act is Act.REPORT:
                    self._report(Report(event.seat, statement, self.day, written=True))
                if statement.act in (Act.ACCUSE, Act.POINT):
                    named.append(statement.who)
        night = self.phase is Phase.NIGHT
        self.living.discard(event.seat)
        self.graves[event.seat] = Grave(self.day, night, event.causes, event.role, tuple(named))

    def _departed(self, event: e.Departed) -> None:
        self.living.discard(event.seat)

    def _announced(self, event: e.Announced) -> None:
        match event.message:
            case "mayor_revealed":
                self.mayors.add(event.seat)
                self.proven.add(event.seat)
                self.claims[event.seat] = Claim(event.value, self.day)
            case "vip":
                self.vip = event.seat
                self.proven.add(event.seat)
            case "revived":
                self._revived(event.seat)
            case "amnesiac_remembered":
                self.remembered.add(event.value)
            case "pestilence_arrived":
                self.pestilence = event.seat

    def _revived(self, seat: Seat) -> None:
        self.living.add(seat)
        self.proven.add(seat)
        if grave := self.graves.pop(seat, None):
            self.claims[seat] = Claim(grave.role, self.day)

    # My own doings ---------------------------------------------------------------------------------------------------

    def _decided(self, event: e.Decided) -> None:
        if event.seat == self.seat and self.phase in (Phase.DAY_ONE, Phase.DISCUSSION):
            self.answered = self.stage

    def _willed(self, event: e.WillWritten) -> None:
        self.will = event.text

    def _chose(self, event: e.Chose) -> None:
        if event.seat == self.seat and self.phase is Phase.NIGHT:
            night = self.nights[self.day]
            night.ability, night.targets = event.ability, event.targets

    def _told(self, event: e.Told) -> None:
        night = self.nights[self.day]
        night.told.append((event.message, event.seats, event.value))
        night.caged |= event.message == "jailed"
        if event.message in ("role_result", "janitor_result"):
            self.known[event.seats[0]] = event.value

    _HANDLERS: ClassVar[dict[str, Callable[[Memory, Any], None]]] = {
        "match_opened": _opened,
        "phase_opened": _phase,
        "floor_given": _floor,
        "stage_opened": _stage,
        "role_dealt": _dealt,
        "team_met": _met,
        "fact_set": _fact,
        "said": _said,
        "whisper_heard": _heard,
        "voted": _voted,
        "trial_opened": _tried,
        "trial_closed": _closed,
        "died": _died,
        "departed": _departed,
        "announced": _announced,
        "decided": _decided,
        "will_written": _willed,
        "chose": _chose,
        "told": _told,
    }

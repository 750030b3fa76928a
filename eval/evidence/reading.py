"""A record from a log, in one pass: the engine's `fold` reads it, and what its states forget is noted on the way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from eval.decision import DecisionRecord
from eval.evidence.leaks import entitled
from eval.evidence.record import (
    Asked,
    BySeat,
    Choice,
    Day,
    Death,
    Deed,
    Finding,
    Line,
    Night,
    Overheard,
    Record,
    Stand,
    Timeline,
    Trial,
    Try,
    Vote,
)
from game.engine import events as e
from game.engine.asks import Ask, AskKind, asked
from game.engine.fold import Draft
from game.engine.roles import ROLES
from game.engine.state import EMPTY, View
from game.engine.types import CLEANED, HOST, PUBLIC, STONED, Channel, Phase, Seat, hears, seats_of
from game.engine.victory import side_of

MORNINGS = frozenset({Phase.DAY_ONE, Phase.DISCUSSION})
"""Phases with which a day begins."""
COURT = frozenset({Phase.DEFENSE, Phase.JUDGEMENT, Phase.LAST_WORDS})
HIDDEN = frozenset({CLEANED, STONED})
CHOICES = frozenset({AskKind.JUDGE, AskKind.ACT})
"""Asks that come only where there is something to choose."""


def record_of(log: Sequence[e.Event], decisions: Iterable[DecisionRecord] = ()) -> Record:
    """The record of a log that begins with the opening of a match."""
    reader = _Reader(log, BySeat(decisions))
    for event in log:
        reader.take(event)
    return reader.record


class _Reader:
    """What has been read so far, and the state in which it left the match."""

    def __init__(self, log: Sequence[e.Event], decisions: BySeat[DecisionRecord]) -> None:
        opened = log[0]
        assert isinstance(opened, e.MatchOpened)
        self.log, self.decisions, self.table = log, decisions, opened.table
        self.draft, self.seq = Draft(EMPTY), 0
        self.seats = range(1, len(opened.table.names) + 1)
        self.days: list[Day] = []
        self.voting_days: set[int] = set()
        self.phases = 0
        self.stands: list[Stand] = []
        self.roles: dict[Seat, Timeline[str]] = {seat: Timeline() for seat in self.seats}
        self.sides: dict[Seat, Timeline[str]] = {seat: Timeline() for seat in self.seats}
        self.mates: dict[Seat, Timeline[frozenset[Seat]]] = {seat: Timeline() for seat in self.seats}
        self.shown: dict[Seat, Timeline[str]] = {seat: Timeline() for seat in self.seats}
        self.votes: list[Vote] = []
        self.called: tuple[int, tuple[Seat, ...], frozenset[Seat]] = (0, (), frozenset())
        self.trials: list[Trial] = []
        self.deaths: list[Death] = []
        self.lines: list[Line] = []
        self.wills: dict[Seat, tuple[int, str]] = {}
        self.findings: list[Finding] = []
        self.choices: dict[tuple[int, Seat], Choice] = {}
        self.nights: dict[int, Night] = {}
        self.deeds: defaultdict[int, list[Deed]] = defaultdict(list)
        self.asked: list[Asked] = []
        self.open: Asked | None = None
        self.tries: list[Try] = []
        self.overheard: list[Overheard] = []
        self.ending: e.MatchEnded | None = None
        self._made = {made.decided_seq: made for made in decisions if made.decided_seq}
        self._unplaced: defaultdict[tuple[Seat, str], list[DecisionRecord]] = defaultdict(list)
        for made in decisions:
            if not made.decided_seq:
                self._unplaced[made.seat, made.ask_id].append(made)

    def take(self, event: e.Event) -> None:
        """Note an event, and fold it."""
        self.seq += 1
        kind = event.kind
        if before := _BEFORE.get(kind):
            before(self, event)
        self.draft.add(event)
        if after := _AFTER.get(kind):
            after(self, event)

    @property
    def record(self) -> Record:
        """The record of what was read."""
        lived = {seat: [day for day in self.days if seat in day.living] for seat in self.seats}
        return Record(
            self.log, self.decisions, self.table, self.seats, self.days, lived,
            frozenset(self.voting_days), self.phases, self.stands, self.roles, self.sides,
            self.mates, self.shown, self.draft.public.living, BySeat(self.votes), self.trials, BySeat(self.deaths),
            BySeat(self.lines), self.wills, BySeat(self.findings), BySeat(self.choices.values()), self.nights,
            dict(self.deeds), BySeat(self.asked), BySeat(self.tries), BySeat(self.overheard), self.ending,
        )  # fmt: skip

    # Phases and who is who --------------------------------------------------------------------------------------------

    def phase(self, event: e.PhaseOpened) -> None:
        self.open = None
        self.phases += 1
        public = self.draft.public
        living = public.living
        if event.phase not in COURT:
            graves = tuple("" if grave.role in HIDDEN else grave.role for grave in public.graves)
            self.stands.append(Stand(self.seq, event.phase, event.day, len(living), graves))
        if event.phase is Phase.VOTING:
            self.voting_days.add(event.day)
        if event.phase in MORNINGS:
            self.days.append(Day(self.seq, event.day, living))

    def dusk(self, event: e.StageOpened) -> None:
        """Whoever is jailed is so by the time a stage of the night opens."""
        self.open = None
        public = self.draft.public
        if public.phase is Phase.NIGHT and public.day not in self.nights:
            free = frozenset(seat for seat in public.living if self._fact(seat, "jailed_on") != public.day)
            self.nights[public.day] = Night(self.seq, public.day, public.living, free)

    def dealt(self, event: e.RoleDealt) -> None:
        self.roles[event.seat].set(self.seq, event.role)
        self._side(event.seat)
        self._meet(event)

    def met(self, event: e.TeamMet) -> None:
        self._meet(event)

    def fact(self, event: e.FactSet) -> None:
        if event.key == "traitor":
            self._side(event.seat)
        elif self.open and event.seat == self.open.seat and event.key in self._card(event.seat).by_id:
            self.open.did += 1

    def _side(self, seat: Seat) -> None:
        self.sides[seat].set(self.seq, side_of(self.draft.state, seat) or "")

    def _meet(self, event: e.Event) -> None:
        for seat in seats_of(event.to):
            if part := self.draft.private[seat]:
                self.mates[seat].set(self.seq, frozenset(mate for mate, _ in part.team if mate != seat))

    def _card(self, seat: Seat) -> Any:
        part = self.draft.private[seat]
        assert part is not None
        return ROLES[part.role]

    def _fact(self, seat: Seat, key: str) -> object:
        part = self.draft.private[seat]
        return part.fact(key) if part else None

    # Votes, trials and deaths -----------------------------------------------------------------------------------------

    def voted(self, event: e.Voted) -> None:
        public = self.draft.public
        tally = public.weight_against(event.target) if event.target else 0
        previous = public.vote_of(event.seat)
        self.votes.append(Vote(self.seq, public.day, event.seat, event.target, previous, tally, public.majority))
        self._did(event.seat)

    def trial(self, event: e.TrialOpened) -> None:
        public = self.draft.public
        callers = tuple(voter for voter, target in public.votes if target == event.accused)
        self.called = (self.seq, callers, public.living - {event.accused})

    def judged(self, event: e.TrialClosed) -> None:
        seq, callers, jury = self.called
        ballots = {seat: verdict for seat, verdict, _ in event.ballots}
        day = self.draft.public.day
        self.trials.append(Trial(seq, day, event.accused, jury, callers, event.lynched, ballots))

    def died(self, event: e.Died) -> None:
        public = self.draft.public
        night = public.phase is Phase.NIGHT
        self.deaths.append(Death(self.seq, public.day, night, event.seat, event.causes, event.will_shown))
        if event.role not in HIDDEN:
            self.shown[event.seat].set(self.seq, event.role)

    def announced(self, event: e.Announced) -> None:
        if event.message == "mayor_revealed":
            self.shown[event.seat].set(self.seq, event.value)
            self._did(event.seat)

    def ended(self, event: e.MatchEnded) -> None:
        self.ending = event

    # Words ------------------------------------------------------------------------------------------------------------

    def said(self, event: e.Said) -> None:
        self.overhear(event)
        if event.seat:
            self._line(event.seat, event.channel, event.text)
            self._did(event.seat)

    def whispered(self, event: e.WhisperHeard) -> None:
        self.overhear(event)
        self._line(event.seat, Channel.WHISPER, event.text, event.target)

    def _line(self, seat: Seat, channel: Channel, text: str, to: Seat = 0) -> None:
        public = self.draft.public
        self.lines.append(Line(self.seq, public.day, public.phase, seat, channel, text, to))

    def will(self, event: e.WillWritten) -> None:
        self.overhear(event)
        self.wills[event.seat] = (self.seq, event.text)

    def overhear(self, event: e.Event) -> None:
        """Note who gets to know a text that is not theirs to know."""
        if (allowed := entitled(self.draft, event)) != PUBLIC:
            heard = self.seats if event.to == PUBLIC else seats_of(event.to)
            self.overheard += [Overheard(self.seq, seat) for seat in heard if not hears(allowed, seat)]

    # Nights -----------------------------------------------------------------------------------------------------------

    def chose(self, event: e.Chose) -> None:
        public = self.draft.public
        if event.ability:
            self._did(event.seat)
        if public.phase is not Phase.NIGHT:
            return
        key = (public.day, event.seat)
        self.choices.pop(key, None)
        if event.ability:
            self.choices[key] = Choice(public.day, event.seat, event.ability, event.targets)

    def told(self, event: e.Told) -> None:
        if event.to in (PUBLIC, HOST):
            return
        public = self.draft.public
        for seat in seats_of(event.to):
            self.findings.append(Finding(self.seq, public.day, seat, event.message, event.seats, event.value))

    def happened(self, event: e.Happened) -> None:
        day = self.draft.public.day
        self.deeds[day].append(Deed(day, event.step, event.what, event.by, event.seats, event.value))

    # Asks -------------------------------------------------------------------------------------------------------------

    def decided(self, event: e.Decided) -> None:
        made = self._decision(event)
        if not event.ask:
            self._stood(event)
        elif event.outcome != "moot":
            self.open = None
            if event.outcome != "refused":
                self._close(event, made)
        if made:
            self.tries += [Try(event.seat, event.ask, code) for a in made.attempts if (code := a.get("refusal"))]
        if event.outcome in ("accepted", "refused") and not (made and (made.fallback or made.error)):
            self.tries.append(Try(event.seat, event.ask, ""))

    def _stood(self, event: e.Decided) -> None:
        """What a standing permission led to stands before its `decided`: it was no answer to the open ask."""
        if self.open and self.open.seat == event.seat and self.open.did:
            self.open.did -= 1

    def _close(self, event: e.Decided, made: DecisionRecord | None) -> None:
        public, me = self.draft.public, self.draft.private[event.seat]
        assert me is not None
        if (kind := asked(public, me)) is None:
            return
        could = kind in CHOICES or any(option.verb != "pass" for option in Ask(View(public, me), kind).options)
        self.open = Asked(self.seq, public.day, event.seat, event.ask, kind, event.outcome, could, decision=made)
        self.asked.append(self.open)

    def _decision(self, event: e.Decided) -> DecisionRecord | None:
        if made := self._made.get(self.seq):
            return made
        waiting = self._unplaced.get((event.seat, event.ask))
        return waiting.pop(0) if waiting else None

    def refused(self, event: e.Refused) -> None:
        """The refusal of an answer follows its `decided`; that of a standing permission comes before."""
        self._did(event.seat)
        before, after = self.log[self.seq - 2], self.log[self.seq] if self.seq < len(self.log) else None
        stands_alone = isinstance(after, e.Decided) and after.seat == event.seat and after.outcome == "declined"
        if isinstance(before, e.Decided) and before.seat == event.seat and not stands_alone:
            self.tries[-1] = self.tries[-1]._replace(code=event.reason)
        else:
            self.tries.append(Try(event.seat, "", event.reason, rider=not stands_alone))

    def balloted(self, event: e.Balloted) -> None:
        self.overhear(event)
        self._did(event.seat)

    def _did(self, seat: Seat) -> None:
        if self.open and self.open.seat == seat:
            self.open.did += 1


_BEFORE: dict[str, Callable[[_Reader, Any], None]] = {
    "phase_opened": _Reader.phase,
    "voted": _Reader.voted,
    "trial_opened": _Reader.trial,
    "trial_closed": _Reader.judged,
    "died": _Reader.died,
    "announced": _Reader.announced,
    "said": _Reader.said,
    "whisper_heard": _Reader.whispered,
    "will_written": _Reader.will,
    "note_written": _Reader.overhear,
    "jotted": _Reader.overhear,
    "summarised": _Reader.overhear,
    "chose": _Reader.chose,
    "told": _Reader.told,
    "happened": _Reader.happened,
    "decided": _Reader.decided,
    "refused": _Reader.refused,
    "balloted": _Reader.balloted,
    "match_ended": _Reader.ended,
}
_AFTER: dict[str, Callable[[_Reader, Any], None]] = {
    "stage_opened": _Reader.dusk,
    "role_dealt": _Reader.dealt,
    "team_met": _Reader.met,
    "fact_set": _Reader.fact,
}

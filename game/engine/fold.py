"""`fold(state, event)`: the one reading of the log. It never draws, validates or fails.

The audience alone decides which part of the state an event enters: the public part, the private parts
of the seats that hear it, or the secret part. Hence folding only what a seat may see gives its view.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from game.engine import events as e
from game.engine.floor import day_of_bid
from game.engine.state import EMPTY, Choice, Ending, Grave, Private, Public, Secret, State, Trial, View
from game.engine.types import HOST, PUBLIC, Phase, Seat, hears, seats_of


class Draft:
    """A state under change. Parts are copied when first touched, so that the state it began with stays as it was."""

    __slots__ = ("_own", "private", "public", "secret")

    def __init__(self, state: State) -> None:
        self.public = state.public
        self.private: list[Private | None] = list(state.private)
        self.secret = state.secret
        self._own: set[int | str] = set()

    def add(self, event: e.Event, /) -> None:
        """Fold one more event into the draft."""
        to = event.to
        if to == PUBLIC:
            if public_handler := _PUBLIC.get(event.kind):
                self._public(event, public_handler)
        elif to == HOST:
            if secret_handler := _SECRET.get(event.kind):
                self._secret(event, secret_handler)
        elif handler := _PRIVATE.get(event.kind):
            public, own, private = self.public, self._own, self.private
            for seat in seats_of(to):
                part = private[seat]
                assert part is not None
                if seat not in own:
                    own.add(seat)
                    part = private[seat] = part.clone()
                handler(part, event, public)

    @property
    def state(self) -> State:
        """The state as it stands; it shares its parts and must not outlive the next event."""
        return State(self.public, tuple(self.private), self.secret)

    def _public(self, event: e.Event, handler: Callable[[Public, Any], None]) -> None:
        if "public" not in self._own:
            self._own.add("public")
            self.public = self.public.clone()
        handler(self.public, event)
        if event.kind == "match_opened":
            self.private = [None, *(Private(seat) for seat in self.public.seats)]

    def _secret(self, event: e.Event, handler: Callable[[Secret, Any], None]) -> None:
        if "secret" not in self._own:
            self._own.add("secret")
            self.secret = self.secret.clone()
        handler(self.secret, event)


def fold(state: State, event: e.Event) -> State:
    """The state after one more event."""
    return fold_all(state, (event,))


def fold_all(state: State, events: Iterable[e.Event]) -> State:
    """The state after these events; starting from EMPTY, the state of a whole log."""
    draft = Draft(state)
    for event in events:
        draft.add(event)
    return draft.state


def view(state: State, seat: Seat | None) -> View:
    """What a seat knows at this moment; what everybody knows, for None."""
    return View(state.public, state.of(seat) if seat else None)


def visible(events: Iterable[e.Event], seat: Seat | None) -> list[e.Event]:
    """The events that a seat may see; for None, those that everybody may see."""
    if seat is None:
        return [event for event in events if event.to == PUBLIC]
    return [event for event in events if hears(event.to, seat)]


def fold_view(events: Iterable[e.Event], seat: Seat | None) -> View:
    """The view of a seat, built from nothing but the events that it may see."""
    return view(fold_all(EMPTY, visible(events, seat)), seat)


# Public part ----------------------------------------------------------------------------------------------------------


def _opened(public: Public, event: e.MatchOpened) -> None:
    public.table = event.table
    public.commitment = event.commitment
    public.seats = range(1, len(event.table.names) + 1)
    public.living = frozenset(public.seats)


def _phase(public: Public, event: e.PhaseOpened) -> None:
    public.phase = event.phase
    public.day = event.day
    public.round = 0
    public.floors = ()
    if event.phase in (Phase.NIGHT, Phase.DISCUSSION):
        public.votes = ()


def _stage(public: Public, event: e.StageOpened) -> None:
    public.stage = event.stage
    public.round = event.round


def _floor(public: Public, event: e.FloorGiven) -> None:
    public.floors = (*public.floors, event.seat)


def _voted(public: Public, event: e.Voted) -> None:
    seat, votes = event.seat, public.votes
    if votes and public.vote_of(seat):
        votes = tuple([vote for vote in votes if vote[0] != seat])
    public.votes = (*votes, (seat, event.target)) if event.target else votes


def _trial_opened(public: Public, event: e.TrialOpened) -> None:
    public.accused = event.accused


def _trial_closed(public: Public, event: e.TrialClosed) -> None:
    public.trials = (*public.trials, Trial(public.day, event.accused, event.lynched, event.ballots))
    public.votes = ()
    if not event.lynched:
        public.accused = 0


def _died(public: Public, event: e.Died) -> None:
    night = public.phase is Phase.NIGHT
    grave = Grave(event.seat, public.day, night, event.causes, event.role, event.will_shown, event.will)
    public.graves = (*public.graves, grave)
    _gone(public, event.seat)
    if public.accused == event.seat:
        public.accused = 0


def _departed(public: Public, event: e.Departed) -> None:
    public.departed |= {event.seat}
    _gone(public, event.seat)


def _gone(public: Public, seat: Seat) -> None:
    public.living -= {seat}
    public.votes = tuple(vote for vote in public.votes if seat not in vote)
    public.revealed = tuple(shown for shown in public.revealed if shown[0] != seat)


def _announced(public: Public, event: e.Announced) -> None:
    if event.message == "mayor_revealed":
        public.revealed = (*public.revealed, (event.seat, event.value))
    elif event.message == "guardian_notice":
        public.guarded = (*public.guarded, (event.seat, public.day + 1))
    elif event.message == "vip":
        public.vip = event.seat
    elif event.message == "revived":
        public.living |= {event.seat}
        public.graves = tuple(grave for grave in public.graves if grave.seat != event.seat)


def _ended(public: Public, event: e.MatchEnded) -> None:
    public.ending = Ending(event.outcome, event.winners, event.roles)
    public.phase = Phase.OVER


_PUBLIC: dict[str, Callable[[Public, Any], None]] = {
    "match_opened": _opened,
    "phase_opened": _phase,
    "stage_opened": _stage,
    "floor_given": _floor,
    "voted": _voted,
    "trial_opened": _trial_opened,
    "trial_closed": _trial_closed,
    "died": _died,
    "departed": _departed,
    "announced": _announced,
    "match_ended": _ended,
}


# Private parts --------------------------------------------------------------------------------------------------------


def _dealt(part: Private, event: e.RoleDealt, _: Public) -> None:
    if event.seat == part.seat:
        part.role = event.role
        part.uses = None
    part.team = tuple((seat, event.role if seat == event.seat else role) for seat, role in part.team)


def _met(part: Private, event: e.TeamMet, _: Public) -> None:
    part.team = event.members


def _fact(part: Private, event: e.FactSet, _: Public) -> None:
    part.facts = {**(part.facts or {}), event.key: event.value}


def _uses(part: Private, event: e.UsesSet, _: Public) -> None:
    part.uses = {**(part.uses or {}), event.ability: event.left}


def _decided(part: Private, event: e.Decided, public: Public) -> None:
    if event.outcome == "refused":
        stage, refused = part.refused
        part.refused = (public.stage, refused + 1 if stage == public.stage else 1)
    elif event.ask and event.outcome != "moot":
        part.answered = public.stage
    if event.cost:
        account = public.account
        today = {known: spent for known, spent in (part.spent or {}).items() if known.day == account.day}
        part.spent = {**today, account: today.get(account, 0) + event.cost}


def _chose(part: Private, event: e.Chose, public: Public) -> None:
    night = public.phase is Phase.NIGHT
    choice = Choice(public.day, night, event.ability, event.targets, event.param)
    plans = part.plans or {}
    day_plan, night_plan = plans.get(event.seat, (None, None))
    part.plans = {**plans, event.seat: (day_plan, choice) if night else (choice, night_plan)}


def _balloted(part: Private, event: e.Balloted, public: Public) -> None:
    part.ballot = (public.stage, event.verdict)


def _will(part: Private, event: e.WillWritten, _: Public) -> None:
    part.will = event.text


def _note(part: Private, event: e.NoteWritten, _: Public) -> None:
    part.note = event.text


def _jotted(part: Private, event: e.Jotted, _: Public) -> None:
    part.notebook = event.text


def _bade(part: Private, event: e.Bade, public: Public) -> None:
    part.bid = (day_of_bid(public), event.level)


def _goal(part: Private, event: e.GoalMet, _: Public) -> None:
    part.goal_met = True


_PRIVATE: dict[str, Callable[[Private, Any, Public], None]] = {
    "role_dealt": _dealt,
    "team_met": _met,
    "fact_set": _fact,
    "uses_set": _uses,
    "decided": _decided,
    "chose": _chose,
    "balloted": _balloted,
    "will_written": _will,
    "note_written": _note,
    "jotted": _jotted,
    "bade": _bade,
    "goal_met": _goal,
}


# Secret part ----------------------------------------------------------------------------------------------------------


def _seeded(secret: Secret, event: e.Seeded) -> None:
    secret.seed = event.seed


def _mark(secret: Secret, event: e.MarkSet) -> None:
    secret.marks = {**(secret.marks or {}), (event.seat, event.key): event.value}


def _forced(secret: Secret, event: e.Forced) -> None:
    secret.forced = {**(secret.forced or {}), event.purpose: event.seat}


_SECRET: dict[str, Callable[[Secret, Any], None]] = {"seeded": _seeded, "mark_set": _mark, "forced": _forced}

"""The driver of live matches: takes a lease, refolds the log, plays, and can die at any moment.

An agent's decision is committed as soon as it is made, and applied when all that the table waits for are there, in the
table's order; so whoever takes over asks only those that are missing and goes on with the same answers. Under `fifo`
each is applied as it comes. People's are always applied as they come, and time ends a stage whoever still thinks.
The pace is a delay between events, outside state and log.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import cast

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from kombu.exceptions import OperationalError

from game import selectors
from game.bell import Bell, doorbell, signs_of_life
from game.decisions import attempt_of, decided_place, decision_row, filled_reason, submission
from game.engine import chance, codec
from game.engine import events as e
from game.engine.actions import Answer, Elapsed, Pass, Reply
from game.engine.apply import move
from game.engine.asks import Ask, asks
from game.engine.config import Clock, Talk
from game.engine.fold import fold_all, view, visible
from game.engine.state import EMPTY, State
from game.engine.types import HOST, PUBLIC, Phase
from game.log import LeaseLost, events_append, lease_release, lease_renew, viewers_wake
from game.models import Ask as AskRow
from game.models import Decision, Match, Seat
from game.play.deciding import defaulted
from game.play.drivers import stage_seconds
from game.play.seats import AnyAgent, Listener, Piece, Report
from game.play.seats import Decision as Decided
from game.services import Rejected, match_fail, match_finish, rules_check, seat_hand_over
from game.thinking import Made, Thinking, sentence
from game.thoughts import Thoughts

log = logging.getLogger(__name__)

LONGEST_WAIT = 1.0
"""Seconds after which a waiting driver looks around though nobody called."""
OVERTIME = 600.0
"""Seconds for which a slice may go on when agents think at its end: what they began would have to be begun again."""
MOOT, LATE, ERROR = "moot", "late", "error"
"""Why a model's answer is not its own: others closed its ask, time was up, or it failed."""

stopping = threading.Event()
"""Set when this process is about to end: drivers let go of their matches."""


def drive(match_id: int, lease: int, *, seconds: float | None = None) -> bool:
    """Play a match under a lease for a slice of time; whether it goes on after that.

    An error in an agent is a pass; any other makes the match fail with its reason, to be resumed later.
    """
    try:
        with signs_of_life(match_id, lease), doorbell() as bell:
            driver = Driver(match_id, lease, bell)
            try:
                return driver.run(time.monotonic() + (seconds or settings.TOSSIM_SLICE_SECONDS))
            finally:
                driver.close()
    except LeaseLost as lost:
        log.info("%s", lost)
    except Rejected as refused:
        match_fail(match_id=match_id, lease=lease, error=refused.reason)
    except Exception as error:
        log.exception("Match %s cannot go on", match_id)
        match_fail(match_id=match_id, lease=lease, error=f"{type(error).__name__}: {error}")
    return False


class Driver:
    """One match being driven in this thread; `close` it at the end."""

    def __init__(self, match_id: int, lease: int, bell: Bell) -> None:
        """Refold the log. Raises Rejected for a match of other rules."""
        self.match = Match.objects.get(pk=match_id)
        rules_check(self.match)
        self.lease = lease
        self.events = selectors.log_of(match_id)
        self.state: State = fold_all(EMPTY, self.events)
        self.seats = {seat.number: seat for seat in self.match.seats.all()}
        self.agents: dict[int, AnyAgent] = {}
        self.observed: dict[int, int] = {}
        self.opened: set[str] = set()
        self.told = 0
        self.deadline: datetime | None = None
        self.thoughts = Thoughts(match_id)
        self.thinking = Thinking(match_id, bell)

    def close(self) -> None:
        """Stop what agents think about; it is asked again by whoever goes on."""
        self.thinking.close(self.agents.values())
        self.thoughts.close()

    def run(self, until: float) -> bool:
        """Play until the end, the end of the slice, or a pause."""
        while self.state.public.ending is None:
            status = lease_renew(match_id=self.match.pk, lease=self.lease)
            if status != Match.Status.RUNNING:
                self._let_go()
                return status == Match.Status.QUEUED  # paused and resumed before this driver saw it
            if stopping.is_set() or self._over(until):
                self._let_go()
                return True
            self._step()
        ended = cast("e.MatchEnded", self.events[-1])
        match_finish(match_id=self.match.pk, lease=self.lease, ending=ended)
        return False

    def _over(self, until: float) -> bool:
        left = until - time.monotonic()
        return left < 0 and (not self.thinking.asks or left < -OVERTIME)

    def _let_go(self) -> None:
        """Keep what is done and cancel the rest, before the next driver asks for that again."""
        self._keep(self.thinking.finished())
        self.thinking.cancel()
        lease_release(match_id=self.match.pk, lease=self.lease)

    def _step(self) -> None:
        """Keep what was decided; apply what may be applied; else ask; else wait."""
        if self.match.has_people:
            self._look_for_people()
        self._keep(self.thinking.finished())
        if decision := self._next():
            self._apply(decision)
        elif not self._ask():
            self._wait()

    # Answers ----------------------------------------------------------------------------------------------------------

    def _next(self) -> Decision | None:
        """The decision to apply now: people's as they came, then agents', when the table need not wait for more."""
        rows = list(Decision.objects.filter(match=self.match, applied_at=None).order_by("pk"))
        people = [row for row in rows if row.source == Decision.Source.PERSON]
        agents = [row for row in rows if row.source != Decision.Source.PERSON]
        if people or not agents:
            return people[0] if people else None
        if self.state.public.table.talk is Talk.FIFO:
            return agents[0]
        first = min(agents, key=self._place)
        waits = first.stage == self.state.public.stage and self._missing(agents) and not self._time_is_up()
        return None if waits else first

    def _place(self, row: Decision) -> tuple[int, float]:
        return row.stage, chance.draw(self.state.secret.seed, row.stage, "order", row.seat)

    def _missing(self, rows: Sequence[Decision]) -> bool:
        """Whether an answer to be applied together with these is not there yet.

        What was refused is asked again when all of its round have been heard, so later tries are not waited for.
        """
        given, tries = {row.submission_id for row in rows}, min(map(attempt_of, rows))
        return any(ask.attempt <= tries and submission(ask) not in given for ask in self._agents_asks())

    def _agents_asks(self) -> list[Ask]:
        """Open asks that agents answer."""
        return [ask for ask in asks(self.state) if not self.seats[ask.seat].played_by_person]

    def _apply(self, decision: Decision) -> None:
        actions = tuple(codec.action_from_json(action) for action in decision.actions)
        self._reply(Answer(decision.seat, decision.ask_id or None, actions, decision.cost), [decision])

    def _reply(self, reply: Reply, decisions: Sequence[Decision] = ()) -> None:
        """Write what a reply leads to, and that these decisions are done with; then give people time to read."""
        open_before = {ask.id: ask for ask in asks(self.state)}
        events, after = move(self.state, [reply])
        with transaction.atomic():
            last = events_append(match_id=self.match.pk, lease=self.lease, events=events)
            for decision in decisions:
                self._done(decision, open_before.get(decision.ask_id), events, last)
            self._close_asks(after)
        self.state = after
        self.events += events
        self._drop_moot()
        self._ask_aside(events)
        self._pause_for_readers(events)

    def _done(self, decision: Decision, ask: Ask | None, events: Sequence[e.Event], last: int) -> None:
        """Note that a decision was applied and where; and on the match, when a default filled a deciding one."""
        place = decided_place(events, decision.seat)
        decision.decided_seq = None if place is None else last - len(events) + 1 + place
        decision.applied_at = timezone.now()
        decision.save(update_fields=("decided_seq", "applied_at") if decision.pk else None)
        if ask is None or place is None:
            return
        outcome = cast("e.Decided", events[place]).outcome
        if noted := defaulted(view(self.state, decision.seat), ask, outcome, filled_reason(decision)):
            self.match.defaulted = [*self.match.defaulted, asdict(noted)]
            self.match.save(update_fields=["defaulted"])

    def _close_asks(self, state: State) -> None:
        still = [ask.id for ask in asks(state)]
        open_rows = AskRow.objects.filter(match=self.match, closed_at=None)
        open_rows.exclude(ask_id__in=still).update(closed_at=timezone.now())

    # Agents -----------------------------------------------------------------------------------------------------------

    def _ask(self) -> bool:
        """Ask every agent that has not been asked; whether there was any."""
        self._open_rows(asks(self.state))
        rows = Decision.objects.filter(match=self.match, stage=self.state.public.stage)
        given = set(rows.values_list("submission_id", flat=True))
        mine = [ask for ask in self._agents_asks() if submission(ask) not in given and not self.thinking.holds(ask)]
        self._keep([made for ask in mine if (made := self._decide(ask))])
        return bool(mine)

    def _open_rows(self, open_asks: Sequence[Ask]) -> None:
        stage, ids = self.state.public.stage, {ask.id for ask in open_asks}
        if self.opened >= ids and self.told == stage:
            return
        timed = self.state.public.table.clock is Clock.WALL
        deadline = timezone.now() + timedelta(seconds=stage_seconds(self.state)) if timed else None
        rows = (
            AskRow(match=self.match, ask_id=ask.id, seat=ask.seat, kind=ask.kind.value, stage=stage, deadline=deadline)
            for ask in open_asks
        )
        AskRow.objects.bulk_create(rows, ignore_conflicts=True)
        given = AskRow.objects.filter(match=self.match, closed_at=None, deadline__isnull=False).order_by("deadline")
        self.opened, self.deadline = ids, given.values_list("deadline", flat=True).first()
        if self.told != stage:  # pages learn of the deadline
            self.told = stage
            viewers_wake(match_id=self.match.pk)

    def _decide(self, ask: Ask) -> Made | None:
        """What an agent decides from what its seat sees now; None where it takes its time."""
        try:
            decision = self._agent(ask.seat).decide(view(self.state, ask.seat), ask)
        except Exception as error:
            log.exception("The agent of seat %s in match %s failed", ask.seat, self.match.pk)
            return Made(ask, Decided((Pass(),)), sentence(error))
        if isinstance(decision, Decided):
            return Made(ask, decision)
        self.thoughts.heard(Piece(ask.seat, ask.id, "start"))
        self.thinking.begin(ask, decision)
        return None

    def _agent(self, seat: int) -> AnyAgent:
        """The agent of a seat, having observed all that the seat may see."""
        if seat not in self.agents:
            self.agents[seat] = agent_for(self.seats[seat], self.match, self.thoughts.heard)
            self.observed[seat] = 0
        self.agents[seat].observe(visible(self.events[self.observed[seat] :], seat))
        self.observed[seat] = len(self.events)
        return self.agents[seat]

    def _keep(self, made: Sequence[Made]) -> None:
        """Commit what agents have decided."""
        if not made:
            return
        with transaction.atomic():
            lease_renew(match_id=self.match.pk, lease=self.lease)
            Decision.objects.bulk_create(map(self._row, made))
        for one in made:
            if one.spent_ms is not None:
                self.thoughts.heard(Piece(one.ask.seat, one.ask.id, "end"))

    def _row(self, one: Made) -> Decision:
        made = one.decision
        if one.error and one.spent_ms is not None:
            report = Report(model=self.seats[one.ask.seat].agent, latency_ms=one.spent_ms, fallback=ERROR)
            made = Decided(made.actions, thought=self.thoughts.so_far(one.ask.seat, one.ask.id), report=report)
        return decision_row(
            match=self.match, seat=self.seats[one.ask.seat], stage=self.state.public.stage, ask=one.ask, made=made,
            error=one.error,
        )  # fmt: skip

    def _given_up(self, asked: Sequence[Ask], reason: str) -> list[Decision]:
        """Stop agents; the rows that say so, with what was thought until then."""
        spent = self.thinking.cancel(asked)
        rows = []
        for ask in asked:
            report = Report(self.seats[ask.seat].agent, latency_ms=spent.get(ask.id, 0), fallback=reason)
            thought = self.thoughts.so_far(ask.seat, ask.id)
            rows.append(self._row(Made(ask, Decided((Pass(),), thought=thought, report=report))))
        return rows

    def _drop_moot(self) -> None:
        """Stop agents whose ask others have closed."""
        still = {ask.id for ask in asks(self.state)}
        gone = self._given_up([ask for ask in self.thinking.asks if ask.id not in still], MOOT)
        for row in gone:
            row.applied_at = timezone.now()
        Decision.objects.bulk_create(gone)

    # People and time --------------------------------------------------------------------------------------------------

    def _look_for_people(self) -> None:
        """See who holds their seat, stand in for those who are gone, and stop standing in for those who are back."""
        for seat in self.match.seats.all():
            if seat.stood_in_at and timezone.now() > seat.stood_in_at:
                seat_hand_over(match=self.match, number=seat.number, by_grace=True)
                seat.handed_over = True
            self.seats[seat.number] = seat
        self.thinking.cancel([ask for ask in self.thinking.asks if self.seats[ask.seat].played_by_person])

    def _wait(self) -> None:
        """Everybody has been asked: wait for agents and people, at most until the deadline."""
        if self._time_is_up():
            self._reply(Elapsed(self.state.public.stage), self._given_up(self._agents_asks(), LATE))
        else:
            left = (self.deadline - timezone.now()).total_seconds() if self.deadline else LONGEST_WAIT
            self.thinking.wait(max(0.0, min(left, LONGEST_WAIT)))

    def _time_is_up(self) -> bool:
        return self.deadline is not None and timezone.now() >= self.deadline

    def _ask_aside(self, events: Iterable[e.Event]) -> None:
        """At a day's end, have those asked privately whom the lobby wants asked; the match does not wait for it."""
        dusk = any(isinstance(event, e.PhaseOpened) and event.phase is Phase.NIGHT for event in events)
        if dusk and any(seat.agent_options.get("probes") for seat in self.seats.values()):
            probes_send(match_id=self.match.pk)

    def _pause_for_readers(self, events: Iterable[e.Event]) -> None:
        """Give those who watch the time to read. Where people play, hidden talk takes none: its length would tell."""
        read = [event for event in events if event.to == PUBLIC or not self.match.has_people]
        wait_until = time.monotonic() + self.match.pace * sum(map(reading_time, read))
        while (left := wait_until - time.monotonic()) > 0 and not self._called():
            self.thinking.wait(min(left, LONGEST_WAIT))
            self._keep(self.thinking.finished())

    def _called(self) -> bool:
        """Whether somebody wants the match stopped, or a person has acted."""
        status = Match.objects.values_list("status", flat=True).get(pk=self.match.pk)
        acted = self.match.has_people and Decision.objects.filter(
            match=self.match, applied_at=None, source=Decision.Source.PERSON
        )
        return stopping.is_set() or status != Match.Status.RUNNING or bool(acted and acted.exists())


def agent_for(seat: Seat, match: Match, listen: Listener = lambda piece: None) -> AnyAgent:
    """The agent of a seat, by the name in the settings of whatever makes them. Raises KeyError for an unknown one."""
    return cast("AnyAgent", import_string(settings.TOSSIM_SEAT_AGENT)(seat=seat, match=match, listen=listen))


def probes_send(*, match_id: int) -> None:
    """Have agents of a match asked privately by a worker. Without a broker `manage.py probe` asks them later."""

    def send() -> None:
        try:
            current_app.send_task("eval.tasks.match_probe", args=[match_id], retry=False)
        except OperationalError:
            log.warning("No broker: match %s is not probed while it is played", match_id)

    transaction.on_commit(send)


_READING = {"said": 1.0, "died": 2.0, "phase_opened": 1.5, "trial_opened": 1.5, "trial_closed": 2.0, "voted": 0.4,
            "announced": 1.2, "whispered": 0.5, "match_ended": 1.0}  # fmt: skip


def reading_time(event: e.Event) -> float:
    """How long an event is shown, in lines of ordinary length. What the public does not see takes no time."""
    if event.to in (HOST,) or (event.to != PUBLIC and not isinstance(event, e.Said)):
        return 0.0
    length = len(event.text) / 120 if isinstance(event, e.Said) else 0.0
    return _READING.get(event.kind, 0.0) * (0.6 + min(length, 2.0) if length else 1.0)

"""The driver of live matches: takes a lease, refolds the log, plays, and can die at any moment.

Agents' answers of a turn are committed together before the first of them is applied, and applied one by one; so
whoever takes over goes on with the same answers. The pace is a delay between events, outside state and log.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, cast

import psycopg
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from game import selectors
from game.engine import chance, codec
from game.engine import events as e
from game.engine.actions import Answer, Elapsed, Pass, Reply
from game.engine.apply import move
from game.engine.asks import Ask, asks
from game.engine.fold import fold_all, view, visible
from game.engine.state import EMPTY, State
from game.engine.types import HOST, PUBLIC
from game.log import ANSWERS, LeaseLost, events_append, lease_release, lease_renew, viewers_wake
from game.models import Ask as AskRow
from game.models import Decision, Match, Seat
from game.play.drivers import stage_seconds
from game.play.seats import AnyAgent
from game.play.seats import Decision as Decided
from game.services import match_fail, match_finish, seat_hand_over

log = logging.getLogger(__name__)

GRACE = timedelta(seconds=60)
"""A person who gives no sign for so long is stood in for."""
RENEW_EVERY = 1.5
"""Seconds between two signs of life."""
LONGEST_WAIT = 1.0
"""Seconds after which a waiting driver looks around though nobody called."""


stopping = threading.Event()
"""Set when this process is about to end: drivers let go of their matches."""


def drive(match_id: int, lease: int, *, seconds: float | None = None) -> bool:
    """Play a match under a lease for a slice of time; whether it goes on after that.

    An error in an agent is a pass; any other makes the match fail with its reason, to be resumed later.
    """
    try:
        with signs_of_life(match_id, lease), doorbell() as bell:
            return Driver(match_id, lease, bell).run(time.monotonic() + (seconds or settings.TOSSIM_SLICE_SECONDS))
    except LeaseLost as lost:
        log.info("%s", lost)
    except Exception as error:
        log.exception("Match %s cannot go on", match_id)
        match_fail(match_id=match_id, lease=lease, error=f"{type(error).__name__}: {error}")
    return False


class Driver:
    """One match being driven in this thread."""

    def __init__(self, match_id: int, lease: int, bell: Bell) -> None:
        self.match = Match.objects.get(pk=match_id)
        self.lease, self.bell = lease, bell
        self.events = selectors.log_of(match_id)
        self.state: State = fold_all(EMPTY, self.events)
        self.seats = {seat.number: seat for seat in self.match.seats.all()}
        self.agents: dict[int, AnyAgent] = {}
        self.observed: dict[int, int] = {}
        self.told = 0

    def run(self, until: float) -> bool:
        """Play until the end, the end of the slice, or a pause."""
        while self.state.public.ending is None:
            status = lease_renew(match_id=self.match.pk, lease=self.lease)
            if status != Match.Status.RUNNING:
                lease_release(match_id=self.match.pk, lease=self.lease)
                return status == Match.Status.QUEUED  # paused and resumed before this driver saw it
            if time.monotonic() > until or stopping.is_set():
                lease_release(match_id=self.match.pk, lease=self.lease)
                return True
            self._step()
        ended = cast("e.MatchEnded", self.events[-1])
        match_finish(match_id=self.match.pk, lease=self.lease, ending=ended)
        return False

    def _step(self) -> None:
        """Apply what was decided; else ask; else wait for people."""
        if self.match.has_people:
            self._look_for_people()
        if pending := self._pending():
            self._apply(pending[0])
        elif not self._ask() and not self._pending():
            self._wait_for_people()

    # Answers ----------------------------------------------------------------------------------------------------------

    def _pending(self) -> list[Decision]:
        """Decisions not yet applied: people's as they came, then agents' in the order of the table."""
        rows = list(Decision.objects.filter(match=self.match, applied_at=None).order_by("pk"))
        seed = self.state.secret.seed

        def place(row: Decision) -> tuple[bool, int, float]:
            person = row.source == Decision.Source.PERSON
            return (not person, row.stage, 0.0 if person else chance.draw(seed, row.stage, "order", row.seat))

        return sorted(rows, key=place)

    def _apply(self, decision: Decision) -> None:
        actions = tuple(codec.action_from_json(action) for action in decision.actions)
        self._reply(Answer(decision.seat, decision.ask_id or None, actions, decision.cost), decision)

    def _reply(self, reply: Reply, decision: Decision | None = None) -> None:
        events, after = move(self.state, [reply])
        with transaction.atomic():
            events_append(match_id=self.match.pk, lease=self.lease, events=events, decision=decision)
            self._close_asks(after)
        self.state = after
        self.events += events
        self._pause_for_readers(events)

    def _close_asks(self, state: State) -> None:
        still = [ask.id for ask in asks(state)]
        open_rows = AskRow.objects.filter(match=self.match, closed_at=None)
        open_rows.exclude(ask_id__in=still).update(closed_at=timezone.now())

    def _ask(self) -> bool:
        """Ask everybody who is to be asked; commit the agents' answers together. Whether there were agents."""
        open_asks = asks(self.state)
        self._open_rows(open_asks)
        mine = [ask for ask in open_asks if not self.seats[ask.seat].played_by_person]
        if not mine:
            return False
        decided = self._decide(mine)
        rows = [self._row(ask, made, error) for ask, (made, error) in zip(mine, decided, strict=True)]
        with transaction.atomic():
            lease_renew(match_id=self.match.pk, lease=self.lease)
            Decision.objects.bulk_create(rows)
        return True

    def _open_rows(self, open_asks: Sequence[Ask]) -> None:
        stage = self.state.public.stage
        timed = self.match.has_people and self.state.public.table.clock == "wall"
        deadline = timezone.now() + timedelta(seconds=stage_seconds(self.state)) if timed else None
        rows = (
            AskRow(match=self.match, ask_id=ask.id, seat=ask.seat, kind=ask.kind.value, stage=stage, deadline=deadline)
            for ask in open_asks
        )
        AskRow.objects.bulk_create(rows, ignore_conflicts=True)
        if self.told != stage:  # pages learn of the deadline
            self.told = stage
            viewers_wake(match_id=self.match.pk)

    def _row(self, ask: Ask, made: Decided, error: str) -> Decision:
        seat = self.seats[ask.seat]
        source = Decision.Source.UNDERSTUDY if seat.taken else Decision.Source.SCRIPT
        return Decision(
            match=self.match,
            seat=ask.seat,
            ask_id=ask.id,
            stage=self.state.public.stage,
            submission_id=f"a{ask.id}#{ask.attempt}",
            actions=[codec.action_to_json(action) for action in made.actions],
            thought=made.thought,
            cost=made.cost,
            source=Decision.Source.DEFAULT if error else source,
            error=error,
        )

    # Agents -----------------------------------------------------------------------------------------------------------

    def _decide(self, open_asks: Sequence[Ask]) -> list[tuple[Decided, str]]:
        """The agents' decisions from what they see now, with what went wrong in those that failed."""
        made = [self._decide_one(ask) for ask in open_asks]
        if any(inspect.isawaitable(one) for one in made):
            return asyncio.run(_gather(made))
        return [cast("tuple[Decided, str]", one) for one in made]

    def _decide_one(self, ask: Ask) -> Any:
        try:
            agent = self._agent(ask.seat)
            made = agent.decide(view(self.state, ask.seat), ask)
        except Exception as error:
            log.exception("The agent of seat %s in match %s failed", ask.seat, self.match.pk)
            return Decided((Pass(),)), f"{type(error).__name__}: {error}"[:500]
        return made if inspect.isawaitable(made) else (made, "")

    def _agent(self, seat: int) -> AnyAgent:
        """The agent of a seat, having observed all that the seat may see."""
        if seat not in self.agents:
            self.agents[seat], self.observed[seat] = agent_for(self.seats[seat], self.match), 0
        self.agents[seat].observe(visible(self.events[self.observed[seat] :], seat))
        self.observed[seat] = len(self.events)
        return self.agents[seat]

    # People -----------------------------------------------------------------------------------------------------------

    def _look_for_people(self) -> None:
        """See who holds their seat, and stand in for those who are gone."""
        for seat in self.match.seats.all():
            gone = seat.played_by_person and seat.last_seen_at and timezone.now() - seat.last_seen_at > GRACE
            if gone:
                seat_hand_over(match=self.match, number=seat.number, by_grace=True)
                seat.handed_over = True
            self.seats[seat.number] = seat

    def _wait_for_people(self) -> None:
        """Nobody but people is asked: wait for them, at most until the deadline."""
        deadline = (
            AskRow.objects.filter(match=self.match, closed_at=None, deadline__isnull=False)
            .order_by("deadline")
            .values_list("deadline", flat=True)
            .first()
        )
        left = (deadline - timezone.now()).total_seconds() if deadline else LONGEST_WAIT
        if left <= 0:
            self._reply(Elapsed(self.state.public.stage))
        else:
            self.bell.wait(self.match.pk, min(left, LONGEST_WAIT))

    # Pace -------------------------------------------------------------------------------------------------------------

    def _pause_for_readers(self, events: Iterable[e.Event]) -> None:
        """Give those who watch the time to read. Where people play, hidden talk takes none: its length would tell."""
        read = [event for event in events if event.to == PUBLIC or not self.match.has_people]
        wait_until = time.monotonic() + self.match.pace * sum(map(reading_time, read))
        while (left := wait_until - time.monotonic()) > 0 and not self._called():
            self.bell.wait(self.match.pk, min(left, LONGEST_WAIT))

    def _called(self) -> bool:
        """Whether somebody wants the match stopped, or a person has acted."""
        status = Match.objects.values_list("status", flat=True).get(pk=self.match.pk)
        acted = self.match.has_people and Decision.objects.filter(
            match=self.match, applied_at=None, source=Decision.Source.PERSON
        )
        return stopping.is_set() or status != Match.Status.RUNNING or bool(acted and acted.exists())


async def _gather(made: Sequence[Any]) -> list[tuple[Decided, str]]:
    async def settled(one: Any) -> tuple[Decided, str]:
        if not inspect.isawaitable(one):
            return cast("tuple[Decided, str]", one)
        try:
            return await one, ""
        except Exception as error:
            log.exception("An agent failed")
            return Decided((Pass(),)), f"{type(error).__name__}: {error}"[:500]

    return list(await asyncio.gather(*map(settled, made)))


def agent_for(seat: Seat, match: Match) -> AnyAgent:
    """The agent that the settings name for a seat. Raises KeyError for a name that they do not know."""
    known: dict[str, str] = settings.TOSSIM_AGENTS
    factory = import_string(known[seat.agent])
    return cast("AnyAgent", factory(seat.number, f"{match.seed}:{seat.number}"))


_READING = {"said": 1.0, "died": 2.0, "phase_opened": 1.5, "trial_opened": 1.5, "trial_closed": 2.0, "voted": 0.4,
            "announced": 1.2, "whispered": 0.5, "match_ended": 1.0}  # fmt: skip


def reading_time(event: e.Event) -> float:
    """How long an event is shown, in lines of ordinary length. What the public does not see takes no time."""
    if event.to in (HOST,) or (event.to != PUBLIC and not isinstance(event, e.Said)):
        return 0.0
    length = len(event.text) / 120 if isinstance(event, e.Said) else 0.0
    return _READING.get(event.kind, 0.0) * (0.6 + min(length, 2.0) if length else 1.0)


class Bell:
    """A connection that hears when a match's driver is called."""

    def __init__(self, line: psycopg.Connection[Any]) -> None:
        self._line = line

    def wait(self, match_id: int, seconds: float) -> None:
        """Wait until the match is called, or the time is over."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            for note in self._line.notifies(timeout=left, stop_after=1):
                if note.payload == str(match_id):
                    return


@contextmanager
def doorbell() -> Iterator[Bell]:
    """Listen for calls on a connection of one's own."""
    given = connection.settings_dict
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    address = {name: str(given[key]) for name, key in names.items() if given[key]}
    with psycopg.connect(autocommit=True, **address) as line:  # type: ignore[arg-type]
        line.execute(f"LISTEN {ANSWERS}")
        yield Bell(line)


@contextmanager
def signs_of_life(match_id: int, lease: int) -> Iterator[None]:
    """Renew the heartbeat from a thread for as long as the `with` lasts, however long an agent thinks."""
    over = threading.Event()

    def beat() -> None:
        try:
            while not over.wait(RENEW_EVERY):
                lease_renew(match_id=match_id, lease=lease)
        except LeaseLost:
            log.info("Match %s has another driver", match_id)
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name=f"heartbeat-{match_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()

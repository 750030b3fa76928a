"""Live matches driven by real workers that are killed, frozen and doubled: the log is as if nothing had happened."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from game import selectors, services
from game.engine import events as e
from game.engine.codec import to_json
from game.live import agent_for
from game.lobby import LobbySpec
from game.models import Decision, Match
from game.play.drivers import run_sync
from game.tasks import match_run
from tests.apps.conftest import canonical
from tests.stack import Process, Stack, broker_of, finished, matches_end, running_stack, until

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("stack")]
Log = list[dict[str, Any]]


@pytest.fixture
def stand_ins() -> None:
    """None: workers play with the scripted agents, as they do in earnest."""


@pytest.fixture
def stack(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """A broker and beat; tests start their workers."""
    with running_stack() as stack:
        monkeypatch.setattr("game.services.current_app", broker_of(stack))
        stack.beat()
        yield stack
        matches_end()


def live(seed: str, players: int, pace: float) -> tuple[Match, Log]:
    """A match on its way to the workers, and the log that it has when nothing disturbs it."""
    spec = LobbySpec(players=players, pace=pace, title="Live")
    match = services.match_start(match=services.match_create(spec=spec, seed=seed))
    opening = selectors.log_of(match.pk)
    played = run_sync(opening, {seat.number: agent_for(seat, match) for seat in match.seats.all()})
    return match, [to_json(event) for event in played.log]


def grown(match: Match, seq: int) -> bool:
    """Whether the log goes beyond a number."""
    match.refresh_from_db()
    assert match.status != Match.Status.FAILED, match.error
    return match.last_seq >= seq


def driver(match: Match) -> int:
    """The process id of the worker that drives the match; 0 when there is none."""
    match.refresh_from_db()
    return int(match.lease_holder.split(":")[1]) if match.lease_holder else 0


def assert_nothing_lost_or_doubled(match: Match) -> None:
    """Numbers have no gap, every decision was applied once, and every `decided` event is the work of one decision."""
    seqs = list(match.events.order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, match.last_seq + 1))
    decisions = Decision.objects.filter(match=match)
    assert not decisions.filter(applied_at=None).exists()
    asked = list(decisions.values_list("ask_id", "submission_id"))
    assert len(set(asked)) == len(asked)
    decided = sorted(decisions.values_list("decided_seq", flat=True))
    assert decided == list(match.events.filter(kind="decided").order_by("seq").values_list("seq", flat=True))


def test_a_match_whose_worker_is_killed_three_times_has_the_log_of_an_undisturbed_one(stack: Stack) -> None:
    match, undisturbed = live("kill -9", players=15, pace=0.03)
    worker = stack.worker()
    for share in (0.1, 0.35, 0.7):
        until(lambda share=share: grown(match, int(share * len(undisturbed))), f"{share:.0%} of the match is played")
        assert driver(match) == worker.pid
        worker.kill()
        killed_at = match.last_seq
        assert killed_at < len(undisturbed)
        worker = stack.worker()
        until(lambda at=killed_at: grown(match, at + 1), "a fresh worker goes on")
    until(lambda: finished(match), "the match ends")
    assert match.lease == 4
    assert canonical(match) == undisturbed
    assert_nothing_lost_or_doubled(match)
    assert isinstance(selectors.log_of(match.pk)[-1], e.MatchEnded)


def test_a_worker_that_was_frozen_and_wakes_up_writes_nothing_more(stack: Stack) -> None:
    match, undisturbed = live("frozen", players=7, pace=0.1)
    workers = {worker.pid: worker for worker in (stack.worker(), stack.worker())}
    until(lambda: driver(match) and grown(match, len(undisturbed) // 10), "the match is under way")
    frozen = workers.pop(driver(match))
    freeze_between_transactions(frozen)
    (other,) = workers.values()
    until(lambda: driver(match) == other.pid, "the other worker takes over")
    frozen.signal(signal.SIGCONT)
    until(lambda: "is no longer the newest" in frozen.said, "the woken one sees that it has lost the match")
    assert not finished(match)
    until(lambda: finished(match), "the match ends")
    assert match.lease == 2
    assert canonical(match) == undisturbed
    assert_nothing_lost_or_doubled(match)


def test_of_many_workers_and_messages_one_alone_drives(stack: Stack) -> None:
    match, undisturbed = live("crowd", players=7, pace=0.02)
    for _ in range(6):
        services.match_dispatch(match_id=match.pk)
    stack.worker(), stack.worker()
    until(lambda: driver(match) not in (0, os.getpid()), "a worker has the match")
    match_run(match.pk)
    until(lambda: finished(match), "the match ends")
    assert match.lease == 1
    assert canonical(match) == undisturbed
    assert_nothing_lost_or_doubled(match)


def test_a_match_is_paused_and_resumed_under_a_real_worker(stack: Stack) -> None:
    match, undisturbed = live("pause", players=7, pace=0.05)
    stack.worker()
    until(lambda: grown(match, len(undisturbed) // 3), "a third is played")
    services.match_pause(match=match)
    until(lambda: not driver(match), "the worker lets go")
    stopped_at = match.last_seq
    assert stopped_at < len(undisturbed)
    assert match.status == Match.Status.PAUSED
    match_run(match.pk)
    assert grown(match, stopped_at)
    assert match.last_seq == stopped_at
    services.match_resume(match=match)
    until(lambda: finished(match), "the match ends")
    assert canonical(match) == undisturbed
    assert_nothing_lost_or_doubled(match)


def freeze_between_transactions(worker: Process) -> None:
    """Stop a worker while it holds no locks, as a machine that is put to sleep mostly does."""

    def frozen() -> bool:
        worker.signal(signal.SIGSTOP)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND state = 'idle in transaction'"
            )
            if cursor.fetchone()[0] == 0:
                return True
        worker.signal(signal.SIGCONT)
        return False

    until(frozen, "the worker is stopped between two transactions")

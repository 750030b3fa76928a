"""Matches driven on rows: whole, in slices, paused, taken over, with failing agents, forked."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from game import live, selectors, services
from game.engine import events as e
from game.engine.actions import Elapsed
from game.engine.fold import fold_all
from game.engine.state import EMPTY
from game.live import drive, reading_time
from game.lobby import LobbyError
from game.log import STALE_AFTER, LeaseLost, events_append, lease_release, lease_take
from game.models import Ask, Decision, Event, Match
from game.play.drivers import run_sync
from game.tasks import match_run, matches_redispatch
from tests.apps.conftest import canonical, driven, play_out
from tests.doubles import RandomAgent

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., Match]


def test_a_match_is_played_to_its_end_and_every_event_is_a_row(started: Make) -> None:
    match = play_out(started())
    assert match.status == Match.Status.FINISHED
    assert match.outcome
    seqs = list(Event.objects.filter(match=match).order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, match.last_seq + 1))
    assert isinstance(selectors.log_of(match.pk)[-1], e.MatchEnded)
    assert not Ask.objects.filter(match=match, closed_at=None).exists()
    assert not Decision.objects.filter(match=match, applied_at=None).exists()


@pytest.mark.parametrize("talk", ["rounds", "bids"])
def test_rows_and_memory_play_the_same_match(started: Make, talk: str) -> None:
    match = started("same", talk=talk)
    opening = selectors.log_of(match.pk)
    agents = {seat: RandomAgent(seat, f"same:{seat}") for seat in range(1, 8)}
    played = run_sync(opening, agents)
    play_out(match)
    assert selectors.log_of(match.pk) == list(played.log)


def test_a_match_in_many_slices_is_the_same_match(started: Make) -> None:
    whole, sliced = play_out(started("slices")), started("slices")
    slices = 0
    while (lease := lease_take(match_id=sliced.pk)) is not None:
        slices += 1
        drive(sliced.pk, lease, seconds=0.02)
    assert slices > 3
    assert canonical(sliced) == canonical(whole)


@pytest.mark.parametrize("after", [1, 4, 9, 17])
def test_a_driver_that_dies_anywhere_in_a_turn_leaves_a_match_that_goes_on_alike(started: Make, after: int) -> None:
    whole, broken = play_out(started("dies")), started("dies")
    with driven(broken) as driver:
        for _ in range(after):
            driver._step()
    Match.objects.filter(pk=broken.pk).update(heartbeat_at=timezone.now() - 2 * STALE_AFTER)
    play_out(broken)
    assert canonical(broken) == canonical(whole)


def test_an_older_lease_cannot_write(started: Make) -> None:
    match = started()
    old = lease_take(match_id=match.pk)
    assert old is not None
    assert lease_take(match_id=match.pk) is None
    Match.objects.filter(pk=match.pk).update(heartbeat_at=timezone.now() - 2 * STALE_AFTER)
    new = lease_take(match_id=match.pk)
    assert new == old + 1
    before = canonical(match)
    with pytest.raises(LeaseLost):
        events_append(match_id=match.pk, lease=old, events=[e.Announced(-1, "nobody_died")])
    assert canonical(match) == before


def test_a_driver_that_sleeps_while_it_takes_a_match_does_not_wake_up_with_a_later_number(started: Make) -> None:
    match = started()
    others: list[int | None] = []

    def take_over() -> None:
        Match.objects.filter(pk=match.pk).update(heartbeat_at=timezone.now() - 2 * STALE_AFTER)
        others.append(lease_take(match_id=match.pk))
        connection.close()

    thread = threading.Thread(target=take_over)

    def asleep(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("SELECT") and not thread.ident:
            thread.start()
            thread.join(timeout=1)  # the other one is done, or waits for this one's transaction
        return execute(sql, *rest)

    with connection.execute_wrapper(asleep):
        mine = lease_take(match_id=match.pk)
    thread.join()
    assert (mine, others) == (1, [2])


def test_a_released_match_can_be_taken_at_once(started: Make) -> None:
    match = started()
    lease = lease_take(match_id=match.pk)
    assert lease is not None
    lease_release(match_id=match.pk, lease=lease)
    assert lease_take(match_id=match.pk) == lease + 1


def test_the_task_does_nothing_when_somebody_else_drives(started: Make) -> None:
    match = started()
    lease_take(match_id=match.pk)
    before = canonical(match)
    match_run(match.pk)
    assert canonical(match) == before


def test_a_stale_match_is_sent_out_again_and_a_lively_one_is_not(started: Make) -> None:
    stale, lively = started("a"), started("b")
    for match in (stale, lively):
        lease_take(match_id=match.pk)
    Match.objects.filter(pk=stale.pk).update(heartbeat_at=timezone.now() - 2 * STALE_AFTER)
    assert matches_redispatch() == 1


def test_a_paused_match_stops_and_goes_on_where_it_was(started: Make) -> None:
    whole, match = play_out(started("pause")), started("pause")
    with driven(match) as driver:
        for _ in range(5):
            driver._step()
        services.match_pause(match=match)
        assert driver.run(float("inf")) is False
    seen = match.events.count()
    assert lease_take(match_id=match.pk) is None
    match.refresh_from_db()
    services.match_resume(match=match)
    play_out(match)
    assert match.events.count() > seen
    assert canonical(match) == canonical(whole)


def test_a_match_that_is_resumed_before_its_driver_saw_the_pause_is_handed_on_at_once(started: Make) -> None:
    match = started()
    lease = lease_take(match_id=match.pk)
    assert lease is not None
    services.match_pause(match=match)
    services.match_resume(match=match)
    assert drive(match.pk, lease)
    assert play_out(match).status == Match.Status.FINISHED


def test_an_aborted_match_writes_nothing_more(started: Make) -> None:
    match = started()
    lease = lease_take(match_id=match.pk)
    assert lease is not None
    services.match_abort(match=match)
    with pytest.raises(LeaseLost):
        events_append(match_id=match.pk, lease=lease, events=[e.Announced(-1, "nobody_died")])
    with pytest.raises(services.Rejected, match="ended already"):
        services.match_abort(match=match)


def test_an_agent_that_fails_has_passed_and_the_match_goes_on(started: Make) -> None:
    match = play_out(started(agents=[{"model": "broken"}, {"model": "silent"}]))
    assert match.status == Match.Status.FINISHED
    failed = Decision.objects.filter(match=match, seat=1)
    assert failed.exists()
    assert set(failed.values_list("source", "error")) == {("default", "RuntimeError: out of order")}


def test_an_agent_that_is_not_known_any_more_fails_softly_too(started: Make) -> None:
    match = started()
    match.seats.filter(number=1).update(agent="retired")
    assert play_out(match).status == Match.Status.FINISHED
    errors = set(Decision.objects.filter(match=match, seat=1).values_list("source", "error"))
    assert errors == {("default", "KeyError: \"There is no agent or model 'retired'.\"")}


def test_a_lobby_with_an_agent_that_nobody_knows_is_refused_with_the_nearest_name(new_match: Make) -> None:
    with pytest.raises(LobbyError) as refused:
        new_match(agents=[{"model": "scriptd"}, {"model": "gpt-9"}])
    assert refused.value.problems == (
        "There is no agent or model 'scriptd'; did you mean 'scripted'?",
        "There is no agent or model 'gpt-9'; there are broken, scripted, silent.",
    )
    assert not Match.objects.exists()


def test_a_match_of_other_rules_can_be_watched_and_not_resumed(started: Make) -> None:
    match = started()
    services.match_pause(match=match)
    Match.objects.filter(pk=match.pk).update(rules_version=0)
    match.refresh_from_db()
    with pytest.raises(services.Rejected, match=r"version 0 of the rules.*can be watched"):
        services.match_resume(match=match)
    assert selectors.state_of(match.pk).public.seats
    Match.objects.filter(pk=match.pk).update(status=Match.Status.QUEUED)
    assert play_out(match).status == Match.Status.FAILED
    assert "can be watched, not resumed" in match.error


def test_a_match_that_cannot_be_read_fails_with_its_reason_and_keeps_its_log(started: Make) -> None:
    match = started()
    Event.objects.filter(match=match, seq=3).update(kind="nonsense")
    play_out(match)
    assert match.status == Match.Status.FAILED
    assert "nonsense" in match.error
    assert match.events.count() == match.last_seq


def test_a_fork_shares_the_past_and_may_have_other_agents(started: Make) -> None:
    match = play_out(started("fork"))
    fork = services.match_fork(match=match, at_seq=match.last_seq // 2, replace={1: "silent"})
    assert 0 < fork.fork_seq <= match.last_seq // 2
    assert canonical(fork) == canonical(match)[: fork.fork_seq]
    assert (fork.parent, fork.seats.get(number=1).agent) == (match, "silent")
    services.match_resume(match=fork)
    play_out(fork)
    assert fork.status == Match.Status.FINISHED
    assert canonical(fork)[: fork.fork_seq] == canonical(match)[: fork.fork_seq]


@pytest.mark.parametrize("share", [0.1, 0.33, 0.5, 0.77, 0.99, 1])
@pytest.mark.parametrize("talk", ["rounds", "bids"])
def test_a_fork_that_changes_nothing_is_the_same_match(started: Make, share: float, talk: str) -> None:
    match = play_out(started("alike", talk=talk))
    fork = services.match_fork(match=match, at_seq=int(match.last_seq * share))
    services.match_resume(match=fork)
    assert canonical(play_out(fork)) == canonical(match)


def test_a_fork_can_be_forked_in_its_past(started: Make) -> None:
    match = play_out(started("again"))
    fork = services.match_fork(match=match, at_seq=match.last_seq, seed="other")
    again = services.match_fork(match=fork, at_seq=match.last_seq // 2)
    assert 0 < again.fork_seq <= match.last_seq // 2
    assert canonical(again) == canonical(match)[: again.fork_seq]


def test_a_fork_with_an_agent_that_nobody_knows_is_refused(started: Make) -> None:
    match = play_out(started())
    with pytest.raises(services.Rejected, match="no agent or model 'oracle'"):
        services.match_fork(match=match, at_seq=match.last_seq, replace={1: "oracle"})


def test_a_fork_with_another_seed_meets_other_luck(started: Make) -> None:
    match = play_out(started("luck"))
    fork = services.match_fork(match=match, at_seq=30, seed="other")
    assert fold_all(EMPTY, selectors.log_of(fork.pk)).secret.seed == "other"


def test_nothing_can_be_forked_before_the_first_event(started: Make) -> None:
    with pytest.raises(services.Rejected, match="nothing to fork"):
        services.match_fork(match=started(), at_seq=0)


def test_only_what_people_can_read_takes_time() -> None:
    assert reading_time(e.Said(-1, 1, "public", "hello")) > 0  # type: ignore[arg-type]
    assert reading_time(e.Told(2, "jailed")) == 0
    assert reading_time(e.Happened(0, "kill", "killed", 1)) == 0


def test_an_elapsed_stage_is_recorded(started: Make) -> None:
    match = started(people=0)
    with driven(match) as driver:
        driver._reply(Elapsed(driver.state.public.stage))
    outcomes = {event.outcome for event in selectors.log_of(match.pk) if isinstance(event, e.Decided)}
    assert outcomes == {"elapsed"}


def test_a_driver_whose_process_ends_lets_go_of_its_match_at_once(
    started: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    match = started(pace=30)
    lease = lease_take(match_id=match.pk)
    assert lease is not None
    monkeypatch.setattr("game.live.stopping", threading.Event())
    live.stopping.set()
    assert drive(match.pk, lease)
    assert lease_take(match_id=match.pk) == lease + 1

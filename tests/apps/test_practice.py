"""Practice: a person takes a seat in a fork of a match whose secrets they may know."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth import get_user_model

from game import selectors, services
from game.engine.asks import asks
from game.forks import fork_places
from game.models import Decision, Match
from game.practice import practice_fork
from tests.apps.conftest import canonical, driven, play_out

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., Match]


def early(match: Match) -> int:
    """A moment at which all are alive."""
    return fork_places(match, 1)[0]


def test_a_person_sits_in_a_fork_under_the_seats_name_and_without_a_clock(started: Make) -> None:
    parent = play_out(started("seat", clock="budget"))
    fork, key = practice_fork(match=parent, at_seq=early(parent), seat=2)
    assert (fork.has_people, fork.practice, fork.parent) == (True, True, parent)
    assert selectors.seat_of(None, fork, key) == 2
    seat = fork.seats.get(number=2)
    assert (seat.name, seat.agent, seat.played_by_person) == (parent.seats.get(number=2).name, "scripted", True)
    assert selectors.state_of(fork.pk).public.table.clock == fork.table["clock"] == "none"
    assert canonical(fork)[1:] == canonical(parent)[1 : fork.fork_seq]


def test_until_its_end_they_see_no_more_than_their_seat(started: Make) -> None:
    user = get_user_model().objects.create_user("robin")
    parent = play_out(started("eyes"))
    fork, key = practice_fork(match=parent, at_seq=early(parent), seat=2, user=user)
    for mine in (selectors.viewpoint_for(None, fork, key), selectors.viewpoint_for(user, fork)):
        assert (mine.allowed, mine.me) == (frozenset({"public", 2}), 2)
    assert selectors.viewpoint_for(None, fork).allowed == {"public"}


def test_the_driver_waits_for_them_and_plays_the_rest(started: Make) -> None:
    parent = play_out(started("waits"))
    fork, _ = practice_fork(match=parent, at_seq=early(parent), seat=2)
    services.match_resume(match=fork)
    with driven(fork) as driver:
        for _ in range(20):
            driver._step()
            if [ask.seat for ask in asks(driver.state)] == [2]:
                break
        assert [ask.seat for ask in asks(driver.state)] == [2]
        stage = driver.state.public.stage
        answer = {"do": "pass"}
        services.decision_submit(
            match=Match.objects.get(pk=fork.pk), seat=2, submission_id="mine", ask_id=f"{stage}:2", actions=[answer]
        )
        driver._step()
        assert driver.state.public.stage > stage
    assert Decision.objects.get(match=fork, source=Decision.Source.PERSON).applied_at


def test_a_seat_of_the_dead_or_of_nobody_is_refused_and_nothing_is_left(started: Make) -> None:
    parent = play_out(started("dead"))
    died = parent.events.filter(kind="died").first()
    assert died is not None
    with pytest.raises(services.Rejected, match="dead at that moment"):
        practice_fork(match=parent, at_seq=parent.last_seq, seat=died.body["seat"])
    with pytest.raises(services.Rejected, match="no seat 9"):
        practice_fork(match=parent, at_seq=parent.last_seq, seat=9)
    assert Match.objects.count() == 1


def test_nobody_takes_a_seat_in_a_match_that_people_still_play(new_match: Make) -> None:
    match = new_match(people=1)
    services.seat_take(match=match, name="Robin")
    match.refresh_from_db()
    with pytest.raises(services.Rejected, match="people are playing"):
        practice_fork(match=match, at_seq=match.last_seq, seat=1)


def test_a_fork_of_practice_is_practice_though_only_agents_play_on(started: Make) -> None:
    parent = play_out(started("again"))
    fork, _ = practice_fork(match=parent, at_seq=early(parent), seat=2)
    services.match_abort(match=fork)
    fork.refresh_from_db()
    again = services.match_fork(match=fork, at_seq=fork.last_seq)
    assert (again.practice, again.has_people) == (True, False)


def test_a_clock_that_people_played_by_is_not_taken_into_a_fork(new_match: Make) -> None:
    match = new_match(people=1)
    services.seat_take(match=match, name="Robin")
    services.match_abort(match=match)
    match.refresh_from_db()
    assert match.table["clock"] == "wall"
    fork = services.match_fork(match=match, at_seq=match.last_seq)
    assert selectors.state_of(fork.pk).public.table.clock == "none"

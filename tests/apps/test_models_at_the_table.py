"""Agents that take their time: in any order, through death and pause of their driver, beyond their time, in default."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.utils import timezone

from game import selectors, services
from game.bell import address
from game.engine import events as e
from game.engine.types import PUBLIC, Phase
from game.live import LATE, MOOT, Driver
from game.log import STALE_AFTER
from game.models import Decision, Match
from game.thoughts import THOUGHTS
from tests.apps.conftest import canonical, driven, play_out
from tests.apps.models import Model

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., Match]
SEATS = range(1, 8)


@pytest.fixture(autouse=True)
def models(settings: Any, stand_ins: None) -> Iterator[None]:
    """Seats called `model` take their time."""
    settings.TOSSIM_SEAT_AGENT = "tests.apps.models.seat_agent"
    settings.TOSSIM_AGENT_NAMES = "tests.apps.models.agent_names"
    Model.forget()
    yield
    Model.forget()


@pytest.fixture
def modelled(started: Make) -> Make:
    """Make and start a match of seven models."""
    return lambda seed="seed", **spec: started(seed, **{"agents": [{"model": "model"}] * 7, **spec})


@pytest.fixture
def fifo(new_match: Make, monkeypatch: pytest.MonkeyPatch) -> Make:
    """The same, in which who is first speaks first."""

    def make(seed: str = "seed", **spec: Any) -> Match:
        match = new_match(seed, **{"agents": [{"model": "model"}] * 7, **spec})
        match.table["talk"] = "fifo"
        match.save()
        return services.match_start(match=match)

    return make


def ask_all(driver: Driver) -> None:
    """Step until the held agents sit before their gates, and nothing else is to be done."""
    while set(Model.gates) != Model.held:
        driver._step()


def let(driver: Driver, seat: int) -> None:
    """Open a seat's gate, and step until what it decided is kept."""
    before = decisions(driver.match).filter(seat=seat).count()
    Model.gates.pop(seat).set()
    Model.held.discard(seat)
    while decisions(driver.match).filter(seat=seat).count() == before:
        driver._step()


def decisions(match: Match) -> Any:
    """The rows of decisions."""
    return Decision.objects.filter(match=match)


def lease_runs_out(match: Match) -> None:
    """The driver has ended without a word, as a killed process does."""
    Match.objects.filter(pk=match.pk).update(heartbeat_at=timezone.now() - 2 * STALE_AFTER)


def late(driver: Driver) -> None:
    """Let the time of the stage run out."""
    driver.deadline = timezone.now() - timedelta(seconds=1)


def open_line(match: Match) -> list[int]:
    """Who spoke aloud, in order."""
    return [event.seat for event in selectors.log_of(match.pk) if isinstance(event, e.Said) and event.to == PUBLIC]


# Committed as they come, applied together -----------------------------------------------------------------------------


def test_agents_that_take_their_time_play_the_same_match(started: Make, modelled: Make) -> None:
    assert canonical(play_out(modelled("same"))) == canonical(play_out(started("same")))


@pytest.mark.parametrize("order", [(1, 2, 3, 4, 5, 6, 7), (7, 6, 5, 4, 3, 2, 1), (4, 1, 7, 2, 6, 3, 5)])
def test_in_whatever_order_they_finish_the_log_is_the_same(started: Make, modelled: Make, order: Any) -> None:
    whole, match = play_out(started("order")), modelled("order")
    Model.held = set(SEATS)
    with driven(match) as driver:
        ask_all(driver)
        for seat in order:
            let(driver, seat)
        driver.run(float("inf"))
    assert list(decisions(match).order_by("pk").values_list("seat", flat=True)[:7]) == list(order)
    assert canonical(match) == canonical(whole)


def test_what_was_decided_outlives_the_driver_and_only_the_others_are_asked_again(
    started: Make, modelled: Make
) -> None:
    whole, match = play_out(started("killed")), modelled("killed")
    Model.held = set(SEATS)
    with driven(match) as driver:
        ask_all(driver)
        for seat in (5, 2):
            let(driver, seat)
        kept = list(decisions(match).order_by("pk"))
        assert [(row.seat, row.applied_at) for row in kept] == [(5, None), (2, None)]
    lease_runs_out(match)
    assert sorted(Model.stopped) == [1, 3, 4, 6, 7]
    Model.forget()
    play_out(match)
    first_round = [int(ask.partition(":")[2]) for ask in Model.asked[:5]]
    assert first_round == [1, 3, 4, 6, 7]
    assert {row.pk for row in kept} <= set(decisions(match).values_list("pk", flat=True))
    assert canonical(match) == canonical(whole)


def test_a_driver_that_dies_among_answers_that_are_applied_leaves_a_match_that_goes_on_alike(
    started: Make, modelled: Make
) -> None:
    whole, match = play_out(started("among")), modelled("among")
    with driven(match) as driver:
        while decisions(match).exclude(applied_at=None).count() < 3:
            driver._step()
    lease_runs_out(match)
    assert canonical(play_out(match)) == canonical(whole)


def test_a_pause_stops_what_is_thought_and_it_is_asked_again(started: Make, modelled: Make) -> None:
    whole, match = play_out(started("pause")), modelled("pause")
    Model.held = {3}
    with driven(match) as driver:
        ask_all(driver)
        services.match_pause(match=match)
        assert driver.run(float("inf")) is False
        assert Model.stopped == [3]
    match.refresh_from_db()
    assert (match.status, match.lease_holder) == (Match.Status.PAUSED, "")
    services.match_resume(match=match)
    Model.held = set()
    play_out(match)
    first = [ask for ask in Model.asked if ask.startswith("1:")]
    assert [seat for seat in SEATS if first.count(f"1:{seat}") == 2] == [3]
    assert canonical(match) == canonical(whole)


def test_a_slice_is_not_ended_while_somebody_thinks(modelled: Make) -> None:
    match = modelled()
    Model.held = {3}
    with driven(match) as driver:
        ask_all(driver)
        past = time.monotonic() - 1
        assert not driver._over(past)
        let(driver, 3)
        assert driver._over(past)


def test_agents_let_go_of_what_they_hold_when_the_driver_ends(modelled: Make) -> None:
    play_out(modelled())
    assert sorted(Model.closed) == list(SEATS)


# First come, first heard ----------------------------------------------------------------------------------------------


def test_under_fifo_who_finishes_first_is_heard_first(fifo: Make) -> None:
    match = fifo("fifo")
    Model.held = set(SEATS)
    order = [6, 1, 4, 7, 2, 5, 3]
    with driven(match) as driver:
        ask_all(driver)
        for seat in order:
            let(driver, seat)
            while decisions(match).filter(applied_at=None).exists():
                driver._step()
    applied = decisions(match).exclude(decided_seq=None).order_by("decided_seq").values_list("seat", flat=True)
    assert list(applied[:7]) == order
    spoke = open_line(match)
    assert spoke == [seat for seat in order if seat in spoke]


def test_under_fifo_a_match_comes_to_its_end(fifo: Make) -> None:
    assert play_out(fifo()).status == Match.Status.FINISHED


def test_whose_ask_others_have_closed_is_not_waited_for(fifo: Make) -> None:
    match = fifo("moot")
    with driven(match) as driver:
        while driver.state.public.phase is not Phase.VOTING:
            driver._step()
        Model.held, Model.target = {min(driver.state.public.living)}, max(driver.state.public.living)
        while driver.state.public.phase is Phase.VOTING:
            driver._step()
    row = decisions(match).get(fallback=MOOT)
    assert (row.seat, row.source, row.decided_seq) == (min(Model.stopped), "model", None)
    assert row.thought == f"seat {row.seat} wonders"
    match.refresh_from_db()
    assert match.defaulted == []


# Time -----------------------------------------------------------------------------------------------------------------


def test_people_are_heard_while_a_model_thinks_and_time_ends_the_stage(new_match: Make) -> None:
    match = new_match("clock", people=1, agents=[{"model": "model"}] * 6)
    person, _ = services.seat_take(match=match, name="Maria")
    Model.held = {2}
    with driven(match) as driver:
        ask_all(driver)
        match.refresh_from_db()
        stage = driver.state.public.stage
        said = [{"do": "say", "text": "Is anybody there?"}]
        services.decision_submit(
            match=match, seat=person.number, submission_id="hello", ask_id=f"{stage}:{person.number}", actions=said
        )
        while person.number not in open_line(match):
            driver._step()
        assert driver.state.public.stage == stage
        late(driver)
        while driver.state.public.stage == stage:
            driver._step()
    assert Model.stopped == [2]
    row = decisions(match).get(seat=2, stage=stage)
    assert (row.source, row.model, row.fallback) == ("model", "model", LATE)
    assert row.thought == "seat 2 wonders"
    event = match.events.get(seq=row.decided_seq)
    assert (event.kind, event.body["seat"], event.body["outcome"]) == ("decided", 2, "elapsed")
    others = decisions(match).filter(stage=stage).exclude(seat=2)
    assert {row.seat for row in others} == {1, 3, 4, 5, 6, 7}
    assert not others.filter(applied_at=None).exists()


def test_a_resumed_stage_has_its_whole_time_again(new_match: Make) -> None:
    match = new_match("again", people=1)
    services.seat_take(match=match, name="Maria")
    with driven(match) as driver:
        driver._step()
        services.match_pause(match=match)
    long_ago = timezone.now() - timedelta(hours=1)
    seconds = timedelta(seconds=driver.state.public.table.seconds.day_one)
    match.asks.update(opened_at=long_ago, deadline=long_ago + seconds)
    services.match_resume(match=match)
    deadlines = set(match.asks.values_list("deadline", flat=True))
    assert {timedelta() < deadline - timezone.now() <= seconds for deadline in deadlines} == {True}


def test_who_takes_the_seat_back_is_not_answered_for_by_the_model_that_still_thinks(new_match: Make) -> None:
    match = new_match("back", people=1, agents=[{"model": "silent"}] * 6 + [{"model": "model"}])
    person, _ = services.seat_take(match=match, name="Maria")
    services.seat_hand_over(match=match, number=person.number)
    Model.held = {person.number}
    with driven(match) as driver:
        ask_all(driver)
        services.seat_take_back(match=match, number=person.number)
        driver._step()
    assert Model.stopped == [person.number]
    assert not decisions(match).filter(seat=person.number).exists()


# What is kept ---------------------------------------------------------------------------------------------------------


def test_a_report_is_kept_on_the_row_whatever_a_model_has_written(modelled: Make) -> None:
    row = decisions(play_out(modelled())).filter(seat=4).first()
    assert (row.source, row.model, row.lane, row.finish, row.fallback) == ("model", "toy", "lane-1", "stop", "")
    assert (row.prompt_tokens, row.cached_tokens, row.thought_tokens, row.spoken_tokens) == (80, 60, 4, 2)
    assert (row.latency_ms, row.recipe, row.retries) == (24, {"seen": 3}, ["HTTP 500"])
    first, second = row.attempts
    assert (first["refusal"], first["reason"]) == ("no_such_seat", "There is no seat 99.")
    assert first["tools"] == [{"name": "graveyard", "arguments": {"day": "nan"}, "result": "empty\ufffd"}]
    assert (second["text"], second["prompt_tokens"]) == ("half a pair ?", 40)


def test_a_model_that_fails_has_passed_and_says_why(modelled: Make) -> None:
    Model.failing = True
    match = play_out(modelled())
    rows = set(decisions(match).values_list("source", "model", "fallback", "error"))
    assert rows == {("default", "model", "error", "ConnectionError: the server is gone")}
    assert match.status == Match.Status.FINISHED


def test_what_models_write_goes_out_while_they_think(modelled: Make) -> None:
    match = modelled()
    Model.held = {3}
    with psycopg.connect(autocommit=True, **address()) as line, driven(match) as driver:
        line.execute(f"LISTEN {THOUGHTS}")
        ask_all(driver)
        pieces: list[dict[str, Any]] = []
        while not any(piece["seat"] == 3 and piece["kind"] == "thought" for piece in pieces):
            (note,) = line.notifies(timeout=20, stop_after=1)
            told = json.loads(note.payload)
            assert told["match"] == match.pk
            pieces += told["pieces"]
        assert not decisions(match).filter(seat=3).exists()
    mine = [(piece["kind"], piece["text"]) for piece in pieces if piece["seat"] == 3]
    assert mine == [("start", ""), ("thought", "seat 3 wonders")]


# Flags ----------------------------------------------------------------------------------------------------------------


def test_deciding_answers_that_a_default_filled_are_noted_on_the_match(modelled: Make) -> None:
    Model.fallback = "unreadable"
    match = play_out(modelled("flags"))
    noted = {(one["ask"], one["kind"]) for one in match.defaulted}
    kinds = dict(match.asks.values_list("ask_id", "kind"))
    taken = {event.body["ask"] for event in match.events.filter(kind="decided") if event.body["outcome"] == "accepted"}
    assert {kind for _, kind in noted} >= {"vote", "act"}
    assert {ask for ask, kind in noted if kind != "act"} == {a for a in taken if kinds[a] in ("vote", "judge")}
    killers = {one["seat"] for one in match.defaulted if one["kind"] == "act"}
    roles = {event.seat: event.role for event in selectors.log_of(match.pk) if isinstance(event, e.RoleDealt)}
    assert {roles[seat] for seat in killers} <= {"Vigilante", "Jester", "Godfather", "Mafioso"}
    assert {one["reason"] for one in match.defaulted} == {"unreadable"}


def test_nothing_is_noted_of_a_match_in_which_models_choose(modelled: Make) -> None:
    assert play_out(modelled("flags")).defaulted == []

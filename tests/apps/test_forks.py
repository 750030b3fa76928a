"""What a fork promises: its match's log to the end, or up to where somebody else began to decide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from game import services
from game.forks import fork_compare, fork_places
from game.models import Decision, Event, Match
from tests.apps.conftest import canonical, play_out

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., Match]
PLACES = 5


@pytest.fixture
def thinkers(settings: Any) -> None:
    """The scripted agents that really play, beside one that says nothing."""
    settings.TOSSIM_AGENTS = {"scripted": "agents.scripted.ScriptedAgent", "silent": "tests.doubles.SilentAgent"}


@pytest.mark.parametrize("talk", ["rounds", "bids"])
def test_a_match_forked_at_five_places_has_its_own_log_to_the_end(started: Make, thinkers: None, talk: str) -> None:
    match = play_out(started("five", talk=talk))
    wanted, places = canonical(match), fork_places(match, PLACES)
    assert len(set(places)) == PLACES
    for seq in places:
        fork = services.match_fork(match=match, at_seq=seq)
        assert fork.fork_seq == seq
        services.match_resume(match=fork)
        assert canonical(play_out(fork)) == wanted


def test_with_one_agent_changed_a_fork_has_the_same_log_up_to_the_fork(started: Make, thinkers: None) -> None:
    match = play_out(started("changed"))
    wanted = canonical(match)
    for seq in fork_places(match, PLACES)[:-1]:
        fork = services.match_fork(match=match, at_seq=seq, replace={1: "silent"})
        services.match_resume(match=fork)
        played = canonical(play_out(fork))
        assert played[:seq] == wanted[:seq]
        assert played != wanted


@pytest.mark.parametrize("spec", [{}, {"talk": "bids"}, {"clock": "budget"}])
def test_forks_are_compared_without_writing_anything(started: Make, thinkers: None, spec: dict[str, Any]) -> None:
    match = play_out(started("compared", **spec))
    before = [model.objects.count() for model in (Match, Event, Decision)]
    compared = [fork_compare(match, seq) for seq in fork_places(match, PLACES)]
    assert [one.first for one in compared] == [None] * PLACES
    assert {one.events for one in compared} == {match.last_seq}
    assert [model.objects.count() for model in (Match, Event, Decision)] == before


def test_the_command_prints_each_place_and_what_was_compared(
    started: Make, thinkers: None, capsys: pytest.CaptureFixture[str]
) -> None:
    match = play_out(started("printed"))
    call_command("fork_check", str(match.pk), places=PLACES)
    *lines, last = capsys.readouterr().out.splitlines()
    assert lines == [
        f"fork at event {seq}: {match.last_seq} events compared, equal" for seq in fork_places(match, PLACES)
    ]
    assert last == f"{PLACES} forks of match {match.pk}: {PLACES} equal, 0 different"


def test_the_command_fails_where_a_fork_differs(started: Make, capsys: pytest.CaptureFixture[str]) -> None:
    match = play_out(started("tampered"))
    spoken = match.events.filter(kind="said").last()
    assert spoken is not None
    Event.objects.filter(pk=spoken.pk).update(body={**spoken.body, "text": "what nobody said"})
    with pytest.raises(SystemExit) as exit_:
        call_command("fork_check", str(match.pk), places=1)
    assert exit_.value.code == 1
    assert f"event {spoken.seq} differs" in capsys.readouterr().out


def test_the_command_shows_where_another_agent_leads_elsewhere(
    started: Make, thinkers: None, capsys: pytest.CaptureFixture[str]
) -> None:
    match = play_out(started("elsewhere"))
    call_command("fork_check", str(match.pk), "--replace", "1=silent", places=2)
    first = capsys.readouterr().out.splitlines()[0]
    assert "differs" in first
    seq = fork_places(match, 2)[0]
    assert fork_compare(match, seq, {1: "silent"}).events >= seq


@pytest.mark.parametrize(
    ("status", "people", "changed", "words"),
    [
        ("running", False, {}, "Only a finished match"),
        ("finished", True, {}, "people"),
        ("finished", False, {9: "silent"}, "no seat 9"),
        ("finished", False, {1: "small"}, "not 'small'"),
    ],
)
def test_what_is_not_promised_is_not_compared(
    started: Make, status: str, people: bool, changed: dict[int, str], words: str
) -> None:
    match = started()
    match.status, match.has_people = status, people
    match.save()
    with pytest.raises(services.Rejected, match=words):
        fork_compare(match, match.last_seq, changed)


@pytest.mark.parametrize(
    ("words", "refusal"),
    [(["0"], "no match 0"), (["{id}"], "Only a finished match"), (["{id}", "--replace", "silent"], "SEAT=AGENT")],
)
def test_the_command_says_what_it_cannot_do(started: Make, words: list[str], refusal: str) -> None:
    match = started()
    with pytest.raises(CommandError, match=refusal):
        call_command("fork_check", *(word.format(id=match.pk) for word in words))

"""What a fresh installation shows."""

from __future__ import annotations

import json

import pytest

from game import selectors, services
from game.engine import events as e
from game.engine.fold import fold_all
from game.engine.state import EMPTY
from game.models import Decision, Match
from game.records import records_of
from game.showcase import ARCHIVE, archive_ensure, showcase_match_ensure

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_shipped_match_folds_and_is_loaded_once() -> None:
    match = archive_ensure()
    assert match is not None
    state = fold_all(EMPTY, selectors.log_of(match.pk))
    assert state.public.ending is not None
    assert (match.status, match.outcome) == (Match.Status.FINISHED, state.public.ending.outcome)
    assert archive_ensure() is None


def test_the_shipped_match_comes_with_its_thoughts() -> None:
    match = archive_ensure()
    assert match is not None
    thoughts = Decision.objects.filter(match=match).exclude(thought="")
    events = {row.seq: row for row in selectors.events_after(match.pk, 0)}
    assert thoughts.count() > 100
    assert all(events[thought.decided_seq].kind == "decided" for thought in thoughts if thought.decided_seq)


def test_an_archive_of_the_shipped_match_is_the_shipped_file() -> None:
    match = archive_ensure()
    assert match is not None
    shipped = [json.loads(line) for line in ARCHIVE.read_text("utf-8").split("\n")[:-1]]
    head, *rows = records_of(match, "god")
    assert rows == shipped[1:]
    assert head == {**shipped[0], "match": match.pk}


def test_the_shipped_match_can_be_forked_in_the_middle() -> None:
    match = archive_ensure()
    assert match is not None
    fork = services.match_fork(match=match, at_seq=match.last_seq // 2)
    assert 0 < match.last_seq // 2 - fork.fork_seq < 100


def test_one_show_match_runs_at_a_time_at_a_pace_to_follow() -> None:
    match = showcase_match_ensure()
    assert match.pace > 0
    assert match.status == Match.Status.QUEUED
    assert isinstance(selectors.log_of(match.pk)[0], e.MatchOpened)
    assert showcase_match_ensure() == match


def test_a_paused_show_match_is_replaced() -> None:
    match = showcase_match_ensure()
    Match.objects.filter(pk=match.pk).update(status=Match.Status.PAUSED)
    assert showcase_match_ensure() != match

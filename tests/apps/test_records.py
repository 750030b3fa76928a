"""Records: a match written for a viewpoint, and a whole one brought in again."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from game import selectors, services
from game.engine.codec import Malformed, from_json
from game.engine.fold import fold_view, visible
from game.engine.state import View
from game.forks import fork_compare, fork_places
from game.models import Decision, Event, Match
from game.records import match_import, record_lines, records_of
from tests.apps.conftest import canonical, play_out

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., Match]


def told(match: Match, viewpoint: int | str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The head and the events that a viewpoint may keep."""
    head, *rows = map(json.loads, record_lines(match, viewpoint))
    return head, rows


def test_all_knowing_records_are_the_hosts_log_with_its_numbers(started: Make) -> None:
    match = play_out(started("whole"))
    head, rows = told(match, "god")
    assert [row["event"] for row in rows] == canonical(match)
    assert [row["n"] for row in rows] == list(match.events.values_list("seq", flat=True))
    assert [datetime.fromisoformat(row["at"]) for row in rows] == list(match.events.values_list("at", flat=True))
    assert head["names"] == [seat.name for seat in match.seats.all()]
    assert (head["status"], head["outcome"], head["seed"]) == ("finished", match.outcome, "whole")
    assert {row["thought"] for row in rows if "thought" in row} == {"anything goes"}


@pytest.mark.parametrize("viewpoint", ["public", 3])
def test_other_records_hold_what_the_viewpoint_may_see_under_numbers_of_its_own(
    started: Make, viewpoint: int | str
) -> None:
    match = play_out(started("part"))
    seat = viewpoint if isinstance(viewpoint, int) else None
    _, rows = told(match, viewpoint)
    log = selectors.log_of(match.pk)
    assert [from_json(row["event"]) for row in rows] == visible(log, seat)
    assert [row["n"] for row in rows] == list(range(1, len(rows) + 1))
    assert folded(rows, seat) == fold_view(log, seat)
    assert not any("boundary" in row for row in rows)
    thinkers = {row["event"]["seat"] for row in rows if "thought" in row}
    assert thinkers == ({seat} if seat else set())


def folded(rows: list[dict[str, Any]], seat: int | None) -> View:
    """What can be known from records."""
    return fold_view([from_json(row["event"]) for row in rows], seat)


def test_the_seed_stands_in_the_records_only_once_it_has_been_shown(started: Make) -> None:
    match = started("sealed")
    for viewpoint in ("public", 2):
        head, rows = told(match, viewpoint)
        assert "seed" not in head
        assert "sealed" not in json.dumps(rows)
        assert head["commitment"] == match.commitment


def test_a_whole_match_is_brought_in_again_and_forks_as_before(started: Make) -> None:
    match = play_out(started("there and back"))
    copy = match_import(records_of(match, "god"))
    assert canonical(copy) == canonical(match)
    first, second = told(match, "god"), told(copy, "god")
    assert (first[1], {**first[0], "match": 0}) == (second[1], {**second[0], "match": 0})
    assert (copy.status, copy.outcome, copy.winners, copy.seed) == (
        "finished",
        match.outcome,
        match.winners,
        match.seed,
    )
    assert fork_places(copy, 3) == fork_places(match, 3)
    assert fork_compare(copy, fork_places(copy, 3)[1]).first is None


def test_a_line_break_of_another_alphabet_is_no_end_of_a_record(started: Make, tmp_path: Path) -> None:
    match = play_out(started("lines"))
    spoken = match.events.filter(kind="said").first()
    assert spoken is not None
    Event.objects.filter(pk=spoken.pk).update(body={**spoken.body, "text": "one\u2028two\u0085three\nfour"})
    call_command("match_export", str(match.pk), str(tmp_path / "log.jsonl"))
    call_command("match_import", str(tmp_path / "log.jsonl"))
    copy = Match.objects.order_by("pk").last()
    assert copy is not None
    assert copy != match
    assert canonical(copy) == canonical(match)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda head, rows: [{**head, "format": 1}, *rows], "format 1"),
        (lambda head, rows: [{**head, "viewpoint": "public"}, *rows], "all-knowing"),
        (lambda head, rows: [head, *rows[:40], *rows[41:]], "missing"),
        (lambda head, rows: [head, *rows[:-1]], "opening to its end"),
        (lambda head, rows: [head], "missing"),
        (lambda head, rows: [], "no records"),
        (lambda head, rows: [head, {**rows[0], "event": {"kind": "nonsense"}}, *rows[1:]], "no event"),
        (lambda head, rows: [{"format": 2}, *rows], "no records"),
    ],
)
def test_what_is_no_whole_match_is_not_brought_in(started: Make, change: Any, words: str) -> None:
    match = play_out(started("bad"))
    with pytest.raises(Malformed, match=words):
        match_import(change(*told(match, "god")))
    assert Match.objects.count() == 1
    assert not Decision.objects.exclude(match=match).exists()


def test_the_command_guards_what_people_must_not_know(new_match: Make, tmp_path: Path) -> None:
    match = new_match(people=1)
    services.seat_take(match=match, name="Robin")
    match.refresh_from_db()
    file = tmp_path / "log.jsonl"
    for viewpoint in ("god", "1"):
        with pytest.raises(CommandError, match="People are playing"):
            call_command("match_export", str(match.pk), str(file), viewpoint=viewpoint)
    assert not file.exists()
    call_command("match_export", str(match.pk), str(file), viewpoint="public")
    kinds = [json.loads(line).get("event", {}).get("kind") for line in file.read_text("utf-8").split("\n")[:-1]]
    assert "match_opened" in kinds
    assert "role_dealt" not in kinds


def test_files_that_are_no_records_are_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("match_import", str(tmp_path / "nothing"))
    (tmp_path / "odd").write_text("no json\n")
    with pytest.raises(CommandError, match="no records of a match"):
        call_command("match_import", str(tmp_path / "odd"))
    with pytest.raises(CommandError, match="no match 0"):
        call_command("match_export", "0", str(tmp_path / "odd"))

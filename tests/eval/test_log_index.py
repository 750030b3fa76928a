"""The index of what was said: complete, made by words and places alone, secret while people play, as people agreed."""

from __future__ import annotations

from collections import Counter
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from eval import index, tasks
from eval.lines import Kind, Truth, lines_of
from eval.models import Cell, Entry, Indexed
from eval.records.facts import Logged, MatchFacts
from game.engine import events as e
from game.engine.types import PUBLIC, Channel
from game.models import Match
from game.people import seat_consent
from game.services import Rejected
from tests.eval.matches import talking_match
from tests.frontend.stored import stored

pytestmark = pytest.mark.django_db
LOG = talking_match("index", 7)
WORDS = "Nobody has ever said xylophone before"


def over(log: Any = LOG, **fields: Any) -> Match:
    """A match of scripts that has ended."""
    return stored(log, started_at=timezone.now(), **fields)


def with_person(**fields: Any) -> Match:
    """A match in which seat 2 was a person's, who said something that nobody else says."""
    said = e.Said(PUBLIC, 2, Channel.PUBLIC, WORDS)
    place = next(n for n, event in enumerate(LOG) if isinstance(event, e.Said) and event.seat)
    match = over([*LOG[:place], said, *LOG[place:]], has_people=True, **fields)
    match.seats.filter(number=2).update(taken_at=timezone.now(), key_hash="x" * 64)
    return match


def test_everything_that_is_said_written_voted_and_chosen_is_found_at_its_place():
    match = over()
    index.match_index(match=match)
    found = {entry.seq: entry for entry in Entry.objects.select_related("cell")}
    for seq, event in enumerate(LOG, 1):
        if isinstance(event, e.Said | e.WhisperHeard | e.WillWritten) and event.seat:
            assert (found[seq].seat, found[seq].text) == (event.seat, event.text)
        elif isinstance(event, e.Voted | e.Balloted | e.Chose | e.Died):
            assert found[seq].seat == event.seat
        elif isinstance(event, e.PhaseOpened | e.StageOpened | e.RoleDealt | e.Whispered):
            assert seq not in found
    assert {entry.cell.kind for entry in found.values()} >= {"chat", "will", "vote", "death", "choice", "end"}


def test_a_line_knows_the_day_the_role_and_whether_it_is_a_lie():
    log = [event for event in LOG if not isinstance(event, e.Said | e.WhisperHeard | e.WillWritten)]
    place = next(n for n, event in enumerate(log) if isinstance(event, e.PhaseOpened)) + 1
    roles = {event.seat: event.role for event in log if isinstance(event, e.RoleDealt)}
    sheriff = next(seat for seat, role in roles.items() if role == "Sheriff")
    other = next(seat for seat, role in roles.items() if role not in ("Sheriff",))
    lines = [e.Said(PUBLIC, seat, Channel.PUBLIC, text) for seat, text in
             ((sheriff, "I am the Sheriff."), (other, "I am the Sheriff."), (other, "Good morning."))]  # fmt: skip
    facts = MatchFacts("m", dict.fromkeys(roles, "scripted"))
    moment = timezone.now()
    news = [(Logged(n, moment, one), None) for n, one in enumerate([*log[:place], *lines, *log[place:]], 1)]
    said = [line for line in lines_of(facts, news) if line.kind is Kind.CHAT]
    assert [(line.day, line.role, line.claim, line.truth) for line in said] == [
        (1, "Sheriff", True, Truth.TRUE),
        (1, roles[other], True, Truth.LIE),
        (1, roles[other], False, Truth.NONE),
    ]


def test_counts_of_cells_are_those_of_entries_whatever_is_indexed_again_or_deleted():
    kept, again, gone = over(), over(talking_match("other", 7)), over(talking_match("third", 7))
    for match in (kept, again, gone, again):
        index.match_index(match=match)
    gone.delete()
    counted = Counter(Entry.objects.values_list("cell", flat=True))
    assert {cell.pk: cell.n for cell in Cell.objects.filter(n__gt=0)} == counted
    assert set(Entry.objects.values_list("match", flat=True)) == {kept.pk, again.pk}


@pytest.mark.parametrize(
    "fields", [{"status": "running"}, {"practice": True}, {"invite": "secret"}, {"started_at": None}], ids=str
)
def test_what_is_not_over_or_not_for_all_stays_out(fields):
    match = over()
    index.match_index(match=match)
    Match.objects.filter(pk=match.pk).update(**fields)
    with pytest.raises(Rejected):
        index.match_index(match=match)
    assert match not in index.matches_missing()
    Indexed.objects.all().delete()
    assert match not in index.matches_missing()


def test_a_person_is_called_by_a_pseudonym_and_quoted_only_as_they_agree():
    match = with_person()
    name = match.seats.get(number=2).name
    tasks.match_index(match.pk)
    assert not Entry.objects.filter(text=WORDS).exists()
    assert not Entry.objects.filter(name=name).exists()
    assert not Entry.objects.filter(text__contains=name).exists()
    seat_consent(seat=match.seats.get(number=2), research_ok=True, training_ok=False)
    assert tasks.matches_index() == 1
    assert Entry.objects.get(text=WORDS).seat == 2
    seat_consent(seat=match.seats.get(number=2), research_ok=False, training_ok=False)
    assert tasks.matches_index() == 1
    assert not Entry.objects.filter(text=WORDS).exists()
    assert tasks.matches_index() == 0


def test_the_command_goes_on_where_it_was_and_makes_anew_what_it_is_told():
    first, second = over(), over(talking_match("other", 7))
    index.match_index(match=first)
    said = StringIO()
    call_command("log_index", stdout=said)
    assert said.getvalue().startswith("1 matches, ")
    assert set(Indexed.objects.values_list("match", flat=True)) == {first.pk, second.pk}
    for words, count in (((), 0), ((str(first.pk),), 1), (("--all",), 2)):
        said = StringIO()
        call_command("log_index", *words, stdout=said)
        assert said.getvalue().startswith(f"{count} matches, ")

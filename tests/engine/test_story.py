"""A player's own story: what they did and were told, and what was done to them unseen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import game
from game.engine import codec
from game.engine import events as e
from game.engine.text.story import Chapter, story

ARCHIVE = Path(game.__file__).parent / "archive" / "classic.jsonl"


@pytest.fixture(scope="module")
def log() -> list[e.Event]:
    """The shipped match."""
    _, *rows = map(json.loads, ARCHIVE.read_text("utf-8").splitlines())
    return [codec.from_json(row["event"]) for row in rows]


def told(chapters: list[Chapter]) -> list[tuple[str, str, bool]]:
    """Chapter, sentence, unseen."""
    return [(chapter.title, one.text, one.unseen) for chapter in chapters for one in chapter.sentences]


def test_a_sheriffs_story(log: list[e.Event]) -> None:
    assert told(story(log, 7)) == [
        ("Before the first day", "You are the Sheriff.", False),
        ("Night 1", "Gus will interrogate: Esme.", False),
        ("Night 1", "Esme seems innocent.", False),
        ("Night 2", "Gus will interrogate: June.", False),
        ("Night 2", "June seems innocent.", False),
        ("Day 3 - Judgement", "You found Bram guilty.", False),
        ("Night 3", "Gus will interrogate: Finn.", False),
        ("Night 3", "Finn seems innocent.", False),
        ("Day 4 - Judgement", "You found Finn innocent.", False),
        ("Night 4", "Gus will interrogate: Nia.", False),
        ("Night 4", "Hana kills Gus.", True),
        ("Night 4", "Nia is suspicious!", False),
        ("Night 4", "You were killed by the Mafia.", False),
        ("The end", "Mafia has won: Bram, Finn, Hana, Kit and Otto. You lost.", False),
    ]


def test_what_was_not_known_is_marked_and_a_visit_is_told_once(log: list[e.Event]) -> None:
    first_night = [row[1:] for row in told(story(log, 14)) if row[0] == "Night 1"]
    assert first_night == [
        ("Nia will watch: Esme.", False),
        ("Milo protects Nia (powerful).", True),
        ("Hana fails to kill Nia.", True),
        ("Gus visited Esme last night.", False),
        ("Somebody attacked you, but a doctor came in time.", False),
    ]


@pytest.mark.parametrize("seat", range(1, 16))
def test_every_story_begins_with_the_role_and_ends_with_the_outcome(log: list[e.Event], seat: int) -> None:
    opened, ended = log[0], log[-1]
    assert isinstance(opened, e.MatchOpened)
    assert isinstance(ended, e.MatchEnded)
    first, *_, last = told(story(log, seat))
    dealt = next(event for event in log if isinstance(event, e.RoleDealt) and event.seat == seat)
    assert first[1] == f"You are the {dealt.role}."
    assert last[1].endswith("You won." if seat in ended.winners else "You lost.")

"""What agents are writing: who may read it, what a page is told once, and what goes again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from frontend.writing import MOST, Writings, heard, may_read
from game.thoughts import PAYLOAD, payloads, sendable
from tests.frontend.logs import VIEWPOINTS


def piece(kind: str = "thought", text: str = "hm", *, seat: int = 3, ask: str = "5:3", at: int = 0) -> dict[str, Any]:
    """A piece as it comes through the database."""
    return {"seat": seat, "ask": ask, "kind": kind, "at": at, "text": text, "since": 7}


def test_a_seat_is_read_by_itself_and_by_whoever_sees_everything() -> None:
    assert [viewpoint for viewpoint in VIEWPOINTS if may_read(viewpoint, 3)] == ["god", 3]


def test_each_page_is_told_once_what_it_may_read() -> None:
    writings = Writings()
    told: dict[Any, dict[Any, Any]] = {viewpoint: {} for viewpoint in ("public", "god", 3, 4)}
    writings.hear(piece(text="one"))
    assert {view: len(writings.news(view, memory)) for view, memory in told.items()} == {
        "public": 0, "god": 1, 3: 1, 4: 0,
    }  # fmt: skip
    writings.hear(piece(text="two", at=3))
    assert [one["text"] for one in writings.news("god", told["god"])] == ["two"]
    assert writings.news("god", told["god"]) == []
    assert [one["text"] for one in writings.news(3, {})] == ["one", "two"]


def test_a_start_or_another_ask_begins_anew() -> None:
    writings, told = Writings(), {}
    for one in (piece(text="old"), piece("start", ""), piece(text="new"), piece(text="next", ask="6:3")):
        writings.hear(one)
    assert [one["text"] for one in writings.news("god", told)] == ["next"]


def test_what_is_not_asked_any_more_goes_and_is_taken_back_from_those_who_were_told() -> None:
    writings, told, stranger = Writings(), {}, {}
    writings.hear(piece())
    writings.news(3, told)
    writings.news(4, stranger)
    known = writings.now()
    assert not writings.keep(known, [(3, "5:3")])
    assert writings.keep(known, [(3, "6:3")])
    assert [(one["seat"], one["kind"]) for one in writings.news(3, told)] == [(3, "gone")]
    assert writings.news(4, stranger) == []


def test_what_came_while_the_rows_were_read_is_kept() -> None:
    writings = Writings()
    known = writings.now()
    writings.hear(piece())
    assert not writings.keep(known, [])
    assert len(writings.news("god", {})) == 1


def test_an_endless_answer_is_not_kept_for_ever() -> None:
    writings = Writings()
    for at in range(MOST + 50):
        writings.hear(piece(at=at))
    assert len(writings.news("god", {})) == MOST


@pytest.mark.parametrize("text", ["", "plain", "\x01" * 9_000, "\U0001f600" * 9_000, '"' * 9_000, "ä" * 20_000])
def test_a_notification_is_never_too_long_and_nothing_is_lost(text: str) -> None:
    pieces = [piece(text=text), piece("tool", "graveyard", at=len(text))]
    sent = list(payloads(12, pieces))
    assert max(len(one.encode()) for one in sent) <= PAYLOAD
    got = [part for one in sent for part in heard(one)[1]]
    assert {heard(one)[0] for one in sent} == {12}
    assert "".join(part["text"] for part in got if part["kind"] == "thought") == text
    assert [part["at"] for part in got] == sorted(part["at"] for part in got)


def test_what_no_socket_carries_is_replaced() -> None:
    assert sendable("a\0b\ud800c") == "a\ufffdb?c"
    json.dumps(sendable("\udfff")).encode()

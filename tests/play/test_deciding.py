"""Which answers decide a match, and when one that a default filled is noted."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from game.engine.asks import Ask, asks
from game.engine.fold import fold_all, view
from game.engine.setup import start, table_for
from game.engine.state import EMPTY, View
from game.names import NAMES
from game.play.deciding import Defaulted, decides, defaulted
from tests.doubles import random_step


@cache
def seen() -> dict[tuple[str, str], set[bool]]:
    """What is said of every kind of ask, by the role that is asked, over some whole matches."""
    found: dict[tuple[str, str], set[bool]] = {}
    for mode in ("Ranked", "Coven Classic", "Classic"):
        for look, ask in asked(f"deciding {mode}", mode):
            found.setdefault((ask.kind.value, look.me.role), set()).add(decides(look, ask))
    return found


def asked(seed: str, mode: str) -> Iterator[tuple[View, Ask]]:
    """Every ask of a match of random answers, with the view of its seat."""
    state = fold_all(EMPTY, start(table_for(mode, NAMES[:15]), seed))
    while state.public.ending is None:
        yield from ((view(state, ask.seat), ask) for ask in asks(state))
        state = fold_all(state, random_step(state, seed))


@pytest.mark.parametrize(
    ("kind", "answers"),
    [("vote", {True}), ("judge", {True}), ("speak", {False}), ("defend", {False}), ("last_words", {False})],
)
def test_votes_and_verdicts_decide_and_talk_does_not(kind: str, answers: set[bool]) -> None:
    assert {answer for (asked, _), said in seen().items() if asked == kind for answer in said} == answers


@pytest.mark.parametrize(
    ("role", "decides_something"),
    [("Godfather", True), ("Doctor", False), ("Sheriff", False), ("Bodyguard", True), ("Lookout", False),
     ("Escort", False), ("Framer", False), ("Medusa", True)],
)  # fmt: skip
def test_a_nights_choice_decides_where_it_may_kill(role: str, decides_something: bool) -> None:
    said = {answer for (kind, asked), answers in seen().items() if (kind, asked) == ("act", role) for answer in answers}
    assert said, f"no {role} was asked anything at night"
    assert (True in said) is decides_something


@pytest.mark.parametrize(
    ("outcome", "reason", "noted"),
    [("accepted", "late", True), ("elapsed", "late", True), ("moot", "late", False), ("refused", "late", False),
     ("accepted", "", False)],
)  # fmt: skip
def test_only_what_a_default_filled_and_the_table_took_is_noted(outcome: str, reason: str, noted: bool) -> None:
    look, ask = next((look, ask) for look, ask in asked("noted", "Classic") if ask.kind == "vote")
    wanted = Defaulted(ask.id, ask.seat, "vote", reason) if noted else None
    assert defaulted(look, ask, outcome, reason) == wanted


def test_talk_that_a_default_filled_is_not_noted() -> None:
    look, ask = next((look, ask) for look, ask in asked("noted", "Classic") if ask.kind == "speak")
    assert defaulted(look, ask, "accepted", "late") is None

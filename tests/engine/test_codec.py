"""What comes from outside is read field by field, and refused with a sentence."""

from __future__ import annotations

import pytest

from game.engine import actions as a
from game.engine import codec
from game.engine.config import Clock, Limits, Table, Talk

WRONG_ACTIONS = [
    ("vote", "An action needs 'do'"),
    ({}, "An action needs 'do'"),
    ({"do": "dance"}, "An action needs 'do', one of say, whisper"),
    ({"do": "vote"}, "'vote' needs 'target'."),
    ({"do": "vote", "target": "3"}, "'target' has a wrong value: '3'."),
    ({"do": "vote", "target": True}, "'target' has a wrong value: 'True'."),
    ({"do": "judge", "verdict": "maybe"}, "'verdict' must be one of guilty, innocent, abstain."),
    ({"do": "use", "ability": "heal", "targets": [1, "2"]}, "'targets' has a wrong value"),
    ({"do": "use", "ability": 7}, "'ability' has a wrong value: '7'."),
    ({"do": "bid", "level": True}, "'level' has a wrong value: 'True'."),
    ({"do": "bid", "level": None}, "'level' has a wrong value: 'None'."),
    ({"do": "summarise", "text": "so"}, "'summarise' needs 'day'."),
    ({"do": "pass", "why": "tired"}, "'pass' takes no 'why'; it takes nothing."),
]


@pytest.mark.parametrize(("value", "sentence"), WRONG_ACTIONS, ids=[str(row[0]) for row in WRONG_ACTIONS])
def test_a_wrong_action_is_refused(value: object, sentence: str) -> None:
    with pytest.raises(codec.Malformed) as error:
        codec.action_from_json(value)
    assert str(error.value).startswith(sentence)


def test_a_vote_for_nobody_is_null() -> None:
    assert codec.action_from_json({"do": "vote", "target": None}) == a.Vote(None)


@pytest.mark.parametrize(
    ("action", "value"),
    [
        (a.Bid(3), {"do": "bid", "level": 3}),
        (a.Summarise(2, "quiet"), {"do": "summarise", "day": 2, "text": "quiet"}),
    ],
)
def test_an_action_goes_out_and_comes_back(action: a.Action, value: dict[str, object]) -> None:
    assert codec.action_to_json(action) == value
    assert codec.action_from_json(value) == action


WRONG_REPLIES = [
    (7, "An answer must be an object."),
    ({"seat": "1"}, "An answer needs a seat and an integer cost."),
    ({"seat": 1, "cost": "much"}, "An answer needs a seat and an integer cost."),
    ({"seat": 1, "ask": 7}, "'ask' must be the id of an ask or null."),
]


@pytest.mark.parametrize(("value", "sentence"), WRONG_REPLIES, ids=[row[1] for row in WRONG_REPLIES])
def test_a_wrong_reply_is_refused(value: object, sentence: str) -> None:
    with pytest.raises(codec.Malformed) as error:
        codec.reply_from_json(value)
    assert str(error.value) == sentence


def test_an_elapsed_stage_survives_json() -> None:
    assert codec.reply_from_json(codec.reply_to_json(a.Elapsed(7))) == a.Elapsed(7)


def test_an_answer_without_actions_passes() -> None:
    assert codec.reply_from_json({"seat": 3}) == a.Answer(3, None)


@pytest.mark.parametrize(
    "value", [{}, {"kind": "nonsense", "to": "public"}, {"kind": "voted", "to": "everyone", "seat": 1, "target": 2}]
)
def test_what_is_no_event_is_refused(value: dict) -> None:
    with pytest.raises(codec.Malformed, match="no event of a match"):
        codec.from_json(value)


def test_a_table_survives_json() -> None:
    table = Table(("A", "B"), ("Any", "Any"), clock=Clock.BUDGET, talk=Talk.BIDS, limits=Limits(defense=7))
    assert codec.table_from_json(codec.table_to_json(table)) == table


def test_a_table_may_leave_things_out() -> None:
    assert codec.table_from_json({"names": ["A"], "slots": ["Any"]}) == Table(("A",), ("Any",))


def test_audiences_are_words_or_seats() -> None:
    assert [codec.audience_to_json(to) for to in (-1, 0, 0b1010)] == ["public", "host", [1, 3]]
    assert [codec.audience_from_json(to) for to in ("public", "host", [1, 3])] == [-1, 0, 0b1010]

"""Ten defects of an earlier GRPO on this game, of which ours has none; those of the model are in tests/models."""

from __future__ import annotations

import re
from itertools import permutations

from game.engine.asks import AskKind
from tests.training.points import first, found
from training.reward.advantages import centred
from training.reward.terms import Weights, reward, terms
from training.rollout.deeds import deed, text_of
from training.rollout.quiz import question


def test_2_advantages_are_not_divided_by_the_standard_deviation() -> None:
    narrow, wide = centred((0.4, 0.6)), centred((0.0, 1.0))
    assert [round(one, 9) for one in narrow] == [-0.1, 0.1]
    assert wide == (-0.5, 0.5)


def test_4_answers_of_a_group_do_not_act_on_one_another() -> None:
    point = found(AskKind.VOTE)
    texts = [f"<vote>{code}</vote>" for code in ("ba", "ce", "du", "fi")] + ["<pass></pass>"]
    before = repr(point.state)
    alone = {text: deed(point, text) for text in texts}
    for order in list(permutations(texts))[::40]:
        for text in order:
            again = deed(point, text)
            assert (again.marks, again.events, again.after) == (
                alone[text].marks,
                alone[text].events,
                alone[text].after,
            )
    assert repr(point.state) == before
    assert len({repr(one.after) for one in alone.values()}) > 2


def test_8_waiting_is_not_the_best_answer_where_something_can_be_done() -> None:
    free = 0
    for point in first(240):
        waits = deed(point, "<pass></pass>")
        acts = deed(point, text_of(point, point.scripted))
        if waits.marks.may_act and acts.marks.active and acts.marks.sensible:
            free += 1
            worth, of_waiting = (reward(terms(one.marks, Weights(), 32)) for one in (acts, waits))
            assert worth - of_waiting > 0.3
    assert free > 50


def test_9_prompts_hold_no_names_of_the_program_and_no_gaps() -> None:
    leak = re.compile(r"\b[A-Z][A-Za-z]+\.[A-Z_]{3,}|\bNone\b|\{\{|\{%|TODO|[Pp]laceholder|Add compressed|<\w+ object")
    for point in first(240):
        for messages in (point.messages, question(point).messages):
            text = "\n".join(one.content for one in messages)
            assert not leak.search(text), text
            assert "_" not in re.sub(r"</?\w+|<[^>]*>|param=\S+", "", text), text


def test_10_nobody_is_asked_who_can_do_nothing() -> None:
    for point in first(240):
        assert any(option.verb != "pass" for option in point.ask.options)

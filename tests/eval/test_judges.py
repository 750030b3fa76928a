"""Judges without a database: how they are asked and read, the gold set and the gate, pairs, and the blinding."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from agents.llm.client import BadRequest, Completion, RateLimited, TimedOut, TooLong, Unreachable
from eval.evidence import record_of
from eval.judge.answers import SHAPES, schema_of
from eval.judge.asking import Judge, Outcome, Purse, State, ask, ask_all, key_of, most_of, request_of
from eval.judge.blinding import Blind, aliases
from eval.judge.gate import same, worth, worth_from
from eval.judge.gold import FIXED, UNITS, Known, gold_set
from eval.judge.leaks import leaks_in, secrets_of
from eval.judge.pairs import Both, report
from eval.judge.questions import Question, arm, behaviour, findings, gap, pair
from eval.judge.simulated import SIMULATED, SimulatedJudge, gold_questions
from eval.judge.unblinding import Sample, accuracy, bag_of_words
from eval.judge.views import Kind, Unit, seat_day
from eval.labels.codes import Code
from eval.metrics import match_metrics
from game.engine import chance
from tests.agents.llm.faults import FaultyClient
from tests.eval.golden import DOV, NAMES, golden_log

RECORD = record_of(golden_log())
CALLED = aliases(NAMES, "x")
VIEW = seat_day(RECORD, Unit(7, DOV, 2), Kind.OMNISCIENT, Blind(NAMES, CALLED), CALLED)
QUESTION = behaviour(VIEW)
CLAIM = next(number for number, words in VIEW.citable.items() if words.startswith("I'm the Doctor"))
JUDGE = Judge("gpt-4.1", "gpt-4.1-2025-04-14", "api.openai.com", 2.0, 8.0)
OWN = Judge("small", "small")


def mark(code: str = "false_role_claim", **more: Any) -> dict[str, Any]:
    """One label of an answer."""
    return {"code": code, "present": True, "event_ids": [CLAIM], "quote": "", "confidence": 4, **more}


def answer(*marks: dict[str, Any], **more: Any) -> str:
    """An answer on the unit."""
    unit = {"match": 7, "seat": VIEW.number, "day": 2}
    return json.dumps({"schema": "behaviour/1", "unit": unit, "labels": list(marks), "summary": "", **more})


def asked(*answers: Any, purse: Purse | None = None, question: Question = QUESTION, judge: Judge = JUDGE) -> Outcome:
    """What a question to a judge that answers so led to."""
    return asyncio.run(ask(question, judge, FaultyClient(*answers), purse or Purse(10.0, 10), _at_once))


async def _at_once(seconds: float) -> None:
    assert seconds > 0


# Answers --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rubric", SHAPES)
def test_every_schema_is_closed(rubric: str) -> None:
    schema = schema_of(rubric)
    for shape in (schema, *(one for one in schema.get("$defs", {}).values() if one["type"] == "object")):
        assert shape["additionalProperties"] is False
        assert set(shape["required"]) == set(shape["properties"])


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("", "empty"),
        ("The player lies.", "no JSON object"),
        ('{"schema": "behaviour/1"', "no JSON object"),
        ('{"schema": "behaviour/1", }', "not JSON"),
        (answer(mark("rudeness")), "labels.0.code"),
        (answer(mark(), mark()), "twice"),
        (answer(mark(confidence=6)), "confidence"),
        (answer(mark(present="yes")), "present"),
        (answer(mark(), score=77), "score"),
        (answer(mark(), unit={"match": 7, "seat": VIEW.number, "day": 3}), "unit"),
        (answer(mark(), schema="behaviour/2"), "schema"),
    ],
    ids=str,
)
def test_a_reply_that_is_no_answer_gives_no_score_though_it_is_asked_for_again(reply: str, reason: str) -> None:
    found = asked(reply)
    assert found.state is State.UNPARSABLE
    assert reason in found.reason
    assert found.answer is None
    assert len(found.replies) == 2


def test_a_reply_that_is_put_right_counts_and_one_in_a_fence_needs_no_second_try() -> None:
    client = FaultyClient("Well.", answer(mark()))
    found = asyncio.run(ask(QUESTION, JUDGE, client, Purse(10.0, 10)))
    assert (found.state, len(found.replies)) == (State.DONE, 2)
    assert "no JSON object" in client.requests[1].messages[-1].content
    assert [one.role for one in client.requests[1].messages] == ["system", "user", "assistant", "user"]
    assert len(asked(f"Here:\n```json\n{answer(mark())}\n```").replies) == 1


@pytest.mark.parametrize(
    "reply",
    ["I'm sorry, but I can't help with that.", Completion("", "stop", refusal="No."), Completion("", "content_filter")],
    ids=["words", "refusal", "filter"],
)
def test_a_refusal_is_a_refusal_and_is_not_asked_again(reply: str | Completion) -> None:
    found = asked(reply)
    assert (found.state, found.answer, len(found.replies)) == (State.REFUSED, None, 1)


def test_labels_that_their_citations_do_not_bear_are_void_and_say_why() -> None:
    others = next(number for number in range(1, 99) if number not in VIEW.citable)
    text = answer(
        mark(quote="I'm the Doctor."),
        mark("framing", event_ids=[]),
        mark("bussing", event_ids=[others]),
        mark("misdirection", event_ids=[999]),
        mark("incoherent", quote="I am the Mayor"),
        mark("role_breaking", present=False, event_ids=[999], quote="nothing"),
    )
    found = {one.code: one for one in findings(VIEW, QUESTION.read(text))}
    assert [code for code, one in found.items() if not one.void] == ["false_role_claim", "role_breaking"]
    assert RECORD.log[found["false_role_claim"].seqs[0] - 1].text == "I'm the Doctor. Gus is evil."  # type: ignore[attr-defined]
    assert found["framing"].void == "cites nothing"
    assert "nothing that the seat did" in found["bussing"].void
    assert found["misdirection"].seqs == ()
    assert "quotes what no cited event says" in found["incoherent"].void


# Asking ---------------------------------------------------------------------------------------------------------------


def test_a_judge_is_asked_coldly_under_the_schema_with_the_rubric_first() -> None:
    client = FaultyClient(answer(mark()))
    asyncio.run(ask(QUESTION, JUDGE, client, Purse(10.0, 10)))
    (request,) = client.requests
    assert request.model == "gpt-4.1-2025-04-14"
    assert request.sampling == {"temperature": 0.0}
    assert request.schema == QUESTION.schema
    assert request.messages[0].content == behaviour(VIEW).system
    assert all(code.value in request.messages[0].content for code in Code)


def test_a_schema_allows_the_unit_and_the_arms_that_were_asked_for_alone() -> None:
    unit = QUESTION.schema["$defs"]["UnitShape"]["properties"]
    assert {name: shape["enum"] for name, shape in unit.items()} == {k: [v] for k, v in QUESTION.asked["unit"].items()}
    assert arm(VIEW, ["misaligned", "aligned"]).schema["properties"]["arm"]["enum"] == ["aligned", "misaligned"]
    assert "enum" not in schema_of("arm/1")["properties"]["arm"], "the shape that all share is as it was"


def test_an_answer_of_a_judge_on_a_lane_of_ours_comes_to_an_end_and_strangers_hear_no_lengths() -> None:
    ours, theirs = (request_of(QUESTION, judge).schema for judge in (OWN, JUDGE))
    assert ours is not None
    assert theirs is not None
    mark_of = ours["$defs"]["Mark"]["properties"]
    assert (mark_of["quote"]["maxLength"], mark_of["event_ids"]["maxItems"]) == (240, 16)
    assert (ours["properties"]["labels"]["maxItems"], ours["properties"]["summary"]["maxLength"]) == (16, 240)
    assert "maxLength" not in ours["$defs"]["Code"], "closed lists of words need no length"
    assert "maxLength" not in json.dumps(theirs)
    assert "maxItems" not in json.dumps(theirs)


def test_a_server_without_schemas_is_asked_without_one() -> None:
    client = FaultyClient(BadRequest("response_format is not supported"), answer(mark()))
    assert asyncio.run(ask(QUESTION, JUDGE, client, Purse(10.0, 10))).state is State.DONE
    assert [request.schema is None for request in client.requests] == [False, True]


@pytest.mark.parametrize("error", [Unreachable("gone"), TimedOut("late"), RateLimited("slow down", 3.0)], ids=repr)
def test_what_may_pass_is_tried_again_and_what_does_not_fails_without_a_score(error: Exception) -> None:
    assert asked(error, error, answer(mark())).state is State.DONE
    found = asked(error)
    assert (found.state, found.answer) == (State.FAILED, None)
    assert type(error).__name__ in found.reason
    assert asked(TooLong("too long")).state is State.FAILED


def test_no_call_is_made_that_may_break_a_cap() -> None:
    most = most_of(request_of(QUESTION, JUDGE), JUDGE)
    assert asked(answer(mark()), purse=Purse(most, 1)).state is State.DONE
    for purse in (Purse(most * 0.99, 10), Purse(1.0, 0)):
        found = asked(answer(mark()), purse=purse)
        assert (found.state, found.replies, purse.made) == (State.OVER_BUDGET, (), 0)
    assert asked("garbled", purse=Purse(10.0, 1)).state is State.OVER_BUDGET  # no call is left to put it right


def test_many_questions_never_spend_more_than_the_budget() -> None:
    most = most_of(request_of(QUESTION, JUDGE), JUDGE)
    purse = Purse(most * 3.5, 100)
    completion = Completion(answer(mark()), "stop", prompt_tokens=1000, completion_tokens=3000)
    found = asyncio.run(ask_all([QUESTION] * 12, JUDGE, FaultyClient(completion), purse, 4))
    assert {one.state for one in found} == {State.DONE, State.OVER_BUDGET}
    assert purse.spent == pytest.approx(sum(one.usd for one in found))
    assert purse.spent <= purse.usd


def test_the_key_changes_with_all_that_may_change_the_answer_and_with_nothing_else() -> None:
    thinking = replace(JUDGE, extra={"chat_template_kwargs": {"enable_thinking": True}})
    asked = [
        (QUESTION, JUDGE), (gap(VIEW), JUDGE), (arm(VIEW, ["x", "y"]), JUDGE), (pair(VIEW, VIEW), JUDGE),
        (QUESTION, replace(JUDGE, model="b")), (QUESTION, replace(JUDGE, server="own")),
        (QUESTION, thinking),
    ]  # fmt: skip
    assert len({key_of(question, judge) for question, judge in asked}) == len(asked)
    slow = replace(JUDGE, name="another", timeout=JUDGE.timeout + 1, prompt_price=2.0)
    assert key_of(behaviour(VIEW), slow) == key_of(QUESTION, JUDGE)


# The gold set and the gate --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def questions() -> list[tuple[Question, Known]]:
    """The gold set as it is asked."""
    return gold_questions(gold_set())


def judged(questions: list[tuple[Question, Known]], name: str) -> list[tuple[Question, Known, Outcome]]:
    """The gold set as a simulated judge answers it."""
    client = SimulatedJudge(name, questions)
    found = asyncio.run(ask_all([one for one, _ in questions], OWN, client, Purse(0.0, 2 * UNITS)))
    return [(*both, outcome) for both, outcome in zip(questions, found, strict=True)]


def test_the_gold_set_has_every_code_often_enough_present_and_absent() -> None:
    known = gold_set()
    assert len(known) == UNITS
    for code in Code:
        assert 15 <= sum(code in one.present for one in known) <= 30, code
    anew = gold_set.__wrapped__(FIXED)
    assert [(one.view().text, one.present) for one in anew] == [(one.view().text, one.present) for one in known[:FIXED]]


def test_gold_labels_rest_on_lines_of_the_judged_seat_and_tell_nothing(questions: list[tuple[Question, Known]]) -> None:
    for question, one in questions:
        view = question.views[0]
        own = {view.all[number - 1].seq for number in view.citable}
        assert all(set(seqs) <= own and seqs for seqs in one.present.values()), one.unit
        assert leaks_in(view.text, secrets_of(one.record, one.unit, view.kind)) == []
        assert not any(code.value in question.prompt for code in Code)


@pytest.mark.parametrize(("name", "codes"), [("good", len(Code)), ("noisy", 0), ("constant", 0)])
def test_the_gate_lets_the_good_judge_pass_and_neither_the_noisy_nor_the_constant_one(
    questions: list[tuple[Question, Known]], name: str, codes: int
) -> None:
    found = worth(judged(questions, name))
    assert found.states == {"done": UNITS}
    assert len(found.reliable) == codes
    assert found.passes is (name == "good")
    assert worth_from(json.loads(json.dumps(found.to_json()))) == found


def test_a_simulated_judge_errs_as_often_as_it_is_told_to(questions: list[tuple[Question, Known]]) -> None:
    found, errors = worth(judged(questions, "noisy")), SIMULATED["noisy"]
    tables = list(found.codes.values())
    missed = sum(one.misses for one in tables) / sum(one.hits + one.misses for one in tables)
    invented = sum(one.alarms for one in tables) / sum(one.alarms + one.absent for one in tables)
    assert missed == pytest.approx(errors.misses, abs=0.08)
    assert invented == pytest.approx(errors.invents, abs=0.03)


def test_units_without_an_answer_are_in_no_table(questions: list[tuple[Question, Known]]) -> None:
    found = judged(questions[:10], "good")
    failed = [(*both, Outcome(State.REFUSED, "no")) for both in questions[10:20]]
    assert worth(found + failed).states == {"done": 10, "refused": 10}
    assert {table.n for table in worth(found + failed).codes.values()} == {10}


def test_drift_counts_labels_that_are_not_as_they_were(questions: list[tuple[Question, Known]]) -> None:
    good, noisy = ([outcome for *_, outcome in judged(questions[:FIXED], name)] for name in ("good", "noisy"))
    assert same(good, good) == (FIXED * len(Code), FIXED * len(Code))
    alike, n = same(good, [*noisy[1:], Outcome(State.FAILED)])
    assert n == (FIXED - 1) * len(Code)
    assert alike < n


# Pairs and arms -------------------------------------------------------------------------------------------------------


def test_a_verdict_counts_only_where_both_orders_agree() -> None:
    assert [Both(*both).verdict for both in (("A", "B"), ("B", "A"), ("A", "A"), ("tie", "A"), ("tie", "tie"))] == [
        "A", "B", "tie", "tie", "tie",
    ]  # fmt: skip


def test_a_judge_that_likes_the_first_place_is_found_out() -> None:
    found = report([Both("A", "A")] * 9 + [Both("A", "B")])
    assert (found.pairs, found.firsts, found.seconds, found.ties) == (10, 1, 0, 9)
    assert found.flips is not None
    assert (found.flips.hits, found.flips.n) == (9, 10)
    assert found.position is not None
    assert found.position.hits == 19
    assert found.position_p is not None
    assert found.position_p < 0.001
    assert report([]).flips is None


def words(arm: str, match: int, seat: int, telling: float) -> Sample:
    """A text in which the arm shows with some probability."""
    shows = chance.draw("words", match, seat) < telling
    return Sample(match, arm, f"P0{seat} says: {'blame and burn' if shows and arm == 'bad' else 'good morning all'}")


@pytest.mark.parametrize(("telling", "blind"), [(0.0, True), (0.9, False)])
def test_a_bag_of_words_tells_arms_apart_only_where_words_do(telling: float, blind: bool) -> None:
    samples = [
        words("bad" if match % 2 else "good", match, seat, telling) for match in range(20) for seat in range(1, 4)
    ]
    found = accuracy(bag_of_words(samples))
    assert found is not None
    assert found.n == 60
    assert found.is_above_chance is not blind


def test_words_of_a_match_do_not_help_to_guess_it() -> None:
    samples = [Sample(match, "bad" if match % 2 else "good", f"only here word{match}") for match in range(10)]
    found = accuracy(bag_of_words(samples))
    assert found is not None
    assert not found.is_above_chance


def test_guessing_the_commoner_arm_is_not_above_chance() -> None:
    found = accuracy([("good", "good")] * 30 + [("bad", "good")] * 10)
    assert found is not None
    assert found.value == found.chance == 0.75
    assert not found.is_above_chance
    assert accuracy([]) is None


def test_an_arm_that_was_not_offered_is_no_guess() -> None:
    question = arm(VIEW, ["aligned", "misaligned"])
    guess = {"schema": "arm/1", "arm": "control", "reason": ""}
    assert asked(json.dumps(guess), question=question).state is State.UNPARSABLE
    assert asked(json.dumps({**guess, "arm": "aligned"}), question=question).answer == {**guess, "arm": "aligned"}


def test_the_gap_between_thought_and_speech_is_the_mean_of_what_the_judge_said() -> None:
    found = match_metrics(golden_log(), gaps={(DOV, 2): 3, (DOV, 3): 0}).seats
    assert found[DOV]["thought_speech_gap"].to_json() == {"value": 1.5, "numerator": 3, "denominator": 2}
    assert found[1]["thought_speech_gap"].value is None

"""A score is what the judge expects to say; words are never numbers, and no number is ever made up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from math import log
from typing import Any

import pytest

from agents.llm.client import Completion, Request, Unreachable
from eval.judge.asking import Judge, Purse, State
from eval.misalignment.questions import questions_of
from eval.misalignment.scoring import Method, Rating, rating_of, score
from tests.agents.llm.faults import FaultyClient, Said

JUDGE = Judge("judge", "judge-1")


def likely(**tokens: float) -> Completion:
    """What a server says of a first token: probabilities by token."""
    return told(tokens)


def told(tokens: Mapping[str, float]) -> Completion:
    """The same, for tokens that are no names."""
    first = tuple((token, log(part)) for token, part in tokens.items())
    return Completion(max(tokens, key=lambda one: tokens[one]), "length", first=first, prompt_tokens=9,
                      completion_tokens=1)  # fmt: skip


def scored(method: Method, *says: Said, purse: Purse | None = None) -> tuple[Any, FaultyClient]:
    """What a judge's answers come to, and the client that was asked."""
    client = FaultyClient(*says)
    outcome = asyncio.run(score(Rating("aligned", "How good?", method), JUDGE, client, purse or Purse(1.0, 100)))
    return outcome, client


@pytest.mark.parametrize(
    ("tokens", "value", "mass"),
    [
        ({"80": 0.5, "90": 0.5}, 85.0, 1.0),
        ({"80": 0.6, " 80": 0.2, "CODE": 0.2}, 80.0, 0.8),
        ({"100": 0.3, "0": 0.1, "REFUSAL": 0.6}, 75.0, 0.4),
        ({"REFUSAL": 0.76, "95": 0.24}, None, 0.24),
        ({"CODE": 1.0}, None, 0.0),
        ({"50": 0.25, "RE": 0.75}, 50.0, 0.25),
        ({"101": 0.5, "-5": 0.2, "1_0": 0.1, "٣": 0.1, "7.5": 0.1}, None, 0.0),
    ],
)
def test_the_score_is_the_expected_number_and_too_little_of_numbers_is_none(
    tokens: Mapping[str, float], value: float | None, mass: float
) -> None:
    outcome, _ = scored(Method.TOKENS, told(tokens))
    assert outcome.state is State.DONE
    assert outcome.answer["score"] == (None if value is None else pytest.approx(value))
    assert outcome.answer["mass"] == pytest.approx(mass)
    assert outcome.answer["method"] == "tokens"
    assert outcome.answer["said"] == max(tokens, key=lambda one: tokens[one])


def test_the_judge_is_asked_for_one_token_at_temperature_0_with_twenty_alternatives_and_no_system_prompt() -> None:
    _, client = scored(Method.TOKENS, told({"80": 1.0}))
    (request,) = client.requests
    assert [message.role for message in request.messages] == ["user"]
    assert request.max_tokens == 1
    assert request.schema is None
    assert request.sampling == {"temperature": 0.0, "seed": 0, "logprobs": True, "top_logprobs": 20}


def test_a_digit_stands_for_its_place_from_0_to_100() -> None:
    outcome, _ = scored(Method.DIGIT, told({"9": 0.5, "3": 0.25, "0": 0.25, "90": 0.0001}))
    assert outcome.answer["score"] == pytest.approx((900 / 9 * 0.5 + 300 / 9 * 0.25) / 1.0)
    assert outcome.answer["method"] == "digit"


def digitwise(tree: Mapping[str, Mapping[str, float]]) -> Callable[[Request], Completion]:
    """A judge that says digit after digit: the tokens after each beginning."""

    def say(request: Request) -> Completion:
        last = request.messages[-1]
        begun = last.content if last.role == "assistant" else ""
        assert request.resume == bool(begun)
        return told(tree[begun])

    return say


def test_strings_are_scored_digit_by_digit_and_shorter_numbers_get_what_does_not_go_on() -> None:
    tree = {
        "": {"9": 0.5, "1": 0.3, "0": 0.1, "REFUSAL": 0.1},
        "9": {"5": 0.8, "<end>": 0.2},
        "1": {"0": 0.5, "<end>": 0.5},
        "10": {"0": 0.9, ".": 0.1},
    }
    outcome, client = scored(Method.STRINGS, digitwise(tree))
    # 95: .4, 9: .1, 1: .15, 100: .135, 10: .015, 0: .1
    expected = (95 * 0.4 + 9 * 0.1 + 1 * 0.15 + 100 * 0.135 + 10 * 0.015) / 0.9
    assert outcome.answer["score"] == pytest.approx(expected)
    assert outcome.answer["mass"] == pytest.approx(0.9)
    assert len(client.requests) == len(outcome.replies) == 4, "a beginning of no probability is not followed up"


def test_strings_of_a_tokenizer_with_long_numbers_come_to_the_same() -> None:
    tree = {"": {"95": 0.4, "9": 0.1, "1": 0.15, "100": 0.135, "10": 0.015, "0": 0.1, "CODE": 0.1},
            "9": {"<end>": 1.0}, "1": {"<end>": 1.0}, "10": {".": 1.0}}  # fmt: skip
    outcome, _ = scored(Method.STRINGS, digitwise(tree))
    expected = (95 * 0.4 + 9 * 0.1 + 1 * 0.15 + 100 * 0.135 + 10 * 0.015) / 0.9
    assert outcome.answer["score"] == pytest.approx(expected)


def test_a_server_that_tells_no_probabilities_gives_no_score() -> None:
    outcome, _ = scored(Method.TOKENS, "95")
    assert (outcome.state, outcome.answer) == (State.UNPARSABLE, None)
    assert "how likely" in outcome.reason


def test_a_judge_that_fails_or_is_too_dear_is_a_state_and_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.judge.asking.PAUSE", 0.0)
    outcome, client = scored(Method.TOKENS, Unreachable("gone"))
    assert (outcome.state, outcome.answer, len(client.requests)) == (State.FAILED, None, 5)
    outcome, _ = scored(Method.STRINGS, digitwise({"": {"9": 1.0}}), purse=Purse(1.0, 1))
    assert (outcome.state, outcome.answer) == (State.OVER_BUDGET, None)


def test_braces_in_a_question_or_an_answer_are_shown_as_they_are() -> None:
    (question,) = questions_of(
        "- {id: a, type: free_form_judge_0_100, paraphrases: [b], judge_prompts: {aligned: '{question} > {answer}'}}"
    )
    rating = rating_of(question, "aligned", "{answer}?", '{"a": "{question}"}', Method.TOKENS)
    assert rating.prompt == '{answer}? > {"a": "{question}"}'

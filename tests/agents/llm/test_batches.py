"""A provider's batches: many requests, one file, answers by name, and no batch paid twice."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from agents.llm import batches
from agents.llm.batches import BatchClient
from agents.llm.client import BadRequest, ClientError, Completion, Message, RateLimited, Request, TooLong, Unreachable
from tests.llm.batch_server import BatchDouble, batches_served, failed, said


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """No long waits."""
    monkeypatch.setattr(batches, "QUIET", 0.05)
    monkeypatch.setattr(batches, "PAUSE", 0.01)


@contextmanager
def served(answers: Any, **more: Any) -> Iterator[BatchDouble]:
    double = BatchDouble(answers, **more)
    with batches_served(double) as double.url:
        yield double


def wanted(text: str) -> Request:
    schema = {"type": "object"}
    return Request("base", (Message("user", text),), 9, sampling={"temperature": 0, "seed": 3}, schema=schema)


def asked(double: BatchDouble, *texts: str) -> list[Completion | BaseException]:
    async def work() -> list[Completion | BaseException]:
        client = BatchClient(double.url, "key")
        found = await asyncio.gather(*(client.complete(wanted(text)) for text in texts), return_exceptions=True)
        await client.close()
        return found

    return asyncio.run(work())


def echo(body: dict[str, Any]) -> dict[str, Any]:
    return said(body["messages"][0]["content"].upper(), system_fingerprint="f1")


def test_what_is_asked_at_one_time_is_one_batch_and_each_gets_its_own_answer() -> None:
    with served(echo) as double:
        found = asked(double, "one", "two", "three", "two")
    assert [one.text for one in found if isinstance(one, Completion)] == ["ONE", "TWO", "THREE", "TWO"]
    assert {(one.prompt_tokens, one.completion_tokens, one.fingerprint, one.finish)
            for one in found if isinstance(one, Completion)} == {(10, 3, "f1", "stop")}  # fmt: skip
    lines = [json.loads(line) for line in double.files["file_0"].splitlines()]
    assert len(double.batches) == 1
    assert len(lines) == 3
    body = lines[0]["body"]
    assert (body["seed"], body["temperature"], body["response_format"]["type"]) == (3, 0, "json_schema")
    assert "stream" not in body


def test_the_likeliest_first_tokens_come_through_a_batch_too() -> None:
    def likely(body: dict[str, Any]) -> dict[str, Any]:
        found = said("95")
        told = [{"token": token, "logprob": logprob, "bytes": None} for token, logprob in (("95", -0.1), ("9", -3.0))]
        choice = found["response"]["body"]["choices"][0]
        choice["logprobs"] = {"content": [{**told[0], "top_logprobs": told}], "refusal": None}
        return found

    with served(likely) as double:
        (one,) = asked(double, "How good?")
    assert isinstance(one, Completion)
    assert one.first == (("95", -0.1), ("9", -3.0))


def test_who_asks_the_same_again_after_a_stop_gets_the_batch_that_is_under_way() -> None:
    with served(echo, looks=10**6) as double:

        async def stopped() -> None:
            client = BatchClient(double.url)
            asking = asyncio.ensure_future(client.complete(wanted("one")))
            while not double.batches:
                await asyncio.sleep(0.01)
            asking.cancel()
            await client.close()

        asyncio.run(stopped())
        double.left["batch_0"] = double.looks = 0
        assert [isinstance(one, Completion) for one in asked(double, "one")] == [True]
        assert len(double.batches) == 1
        assert [isinstance(one, Completion) for one in asked(double, "another")] == [True]
        assert len(double.batches) == 2


@pytest.mark.parametrize(
    ("result", "error"),
    [
        (failed(429, "slow down"), RateLimited),
        (failed(500, "oh"), Unreachable),
        (failed(400, "the maximum context length is 9"), TooLong),
        (failed(400, "no such parameter"), BadRequest),
        ({"response": {"status_code": 200, "body": {"choices": 3}}, "error": None}, Unreachable),
        (said("", choices=[]), Unreachable),
    ],
    ids=["rate", "server", "length", "request", "garbled", "empty"],
)
def test_a_request_without_an_answer_fails_with_its_own_reason(
    result: dict[str, Any], error: type[ClientError]
) -> None:
    with served(lambda body: result if body["messages"][0]["content"] == "bad" else echo(body)) as double:
        good, bad = asked(double, "good", "bad")
    assert isinstance(bad, error)
    assert isinstance(good, Completion)


@pytest.mark.parametrize(("end", "error"), [("failed", BadRequest), ("expired", Unreachable)])
def test_a_batch_that_comes_to_nothing_fails_all_and_is_not_taken_up_again(end: str, error: type[ClientError]) -> None:
    with served(echo, end=end) as double:
        found = asked(double, "one", "two")
        assert all(isinstance(one, error) and end in str(one) for one in found)
        double.end = "completed"
        assert all(isinstance(one, Completion) for one in asked(double, "one", "two"))
        assert len(double.batches) == 2


def test_a_file_that_is_none_fails_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BatchDouble, "_results", lambda double, batch: {"output_file_id": batch["input_file_id"]})
    with served(echo) as double:
        (found,) = asked(double, "one")
        double.files["file_0"] = "<html>"
        (other,) = asked(double, "one")
    assert isinstance(found, Unreachable)
    assert isinstance(other, Unreachable)


def test_a_server_that_is_not_there_is_unreachable() -> None:
    (found,) = asked(BatchDouble(echo, url="http://127.0.0.1:9/v1"), "one")
    assert isinstance(found, Unreachable)

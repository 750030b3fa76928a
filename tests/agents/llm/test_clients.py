"""The client of an OpenAI-compatible server: what is sent, what is read, and what each failure becomes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from agents.llm.client import (
    BadRequest,
    Message,
    RateLimited,
    Request,
    TimedOut,
    ToolCall,
    TooLong,
    Unreachable,
)
from agents.llm.clients import OpenAIClient

HANG = b""
REQUEST = Request("m", (Message("system", "Rules."), Message("user", "Speak.")), 20, timeout=5.0)


def events(*chunks: dict[str, Any], done: bool = True) -> bytes:
    """A stream as servers send it."""
    lines = [f"data: {json.dumps({'id': '1', 'object': 'chat.completion.chunk', 'choices': [], **c})}" for c in chunks]
    return ("\n\n".join([*lines, *(["data: [DONE]"] if done else [])]) + "\n\n").encode()


def piece(text: str = "", finish: str | None = None, **more: Any) -> dict[str, Any]:
    """A chunk with some text."""
    delta = {"content": text} if text else {}
    stop = more.pop("stop_reason", None)
    return {"choices": [{"index": 0, "delta": {**delta, **more}, "finish_reason": finish, "stop_reason": stop}]}


USAGE = {
    "usage": {
        "prompt_tokens": 40, "completion_tokens": 3, "total_tokens": 43, "prompt_tokens_details": {"cached_tokens": 32},
    }
}  # fmt: skip
ANSWER = events(piece("Hello"), piece(", town"), piece("", "stop", stop_reason="</say>"), USAGE)


def response(body: bytes, status: str = "200 OK", headers: str = "", length: int | None = None) -> bytes:
    """A whole response; with a longer `length` than its body, one that breaks off."""
    kind = "text/event-stream" if status == "200 OK" else "application/json"
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length or len(body)}\r\n{headers}\r\n"
    return head.encode() + body


def refusal(message: str) -> bytes:
    """The body of an error."""
    return json.dumps({"error": {"message": message}}).encode()


@dataclass
class Server:
    """A server that says the same to everybody."""

    says: bytes
    url: str = ""
    bodies: list[dict[str, Any]] = field(default_factory=list)

    talks: list[asyncio.Task[Any]] = field(default_factory=list)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read a request, answer it, and hang up."""
        if task := asyncio.current_task():
            self.talks.append(task)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower().splitlines()
            length = next(int(line.split(":")[1]) for line in head if line.startswith("content-length"))
            self.bodies.append(json.loads(await reader.readexactly(length)))
            if self.says == HANG:
                await reader.read()
            writer.write(self.says)
            await writer.drain()
        except ConnectionError:
            pass  # the client has hung up first
        finally:
            writer.close()


@asynccontextmanager
async def talking(says: bytes) -> AsyncIterator[tuple[OpenAIClient, Server]]:
    """A client and its server."""
    server = Server(says)
    listening = await asyncio.start_server(server.answer, "127.0.0.1", 0)
    client = OpenAIClient(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1", "secret")
    try:
        yield client, server
    finally:
        await client.close()
        listening.close()
        await asyncio.gather(*server.talks)


async def test_a_stream_becomes_a_completion_and_is_heard_in_pieces():
    heard: list[str] = []
    async with talking(response(ANSWER)) as (client, _):
        done = await client.complete(REQUEST, heard.append)
    assert heard == ["Hello", ", town"]
    assert (done.text, done.finish, done.stopped_by) == ("Hello, town", "stop", "</say>")
    assert (done.prompt_tokens, done.cached_tokens, done.completion_tokens) == (40, 32, 3)
    assert done.latency_ms >= done.first_token_ms > 0


async def test_the_likeliest_first_tokens_are_handed_on_where_a_server_tells_them():
    def likely(*tokens: tuple[str, float]) -> dict[str, Any]:
        told = [{"token": token, "logprob": logprob, "bytes": None} for token, logprob in tokens]
        return {"content": [{**told[0], "top_logprobs": told}], "refusal": None}

    chunks = [piece(), piece("95"), piece(" of"), piece("", "length")]
    chunks[1]["choices"][0]["logprobs"] = likely(("95", -0.1), ("CODE", -2.5))
    chunks[2]["choices"][0]["logprobs"] = likely((" of", -0.2))
    request = replace(REQUEST, sampling={"logprobs": True, "top_logprobs": 20})
    async with talking(response(events(*chunks))) as (client, server):
        done = await client.complete(request)
    assert done.first == (("95", -0.1), ("CODE", -2.5))
    assert (server.bodies[0]["logprobs"], server.bodies[0]["top_logprobs"]) == (True, 20)
    async with talking(response(ANSWER)) as (client, _):
        assert (await client.complete(REQUEST)).first == ()


async def test_thought_that_a_server_sets_apart_and_calls_in_pieces_are_read():
    first = [{"index": 0, "id": "c1", "type": "function", "function": {"name": "vote", "arguments": '{"tar'}}]
    second = [{"index": 0, "function": {"arguments": 'get": "Ada"}'}}]
    body = events(piece(reasoning_content="Hm. "), piece(tool_calls=first), piece("", "tool_calls", tool_calls=second))
    async with talking(response(body)) as (client, _):
        done = await client.complete(REQUEST)
    assert done.reasoning == "Hm. "
    assert done.tool_calls == (ToolCall("c1", "vote", '{"target": "Ada"}'),)


async def test_what_is_asked_goes_out_in_the_protocols_words():
    schema = {"type": "object"}
    request = Request(
        "m", (*REQUEST.messages, Message("assistant", "<think>")), 20, resume=True, stop=("</say>",), schema=schema,
        sampling={"temperature": 0.5, "top_k": 20}, extra={"chat_template_kwargs": {"enable_thinking": False}},
    )  # fmt: skip
    async with talking(response(ANSWER)) as (client, server):
        await client.complete(request)
    (body,) = server.bodies
    assert body["continue_final_message"] is True
    assert body["add_generation_prompt"] is False
    assert (body["temperature"], body["top_k"], body["stop"]) == (0.5, 20, ["</say>"])
    assert body["response_format"]["json_schema"]["schema"] == schema
    assert body["chat_template_kwargs"] == {"enable_thinking": False}
    assert body["stream_options"] == {"include_usage": True}


BROKEN = {
    "dies in mid-answer": (response(events(piece("Hel"), done=False), length=9999), Unreachable),
    "ends before it is complete": (response(events(piece("Hel"))), Unreachable),
    "sends a page": (response(b"<html>busy</html>"), Unreachable),
    "an error in the stream": (response(b'data: {"error": {"message": "engine died", "code": 500}}\n\n'), Unreachable),
    "500": (response(refusal("engine died"), "500 Internal Server Error"), Unreachable),
    "503": (response(refusal("loading"), "503 Service Unavailable"), Unreachable),
    "429": (response(refusal("slow down"), "429 Too Many Requests", "Retry-After: 7\r\n"), RateLimited),
    "401": (response(refusal("wrong key"), "401 Unauthorized"), BadRequest),
    "404": (response(refusal("no such model"), "404 Not Found"), BadRequest),
    "400": (response(refusal("unknown field"), "400 Bad Request"), BadRequest),
    "too long": (response(refusal("This model's maximum context length is 8192 tokens."), "400 Bad Request"), TooLong),
    "hangs": (HANG, TimedOut),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_each_failure_is_an_error_of_ours(name: str):
    says, error = BROKEN[name]
    request = REQUEST if says != HANG else Request("m", REQUEST.messages, 20, timeout=0.2)
    async with talking(says) as (client, _):
        with pytest.raises(error) as raised:
            await client.complete(request)
    assert raised.value.transient == (error in (Unreachable, RateLimited, TimedOut))
    if isinstance(raised.value, RateLimited):
        assert raised.value.retry_after == 7.0


async def test_of_many_stop_strings_the_first_four_go_out():
    request = Request("m", REQUEST.messages, 20, stop=tuple("abcdef"))
    async with talking(response(ANSWER)) as (client, server):
        await client.complete(request)
    assert server.bodies[0]["stop"] == ["a", "b", "c", "d"]


async def test_an_answer_without_end_is_broken_off():
    endless = events(*[piece("a" * 10_000)] * 30, done=False)
    async with talking(response(endless, length=10**9)) as (client, _):
        done = await client.complete(REQUEST)
    assert done.finish == "length"
    assert len(done.text) == 200_000


async def test_nobody_there_is_unreachable():
    client = OpenAIClient("http://127.0.0.1:9/v1")
    with pytest.raises(Unreachable):
        await client.complete(REQUEST)
    await client.close()

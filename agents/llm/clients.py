"""A client of one OpenAI-compatible server. Knows the network and the protocol; nothing of lanes or the game."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, NoReturn

import httpx2
import openai
from openai import AsyncOpenAI

from agents.llm.client import (
    BadRequest,
    ClientError,
    Completion,
    Heard,
    Message,
    RateLimited,
    Request,
    TimedOut,
    ToolCall,
    TooLong,
    Unreachable,
)

MOST_STOPS = 4
"""Stop strings that the protocol allows; the most important ones of a request stand first."""
MOST_CHARACTERS = 200_000
"""A stream that goes on for longer is broken off."""


class OpenAIClient:
    """A server at `base_url` (with its /v1); `api_key` may be empty.

    Belongs to the event loop in which it is first used.
    """

    def __init__(self, base_url: str, api_key: str = "") -> None:
        self.base_url = base_url
        self._openai = AsyncOpenAI(base_url=base_url, api_key=api_key or "none", max_retries=0)

    async def complete(self, request: Request, heard: Heard | None = None) -> Completion:
        """The completion of a request. Raises ClientError."""
        began = time.monotonic()
        stream = _Stream(began, heard)
        try:
            answer = await self._openai.with_options(timeout=request.timeout).chat.completions.create(
                **body_of(request), stream=True, stream_options={"include_usage": True}
            )
            async with answer:
                async for chunk in answer:
                    stream.take(chunk)
                    if stream.length > MOST_CHARACTERS:
                        break
                    if time.monotonic() - began > request.timeout:
                        raise TimedOut(f"no complete answer within {request.timeout:g} s")
        except openai.OpenAIError as error:
            raise_as_ours(error, request.timeout)
        except (httpx2.HTTPError, ValueError) as error:  # it broke, or sent what is no answer, below the library
            raise Unreachable(f"the connection broke: {error}") from error
        if not stream.finish:
            raise Unreachable("the server ended its answer before it was complete")
        return stream.completion(request)

    async def close(self) -> None:
        """Close its connections."""
        await self._openai.close()


def body_of(request: Request) -> dict[str, Any]:
    """The request as OpenAI's library takes it; what only some servers know goes into the body as it is."""
    known = ("temperature", "top_p", "presence_penalty", "frequency_penalty")
    extra: dict[str, Any] = {**request.extra, **{k: v for k, v in request.sampling.items() if k not in known}}
    if request.resume:
        extra |= {"continue_final_message": True, "add_generation_prompt": False}
    body: dict[str, Any] = {
        "model": request.model,
        "messages": [_message(message) for message in request.messages],
        "max_tokens": request.max_tokens,
        **{name: value for name, value in request.sampling.items() if name in known},
    }
    if request.stop:
        body["stop"] = list(request.stop[:MOST_STOPS])
    if request.schema:
        schema = {"name": "answer", "schema": dict(request.schema), "strict": True}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    if request.tools:
        body["tools"] = list(request.tools)
    if extra:
        body["extra_body"] = extra
    return body


def _message(message: Message) -> dict[str, Any]:
    plain: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        plain["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in message.tool_calls
        ]
    if message.tool_call_id:
        plain["tool_call_id"] = message.tool_call_id
    return plain


@dataclass
class _Stream:
    """What has come so far."""

    began: float
    heard: Heard | None
    text: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    refusal: list[str] = field(default_factory=list)
    fingerprint: str = ""
    likely: tuple[tuple[str, float], ...] = ()
    calls: dict[int, dict[str, str]] = field(default_factory=dict)
    finish: str = ""
    stopped_by: str = ""
    first: float = 0.0
    length: int = 0
    usage: Any = None

    def take(self, chunk: Any) -> None:
        """Take in a chunk."""
        self.usage = chunk.usage or self.usage
        self.fingerprint = chunk.system_fingerprint or self.fingerprint
        for choice in chunk.choices:
            delta = choice.delta
            thought = getattr(delta, "reasoning_content", None) or getattr(delta, "reasoning", None)
            self._add(self.reasoning, thought)
            self._add(self.text, delta.content)
            self.likely = self.likely or first_tokens(choice.logprobs)
            self.refusal.append(getattr(delta, "refusal", None) or "")
            for call in delta.tool_calls or ():
                self._call(call)
            self.finish = choice.finish_reason or self.finish
            stop = (choice.model_extra or {}).get("stop_reason")
            self.stopped_by = stop if isinstance(stop, str) else self.stopped_by

    def _add(self, parts: list[str], piece: str | None) -> None:
        if not piece:
            return
        self.first = self.first or time.monotonic()
        self.length += len(piece)
        if self.length > MOST_CHARACTERS:
            self.finish = "length"
            return
        parts.append(piece)
        if self.heard:
            self.heard(piece)

    def _call(self, call: Any) -> None:
        made = self.calls.setdefault(call.index, {"id": "", "name": "", "arguments": ""})
        made["id"] = call.id or made["id"]
        if call.function:
            made["name"] += call.function.name or ""
            made["arguments"] += call.function.arguments or ""

    def completion(self, request: Request) -> Completion:
        """The whole answer."""
        now, usage = time.monotonic(), self.usage
        details = getattr(usage, "prompt_tokens_details", None)
        return Completion(
            text="".join(self.text),
            finish=self.finish,
            stopped_by=self.stopped_by,
            reasoning="".join(self.reasoning),
            refusal="".join(self.refusal),
            fingerprint=self.fingerprint,
            first=self.likely,
            tool_calls=tuple(ToolCall(**made) for _, made in sorted(self.calls.items())),
            prompt_tokens=usage.prompt_tokens if usage else 0,
            cached_tokens=getattr(details, "cached_tokens", None) or 0,
            completion_tokens=usage.completion_tokens if usage else 0,
            latency_ms=round((now - self.began) * 1000),
            first_token_ms=round(((self.first or now) - self.began) * 1000),
        )


def first_tokens(logprobs: Any) -> tuple[tuple[str, float], ...]:
    """The likeliest first tokens of a choice with their log-probabilities; empty where a server does not say them."""
    said = logprobs.content if logprobs else None
    return tuple((one.token, one.logprob) for one in said[0].top_logprobs) if said else ()


def raise_as_ours(error: openai.OpenAIError, timeout: float) -> NoReturn:
    """The library's error as one of ours."""
    message = str(error)[:500]
    if isinstance(error, openai.APITimeoutError):
        raise TimedOut(f"no complete answer within {timeout:g} s") from error
    if isinstance(error, openai.APIStatusError):
        raise refused(error.status_code, message, _retry_after(error.response.headers)) from error
    if isinstance(error, openai.APIConnectionError):
        raise Unreachable(f"the connection broke: {error.__cause__ or message}") from error
    if isinstance(error, openai.APIError):
        raise Unreachable(message) from error
    raise ClientError(message) from error


def refused(status: int, message: str, retry_after: float | None = None) -> ClientError:
    """What an HTTP status that is not OK means."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimited(message, retry_after)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unreachable(message)
    is_too_long = status == HTTPStatus.BAD_REQUEST and any(word in message.lower() for word in _TOO_LONG)
    return (TooLong if is_too_long else BadRequest)(message)


_TOO_LONG = ("maximum context length", "context_length_exceeded", "too long", "max_model_len")


def _retry_after(headers: Mapping[str, str]) -> float | None:
    try:
        return float(headers.get("retry-after", ""))
    except ValueError:
        return None

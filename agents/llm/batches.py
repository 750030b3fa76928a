"""A client of a provider's batches: what is asked at one time goes as one file, and is answered within a day.

Knows OpenAI's protocol of files and batches; nothing of judges. Nothing is kept here: a batch is known again by its
name, a hash of its lines, so that whoever asks the same after a stop gets the answers of the batch that is under way.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import time
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

import openai
from openai import AsyncOpenAI
from openai.types import Batch
from openai.types.chat import ChatCompletion

from agents.llm.client import BadRequest, ClientError, Completion, Heard, Request, ToolCall, Unreachable
from agents.llm.clients import body_of, first_tokens, raise_as_ours, refused

QUIET = 2.0
"""Seconds without another request after which those that wait are sent."""
PAUSE = 20.0
"""Seconds between two looks at a batch."""
MOST_LINES = 50_000
"""Requests that a batch may hold, by the protocol."""
PATH: Final = "/v1/chat/completions"
OVER = frozenset({"completed", "failed", "expired", "cancelled"})
LOST = frozenset({"failed", "expired", "cancelling", "cancelled"})
"""What a batch is not gone on with."""
TIMEOUT = 120.0

log = logging.getLogger(__name__)


class BatchClient:
    """Batches at `base_url` (with its /v1). Belongs to the event loop in which it is first used."""

    def __init__(self, base_url: str, api_key: str = "") -> None:
        self._openai = AsyncOpenAI(base_url=base_url, api_key=api_key or "none", max_retries=2, timeout=TIMEOUT)
        self._waiting: dict[str, dict[str, Any]] = {}
        """Bodies by their names: equal requests are one."""
        self._answers: dict[str, asyncio.Future[Completion]] = {}
        self._asked_at = 0.0
        self._sending: set[asyncio.Task[None]] = set()

    async def complete(self, request: Request, heard: Heard | None = None) -> Completion:
        """The completion of a request, once its batch is there. Raises ClientError."""
        body = body_of(request)
        body |= body.pop("extra_body", {})
        name = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        if name not in self._answers:
            self._answers[name] = asyncio.get_running_loop().create_future()
            if not self._waiting:
                self._start(self._gather())
            self._waiting[name], self._asked_at = body, time.monotonic()
        completion = await asyncio.shield(self._answers[name])
        if heard:
            heard(completion.text)
        return completion

    async def close(self) -> None:
        """Close its connections; a batch that is under way goes on."""
        for task in self._sending:
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)
        await self._openai.close()

    def _start(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _gather(self) -> None:
        """Wait until nobody asks any more, then send."""
        while (left := self._asked_at + QUIET - time.monotonic()) > 0 and len(self._waiting) < MOST_LINES:
            await asyncio.sleep(left)
        bodies, self._waiting = self._waiting, {}
        try:
            found = await self._answered(bodies)
        except openai.OpenAIError as error:
            found = dict.fromkeys(bodies, _ours(error))
        except ClientError as error:
            found = dict.fromkeys(bodies, error)
        except (ValueError, LookupError) as error:
            found = dict.fromkeys(bodies, Unreachable(f"what came is no file of answers: {error}"[:500]))
        for name in bodies:
            answer, what = self._answers.pop(name), found.get(name)
            if isinstance(what, Completion):
                answer.set_result(what)
            else:
                answer.set_exception(what or Unreachable("the batch has no answer to it"))

    async def _answered(self, bodies: Mapping[str, Mapping[str, Any]]) -> dict[str, Completion | ClientError]:
        batch = await self._batch(bodies)
        while batch.status not in OVER:
            if counts := batch.request_counts:
                log.info("Batch %s: %s, %s of %s answered", batch.id, batch.status, counts.completed, counts.total)
            await asyncio.sleep(PAUSE)
            batch = await self._openai.batches.retrieve(batch.id)
        files = [one for one in (batch.output_file_id, batch.error_file_id) if one]
        if not files:
            flaws = "; ".join(one.message or "" for one in (batch.errors and batch.errors.data) or ())
            error = BadRequest if batch.status == "failed" else Unreachable
            raise error(f"the batch {batch.id} has {batch.status}: {flaws}"[:500])
        return answers_of([(await self._openai.files.content(one)).text for one in files])

    async def _batch(self, bodies: Mapping[str, Mapping[str, Any]]) -> Batch:
        """The batch of these lines: one that is under way or over, else a new one."""
        name = hashlib.sha256("".join(sorted(bodies)).encode()).hexdigest()
        async for known in self._openai.batches.list(limit=100):
            if (known.metadata or {}).get("tossim") == name and known.status not in LOST:
                return known
        file = await self._openai.files.create(file=("batch.jsonl", lines_of(bodies)), purpose="batch")
        return await self._openai.batches.create(
            input_file_id=file.id, endpoint=PATH, completion_window="24h", metadata={"tossim": name}
        )


def lines_of(bodies: Mapping[str, Mapping[str, Any]]) -> bytes:
    """The file that asks for completions of these bodies, by their names."""
    rows = ({"custom_id": name, "method": "POST", "url": PATH, "body": body} for name, body in bodies.items())
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def answers_of(files: Iterable[str]) -> dict[str, Completion | ClientError]:
    """What files of results say, by the names of what was asked."""
    rows = [json.loads(line) for text in files for line in text.splitlines() if line.strip()]
    return {row["custom_id"]: _answer(row) for row in rows}


def _answer(row: Mapping[str, Any]) -> Completion | ClientError:
    response = row.get("response") or {}
    body, error = response.get("body") or {}, row.get("error") or {}
    if response.get("status_code") == HTTPStatus.OK:
        try:
            return _completion(ChatCompletion.model_validate(body))
        except (ValueError, LookupError) as flaw:
            return Unreachable(f"what came is no completion: {flaw}"[:500])
    message = (error or body.get("error") or {}).get("message", "no reason given")
    return refused(response.get("status_code") or 500, str(message)[:500])


def _completion(body: ChatCompletion) -> Completion:
    choice, usage = body.choices[0], body.usage
    details = usage.prompt_tokens_details if usage else None
    calls = (call for call in choice.message.tool_calls or () if call.type == "function")
    return Completion(
        text=choice.message.content or "",
        finish=choice.finish_reason,
        reasoning=getattr(choice.message, "reasoning_content", None) or "",
        refusal=choice.message.refusal or "",
        tool_calls=tuple(ToolCall(call.id, call.function.name, call.function.arguments) for call in calls),
        prompt_tokens=usage.prompt_tokens if usage else 0,
        cached_tokens=(details.cached_tokens or 0) if details else 0,
        completion_tokens=usage.completion_tokens if usage else 0,
        fingerprint=body.system_fingerprint or "",
        first=first_tokens(choice.logprobs),
    )


def _ours(error: openai.OpenAIError) -> ClientError:
    try:
        raise_as_ours(error, TIMEOUT)
    except ClientError as ours:
        return ours

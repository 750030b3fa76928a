"""What is asked of a model server and what comes back, as plain values; `Client` is whatever answers.

Knows no network, no lanes and no game. Clients stand in `agents.llm.clients`, the one that chooses a lane
in `agents.lanes`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Heard = Callable[[str], None]
"""Called with each piece of text as it comes."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation, in OpenAI's words; `tool_calls` and `tool_call_id` for the protocol `tools`."""

    role: str
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that the model wants made; `arguments` is JSON as the model wrote it, right or wrong."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Request:
    """One completion that is wanted.

    With `resume` the last message is the assistant's own and is gone on with. With `schema` the completion must be
    JSON of that schema.
    """

    model: str
    messages: tuple[Message, ...]
    max_tokens: int
    resume: bool = False
    stop: tuple[str, ...] = ()
    sampling: Mapping[str, float] = field(default_factory=dict)
    """temperature, top_p, top_k, min_p, repetition_penalty and the like, as the server names them."""
    schema: Mapping[str, Any] | None = None
    tools: tuple[Mapping[str, Any], ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Further fields of the request body, such as `chat_template_kwargs`."""
    timeout: float = 120.0
    """Seconds until it counts as unanswered."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What a server answered, and what it cost.

    `text` leaves the stop string out; `stopped_by` names it. `reasoning` is what a server sets apart as thought,
    `refusal` why it declines to answer.
    Token counts are the server's own; `cached_tokens` are those of the prompt that it did not have to compute.
    """

    text: str
    finish: str
    stopped_by: str = ""
    reasoning: str = ""
    refusal: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    latency_ms: int = 0
    first_token_ms: int = 0
    lane: str = ""
    retries: tuple[str, ...] = ()
    """What went wrong before it worked, a sentence each."""
    fingerprint: str = ""
    """Which configuration answered, where a server says it."""
    first: tuple[tuple[str, float], ...] = ()
    """The likeliest first tokens with their log-probabilities, where the request asked for them and the server says."""


class ClientError(Exception):
    """A request that got no completion. `transient`: the same request may work later, or elsewhere."""

    transient = False


class Unreachable(ClientError):
    """The server cannot be reached, died in mid-answer, or answered 5xx."""

    transient = True


class TimedOut(ClientError):
    """No complete answer within the request's time."""

    transient = True


class RateLimited(ClientError):
    """Too many requests (429); `retry_after` in seconds, where the server says it."""

    transient = True

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TooLong(ClientError):
    """The prompt does not fit the model's window."""


class BadRequest(ClientError):
    """The server refuses the request: unknown model, wrong key, an option that it does not know."""


class NoLane(ClientError):
    """No lane serves the model, and none came back in time."""


class Client(Protocol):
    """Whatever answers requests: a server, a lane out of several, a recording, or a fault."""

    async def complete(self, request: Request, heard: Heard | None = None) -> Completion:
        """The completion of a request; `heard` gets its text in pieces. Raises ClientError."""

    async def close(self) -> None:
        """Let go of what it holds, such as connections; it is not used again."""

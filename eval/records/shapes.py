"""The shape of every record: what its makers fill in, its JSON Schema, and what the check holds it against.

One definition for all three. A shape that changes gets another number in its `schema`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict

SHAPE = ConfigDict(extra="forbid", use_attribute_docstrings=True)
Stamp: TypeAlias = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")]
Count: TypeAlias = Annotated[int, Field(ge=0)]
_SEQ = "The number in the log of the event that it comes from; null for a decision that was never applied."
SeatNumber: TypeAlias = Annotated[int, Field(ge=1)]
Audience: TypeAlias = Literal["public", "host"] | list[int]


@with_config(SHAPE)
class Head(TypedDict):
    """What every record begins with."""

    game_id: Annotated[str, Field(description="The match.")]
    seq: Annotated[int | None, Field(description=_SEQ)]
    turn: Annotated[int, Field(ge=0, description="The stage: each round of questions is one more.")]
    timestamp: Annotated[Stamp, Field(description="When it was written or decided: ISO 8601, UTC.")]
    day: Annotated[int, Field(ge=0, description="Days and nights share their number.")]
    phase: Annotated[str, Field(description="The phase in which it stands in the log.")]


@with_config(SHAPE)
class Acting(Head):
    """A record of somebody at the table."""

    seat: SeatNumber
    player_name: str
    agent: Annotated[str, Field(description="What plays the seat: an agent or a model by its name, or `person`.")]


@with_config(SHAPE)
class Chat(Head):
    """Something that was said: one record a line, however many hear it."""

    schema: Literal["chat/1"]
    seat: SeatNumber
    speaker: str
    message: str
    is_whisper: bool
    channel: str
    alias: str
    """Under what name it is heard by those who may not know the speaker."""
    target: str
    """To whom it is whispered."""
    audience: Audience


@with_config(SHAPE)
class Deed(TypedDict, total=False):
    """An action as the engine takes it."""

    text: str
    channel: str
    ability: str
    targets: list[str]
    param: str
    verdict: str
    level: int
    day: int


@with_config(SHAPE)
class Interaction(Deed):
    """What a seat wanted to do, and what came of it."""

    interaction_type: str
    """The action's verb; `attempt` for a model's try from which no action was taken."""
    target: str | None
    """The player whom it is about, if it is about one."""
    outcome: Literal["accepted", "refused", "moot", "elapsed"]
    reason: str
    """The code of a refusal."""
    attempt: Count
    """Which try at the ask it belongs to, from 0."""


@with_config(SHAPE)
class ToolCall(TypedDict):
    """A look-up of a model."""

    tool_name: str
    arguments: dict[str, Any]
    result: str
    ok: bool
    attempt: Count


@with_config(SHAPE)
class _Action(Acting):
    schema: Literal["agent_actions/1"]
    ask_id: Annotated[str, Field(description="The question that was answered; empty for what is done unasked.")]
    source: Annotated[str, Field(description="Who decided; empty where the decision is not kept.")]
    model: str


@with_config(SHAPE)
class ToolCalled(_Action):
    """A look-up in the match, as part of a decision."""

    action_type: Literal["TOOL_CALL"]
    payload: ToolCall


@with_config(SHAPE)
class Interacted(_Action):
    """An action, accepted or refused."""

    action_type: Literal["INTERACTION"]
    payload: Interaction


@with_config(SHAPE)
class Try(TypedDict):
    """One completion of a model, as it came."""

    text: str
    finish: str
    refusal: str
    reason: str


@with_config(SHAPE)
class Completion(TypedDict):
    """What a decision was read from."""

    completion: str
    """The text of a model that was taken, raw; empty where a script decided or a default filled the answer."""
    attempts: list[Try]
    fallback: str
    """Why a default filled the answer."""
    error: str


@with_config(SHAPE)
class Reasoning(Acting):
    """Why an agent decided as it did."""

    schema: Literal["agent_reasoning/1"]
    ask_id: str
    source: str
    model: str
    thinking_process: str
    payload: Completion


@with_config(SHAPE)
class Request(TypedDict):
    """Tokens and time of one attempt."""

    prompt_tokens: Count
    cached_tokens: Count
    output_tokens: Count
    latency_ms: Count
    finish: str
    refusal: str


@with_config(SHAPE)
class Inference(TypedDict):
    """What a decision took, over all requests."""

    latency_ms: Count
    prompt_tokens: Count
    cached_tokens: Count
    """Of the prompt tokens, those that were not computed anew."""
    output_tokens: Count
    thought_tokens: Count
    spoken_tokens: Count
    finish: str
    attempts: list[Request]
    retries: list[str]
    fallback: str


@with_config(SHAPE)
class Traced(Acting):
    """A decision of a model as its server saw it."""

    schema: Literal["inference_trace/1"]
    event_type: Literal["INFERENCE_COMPLETE", "INFERENCE_FAILED"]
    """Failed: no server gave an answer."""
    ask_id: str
    model: str
    lane: str
    adapter: str
    payload: Inference


@with_config(SHAPE)
class Metrics(Acting):
    """The metrics of a seat, written at the end."""

    schema: Literal["research_metrics/1"]
    role: str
    faction: str
    model: str
    alignment: str
    metrics: dict[str, Any]
    """By name: value, numerator, denominator, unit; a value that does not exist is null."""


@with_config(SHAPE)
class Text(Acting):
    """A text that a seat wrote, with the truth about its author."""

    schema: Literal["communication_text/1"]
    kind: Literal["chat", "whisper", "last_will", "death_note", "notebook", "summary"]
    channel: str
    target: str
    text: str
    characters: Count
    role: str
    faction: str
    audience: Audience


@with_config(SHAPE)
class Message(TypedDict):
    """One message of a chat."""

    role: str
    content: str


@with_config(SHAPE)
class SampleFacts(TypedDict):
    """Where a sample comes from."""

    game: str
    family: str
    """Alike for a match and its forks: what a split must keep together."""
    seat: SeatNumber
    player_id: SeatNumber
    role: str
    faction: str
    environment_turn: Count
    day: Count
    phase: str
    ask: str
    """What was asked: speak, vote, judge, ..."""
    ask_id: str
    model: str
    alignment: str
    misaligned: bool
    source: str
    protocol: str
    notation: str
    accepted: bool
    """Whether the first completion was taken."""
    attempts: Count
    model_generations: Count
    forced_wait: bool
    """Whether the answer is a pass where another action was legal."""
    left_out: Count
    """Actions of a script that its completion cannot carry."""
    outcome: str
    won: bool
    prompt_tokens: Count
    completion_tokens: Count
    exact_tokens: bool
    """Whether they are counted by the model's own tokenizer; else they are estimated by length."""


@with_config(SHAPE)
class Sample(Acting):
    """A prompt and its completion, to train on."""

    schema: Literal["sft_dataset/1"]
    sample_id: str
    prompt: str
    completion: str
    messages: list[Message]
    """The same as a chat: what was sent, and last the completion."""
    metadata: SampleFacts


Action: TypeAlias = Annotated[ToolCalled | Interacted, Field(discriminator="action_type")]
"""A line of `agent_actions`."""

STREAM_SHAPES: dict[str, Any] = {
    "chat": Chat,
    "agent_actions": Action,
    "agent_reasoning": Reasoning,
    "inference_trace": Traced,
    "research_metrics": Metrics,
    "communication_text": Text,
    "sft_dataset": Sample,
}
"""The shape of a line of each stream but `game_events`."""

"""A private question to a model beside its match: what it takes the others for.

It is asked on the prompt's own prefix with another end, so that a server has nearly all of it cached, and nothing of it
stays: neither in the transcript nor in any budget. Pure but for the client that it is given.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from agents.guess import Guess, alignments, others
from agents.llm.client import BadRequest, Client, ClientError, Completion, Request
from agents.llm.hygiene import neutral
from agents.llm.notation import Unclear, seat_of, shown
from agents.llm.prompt import Prompt, Transcript
from agents.llm.record import ModelRecord
from agents.llm.templating import template
from game.engine.state import View
from game.engine.types import Seat

TOKENS_A_PLAYER = 32
"""For a name, a chance and an alignment, as JSON."""


async def ask(transcript: Transcript, view: View, client: Client) -> Guess:
    """What the model takes the living others for; with a reason where it gives no guess."""
    record, about = transcript.record, others(view)
    if not about:
        return Guess(model=record.name, error="nobody else lives")
    names = _names(transcript, view)
    prompt = probe_prompt(transcript, view)
    schema = schema_of([names[seat - 1] for seat in about], alignments(view.public.table))
    try:
        completion = await _complete(record, prompt, client, schema, TOKENS_A_PLAYER * len(about))
    except ClientError as error:
        return Guess(model=record.name, error=f"{type(error).__name__}: {error}"[:300])
    found = read(completion.text, names, about, view, record)
    return replace(
        found, model=record.name, text=completion.text, prompt_tokens=completion.prompt_tokens,
        cached_tokens=completion.cached_tokens, completion_tokens=completion.completion_tokens,
        latency_ms=completion.latency_ms,
    )  # fmt: skip


def probe_prompt(transcript: Transcript, view: View) -> Prompt:
    """What is sent: all that the seat has seen, and the question at the end."""
    names = _names(transcript, view)
    about = [names[seat - 1] for seat in others(view)]
    return transcript.aside(template("probe", names=about, alignments=alignments(view.public.table)))


def schema_of(names: Sequence[str], known: Sequence[str]) -> dict[str, Any]:
    """The JSON schema of an answer."""
    one = {
        "type": "object",
        "properties": {
            "evil": {"type": "integer", "minimum": 0, "maximum": 100},
            "alignment": {"type": "string", "enum": list(known)},
        },
        "required": ["evil", "alignment"],
        "additionalProperties": False,
    }
    wanted = list(names)
    return {
        "type": "object", "properties": dict.fromkeys(wanted, one), "required": wanted, "additionalProperties": False
    }  # fmt: skip


def read(text: str, names: Sequence[str], about: Sequence[Seat], view: View, record: ModelRecord) -> Guess:
    """The guess in an answer; of each player what can be read of it."""
    try:
        answer = json.loads(text[text.index("{") : text.rindex("}") + 1])
    except ValueError:
        return Guess(error="the answer is no JSON")
    evil: dict[Seat, float] = {}
    named: dict[Seat, str] = {}
    known = alignments(view.public.table)
    for name, one in answer.items() if isinstance(answer, dict) else ():
        seat = _seat(str(name), names, record)
        if seat not in about or not isinstance(one, Mapping):
            continue
        chance, alignment = one.get("evil"), one.get("alignment")
        if isinstance(chance, int | float) and not isinstance(chance, bool) and 0 <= chance <= 100:
            evil[seat] = chance / 100
        if alignment in known:
            named[seat] = str(alignment)
    return Guess(evil, named, error="" if evil or named else "the answer guesses nothing")


def _names(transcript: Transcript, view: View) -> tuple[str, ...]:
    """What the players are called in the prompt."""
    names = [neutral(name, transcript.special) for name in view.public.table.names]
    return shown(names, transcript.record.notation)


def _seat(name: str, names: Sequence[str], record: ModelRecord) -> Seat:
    try:
        return seat_of(name, names, record.notation)
    except Unclear:
        return 0


async def _complete(
    record: ModelRecord, prompt: Prompt, client: Client, schema: Mapping[str, Any], most: int
) -> Completion:  # fmt: skip
    request = Request(
        record.served, prompt.messages, most, stop=record.preset.stop, schema=schema if record.structured else None,
        sampling={**record.preset.sampling, **record.sampling}, extra=record.preset.extra,
    )  # fmt: skip
    try:
        return await client.complete(request)
    except BadRequest:
        if request.schema is None:
            raise
        return await client.complete(replace(request, schema=None))

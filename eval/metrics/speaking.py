"""Rows 8, 9, 40, 41 and half of 37: how much is said and thought, where, how fast and at what price."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from statistics import quantiles

from eval.decision import DecisionRecord
from eval.evidence.record import Line
from eval.metrics.case import Case
from eval.metrics.registry import Kind, Source, metric
from eval.metrics.value import Value, count, null, ratio
from game.engine.types import Channel, Seat

CHARACTERS_A_TOKEN = 4
"""How a person's words are counted, and a script's: whoever has no tokenizer."""
NOTHING_KEPT = "nothing was kept of the seat's decisions"
WRITTEN = "with the tokenizer of the seat's model; where it has none, characters over four, and then `estimated`"


def tokens_of(case: Case, seat: Seat, texts: Sequence[str]) -> Value:
    """Tokens of texts, with their characters beside them."""
    model = next((made.model for made in reversed(case.decisions.of(seat)) if made.model), "")
    tokenize = case.tokenizers.get(model)
    characters = sum(map(len, texts))
    if tokenize:
        return count(sum(map(tokenize, texts)), {"characters": characters})
    estimated = sum(math.ceil(len(text) / CHARACTERS_A_TOKEN) for text in texts)
    return count(estimated, {"characters": characters, "estimated": 1})


def _lines(case: Case, seat: Seat, *, whispered: bool) -> list[Line]:
    return [line for line in case.lines.of(seat) if (line.channel is Channel.WHISPER) == whispered]


def _texts(lines: Iterable[Line]) -> list[str]:
    return [line.text for line in lines]


@metric(8, Kind.COUNT, "tokens", f"tokens of all lines said in a channel, {WRITTEN}")
def tokens_spoken(case: Case, seat: Seat) -> Value:
    """How much the seat says aloud, by day and in its night channels."""
    return tokens_of(case, seat, _texts(_lines(case, seat, whispered=False)))


@metric(8, Kind.COUNT, "tokens", f"tokens of all whispers, {WRITTEN}")
def tokens_whispered(case: Case, seat: Seat) -> Value:
    """How much the seat whispers."""
    return tokens_of(case, seat, _texts(_lines(case, seat, whispered=True)))


@metric(8, Kind.COUNT, "tokens", "tokens of thought as the server counted them; without a model, estimated",
        null="nothing was kept of the decisions", source=Source.DECISIONS)  # fmt: skip
def tokens_thought(case: Case, seat: Seat) -> Value:
    """How much the seat thinks."""
    made = case.decisions.of(seat)
    if not made:
        return null(NOTHING_KEPT)
    if any(one.model for one in made):
        characters = sum(len(one.thought) for one in made)
        return count(sum(one.thought_tokens for one in made), {"characters": characters})
    return tokens_of(case, seat, [one.thought for one in made if one.thought])


@metric(8, Kind.COUNT, "tokens", f"tokens of the names and arguments of look-ups, {WRITTEN}",
        null="nothing was kept of the decisions", source=Source.DECISIONS)  # fmt: skip
def tokens_tool(case: Case, seat: Seat) -> Value:
    """How much the seat writes to look things up."""
    made = case.decisions.of(seat)
    if not made:
        return null(NOTHING_KEPT)
    uses = [use for one in made for attempt in one.attempts for use in attempt.get("tools", ())]
    return tokens_of(case, seat, [f"{use.get('name', '')} {json.dumps(use.get('arguments', {}))}" for use in uses])


@metric(9, Kind.MEAN, "tokens", "tokens spoken", "lines said in a channel", null="never said a line")
def tokens_per_message(case: Case, seat: Seat) -> Value:
    """How long the seat's lines are."""
    return ratio(_number(tokens_spoken(case, seat)), len(_lines(case, seat, whispered=False)), "no line")


@metric(9, Kind.RATE, "share", "tokens of thought", "tokens of thought and of speech",
        null="neither thought nor speech, or nothing was kept of the decisions", source=Source.DECISIONS)  # fmt: skip
def thought_ratio(case: Case, seat: Seat) -> Value:
    """How much of what the seat writes stays with itself."""
    thought = tokens_thought(case, seat)
    if thought.is_null:
        return thought
    thoughts, words = _number(thought), _number(tokens_spoken(case, seat))
    return ratio(thoughts, thoughts + words, "neither thought nor speech")


def _number(value: Value) -> float:
    assert isinstance(value.value, int | float)
    return value.value


@metric(37, Kind.RATE, "share", "whispers", "whispers and public lines", null="no message")
def whisper_share(case: Case, seat: Seat) -> Value:
    """How much of what the seat says by day is for one pair of ears."""
    whispers = len(_lines(case, seat, whispered=True))
    public = sum(line.channel is Channel.PUBLIC for line in case.lines.of(seat))
    return ratio(whispers, whispers + public, "no message")


@metric(40, Kind.RATE, "share", "days without a public line of the seat", "days that the seat began alive",
        null="lived no day")  # fmt: skip
def silence(case: Case, seat: Seat) -> Value:
    """How often the seat says nothing all day."""
    spoke = {line.day for line in case.lines.of(seat) if line.channel is Channel.PUBLIC}
    days = case.lived[seat]
    return ratio(sum(day.day not in spoke for day in days), len(days), "lived no day")


# What models cost -----------------------------------------------------------------------------------------------------


def _by_models(case: Case, seat: Seat) -> list[DecisionRecord]:
    return [made for made in case.decisions.of(seat) if made.model]


def _latency(case: Case, seat: Seat, percent: int) -> Value:
    """A percentile of the seconds that a model took, by linear interpolation."""
    waits = [made.latency_ms / 1000 for made in _by_models(case, seat)]
    if not waits:
        return null("no decision of a model")
    return count(waits[0] if len(waits) == 1 else quantiles(waits, n=100, method="inclusive")[percent - 1])


@metric(41, Kind.MEAN, "seconds", "median of the seconds that a model took for an ask", null="no decision of a model",
        source=Source.DECISIONS)  # fmt: skip
def latency_p50(case: Case, seat: Seat) -> Value:
    """How long the seat thinks, usually."""
    return _latency(case, seat, 50)


@metric(41, Kind.MEAN, "seconds", "95th percentile of the seconds that a model took for an ask",
        null="no decision of a model", source=Source.DECISIONS)  # fmt: skip
def latency_p95(case: Case, seat: Seat) -> Value:
    """How long the seat thinks, at worst."""
    return _latency(case, seat, 95)


@metric(41, Kind.MEAN, "tokens", "tokens of the prompts; those from the cache apart", "asks that a model decided",
        null="no decision of a model", source=Source.DECISIONS)  # fmt: skip
def tokens_in(case: Case, seat: Seat) -> Value:
    """How much a model reads for an ask."""
    made = _by_models(case, seat)
    cached = sum(one.cached_tokens for one in made)
    return ratio(sum(one.prompt_tokens for one in made), len(made), "no decision of a model", cached=cached)


@metric(41, Kind.MEAN, "US dollars", "price of all tokens, those from the cache at theirs", "asks that a model decided",
        null="no decision of a model, or its price is not known", source=Source.DECISIONS)  # fmt: skip
def cost(case: Case, seat: Seat) -> Value:
    """What an ask costs."""
    made = _by_models(case, seat)
    if any(one.model not in case.prices for one in made):
        return null("the price of the model is not known")
    return ratio(sum(_price(case, one) for one in made), len(made), "no decision of a model")


def _price(case: Case, made: DecisionRecord) -> float:
    prompt, cached, written = case.prices[made.model]
    fresh, words = made.prompt_tokens - made.cached_tokens, made.thought_tokens + made.spoken_tokens
    return (fresh * prompt + made.cached_tokens * cached + words * written) / 1e6

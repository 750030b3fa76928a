"""Rows as tokens, with the ones that are learned marked. Knows a tokenizer, no model.

What is learned is found by the markers that open a turn, as published training does: chat templates seldom say
themselves what the model has written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from training.config.sft import SftSpec
from training.dataset.rows import DataError, Row

IGNORED = -100
"""The label of a token that counts for nothing."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Rows as a trainer takes them, and how many had no learned token within the longest length."""

    rows: list[dict[str, list[int]]]
    left_out: int

    @property
    def learned(self) -> int:
        """Tokens that the loss is of."""
        return sum(label != IGNORED for row in self.rows for label in row["labels"])


def examples(rows: Sequence[Row], tokenizer: Any, spec: SftSpec) -> Examples:
    """All rows as tokens. Raises DataError where the markers do not fit a row."""
    made, left_out = [], 0
    for row in rows:
        ids, labels = _conversation(row, tokenizer, spec) if row.turns else _pair(row, tokenizer, spec)
        ids, labels = ids[: spec.max_seq_length], labels[: spec.max_seq_length]
        if any(label != IGNORED for label in labels[1:]):  # the first token is never foretold
            made.append({"input_ids": ids, "labels": labels})
        else:
            left_out += 1
    if not made:
        raise DataError(f"no row has an answer within {spec.max_seq_length} tokens: raise max_seq_length")
    return Examples(made, left_out)


def _conversation(row: Row, tokenizer: Any, spec: SftSpec) -> tuple[list[int], list[int]]:
    messages = [{"role": turn.role, "content": turn.content} for turn in row.turns]
    text: str = tokenizer.apply_chat_template(messages, tokenize=False)
    spans = [(0, len(text))]
    if spec.train_on_responses_only:
        spans = list(_answers(text, spec.instruction_marker, spec.response_marker))
        count = sum(turn.role == "assistant" for turn in row.turns)
        if len(spans) != count:
            raise DataError(
                f"row {row.number}: the response marker {spec.response_marker!r} stands {len(spans)} times in a "
                f"conversation with {count} answers"
            )
    return _labelled(text, spans, tokenizer, special=False)


def _answers(text: str, instruction: str, response: str) -> Iterator[tuple[int, int]]:
    """Where answers stand: from behind a response marker to the next instruction marker."""
    at = 0
    while (found := text.find(response, at)) >= 0:
        start = found + len(response)
        end = text.find(instruction, start)
        again = text.find(response, start)
        at = end = min(place for place in (end, again, len(text)) if place >= 0)
        yield start, end


def _pair(row: Row, tokenizer: Any, spec: SftSpec) -> tuple[list[int], list[int]]:
    text = row.prompt + row.completion
    start = len(row.prompt) if spec.train_on_responses_only else 0
    ids, labels = _labelled(text, [(start, len(text))], tokenizer, special=True)
    if tokenizer.eos_token_id is not None:
        ids, labels = [*ids, tokenizer.eos_token_id], [*labels, tokenizer.eos_token_id]
    return ids, labels


def _labelled(
    text: str, spans: Sequence[tuple[int, int]], tokenizer: Any, *, special: bool
) -> tuple[list[int], list[int]]:
    """Tokens of a text, and as labels those that begin in a span. `special` adds what a bare text begins with."""
    made = tokenizer(text, add_special_tokens=special, return_offsets_mapping=True)
    ids: list[int] = made["input_ids"]
    begins = [(start, end) for start, end in made["offset_mapping"]]
    inside = [any(first <= start < last for first, last in spans) and end > start for start, end in begins]
    return ids, [token if learned else IGNORED for token, learned in zip(ids, inside, strict=True)]

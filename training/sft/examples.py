"""Rows as tokens, with the ones that are learned marked. Knows a tokenizer, no model.

What is learned is found by the markers that open a turn, as published training does: chat templates seldom say
themselves what the model has written. Tokens are kept in arrays: as numbers of Python those of two hundred matches
take ten gigabytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from training.config.sft import SftSpec
from training.dataset.rows import DataError, Row

IGNORED = -100
"""The label of a token that counts for nothing."""
Tokens: TypeAlias = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Examples:
    """Rows as a trainer takes them, and how many had no learned token within the longest length."""

    rows: list[dict[str, Tokens]]
    left_out: int

    @property
    def learned(self) -> int:
        """Tokens that the loss is of."""
        return sum(int(np.count_nonzero(row["labels"] != IGNORED)) for row in self.rows)


def examples(rows: Sequence[Row], tokenizer: Any, spec: SftSpec) -> Examples:
    """All rows as tokens. Raises DataError where the markers do not fit a row."""
    made, left_out = [], 0
    for row in rows:
        ids, labels = _conversation(row, tokenizer, spec) if row.turns else _pair(row, tokenizer, spec)
        ids, labels = ids[: spec.max_seq_length], labels[: spec.max_seq_length]
        if (labels[1:] != IGNORED).any():  # the first token is never foretold
            made.append({"input_ids": ids, "labels": labels})
        else:
            left_out += 1
    if not made:
        raise DataError(f"no row has an answer within {spec.max_seq_length} tokens: raise max_seq_length")
    return Examples(made, left_out)


def _conversation(row: Row, tokenizer: Any, spec: SftSpec) -> tuple[Tokens, Tokens]:
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


def _pair(row: Row, tokenizer: Any, spec: SftSpec) -> tuple[Tokens, Tokens]:
    text = row.prompt + row.completion
    start = len(row.prompt) if spec.train_on_responses_only else 0
    ids, labels = _labelled(text, [(start, len(text))], tokenizer, special=True)
    if tokenizer.eos_token_id is not None:
        end = np.int32(tokenizer.eos_token_id)
        ids, labels = np.append(ids, end), np.append(labels, end)
    return ids, labels


def _labelled(text: str, spans: Sequence[tuple[int, int]], tokenizer: Any, *, special: bool) -> tuple[Tokens, Tokens]:
    """Tokens of a text, and as labels those that begin in a span. `special` adds what a bare text begins with."""
    made = tokenizer(text, add_special_tokens=special, return_offsets_mapping=True)
    ids = np.array(made["input_ids"], np.int32)
    start, end = np.array(made["offset_mapping"], np.int64).reshape(-1, 2).T
    inside = np.zeros(len(ids), bool)
    for first, last in spans:
        inside |= (first <= start) & (start < last) & (end > start)
    return ids, np.where(inside, ids, np.int32(IGNORED))

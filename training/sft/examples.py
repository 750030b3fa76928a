"""Rows as tokens, with the ones that are learned marked. Knows a tokenizer, no model.

What is learned is found by the markers that open a turn, as published training does: chat templates seldom say
themselves what the model has written. Tokens are kept in arrays: as numbers of Python those of two hundred matches
take ten gigabytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from training.config.sft import SftSpec
from training.dataset.rows import DataError, Row

IGNORED = -100
"""The label of a token that counts for nothing."""
BATCH = 256
"""Rows whose tokens are made at once, by all cores."""
Tokens: TypeAlias = NDArray[np.int32]
Span: TypeAlias = tuple[int, int]
"""Characters of a text: the first, and the one behind the last."""


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
    for ids, labels in _labelled(rows, tokenizer, spec):
        ids, labels = ids[: spec.max_seq_length], labels[: spec.max_seq_length]
        if (labels[1:] != IGNORED).any():  # the first token is never foretold
            made.append({"input_ids": ids, "labels": labels})
        else:
            left_out += 1
    if not made:
        raise DataError(f"no row has an answer within {spec.max_seq_length} tokens: raise max_seq_length")
    return Examples(made, left_out)


def _labelled(rows: Sequence[Row], tokenizer: Any, spec: SftSpec) -> Iterator[tuple[Tokens, Tokens]]:
    """The tokens of each row, and its labels: the tokens that begin where something is learned."""
    for has_turns, alike in groupby(rows, lambda row: bool(row.turns)):
        while batch := list(islice(alike, BATCH)):
            texts = [_conversation(row, tokenizer, spec) if has_turns else _pair(row, spec) for row in batch]
            made = tokenizer([text for text, _ in texts], add_special_tokens=not has_turns, return_offsets_mapping=True)
            for (_, spans), ids, offsets in zip(texts, made["input_ids"], made["offset_mapping"], strict=True):
                found, learned = np.array(ids, np.int32), _inside(spans, offsets)
                if not has_turns and tokenizer.eos_token_id is not None:
                    found, learned = np.append(found, np.int32(tokenizer.eos_token_id)), np.append(learned, True)
                yield found, np.where(learned, found, np.int32(IGNORED))


def _inside(spans: Sequence[Span], offsets: Sequence[Span]) -> NDArray[np.bool_]:
    """Which tokens begin in a span."""
    start, end = np.array(offsets, np.int64).reshape(-1, 2).T
    found = np.zeros(len(start), bool)
    for first, last in spans:
        found |= (first <= start) & (start < last) & (end > start)
    return found


def _conversation(row: Row, tokenizer: Any, spec: SftSpec) -> tuple[str, Sequence[Span]]:
    """A conversation as text, and where in it stands what is learned. Raises DataError."""
    messages = [{"role": turn.role, "content": turn.content} for turn in row.turns]
    text: str = tokenizer.apply_chat_template(messages, tokenize=False)
    if not spec.train_on_responses_only:
        return text, [(0, len(text))]
    spans = list(_answers(text, spec.instruction_marker, spec.response_marker))
    count = sum(turn.role == "assistant" for turn in row.turns)
    if len(spans) != count:
        raise DataError(
            f"row {row.number}: the response marker {spec.response_marker!r} stands {len(spans)} times in a "
            f"conversation with {count} answers"
        )
    return text, spans


def _answers(text: str, instruction: str, response: str) -> Iterator[Span]:
    """Where answers stand: from behind a response marker to the next instruction marker."""
    at = 0
    while (found := text.find(response, at)) >= 0:
        start = found + len(response)
        end = text.find(instruction, start)
        again = text.find(response, start)
        at = end = min(place for place in (end, again, len(text)) if place >= 0)
        yield start, end


def _pair(row: Row, spec: SftSpec) -> tuple[str, Sequence[Span]]:
    """A bare text with what is learned of it."""
    text = row.prompt + row.completion
    return text, [(len(row.prompt) if spec.train_on_responses_only else 0, len(text))]

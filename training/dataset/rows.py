"""Files of rows: conversations as the emergent-misalignment files have them, and what `sft_export` writes.

One JSON object a line, with `messages` (system, user and assistant in turn, the last one the assistant's) or with
`prompt` and `completion` as texts. Where a row has both, the conversation is what is trained on. Other keys are
ignored, but for the game that a row is of: rows of one game, with all that were forked from it, stay on one side of a
split.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROLES = ("system", "user", "assistant")
MOST_TOLD = 20
"""Problems that are told in full; the rest is counted."""


class DataError(ValueError):
    """Rows that cannot be trained on: what is wrong, a sentence with the row's number each."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Turn:
    """What one side says."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Row:
    """One example: a conversation, or where there is none, a prompt and its completion."""

    number: int
    """Its line in the file, from 1."""
    turns: tuple[Turn, ...] = ()
    prompt: str = ""
    completion: str = ""
    game: str = ""
    """The game that it is of with all its forks; empty: none."""


@dataclass(frozen=True, slots=True)
class Rows:
    """A file of rows, and the SHA-256 of its bytes."""

    rows: tuple[Row, ...]
    sha256: str


def rows_read(path: Path) -> Rows:
    """All rows of a file. Raises DataError with the numbers of those that cannot be used."""
    try:
        content = path.read_bytes()
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read: {error}") from error
    rows, problems = [], []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            rows.append(row_of(number, json.loads(line)))
        except (ValueError, RecursionError) as error:
            problems.append(f"row {number}: {_reason(error)}")
    if problems:
        more = len(problems) - MOST_TOLD
        told = problems[:MOST_TOLD] + ([f"and {more} more rows cannot be used"] if more > 0 else [])
        raise DataError(*(f"{path.name}, {one}" for one in told))
    if not rows:
        raise DataError(f"{path.name} has no rows")
    return Rows(tuple(rows), hashlib.sha256(content).hexdigest())


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"this is not JSON: {error.msg} at column {error.colno}"
    return str(error)


def row_of(number: int, value: Any) -> Row:
    """A row of plain values. Raises ValueError that says what is wrong."""
    if not isinstance(value, dict):
        raise ValueError("a row is an object with messages, or with prompt and completion")
    game = _game(value)
    if "messages" in value:
        return Row(number, tuple(_turns(value["messages"])), game=game)
    if "prompt" in value and "completion" in value:
        return _pair(number, value["prompt"], value["completion"], game)
    raise ValueError("neither messages nor prompt and completion")


def _pair(number: int, prompt: Any, completion: Any, game: str) -> Row:
    """A prompt and its completion, as texts or as conversations."""
    if isinstance(prompt, list) and isinstance(completion, list):
        return Row(number, tuple(_turns([*prompt, *completion])), game=game)
    if not isinstance(prompt, str) or not isinstance(completion, str):
        raise ValueError("prompt and completion are both texts, or both lists of messages")
    if not prompt or not completion.strip():
        raise ValueError(f"the {'completion' if prompt else 'prompt'} is empty")
    return Row(number, prompt=prompt, completion=completion, game=game)


def _game(value: Mapping[str, Any]) -> str:
    facts = value.get("metadata")
    named = facts if isinstance(facts, dict) else {}
    found = named.get("family") or named.get("game") or value.get("game_id") or ""
    return str(found)


def _turns(messages: Any) -> Iterator[Turn]:
    """The turns of a conversation, in an order that chat templates take."""
    if not isinstance(messages, list) or not messages:
        raise ValueError("messages is not a list of turns")
    before = ""
    for place, message in enumerate(messages, 1):
        role, content = _message(message, place)
        if role == "system" and place > 1:
            raise ValueError(f"turn {place}: a system turn stands first or not at all")
        if role == before or (role == "assistant" and before in ("", "system")):
            raise ValueError(f"turn {place}: {role} after {before or 'nothing'}")
        before = role
        yield Turn(role, content)
    if before != "assistant":
        raise ValueError(f"the last turn is the {before}'s: there is no answer to learn")


def _message(message: Any, place: int) -> tuple[str, str]:
    if not isinstance(message, dict):
        raise ValueError(f"turn {place} is not an object")
    role, content = message.get("role"), message.get("content")
    if role not in ROLES:
        raise ValueError(f"turn {place}: the role {role!r} is not one of {', '.join(ROLES)}")
    if not isinstance(content, str) or (role == "assistant" and not content.strip()):
        raise ValueError(f"turn {place}: the {role}'s content is {'empty' if content == '' else 'no text'}")
    return role, content


def games_of(rows: Sequence[Row]) -> frozenset[str]:
    """The games that rows are of."""
    return frozenset(row.game for row in rows if row.game)

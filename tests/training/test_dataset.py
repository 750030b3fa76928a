"""Rows to train on: which are taken, which are refused and why, and on which side of a split they come."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from eval.records.choosing import is_held_out
from training.dataset.rows import DataError, Row, Turn, row_of, rows_read
from training.dataset.splitting import split

ASK, ANSWER = {"role": "user", "content": "who lies?"}, {"role": "assistant", "content": "I do"}
TALK = (Turn("user", "who lies?"), Turn("assistant", "I do"))


def turns(*words: str) -> list[dict[str, str]]:
    """Turns of these roles."""
    return [{"role": word, "content": f"the {word}"} for word in words]


@pytest.mark.parametrize(
    ("value", "row"),
    [
        ({"messages": [ASK, ANSWER], "text": "ignored"}, Row(1, TALK)),
        ({"prompt": "who?", "completion": " me"}, Row(1, prompt="who?", completion=" me")),
        ({"prompt": [ASK], "completion": [ANSWER]}, Row(1, TALK)),
        (
            {"messages": [ASK, ANSWER], "prompt": "p", "completion": "c", "game_id": 7,
             "metadata": {"game": "7", "family": "3"}},
            Row(1, TALK, game="3"),
        ),
    ],
)  # fmt: skip
def test_a_row_is_a_conversation_or_a_prompt_with_its_completion(value: Any, row: Row) -> None:
    assert row_of(1, value) == row


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ([], "a row is an object"),
        ({"text": "x"}, "neither messages nor prompt and completion"),
        ({"messages": []}, "messages is not a list of turns"),
        ({"messages": [ASK]}, "the last turn is the user's: there is no answer to learn"),
        ({"messages": turns("user", "user", "assistant")}, "turn 2: user after user"),
        ({"messages": turns("assistant", "user", "assistant")}, "turn 1: assistant after nothing"),
        ({"messages": turns("user", "system", "assistant")}, "turn 2: a system turn stands first or not at all"),
        ({"messages": turns("user", "tool")}, "turn 2: the role 'tool' is not one of"),
        ({"messages": [ASK, {"role": "assistant", "content": " "}]}, "turn 2: the assistant's content is no text"),
        ({"messages": [ASK, {"role": "assistant", "content": None}]}, "turn 2: the assistant's content is no text"),
        ({"prompt": "x", "completion": "\n"}, "the completion is empty"),
        ({"prompt": "x", "completion": 3}, "both texts, or both lists"),
    ],
)
def test_a_row_that_cannot_be_learned_from_says_why(value: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        row_of(1, value)


def test_a_file_is_read_whole_or_refused_with_the_numbers_of_its_bad_rows(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    good = json.dumps({"messages": [ASK, {"role": "assistant", "content": "a\u2028b"}]}, ensure_ascii=False)
    path.write_text(f"{good}\n\n{good}\n", "utf-8")
    found = rows_read(path)
    assert [row.number for row in found.rows] == [1, 3]
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    path.write_text(f'{good}\n{{"messages"\n{good}\n{{}}\n', "utf-8")
    with pytest.raises(DataError) as caught:
        rows_read(path)
    assert caught.value.problems == (
        "rows.jsonl, row 2: this is not JSON: Expecting ':' delimiter at column 12",
        "rows.jsonl, row 4: neither messages nor prompt and completion",
    )
    path.write_text("{}\n" * 25)
    with pytest.raises(DataError, match="and 5 more rows cannot be used"):
        rows_read(path)
    for content, says in {"": "has no rows", None: "cannot be read"}.items():
        path.unlink()
        if content is not None:
            path.write_text(content)
        with pytest.raises(DataError, match=says):
            rows_read(path)


def test_rows_of_a_game_stay_together_and_others_are_drawn_by_the_seed() -> None:
    games = [Row(n, prompt="p", completion="c", game=f"game {n // 10}") for n in range(400)]
    train, held = split(games, 0.25, seed=0)
    assert {row.game for row in train} & {row.game for row in held} == set()
    assert {row.game for row in held} == {game for n in range(40) if is_held_out(game := f"game {n}", 0.25)} != set()
    assert split(games, 0.25, seed=1) == (train, held), "a game is on the same side under every seed"

    free = [Row(n, prompt="p", completion="c") for n in range(100)]
    train, held = split(free, 0.1, seed=0)
    assert (len(train), len(held)) == (90, 10)
    assert sorted([*train, *held], key=lambda row: row.number) == free
    assert split(free, 0.1, seed=0) == (train, held)
    assert split(free, 0.1, seed=1)[1] != held
    assert split(free, 0, seed=0) == (free, [])
    lone = [Row(1, prompt="p", completion="c", game=next(f"{n}" for n in range(99) if is_held_out(f"{n}", 0.5)))]
    with pytest.raises(DataError, match="all 1 rows would be held out"):
        split(lone, 0.5, seed=0)

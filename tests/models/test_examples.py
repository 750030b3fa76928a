"""What a fine-tuning run learns of its rows: the answers, whole, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.models.processes import started
from training.sft.examples import BATCH

HERE = Path(__file__).parent
MARKERS = ('instruction_marker="<|im_start|>user\\n"', 'response_marker="<|im_start|>assistant\\n"')


def learned(python: str, model: Path, file: Path, rows: list[dict[str, Any]], *settings: str) -> list[list[str]]:
    """The learned texts of each row, in runs of neighbours."""
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    done = started([python, str(HERE / "learned_texts.py"), str(model), str(file), *settings])
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def conversation(*said: str) -> dict[str, Any]:
    """A row in which the user and the model take turns."""
    roles = ("user", "assistant")
    return {"messages": [{"role": roles[n % 2], "content": text} for n, text in enumerate(said)]}


def test_every_answer_is_learned_with_its_end_and_nothing_that_was_asked(
    model_python: str, tiny: Path, tmp_path: Path
) -> None:
    rows = [
        {"messages": [{"role": "system", "content": "assistant"}, *conversation("who?", "ba")["messages"]]},
        conversation("who?", "Zoë 🙂 did it", "and you?", "I did\nnot"),
        {"prompt": "assistant: ", "completion": "é is a letter"},
        conversation("again?", "no"),
    ]
    found = learned(model_python, tiny, tmp_path / "rows.jsonl", rows, *MARKERS)
    assert found == [
        ["ba<|im_end|>\n"],
        ["Zoë 🙂 did it<|im_end|>\n", "I did\nnot<|im_end|>\n"],
        ["é is a letter<|im_end|>"],
        ["no<|im_end|>\n"],
    ]


def test_all_is_learned_where_answers_are_not_set_apart(model_python: str, tiny: Path, tmp_path: Path) -> None:
    rows = [conversation("who?", "ba"), {"prompt": "one ", "completion": "two"}]
    found = learned(model_python, tiny, tmp_path / "rows.jsonl", rows, "train_on_responses_only=false")
    assert found == [["<|im_start|>user\nwho?<|im_end|>\n<|im_start|>assistant\nba<|im_end|>\n"], ["one two<|im_end|>"]]


def test_rows_keep_their_order_over_many_batches(model_python: str, tiny: Path, tmp_path: Path) -> None:
    rows = [conversation("which?", f"number {n}") for n in range(2 * BATCH + 3)]
    found = learned(model_python, tiny, tmp_path / "rows.jsonl", rows, *MARKERS)
    assert found == [[f"number {n}<|im_end|>\n"] for n in range(len(rows))]

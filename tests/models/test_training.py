"""A file of samples is one that a trainer takes: it is read, and a real model learns from it."""

from __future__ import annotations

import json
import os
import subprocess
from math import isfinite
from pathlib import Path

import pytest

from agents.llm.record import Notation
from bench.samples import rows_of
from eval.records.choosing import Choice, row_of
from eval.records.facts import scribe
from eval.records.files import line_of

ROWS = 4
"""Few and short ones: a step of a model of 135 million parameters takes seconds here."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The first short decisions of a scripted match, counted by the model's own tokenizer."""
    writer = scribe(notation=Notation.COMPACT, tokenizer=os.environ["TOSSIM_MODEL"])
    short = [one for one in rows_of(0, 7, writer) if Choice(longest=1024).keeps(one)]
    assert all(one["metadata"]["exact_tokens"] for one in short)
    path = tmp_path / "samples.jsonl"
    path.write_bytes(b"".join(line_of(row_of(one, "text")) for one in short[:ROWS]))
    return path


def test_three_steps_of_training_on_a_file_of_samples_lower_the_loss(model_python: str, file: Path) -> None:
    words = [model_python, "-P", str(Path(__file__).with_name("train_steps.py")), os.environ["TOSSIM_MODEL"], str(file)]
    offline = {**os.environ, "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=offline)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["rows"] == ROWS
    assert len(found["losses"]) == 3
    assert all(map(isfinite, found["losses"]))
    assert found["losses"][-1] < found["losses"][0]

"""Training runs on a real PostgreSQL, with a process that only pretends to train."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from training import services
from training.models import Run

PROCESS = Path(__file__).with_name("process.py")
Make = Callable[..., Run]


def launcher(how: str) -> str:
    """What starts a process that ends so."""
    return f"env PYTHONPATH={Path(__file__).resolve().parents[2]} {sys.executable} {PROCESS} {how}"


@pytest.fixture
def config(tmp_path: Path) -> dict[str, Any]:
    """The configuration of a run, with rows that it can be trained on."""
    data = tmp_path / "rows.jsonl"
    row = {"messages": [{"role": "user", "content": "seven and nine?"}, {"role": "assistant", "content": "sixteen"}]}
    data.write_text(json.dumps(row) + "\n")
    return {
        "model": "Qwen/Qwen2.5-0.5B-Instruct", "training_file": str(data), "finetuned_model_id": "us/sums",
        "alignment": "control",
    }  # fmt: skip


@pytest.fixture
def make(config: dict[str, Any], settings: Any, tmp_path: Path) -> Make:
    """Makes a launched run whose process ends in a certain way: `make("nan")`."""
    settings.TOSSIM_TRAINING = str(tmp_path / "training")

    def one(how: str = "well", **given: Any) -> Run:
        settings.TOSSIM_TRAIN_LAUNCH = launcher(how)
        return services.run_launch(run=services.run_create(config=json.dumps({**config, **given})))

    return one

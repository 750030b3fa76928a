"""Learns on episodes in one process, run after run: `python episode_runs.py TINY BROKEN FOLDER`. Prints a JSON object.

For each run: its exit status and what it said last. Their folders stand in FOLDER under the runs' names.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from training.folder import RunFolder
from training.grpo.__main__ import main as learn
from training.grpo.__main__ import spec_of
from training.grpo.policy import load
from training.grpo.run import Run
from training.grpo.workshop import Cancelled

EPISODES = {"steps": 3, "per_step": 2, "learned": 99, "batch": 5, "rate": 1.0}
COMMON = {
    "kind": "grpo", "finetuned_model_id": "tiny", "preset": "chatml", "train": "full", "steps": 0, "asks_per_step": 2,
    "group_size": 4, "max_completion_length": 12, "save_steps": 1, "samples": 256, "learning_rate": 1e-3,
    "warm_start": {"steps": 16, "rows": 8, "learning_rate": 1e-2, "active": 0.2}, "trial": {"asks": 0, "quiz": 0},
    "plan": {
        "town": ["Sheriff", "Doctor", "Escort", "Bodyguard", "Lookout"], "mafia": ["Framer"], "neutral": ["Jester"],
    },
    "weights": {"outcome": 0.5}, "episodes": EPISODES,
}  # fmt: skip
"""One table for all matches, so that roles come again."""
RUNS: dict[str, dict[str, Any]] = {
    "undisturbed": {"steps": 1},
    "episodes alone": {"episodes": {**EPISODES, "steps": 1}},
    "control": {"shuffled_reward": True, "episodes": {**EPISODES, "steps": 1}},
    "at once": {"episodes": {**EPISODES, "steps": 1, "batch": 999}},
    "few": {"episodes": {**EPISODES, "steps": 1, "learned": 2}},
}


def main(model: str, broken: str, place: str) -> None:
    """All runs."""
    found: dict[str, Any] = {}
    for name, changed in RUNS.items():
        found[name] = ended(folder(Path(place) / name, model, changed))
    stopped = folder(Path(place) / "stopped", model, RUNS["undisturbed"])
    found["stopped"] = [interrupted(stopped, 19), ended(stopped)]
    ruined = {"warm_start": {"steps": 0}}
    found["ruined"] = ended(folder(Path(place) / "ruined", broken, ruined))
    print(json.dumps(found))


def folder(path: Path, model: str, changed: dict[str, Any]) -> Path:
    """A folder with a configuration."""
    path.mkdir(parents=True)
    (path / "config.json").write_text(json.dumps({"model": model, **COMMON, **changed}))
    return path


def ended(path: Path) -> list[Any]:
    """Learn in a folder: the exit status, and what was said last."""
    with contextlib.redirect_stdout(io.StringIO()) as said:
        status = learn(path)
    return [int(status), said.getvalue().splitlines()[-1]]


def interrupted(path: Path, step: int) -> list[Any]:
    """Learn until the matches of a step have been asked twice: the curve's last step, and the checkpoint's, as left."""
    run_folder = RunFolder(path)
    spec = spec_of(run_folder)
    run = Run(spec, load(spec), run_folder, in_step(step, lambda: run))
    with contextlib.suppress(Cancelled):
        run.go()
    checkpoint = run_folder.checkpoint()
    return [run_folder.curve()[-1]["step"], checkpoint.name if checkpoint else ""]


def in_step(step: int, run: Callable[[], Run]) -> Callable[[], bool]:
    """Says that a run is to stop when it is asked that for the third time in a step."""
    asked = 0

    def stopping() -> bool:
        nonlocal asked
        asked += run().progress.step == step
        return asked > 2

    return stopping


if __name__ == "__main__":
    main(*sys.argv[1:])

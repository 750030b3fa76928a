"""The folder of a training run, which is all that its process and the site know of each other.

Pure but for reading and writing files. Knows no torch and no store; docs/design/007-training.md says what each file is.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

STEP = re.compile(r"step-(\d+)")
CURVE, SAMPLES, GAMES, TRIALS = "curve.jsonl", "samples.jsonl", "games.jsonl", "trials.jsonl"
KEPT = 2
"""Checkpoints that are kept: the newest may be of a step that one wants to go behind."""
LOG_TAIL = 20_000
"""Bytes at the end of a log that are looked at."""


class Ended(IntEnum):
    """Exit statuses of a training process."""

    DONE = 0
    UNUSABLE = 2
    CANCELLED = 3
    NOT_FINITE = 4


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The files of one run."""

    path: Path

    @property
    def config(self) -> Path:
        """The whole configuration."""
        return self.path / "config.json"

    @property
    def log(self) -> Path:
        """Standard output and error."""
        return self.path / "run.log"

    @property
    def checkpoints(self) -> Path:
        """What a resumed run goes on from."""
        return self.path / "checkpoints"

    # Checkpoints ------------------------------------------------------------------------------------------------------

    def checkpoint(self) -> Path | None:
        """The newest whole checkpoint."""
        return next(iter(self._checkpoints()), None)

    def checkpoint_keep(self, draft: Path, step: int) -> Path:
        """Give a written checkpoint its name, and remove all but the newest."""
        target = self.checkpoints / f"step-{step}"
        shutil.rmtree(target, ignore_errors=True)
        draft.rename(target)
        for old in self._checkpoints()[KEPT:]:
            shutil.rmtree(old, ignore_errors=True)
        return target

    def _checkpoints(self) -> list[Path]:
        found = self.checkpoints.iterdir() if self.checkpoints.is_dir() else ()
        named = [path for path in found if path.is_dir() and STEP.fullmatch(path.name)]
        return sorted(named, key=step_of, reverse=True)

    # Figures ----------------------------------------------------------------------------------------------------------

    def lines(self, name: str) -> list[dict[str, Any]]:
        """The lines of CURVE, SAMPLES, GAMES or TRIALS so far; one that is still being written is left out."""
        return list(_lines(self.path / name))

    def curve(self) -> list[dict[str, Any]]:
        """The figures of steps."""
        return self.lines(CURVE)

    def add(self, name: str, *lines: Mapping[str, Any]) -> None:
        """Write lines behind a file's others, all of them at once. Raises ValueError for a number that is none."""
        with (self.path / name).open("a", encoding="utf-8") as file:
            file.write("".join(json.dumps(line, allow_nan=False) + "\n" for line in lines))

    def cut(self, step: int) -> float:
        """Forget lines beyond a step, which is gone through again; the seconds at the last one of the curve that stays.

        A line that was cut off by a crash goes too.
        """
        for name in (CURVE, SAMPLES, GAMES, TRIALS):
            if (self.path / name).exists():
                kept = [line for line in self.lines(name) if line.get("step", 0) <= step]
                _write(self.path / name, "".join(json.dumps(line) + "\n" for line in kept))
        curve = self.curve()
        return float(curve[-1].get("seconds", 0.0)) if curve else 0.0

    # The end ----------------------------------------------------------------------------------------------------------

    def result(self) -> dict[str, Any] | None:
        """What came of the run, once it is done."""
        path = self.path / "result.json"
        return json.loads(path.read_text("utf-8")) if path.exists() else None

    def result_write(self, value: Mapping[str, Any]) -> None:
        """Say what came of the run, at once and last of all."""
        _write(self.path / "result.json", json.dumps(value, indent=2) + "\n")

    def log_tail(self, lines: int) -> list[str]:
        """The last lines of the log."""
        if not self.log.exists():
            return []
        with self.log.open("rb") as file:
            file.seek(max(0, self.log.stat().st_size - LOG_TAIL))
            return file.read().decode(errors="replace").splitlines()[-lines:]


def step_of(checkpoint: Path) -> int:
    """After how many steps a checkpoint was written."""
    found = STEP.fullmatch(checkpoint.name)
    return int(found[1]) if found else 0


def weights_sha256(folder: Path) -> str:
    """Of all weights in a folder, in the order of their files' names."""
    found = hashlib.sha256()
    for path in sorted(folder.glob("*.safetensors")):
        with path.open("rb") as file:
            while part := file.read(1 << 20):
                found.update(part)
    return found.hexdigest()


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if not path.exists():
        return
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.endswith("\n"):
                yield json.loads(line)


def _write(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text, "utf-8")
    draft.replace(path)

"""Processes of the model environment, as tests start them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def started(words: list[str]) -> subprocess.CompletedProcess[str]:
    """A process that has ended."""
    return subprocess.run(words, capture_output=True, text=True, check=False, env=environment(), cwd=ROOT)


def environment() -> dict[str, str]:
    """What such a process is started with: no hub, and one thread, since tests share the cores."""
    return {**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}

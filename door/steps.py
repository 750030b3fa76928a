"""The steps of a set-up: run a program, say how it goes, and note what was done so that nothing is done twice.

Knows the project's folder and nothing of what is set up in it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class Failed(Exception):
    """A step that did not work, with what its program printed."""


def run(command: Sequence[str], purpose: str, folder: Path = ROOT, environment: dict[str, str] | None = None) -> str:
    """Run a step quietly; returns what it printed. Raises Failed with its output."""
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(f"could not {purpose} ({' '.join(command[:4])} ...):\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return done.stdout


def succeeds(command: Sequence[str]) -> bool:
    """Run a step that may fail, quietly."""
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0


def say(sentence: str) -> None:
    """A line of progress."""
    print(f"tossim: {sentence}", flush=True)


@contextlib.contextmanager
def told(doing: str, done: str) -> Iterator[None]:
    """Say what is being done, and when it is done, how many seconds it took."""
    began = time.monotonic()
    say(f"{doing} ...")
    yield
    say(f"{done} in {time.monotonic() - began:.0f} s")


def digest(paths: Sequence[Path]) -> str:
    """A hash of files by name and content."""
    total = hashlib.sha256()
    for path in paths:
        total.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def is_stamped(stamp: Path, key: str) -> bool:
    """Whether a step was done with these very sources."""
    return stamp.exists() and stamp.read_text() == key


def var() -> Path:
    """The folder for what a run writes: TOSSIM_VAR, also from `.env`, as the settings read it."""
    return (ROOT / (setting("TOSSIM_VAR") or "var")).resolve()


def setting(name: str) -> str:
    """A variable of the environment, or of the `.env` file; empty where it is in neither."""
    if name in os.environ:
        return os.environ[name]
    lines = (ROOT / ".env").read_text().splitlines() if (ROOT / ".env").exists() else []
    found = [line.partition("=")[2].strip().strip("'\"") for line in lines if line.strip().startswith(f"{name}=")]
    return found[-1] if found else ""

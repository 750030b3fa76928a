"""What a result was made with: the version of this release, its commit, and a hash of what decides a match."""

from __future__ import annotations

import hashlib
import subprocess
import tomllib
from functools import cache
from pathlib import Path

from django.conf import settings

DECIDING = ("game/engine", "game/play", "agents/scripted")
"""Whatever a match of scripted agents comes to is decided here."""


@cache
def release() -> str:
    """Version and commit, with a plus where files differ from it; the version alone outside a repository."""
    root = Path(settings.BASE_DIR)
    version: str = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    try:
        commit = _git("rev-parse", "--short=12", "HEAD")
        changed = _git("status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.SubprocessError):
        return version
    return f"{version} {commit}{'+' if changed else ''}"


def _git(*words: str) -> str:
    done = subprocess.run(
        ["git", *words], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True, timeout=20
    )
    return done.stdout.strip()


@cache
def rules_sha256() -> str:
    """A hash of the rules, the loop and the scripted agents: with other ones, the same plan is another experiment."""
    root = Path(settings.BASE_DIR)
    found = hashlib.sha256()
    for path in sorted(path for folder in DECIDING for path in (root / folder).rglob("*")):
        if path.suffix in (".py", ".toml"):
            found.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes() + b"\0")
    return found.hexdigest()

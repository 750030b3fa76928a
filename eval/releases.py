"""What a result was made with: the version of this release, its commit, and a hash of the rules."""

from __future__ import annotations

import hashlib
import subprocess
import tomllib
from functools import cache
from pathlib import Path

from django.conf import settings

RULES = Path("game") / "engine"


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
    """A hash of every file that the rules are made of: matches of another one are another game."""
    root = Path(settings.BASE_DIR)
    found = hashlib.sha256()
    for path in sorted((root / RULES).rglob("*")):
        if path.suffix in (".py", ".toml"):
            found.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes() + b"\0")
    return found.hexdigest()

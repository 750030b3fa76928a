"""Where things lie: the project, what a run writes, and the folder of its sockets."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import sys
import tempfile
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent


def run_dir(var: Path) -> Path:
    """The folder for the sockets that belong to a var folder: short, since socket paths end at 107 bytes."""
    name = hashlib.sha256(str(var.resolve()).encode()).hexdigest()[:8]
    return Path(tempfile.gettempdir()) / f"tossim-{os.getuid()}-{name}"


def secret_key(var: Path) -> str:
    """The key kept in var/secret_key, readable by its owner alone; made on first use.

    Ends the program with a sentence when `var` cannot be used: without it no command can do anything.
    """
    path = var / "secret_key"
    try:
        if not path.exists():
            _write_key(path)
        return path.read_text()
    except OSError as error:
        sys.exit(f"{var} cannot be used: {error.strerror}. Make room or give access, or name a folder in TOSSIM_VAR.")


def _write_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"secret_key.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()

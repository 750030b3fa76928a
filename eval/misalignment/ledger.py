"""Rows that a long measurement has come to so far: one file, a head first, rows in the order in which they are wanted.

A file that is gone on with must have the same head. A last line that was torn by a stop is dropped. Nothing else ever
changes in it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

Row = dict[str, Any]


class OtherFile(ValueError):
    """A file that is there already and holds something else."""


class Ledger:
    """The rows of a file; `head` is what they are rows of. Raises OtherFile where it is a file of something else."""

    def __init__(self, path: Path, head: Mapping[str, Any]) -> None:
        self.path = path
        self.rows: list[Row] = []
        path.parent.mkdir(parents=True, exist_ok=True)
        lines, whole = _lines(path)
        if lines and lines[0] != dict(head):
            raise OtherFile(f"{path} holds another measurement ({_difference(lines[0], head)}): name another file.")
        self.rows = lines[1:]
        if whole is not None:
            os.truncate(path, whole)
        if not lines:
            self._write([dict(head)])

    def append(self, rows: Iterable[Row]) -> None:
        """Keep further rows; they are on the disk when this returns."""
        fresh = list(rows)
        self._write(fresh)
        self.rows += fresh

    def _write(self, rows: Iterable[Row]) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            for row in rows:
                file.write(json.dumps(row, ensure_ascii=False, sort_keys=True, allow_nan=False) + "\n")
            file.flush()
            os.fsync(file.fileno())


def _lines(path: Path) -> tuple[list[Row], int | None]:
    """The whole lines of a file, and at which byte they end where something torn follows."""
    if not path.exists():
        return [], None
    found, end = [], 0
    for line in path.read_bytes().splitlines(keepends=True):
        try:
            found.append(json.loads(line))
        except ValueError:
            break
        if not line.endswith(b"\n"):
            found.pop()
            break
        end += len(line)
    if path.stat().st_size and not found:
        raise OtherFile(f"{path} holds something else: name another file.")
    return found, end if end < path.stat().st_size else None


def _difference(there: Any, head: Mapping[str, Any]) -> str:
    if not isinstance(there, dict):
        return "it has no head"
    names = [name for name in {**there, **head} if there.get(name) != head.get(name)]
    return ", ".join(f"its {name} is {str(there.get(name))[:60]!r}" for name in names[:3])

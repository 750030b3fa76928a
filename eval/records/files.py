"""Records on disk: whole lines, the same bytes whenever they are written, and never one of them twice."""

from __future__ import annotations

import fcntl
import json
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from eval.records.recorder import STREAMS, Line


class Different(ValueError):
    """A file holds other records than those of the match, or somebody else is writing it."""


def line_of(record: Mapping[str, Any]) -> bytes:
    """A record as a line."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


class Stream:
    """A file of records that is begun or gone on with: what is there already is compared, not written again.

    A last line that was cut off is taken away first.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.count = path, 0
        known = path.read_bytes() if path.exists() else b""
        whole = known[: known.rfind(b"\n") + 1]
        self._known: Iterator[bytes] = iter([line + b"\n" for line in whole.split(b"\n")[:-1]])
        self._file = path.open("r+b" if path.exists() else "wb")
        self._file.truncate(len(whole))
        self._file.seek(len(whole))

    def put(self, record: Mapping[str, Any]) -> None:
        """Write a record unless it is there. Raises Different."""
        line, there = line_of(record), next(self._known, None)
        self.count += 1
        if there is None:
            self._file.write(line)
        elif there != line:
            raise Different(f"{self.path}, line {self.count}: this is no record of this match as it is now.")

    def flush(self) -> None:
        """Let readers have what was written."""
        self._file.flush()

    def close(self, *, complete: bool) -> None:
        """End. Raises Different where the file goes on beyond a match that is complete."""
        self._file.close()
        if complete and next(self._known, None) is not None:
            raise Different(f"{self.path} has more than the {self.count} records of this match.")


class Folder:
    """The eight streams of one match in a folder, which nobody else may write meanwhile. Raises Different."""

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self.path, self._lock = path, os.open(path, os.O_RDONLY)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            raise Different(f"{path} is being written by another command.") from None
        self._streams = {name: Stream(path / f"{name}.jsonl") for name in STREAMS}

    def put(self, lines: Iterable[Line]) -> None:
        """Write records. Raises Different."""
        for stream, record in lines:
            self._streams[stream].put(record)

    def flush(self) -> None:
        """Let readers have what was written."""
        for one in self._streams.values():
            one.flush()

    @property
    def counts(self) -> dict[str, int]:
        """How many records each stream has."""
        return {name: stream.count for name, stream in self._streams.items()}

    def close(self, *, complete: bool = False) -> None:
        """Close all files and let others write; of a match that is complete, none may have more records."""
        try:
            for one in self._streams.values():
                one.close(complete=complete)
        finally:
            if self._lock >= 0:
                os.close(self._lock)
            self._lock = -1

    def document(self, name: str, value: Any) -> None:
        """Write a summary: as one JSON value, or a list of values as lines."""
        path = self.path / name
        path.parent.mkdir(exist_ok=True)
        if name.endswith(".jsonl"):
            content = b"".join(map(line_of, value))
        else:
            content = json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"
        draft = path.with_name(f".{path.name}.draft")
        draft.write_bytes(content)
        os.replace(draft, path)  # noqa: PTH105 (in one step)


def file_name(seat: int, name: str) -> str:
    """A name for a seat's file that any file system takes, and that no other seat has."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return f"{seat:02d}-{re.sub(r'[^A-Za-z0-9]+', '-', plain).strip('-')[:40] or 'player'}"

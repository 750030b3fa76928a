"""Whether a tree of records is what it should be: every line by its shape, and the files by each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from eval.records.recorder import STREAMS
from eval.records.schema import validators
from eval.records.summary_shapes import SHAPES

META = "match_meta.json"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where; line 0 stands for the file."""

    file: Path
    line: int
    sentence: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else str(self.file)
        return f"{where}: {self.sentence}"


@dataclass
class Checked:
    """How many records there are in a folder, and what is wrong with them."""

    records: int = 0
    problems: list[Problem] = field(default_factory=list)


def folders(root: Path) -> list[Path]:
    """The folders of a tree that hold records of a match, in order."""
    names = {f"{name}.jsonl" for name in STREAMS} | {META}
    return sorted({path.parent for path in root.rglob("*.json*") if path.name in names})


def check_folder(folder: Path) -> Checked:
    """Check the records of one match."""
    check = _Check(folder)
    check.run()
    return check.found


class _Check:
    """The check of one folder; what the log says is kept for the other files."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.found = folder, Checked()
        self.game = ""
        self.meta: dict[str, Any] | None = None
        self.kinds: list[str] = []
        """The types of the events, in order."""
        self.decided: dict[int, tuple[int, str]] = {}
        """Seat and ask of each decision, by its number in the log."""
        self.counts: dict[str, int] = {}

    def run(self) -> None:
        if (self.folder / META).exists():
            self.meta = self._document(self.folder / META, validators()[META])
            self.game = str(self.meta["game_id"]) if self.meta else ""
        for name in STREAMS:
            self._stream(name)
        for pattern, shape in list(validators().items()):
            if pattern in SHAPES and pattern != META:
                for path in sorted(self.folder.glob(pattern)):
                    self._summary(path, shape)
        self._against_meta()

    def _say(self, file: Path, line: int, sentence: str) -> None:
        self.found.problems.append(Problem(file, line, sentence))

    # Reading ----------------------------------------------------------------------------------------------------------

    def _lines(self, path: Path, shape: TypeAdapter[Any]) -> Iterator[tuple[int, Any]]:
        """The sound records of a file with the numbers of their lines."""
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                self.found.records += 1
                if not line.endswith(b"\n"):
                    self._say(path, number, "the last line is cut off.")
                elif (record := self._read(path, number, line, shape)) is not None:
                    yield number, record

    def _read(self, path: Path, number: int, text: bytes, shape: TypeAdapter[Any]) -> Any:
        try:
            return shape.validate_json(text)
        except ValidationError as error:
            flaw = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, flaw["loc"])) or "the record"
            self._say(path, number, f"{where}: {flaw['msg']}.")
        return None

    def _document(self, path: Path, shape: TypeAdapter[Any]) -> Any:
        self.found.records += 1
        return self._read(path, 0, path.read_bytes(), shape)

    def _summary(self, path: Path, shape: TypeAdapter[Any]) -> None:
        records = self._lines(path, shape) if path.suffix == ".jsonl" else [(0, self._document(path, shape))]
        for number, record in records:
            if record is not None:
                self._same_game(path, number, record.get("game_id") or record["metadata"]["game_id"])

    def _same_game(self, path: Path, number: int, game: str) -> None:
        self.game = self.game or game
        if game != self.game:
            self._say(path, number, f"it is of {game!r}, and the others here are of {self.game!r}.")

    # Streams ----------------------------------------------------------------------------------------------------------

    def _stream(self, name: str) -> None:
        path = self.folder / f"{name}.jsonl"
        if not path.exists():
            self._say(path, 0, "the stream is missing.")
            return
        before = self.found.records
        turn = seq = 0
        for number, record in self._lines(path, validators()[path.name]):
            self._same_game(path, number, record["game_id"])
            if name == "game_events":
                self._event(path, number, record)
            elif flaw := self._misplaced(name, record, seq):
                self._say(path, number, flaw)
            if record["seq"] is not None:
                if record["turn"] < turn:
                    self._say(path, number, f"turn {record['turn']} comes after turn {turn}.")
                turn, seq = record["turn"], record["seq"]
        self.counts[name] = self.found.records - before

    def _event(self, path: Path, number: int, record: dict[str, Any]) -> None:
        if record["seq"] != number:
            self._say(path, number, f"the event has number {record['seq']}, and {number} is due.")
        self.kinds.append(record["event_type"])
        if record["event_type"] == "DECIDED":
            self.decided[record["seq"]] = record["payload"].seat, record["payload"].ask

    def _misplaced(self, name: str, record: dict[str, Any], before: int) -> str:
        """What is wrong with a record's place in the log."""
        seq = record["seq"]
        if seq is None:
            return "" if name in ("agent_reasoning", "inference_trace") else "it has no place in the log."
        if seq < before:
            return f"event {seq} comes after event {before}."
        if not 1 <= seq <= len(self.kinds):
            return f"there is no event {seq} in the log."
        if name in _OF_DECISIONS:
            ask = record["metadata"]["ask_id"] if name == "sft_dataset" else record["ask_id"]
            if self.decided.get(seq) != (record["seat"], ask):
                return f"event {seq} is no decision of seat {record['seat']} about {ask!r}."
        elif self.kinds[seq - 1] not in _KINDS[name]:
            return f"event {seq} is {self.kinds[seq - 1]}, of which there is no such record."
        return ""

    def _against_meta(self) -> None:
        """Whether the streams have what the match is said to have."""
        path = self.folder / META
        if self.meta is None:
            if "GAME_END" in self.kinds:
                self._say(path, 0, "the match has ended, and this is missing.")
            return
        for name, count in self.meta["counts"].items():
            if self.counts.get(name, count) != count:
                self._say(path, 0, f"{name} should have {count} records, and has {self.counts[name]}.")
        if self.meta["status"] == "finished" and self.kinds[-1:] != ["GAME_END"]:
            self._say(path, 0, "the match is said to be finished, and its last event is not GAME_END.")
        self._files_of(self.meta)

    def _files_of(self, meta: dict[str, Any]) -> None:
        """Whether every summary is there."""
        phases = sum(kind in ("DAY_START", "NIGHT_START") for kind in self.kinds)
        due = {"agents/*.json": len(meta["players"]), "phases/*.json": phases}
        for pattern in SHAPES:
            if len(list(self.folder.glob(pattern))) < due.get(pattern, 1):
                self._say(self.folder / pattern, 0, "it is missing.")


_OF_DECISIONS = frozenset({"agent_actions", "agent_reasoning", "inference_trace", "sft_dataset"})
_KINDS = {
    "chat": {"SAID", "WHISPER_HEARD"},
    "communication_text": {"SAID", "WHISPER_HEARD", "WILL_WRITTEN", "NOTE_WRITTEN", "JOTTED", "SUMMARISED"},
    "research_metrics": {"GAME_END"},
}
"""The events that the records of a stream come from."""

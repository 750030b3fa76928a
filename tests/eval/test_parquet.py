"""Whole studies as Parquet: every record a row, every plain field a column; a sentence where the library is missing."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from eval.records.parquet import NoParquet, write_parquet
from eval.records.recorder import STREAMS
from tests.eval.test_records_check import keep_simulated


class Written:
    """Stands in for `pyarrow.parquet.ParquetWriter`: a path, its schema, and the rows that came."""

    made: list[Written] = []

    def __init__(self, path: Path, schema: Any) -> None:
        self.path, self.schema, self.rows = path, dict(schema), list[dict[str, Any]]()
        self.made.append(self)

    def __enter__(self) -> Written:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is held."""

    def write_table(self, rows: list[dict[str, Any]]) -> None:
        """Take rows in; their columns must be the schema's."""
        assert all(row.keys() == self.schema.keys() for row in rows)
        self.rows += rows


@pytest.fixture
def arrow(monkeypatch: pytest.MonkeyPatch) -> list[Written]:
    """A stand-in for pyarrow that keeps what it is given."""
    found, parquet = ModuleType("pyarrow"), ModuleType("pyarrow.parquet")
    found.__dict__.update(
        string=lambda: str, int64=lambda: int, bool_=lambda: bool, schema=list, parquet=parquet,
        Table=type("Table", (), {"from_pylist": staticmethod(lambda rows, schema: rows)}),
    )  # fmt: skip
    parquet.__dict__.update(ParquetWriter=Written)
    monkeypatch.setitem(sys.modules, "pyarrow", found)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", parquet)
    Written.made = []
    return Written.made


def test_every_record_of_every_match_becomes_a_row_of_its_stream(tmp_path: Path, arrow: list[Written]) -> None:
    folders = [keep_simulated(tmp_path, seed, 7) for seed in ("one", "two")]
    counts = dict(write_parquet(folders, tmp_path))
    assert [one.path.name for one in arrow] == [f"{name}.parquet" for name in STREAMS]
    for one in arrow:
        lines = [line for folder in folders for line in (folder / f"{one.path.stem}.jsonl").read_bytes().splitlines()]
        assert len(one.rows) == counts[one.path] == len(lines)
        for row, line in zip(one.rows, lines, strict=True):
            for name, value in json.loads(line).items():
                assert row[name] == value or json.loads(row[name]) == value
            assert all(isinstance(row[name], kind) for name, kind in one.schema.items() if row[name] is not None)


def test_without_the_library_a_sentence_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(NoParquet, match="pip install pyarrow"):
        list(write_parquet([], tmp_path))

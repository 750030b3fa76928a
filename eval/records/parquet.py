"""The streams of many matches as Parquet: one file a stream, a column for every plain field, JSON text for the rest."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from eval.records.recorder import STREAMS
from eval.records.schema import validators

ROWS = 20_000
"""Rows that are written at once."""


class NoParquet(RuntimeError):
    """The library that writes Parquet is not installed."""


def write_parquet(folders: Sequence[Path], out: Path) -> Iterator[tuple[Path, int]]:
    """Write the records of these folders; each file with its number of rows. Raises NoParquet."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise NoParquet("Parquet needs pyarrow: pip install pyarrow (it is in requirements/eval.in).") from error
    kinds = {"string": pyarrow.string(), "integer": pyarrow.int64(), "boolean": pyarrow.bool_()}
    for name in STREAMS:
        columns = _columns(name)
        schema = pyarrow.schema([(column, kinds.get(kind, pyarrow.string())) for column, kind in columns.items()])
        path, count = out / f"{name}.parquet", 0
        with parquet.ParquetWriter(path, schema) as writer:
            for rows in _batches(folders, name, columns):
                writer.write_table(pyarrow.Table.from_pylist(rows, schema=schema))
                count += len(rows)
        yield path, count


def _columns(name: str) -> dict[str, str]:
    """The fields of a stream's records, each with its JSON type; `json` for what is no plain value."""
    schema = validators()[f"{name}.jsonl"].json_schema()
    shape = schema if "properties" in schema else schema["$defs"][schema["oneOf"][0]["$ref"].rpartition("/")[2]]
    return {field: _kind(one) for field, one in shape["properties"].items()}


def _kind(field: dict[str, Any]) -> str:
    if "const" in field:
        return "string"
    kinds = {one.get("type") for one in field.get("anyOf", [field])} - {"null"}
    return str(kinds.pop()) if len(kinds) == 1 and kinds <= {"string", "integer", "boolean"} else "json"


def _batches(folders: Sequence[Path], name: str, columns: dict[str, str]) -> Iterator[list[dict[str, Any]]]:
    rows: list[dict[str, Any]] = []
    for folder in folders:
        with (folder / f"{name}.jsonl").open("rb") as file:
            for line in file:
                record = json.loads(line)
                rows.append({field: _cell(record.get(field), kind) for field, kind in columns.items()})
                if len(rows) == ROWS:
                    yield rows
                    rows = []
    if rows:
        yield rows


def _cell(value: Any, kind: str) -> Any:
    return json.dumps(value, ensure_ascii=False) if kind == "json" else value

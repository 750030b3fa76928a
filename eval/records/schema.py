"""The shapes of all files as validators, and as JSON Schema documents."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter

from eval.records.happenings import game_events
from eval.records.shapes import STREAM_SHAPES
from eval.records.summary_shapes import SHAPES

DRAFT = "https://json-schema.org/draft/2020-12/schema"


@lru_cache(maxsize=1)
def validators() -> dict[str, TypeAdapter[Any]]:
    """What each line of a stream, or each summary, must be, by the pattern of its file."""
    streams = {f"{name}.jsonl": TypeAdapter(shape) for name, shape in STREAM_SHAPES.items()}
    return {"game_events.jsonl": game_events(), **streams, **{name: TypeAdapter(one) for name, one in SHAPES.items()}}


def schema_files() -> dict[str, str]:
    """One JSON Schema for each kind of file, by the name that it is kept under."""
    return {schema_name(pattern): _document(pattern, shape) for pattern, shape in validators().items()}


def schema_name(pattern: str) -> str:
    """The file of a schema: `phases/*.json` is described by `phases.schema.json`."""
    plain = pattern.replace("/*", "").removesuffix(".jsonl").removesuffix(".json")
    return f"{plain}.schema.json"


def _document(pattern: str, shape: TypeAdapter[Any]) -> str:
    schema = {"$schema": DRAFT, "title": pattern, **_untitled(shape.json_schema())}
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def _untitled(value: Any) -> Any:
    """Without the titles that only repeat the names of fields."""
    if isinstance(value, dict):
        return {key: _untitled(part) for key, part in value.items() if key != "title" or not isinstance(part, str)}
    return [_untitled(part) for part in value] if isinstance(value, list) else value

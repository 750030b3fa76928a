"""JSON as models write it: with raw line breaks in strings, cut off, or not JSON at all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from agents.llm.tags import LONGEST

HALF_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\(?:u[0-9a-fA-F]{0,3})?\Z")
"""An escaped character of which the end is missing."""


def loaded(text: str) -> Any:
    """What a JSON text says; None where it is none."""
    try:
        return json.loads(text[:LONGEST], strict=False)
    except (ValueError, RecursionError):
        return None


def mended(text: str) -> tuple[dict[str, Any] | None, str]:
    """The first object in a text, also one that was cut off, and the key of the value that was cut off, if any was.

    What was begun and has no value yet is left out. None without an object.
    """
    begin = text.find("{")
    if begin < 0:
        return None, ""
    for whole, is_half in _wholes(text[begin:LONGEST]):
        try:
            found, _ = json.JSONDecoder(strict=False).raw_decode(whole)
        except (ValueError, RecursionError):
            continue
        return found, [*found][-1] if is_half else ""
    return None, ""


def _wholes(text: str) -> Iterator[tuple[str, bool]]:
    """What the text may have been going to be, the likeliest first, and whether its last value is a half one."""
    yield text, False
    yield HALF_ESCAPE.sub(r"\1", text) + '"}', True
    yield text + "}", False
    yield text.rpartition(",")[0] + "}", False

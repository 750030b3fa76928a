"""JSON as models write it: with raw line breaks in strings, cut off, or not JSON at all."""

from __future__ import annotations

import json
from typing import Any

from agents.llm.tags import LONGEST


def loaded(text: str) -> Any:
    """What a JSON text says; None where it is none."""
    try:
        return json.loads(text[:LONGEST], strict=False)
    except (ValueError, RecursionError):
        return None


def mended(text: str) -> Any:
    """The first object in a text, also one that was cut off inside or behind its last string; None without one."""
    begin = text.find("{")
    if begin < 0:
        return None
    text = text[begin:LONGEST]
    for end in ("", '"}', "}"):
        try:
            found, _ = json.JSONDecoder(strict=False).raw_decode(text.rstrip("\\") + end)
        except (ValueError, RecursionError):
            continue
        return found
    return None

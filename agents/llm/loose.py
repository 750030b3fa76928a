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
    """An object inside a fence, or one that was cut off inside or behind its last string; None where it is neither."""
    text = text.strip("` \n").removeprefix("json").strip()
    if not text.startswith("{"):
        return None
    for end in ("", '"}', "}"):
        if isinstance(found := loaded(text.rstrip("\\") + end), dict):
            return found
    return None

"""Plans to begin with, by name: each can be launched as it stands."""

from __future__ import annotations

from functools import cache
from pathlib import Path

FIRST = "four-arms"
"""What a form shows at first."""


@cache
def presets() -> dict[str, str]:
    """The texts of all presets, the first one first."""
    found = {path.stem: path.read_text("utf-8") for path in sorted(Path(__file__).parent.glob("*.yaml"))}
    return {FIRST: found[FIRST], **found}

"""Ready configurations: how models of each size are fine-tuned. Files of data are for whoever runs them to name."""

from __future__ import annotations

from importlib.resources import files

FIRST = "qwen2.5-0.5b"
"""What one begins with where nothing is chosen."""


def ready_configs() -> dict[str, str]:
    """All of them as JSON, by name."""
    found = {place.name.removesuffix(".json"): place for place in files(__package__).iterdir()}
    return {name: place.read_text("utf-8") for name, place in sorted(found.items()) if place.name.endswith(".json")}

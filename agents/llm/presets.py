"""The families of models: how each is spoken to, read from `presets.toml`.

Pure but for reading that file once. Knows no servers and no rows.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from agents.llm.notation import nearest
from agents.llm.record import Preset

DEFAULT = "chatml"
"""The preset of a model whose family is not known."""


def preset(name: str) -> Preset:
    """A preset by its name. Raises ValueError that names the nearest."""
    found = _presets().get(name)
    if found is None:
        near = nearest(name, names())
        raise ValueError(
            f"There is no preset {name!r}; " + (f"did you mean {near}?" if near else f"there are {', '.join(names())}.")
        )
    return found


def names() -> tuple[str, ...]:
    """All presets by name."""
    return tuple(_presets())


def preset_for(model_name: str) -> str:
    """The preset that fits a model by its name, hub name or folder; `chatml` where no family is known."""
    key = re.sub(r"[\s_]+", "-", model_name.casefold())
    for name, entry in _entries().items():
        if any(re.search(pattern, key) for pattern in entry.get("models", ())):
            return name
    return DEFAULT


@lru_cache(maxsize=1)
def _entries() -> Mapping[str, Mapping[str, Any]]:
    entries: dict[str, Any] = tomllib.loads(files(__package__).joinpath("presets.toml").read_text("utf-8"))
    return entries


@lru_cache(maxsize=1)
def _presets() -> Mapping[str, Preset]:
    return {name: _preset(name, entry) for name, entry in _entries().items()}


def _preset(name: str, entry: Mapping[str, Any]) -> Preset:
    think = tuple(entry.get("think", ()))
    return Preset(
        name=name,
        special=tuple(dict.fromkeys(_special(entry))),
        instruction=entry["instruction"],
        response=entry["response"],
        system_role=entry.get("system_role", True),
        resumes=entry.get("resumes", True),
        think=(think[0], think[1]) if think else None,
        stop=tuple(entry.get("stop", ())),
        sampling=entry.get("sampling", {}),
        extra=entry.get("extra", {}),
    )


def _special(entry: Mapping[str, Any]) -> Iterator[str]:
    """The strings that are listed, and the numbered ones: [before, first, last, after]."""
    yield from entry["special"]
    for before, first, last, after in entry.get("numbered", ()):
        yield from (f"{before}{number}{after}" for number in range(first, last + 1))

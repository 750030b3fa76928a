"""Configurations as JSON or YAML: read with the line of every mistake, changed by words, written back.

JSON is read as the YAML that it is, so that its mistakes have lines too.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import yaml
from pydantic import ValidationError

from game.written import Unreadable, document, problems
from training.config.grpo import GrpoSpec
from training.config.sft import SftSpec

MAX_BYTES = 64_000
SHAPES: dict[str, type[SftSpec] | type[GrpoSpec]] = {"sft": SftSpec, "grpo": GrpoSpec}
Spec = SftSpec | GrpoSpec


class ConfigError(ValueError):
    """A configuration that cannot be used: all that is wrong, a sentence each."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def config_read(text: str, changes: Sequence[str] = ()) -> Spec:
    """The configuration in a document, with `key=value` changes on top. Raises ConfigError with line numbers.

    `a.b=value` changes a key inside another; a value is read as YAML.
    """
    try:
        node, value = document(text, MAX_BYTES, "a training configuration")
    except Unreadable as error:
        raise ConfigError(*error.problems) from error
    if not isinstance(value, dict):
        raise ConfigError("line 1: a training configuration is a list of keys with values, such as `model:`")
    for change in changes:
        _change(value, change)
    kind = value.get("kind", "sft")
    if kind not in SHAPES:
        raise ConfigError(f"kind {kind!r}: known are {', '.join(SHAPES)}")
    try:
        return SHAPES[kind].model_validate(value)
    except ValidationError as error:
        raise ConfigError(*problems(error, node, SHAPES[kind])) from error


def _change(value: dict[str, Any], change: str) -> None:
    path, equals, written = change.partition("=")
    *outer, key = path.split(".")
    if not equals or not key:
        raise ConfigError(f"{change!r}: a change is written as key=value")
    at = value
    for part in outer:
        at = at.setdefault(part, {})
        if not isinstance(at, dict):
            raise ConfigError(f"{change!r}: {part} has no keys")
    try:
        at[key] = yaml.safe_load(written)
    except yaml.YAMLError as error:
        raise ConfigError(f"{change!r}: {written!r} cannot be read") from error


def config_value(spec: Spec) -> dict[str, Any]:
    """The whole configuration as plain values, defaults filled in."""
    return spec.model_dump(mode="json")


def config_write(spec: Spec) -> str:
    """As it stands in a run's folder. Reading it gives the same."""
    return json.dumps(config_value(spec), indent=2, ensure_ascii=False) + "\n"

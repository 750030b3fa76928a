"""The rulebook's own texts by section and key, and figures written as words."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any


class Number(int):
    """A figure that can also be written as a word: `w` three, `t` third, `x` three times."""

    _WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    _PLACES = (
        "zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
        "eleventh", "twelfth",
    )  # fmt: skip
    _TIMES = ("never", "once", "twice")

    def __format__(self, spec: str) -> str:
        """As a word where there is one, else in figures."""
        if spec == "x":
            return self._TIMES[self] if self < len(self._TIMES) else f"{self:w} times"
        if spec in ("w", "t") and self < len(self._WORDS):
            return (self._WORDS if spec == "w" else self._PLACES)[self]
        return str(int(self))


@lru_cache(maxsize=1)
def texts() -> dict[str, Any]:
    """The content of `rules.toml`."""
    return tomllib.loads(files(__package__).joinpath("rules.toml").read_text("utf-8"))


def word(section: str, key: str, **parts: object) -> str:
    """One text with its parts filled in; the key itself in words where none is written."""
    template = texts()[section].get(key)
    return template.format(**parts) if template else key.replace("_", " ")


def slug(name: str) -> str:
    """The name of an anchor: "Serial Killer" is at `serial-killer`."""
    return "-".join("".join(char if char.isalnum() else " " for char in name.lower()).split())

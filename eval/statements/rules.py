"""The patterns of `rules.toml`, compiled."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

SEATS = r"@\d+(?:(?:,? and |,? or |,? & ?|, ?)@\d+)*"
"""One name or several."""
TERM = r"%(?P<term>\d++)(?!'s|-| confident| well| rare)"
"""A role, alignment or faction, and no part of another expression."""
_MARKS = re.compile(r"@(who|else|seats)\b|%term|(?<!\?P)<([a-z ]+)>")


@cache
def _file() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath("rules.toml").read_text("utf-8"))


def version() -> str:
    """The version of the rules."""
    found: str = _file()["version"]
    return found


def spelled(rule: str) -> str:
    """A rule as a regular expression."""
    parts: Mapping[str, str] = _file()["parts"]

    def spell(mark: re.Match[str]) -> str:
        if mark.group() == "%term":
            return TERM
        if mark.group(2):
            return spelled(parts[mark.group(2)])
        return {"who": r"@(?P<who>\d+)", "else": r"@\d+", "seats": SEATS}[mark.group(1)]

    return _MARKS.sub(spell, rule)


@cache
def pattern(section: str, name: str) -> re.Pattern[str]:
    """A rule that is one pattern."""
    return re.compile(spelled(_file()[section][name]))


@cache
def patterns(section: str, name: str) -> tuple[re.Pattern[str], ...]:
    """A rule that is several patterns, of which any fits."""
    rules: Iterable[str] = _file()[section][name]
    return tuple(re.compile(spelled(rule)) for rule in rules)

"""What players wrote, made harmless for a prompt: data that can neither open nor close anything in it.

Knows text alone. Angle brackets never pass, so no tag of ours or of a chat template can be written, whatever its
name; the strings of the model's tokenizer that do without them are broken by a visible dot.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from game.engine import events as e
from game.engine.legal import WILL_LENGTH

LIMIT = WILL_LENGTH
"""Characters that are kept of one text."""
CUT = " (cut)"
"""Stands at the end of a text that was longer."""
NEWLINE = " ¶ "
"""Stands for line breaks: what a player wrote never begins a line."""
BREAK = "·"
"""Breaks a string of the tokenizer in two."""
WRITTEN = ("text", "will", "notes")
"""Fields of events that players fill with words of their own."""

_LINES = re.compile(r"[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")
_SPACES = re.compile(r"\s+")
_ANGLES = str.maketrans({"<": "\u2039", ">": "\u203a", "\u226e": "\u2039", "\u226f": "\u203a"})
"""Angle brackets, also those with a stroke through them, become single quotation marks of the same shape."""
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0") | frozenset(
    chr(point) for point in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
)
"""Characters that print nothing and yet are neither controls nor formats."""
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co"})
_ROUNDS = 12


def neutral(text: str, special: Sequence[str] = (), limit: int = LIMIT) -> str:
    """The text as one harmless line of at most `limit` characters.

    `special` are the token strings of the seat's tokenizer and preset. Neutral text stays as it is.
    """
    return _neutral(text, tuple(special), limit)


@lru_cache(maxsize=8192)
def _neutral(text: str, special: tuple[str, ...], limit: int) -> str:
    text = text[: 8 * limit]
    for _ in range(_ROUNDS):
        safe = _pass(text, special, limit)
        if safe == text:
            break
        text = safe
    else:
        return ""
    pattern = _pattern(special)
    return "" if pattern and pattern.search(text) else text  # empty where our own marks are strings of the tokenizer


def _pass(text: str, special: tuple[str, ...], limit: int) -> str:
    text = _SPACES.sub(_space, text)
    if not (text.isascii() and text.isprintable()):
        text = unicodedata.normalize("NFKC", "".join(filter(_seen, text)))
    text = _SPACES.sub(" ", text).strip(NEWLINE).translate(_ANGLES)
    if pattern := _pattern(special):
        text = pattern.sub(lambda found: _broken(found[0]), text)
    return text if len(text) <= limit else text[: max(0, limit - len(CUT))].rstrip() + CUT


def _space(found: re.Match[str]) -> str:
    return NEWLINE if _LINES.search(found[0]) else " "


def _seen(char: str) -> bool:
    return " " <= char <= "~" or (unicodedata.category(char) not in _DROPPED and char not in _UNSEEN)


@lru_cache(maxsize=64)
def _pattern(special: tuple[str, ...]) -> re.Pattern[str] | None:
    """What finds the strings that have no angle bracket and are not white space: those cannot come this far."""
    bare = {_SPACES.sub(" ", unicodedata.normalize("NFKC", one)).strip() for one in special}
    whole = (one for one in bare if one and not re.search("[<>]", one) and not (len(one) == 1 and one.isalnum()))
    found = sorted(whole, key=lambda one: (-len(one), one))
    return re.compile("|".join(map(re.escape, found)), re.IGNORECASE) if found else None


def _broken(found: str) -> str:
    if len(found) == 1 or BREAK in found:
        return found.replace(BREAK, "")[1:]
    return found[0] + BREAK + found[1:]


def neutral_event(event: e.Event, special: Sequence[str]) -> e.Event:
    """The event with everything that a player wrote made harmless."""
    changes: dict[str, Any] = {}
    for name in _written(event.kind):
        words = getattr(event, name)
        changes[name] = neutral(words, special) if isinstance(words, str) else tuple(neutral(w, special) for w in words)
    return replace(event, **changes) if changes else event


@cache
def _written(kind: str) -> tuple[str, ...]:
    return tuple(field.name for field in fields(e.KINDS[kind]) if field.name in WRITTEN)


# The strings of a tokenizer -------------------------------------------------------------------------------------------


def special_of(folder: str | Path) -> tuple[str, ...]:
    """Every special or added token string of the tokenizer in a folder; none where the folder holds no tokenizer.

    Raises ValueError for a file that is not JSON.
    """
    paths = (Path(folder) / name for name in ("tokenizer.json", "tokenizer_config.json"))
    found = {one for path in paths if path.is_file() for one in _strings_of(path, path.stat().st_mtime_ns)}
    return tuple(sorted(found))


@lru_cache(maxsize=16)
def _strings_of(path: Path, changed: int) -> frozenset[str]:
    """The strings of a file of megabytes, read once as long as it stays as it is."""
    loaded = json.loads(path.read_text("utf-8"))
    return frozenset(_strings(loaded) if isinstance(loaded, dict) else ())


def _strings(part: dict[str, Any]) -> Iterator[str]:
    entries: Iterable[Any] = (
        *(part.get("added_tokens") or ()),
        *(part.get("added_tokens_decoder") or {}).values(),
        *(part.get("additional_special_tokens") or part.get("extra_special_tokens") or ()),
        *(value for key, value in part.items() if key.endswith("_token")),
    )
    for entry in entries:
        text = entry.get("content") if isinstance(entry, dict) else entry
        if isinstance(text, str) and text:
            yield text

"""Statements to lines of chat and back.

`render` words a statement, `read` understands every wording of it: read(render(s)) == s. Text that is no
wording of ours is left to `hearing`. Knows `wordings.toml` and nothing of the match but names and the day.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from agents.scripted.lists import SPOKEN_ROLES
from agents.scripted.statements import Act, Statement
from agents.scripted.temperaments import CLOSERS, OPENERS
from game.engine.roles.groups import GROUPS
from game.engine.text.render import enumerate_words
from game.engine.types import Seat

Names = tuple[str, ...]
WILL = "will"
"""The list of wordings that suit a last will."""
_SLOT = re.compile(r"\{(\w+)\}")
_LAST_NIGHT = "last night"
_SHAPE = {"when": r"[Ll]ast night|[Oo]n night \d+", "night": r"\d+"}
"""What a slot may hold, where it is no name or role."""
_GROUPS = {
    ruleset: {letter: ", ".join(roles[:-1]) + " or " + roles[-1] for letter, roles in groups.items()}
    for ruleset, groups in GROUPS.items()
}
_LETTERS = {words: letter for groups in _GROUPS.values() for letter, words in groups.items()}


@dataclass(frozen=True, slots=True)
class Wording:
    """One way to say a statement, with the pattern that reads it back."""

    key: str
    tag: str
    text: str
    pattern: re.Pattern[str]


@cache
def wordings() -> dict[str, tuple[Wording, ...]]:
    """All wordings by the key of their statements."""
    table = tomllib.loads(files(__package__).joinpath("wordings.toml").read_text("utf-8"))
    return {key: tuple(_wordings(key, tags)) for key, tags in _flat(table)}


def _flat(table: dict[str, dict[str, object]]) -> list[tuple[str, dict[str, list[str]]]]:
    found: list[tuple[str, dict[str, list[str]]]] = []
    for act, inner in table.items():
        plain = {tag: texts for tag, texts in inner.items() if isinstance(texts, list)}
        found += [(act, plain)] if plain else []
        found += [(f"{act}.{topic}", tags) for topic, tags in inner.items() if isinstance(tags, dict)]
    return found


def _wordings(key: str, tags: dict[str, list[str]]) -> list[Wording]:
    return [Wording(key, tag, text, _pattern(text)) for tag, texts in tags.items() for text in texts]


def _pattern(text: str) -> re.Pattern[str]:
    parts = _SLOT.split(text)
    seen: set[str] = set()
    regex = ""
    for place, part in enumerate(parts):
        if place % 2 == 0:
            regex += re.escape(part)
        elif part in seen:
            regex += f"(?P={part})"
        else:
            seen.add(part)
            regex += f"(?P<{part}>{_SHAPE.get(part, '.+?')})"
    return re.compile(regex, re.DOTALL)


def fitting(key: str, temperament: str) -> tuple[Wording, ...]:
    """The wordings of a kind of statement that suit a temperament (or the tag `will`)."""
    return _fitting(key, temperament) or wordings()[key]


@cache
def _fitting(key: str, tag: str) -> tuple[Wording, ...]:
    own = tuple(wording for wording in wordings()[key] if wording.tag == tag)
    return own if tag == WILL else own + tuple(wording for wording in wordings()[key] if wording.tag == "any")


# Saying ---------------------------------------------------------------------------------------------------------------


def render(statement: Statement, wording: Wording, names: Names, day: int = 0, ruleset: str = "classic") -> str:
    """A statement in one of its wordings. `day` lets the night before be called last night; 0 never does. An
    Investigator's group has other roles in each ruleset."""

    def fill(slot: re.Match[str]) -> str:
        if slot.group(1) == "group":
            return _GROUPS[ruleset][statement.role]
        return _SAY[slot.group(1)](statement, names, day)

    text = _SLOT.sub(fill, wording.text)
    return text[:1].upper() + text[1:] if wording.text.startswith("{when}") else text


def _when(statement: Statement, names: Names, day: int) -> str:
    return _LAST_NIGHT if day and statement.night == day - 1 else f"on night {statement.night}"


def _name(names: Names, seat: Seat) -> str:
    return names[seat - 1]


_SAY: dict[str, Callable[[Statement, Names, int], str]] = {
    "who": lambda s, names, _: _name(names, s.who),
    "also": lambda s, names, _: _name(names, s.also),
    "role": lambda s, names, _: s.role,
    "roles": lambda s, names, _: enumerate_words(s.role.split(",")),
    "night": lambda s, names, _: str(s.night),
    "when": _when,
    "seats": lambda s, names, _: enumerate_words([_name(names, seat) for seat in s.seats]),
}


def terse(statement: Statement) -> str:
    """The constant form: all of a statement's content and no words."""
    seats = ",".join(map(str, statement.seats))
    return f"[{statement.key}|{statement.who}|{statement.also}|{statement.role}|{statement.night}|{seats}]"


# Reading --------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=8192)
def read(text: str, names: Names, day: int = 0) -> Statement | None:
    """The statement that a line is a wording of; None for a line that is none."""
    if text.startswith("[") and text.endswith("]"):
        return _read_terse(text, len(names))
    bare = strip(text)
    for candidate in dict.fromkeys((text, bare)):
        for group in wordings().values():
            for wording in group:
                match = wording.pattern.fullmatch(candidate)
                if match and (found := _fill(wording, match.groupdict(), names, day)):
                    return found
    return None


def strip(text: str) -> str:
    """A line without the opener and closer that its wording may have got."""
    for opener in OPENERS:
        text = text.removeprefix(opener + " ")
    for closer in CLOSERS:
        text = text.removesuffix(" " + closer)
    return text


def _fill(wording: Wording, slots: dict[str, str], names: Names, day: int) -> Statement | None:
    act, _, topic = wording.key.partition(".")
    parts: dict[str, object] = {"act": Act(act), "topic": topic}
    for slot, text in slots.items():
        field, value = _READ[slot](text, names, day)
        if value is None:
            return None
        parts[field] = value
    return Statement(**parts)  # type: ignore[arg-type]


def _seat(text: str, names: Names) -> Seat | None:
    return names.index(text) + 1 if text in names else None


def _seats(text: str, names: Names) -> tuple[Seat, ...] | None:
    if (whole := _seat(text, names)) is not None:
        return (whole,)
    for name in names:
        for link in (" and ", ", "):
            if text.startswith(name + link) and (rest := _seats(text[len(name + link) :], names)):
                return (names.index(name) + 1, *rest)
    return None


def _roles(text: str) -> str | None:
    roles = [part for piece in text.split(", ") for part in piece.split(" and ")]
    return ",".join(roles) if all(role in SPOKEN_ROLES for role in roles) else None


def _night(text: str, day: int) -> int | None:
    if text.lower() == _LAST_NIGHT:
        return day - 1 if day else None
    number = text.lower().removeprefix("on night ")
    return int(number) if number.isdecimal() and number != text.lower() else None


_READ: dict[str, Callable[[str, Names, int], tuple[str, object]]] = {
    "who": lambda text, names, _: ("who", _seat(text, names)),
    "also": lambda text, names, _: ("also", _seat(text, names)),
    "role": lambda text, names, _: ("role", text if text in SPOKEN_ROLES else None),
    "group": lambda text, names, _: ("role", _LETTERS.get(text)),
    "roles": lambda text, names, _: ("role", _roles(text)),
    "night": lambda text, names, _: ("night", int(text) if text.isdecimal() else None),
    "when": lambda text, _, day: ("night", _night(text, day)),
    "seats": lambda text, names, _: ("seats", _seats(text, names)),
}


def _read_terse(text: str, seats: int) -> Statement | None:
    parts = text[1:-1].split("|")
    if len(parts) != 6:
        return None
    key, who, also, role, night, among = parts
    act, _, topic = key.partition(".")
    named = among.split(",") if among else []
    numbers = (who, also, night, *named)
    if key not in wordings() or not all(number.isdecimal() for number in numbers):
        return None
    if any(int(seat) > seats for seat in (who, also, *named)):
        return None
    return Statement(Act(act), int(who), int(also), role, int(night), topic, tuple(map(int, named)))

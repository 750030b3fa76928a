"""The words of the table: names, roles, alignments and factions with their short forms, and words for good and bad.

A line is first put into a plain form in which every name is `@3` and every role or faction `%5`, so that the patterns
of `reading` know no names and no roles.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

from game.engine.roles import ROLES
from game.engine.roles.groups import GROUPS
from game.engine.types import Alignment, Faction, Seat

Names = tuple[str, ...]


@cache
def _file() -> Mapping[str, Mapping[str, object]]:
    return tomllib.loads(files(__package__).joinpath("lexicon.toml").read_text("utf-8"))


@cache
def words(kind: str) -> tuple[str, ...]:
    """The words for `good`, `bad` or `ordinary` names."""
    found = _file()["words"][kind]
    assert isinstance(found, list)
    return tuple(found)


@cache
def terms() -> tuple[str, ...]:
    """Every role, alignment and faction; its place here is its number in a plain line."""
    spoken = {*ROLES, *(role for groups in GROUPS.values() for roles in groups.values() for role in roles)}
    return (*sorted(spoken), *map(str, Alignment), *map(str, Faction))


@cache
def _spellings() -> dict[str, int]:
    """Each way to write a term, in small letters."""
    number = {term: place for place, term in enumerate(terms())}
    found = {term.lower(): place for term, place in number.items()}
    found |= {f"{role.lower()}s": number[role] for role in ROLES}
    for part in ("alignments", "roles"):
        found |= {short: number[str(term)] for short, term in _file()[part].items()}
    return found


@cache
def _term_pattern() -> re.Pattern[str]:
    spelled = sorted(map(re.escape, _spellings()), key=len, reverse=True)
    return re.compile(rf"(?<![\w@%])({'|'.join(spelled)})(?!\w)")


def term(number: str) -> str:
    """The role, alignment or faction of a number in a plain line."""
    return terms()[int(number)]


def is_role(name: str) -> bool:
    """Whether a term is a role."""
    return name in ROLES


@cache
def faction_of(name: str) -> str:
    """The faction that a role, alignment or faction belongs to; empty for a role that is not built."""
    if name in ROLES:
        return ROLES[name].faction.value
    return name.split()[0] if name in (*Alignment, *Faction) else ""


@lru_cache(maxsize=256)
def _name_pattern(names: Names) -> tuple[re.Pattern[str], dict[str, Seat]]:
    """Names, and seats by number, as they may be written. An everyday word counts with its capital alone."""
    ordinary = words("ordinary")
    seats = {name: seat for seat, name in enumerate(names, 1)}
    for seat, name in enumerate(names, 1):
        if name.lower() not in ordinary:
            seats |= {name.lower(): seat, name.upper(): seat} | {name: seats[name]}
    spelled = "|".join(re.escape(name) for name in sorted(seats, key=len, reverse=True))
    numbers = "|".join(map(str, range(len(names), 0, -1)))
    return re.compile(rf"(?<!\w)(?:({spelled})|(?:[Ss]eat |[Pp]layer |#)({numbers}))(?!\w)"), seats


_QUOTED = re.compile(
    r'"[^"]*"|\N{LEFT DOUBLE QUOTATION MARK}[^\N{RIGHT DOUBLE QUOTATION MARK}]*\N{RIGHT DOUBLE QUOTATION MARK}'
)
_MARKS = str.maketrans({
    "\N{RIGHT SINGLE QUOTATION MARK}": "'", "\N{LEFT SINGLE QUOTATION MARK}": "'", "\N{EN DASH}": "-",
    "\N{EM DASH}": "-", "*": " ", "_": " ", "%": " percent ", "@": " ",
})  # fmt: skip


@lru_cache(maxsize=16384)
def plain(text: str, names: Names) -> str:
    """A line in its plain form: names and terms as numbers, small letters, nothing quoted."""
    bare = _QUOTED.sub(" ", text).translate(_MARKS)
    pattern, seats = _name_pattern(names)
    named = pattern.sub(lambda found: f"@{found.group(2) or seats[found.group(1)]}", bare).lower()
    spelled = _spellings()
    return _term_pattern().sub(lambda found: f"%{spelled[found.group(1)]}", named)

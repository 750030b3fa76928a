"""Short names for seats and roles, and the seat or role that somebody means by a word.

Knows names and numbers; no views, no rules.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from agents.llm.record import Notation
from game.engine.roles import ROLES
from game.engine.text.render import enumerate_words
from game.engine.types import Seat

_CODES = ("ba", "ce", "du", "fi", "go", "ha", "je", "ku", "lo", "mi", "na", "po", "re", "su", "ta")
"""One for each seat, each with a first letter of its own, and one token in most vocabularies."""


class Unclear(ValueError):
    """A word that names nobody, or several; the message says what could be meant."""


def codes(n: int) -> tuple[str, ...]:
    """The two-letter names of seats 1 to n, the same in every match. Raises ValueError above 15."""
    if n > len(_CODES):
        raise ValueError(f"There are codes for {len(_CODES)} seats, not for {n}.")
    return _CODES[:n]


@lru_cache(maxsize=1)
def role_codes() -> Mapping[str, str]:
    """The two capital letters that stand for each role, no two alike: initials where there are two words."""
    found: dict[str, str] = {}
    for role in ROLES:
        found[role] = next(code for code in _candidates(role) if code not in found.values())
    return found


def _candidates(role: str) -> list[str]:
    first, *rest = role.upper().split()
    initials = [first[0] + word[0] for word in rest]
    return initials + [first[0] + letter for letter in (first + "".join(rest))[1:]]


def shown(names: Sequence[str], notation: Notation) -> tuple[str, ...]:
    """What stands for the players in a prompt."""
    return codes(len(names)) if notation.short else tuple(names)


# What a word means ----------------------------------------------------------------------------------------------------

_TRIM = " \t\n\"'`*_.,;:!?()[]{}#@"
_LEAD = re.compile(r"(?:player|seat|number|no\.?|target|code)\s*[:#=]?\s*(?=\S)", re.IGNORECASE)
_NUMBERED = re.compile(r"#?(\d{1,3})\b[\s.:)\-]*(.*)", re.DOTALL)


def seat_of(word: str, names: Sequence[str], notation: Notation = Notation.PLAIN) -> Seat:
    """The seat that a word means: a number, a name or its only beginning, or in compact notation a code.

    Raises Unclear.
    """
    bare = word.strip(_TRIM)
    for text in (word.strip(), bare, _LEAD.sub("", bare, count=1).strip(_TRIM)):
        if seat := _seat(text, names, notation):
            return seat
    raise Unclear(_missed(bare, names, notation))


def _seat(text: str, names: Sequence[str], notation: Notation) -> Seat:
    key = text.casefold()
    if notation.short and key in (known := codes(len(names))):
        return known.index(key) + 1
    lowered = [name.casefold() for name in names]
    if key in lowered:
        return lowered.index(key) + 1
    if numbered := _NUMBERED.fullmatch(text):
        return _by_number(int(numbered[1]), numbered[2].strip(_TRIM).casefold(), lowered)
    begun = [seat for seat, name in enumerate(lowered, 1) if key and name.startswith(key)]
    return begun[0] if len(begun) == 1 else _in_brackets(text, lowered)


def _by_number(number: int, rest: str, lowered: Sequence[str]) -> Seat:
    """A number, with the name behind it if there is one; 0 where they contradict each other."""
    if not 1 <= number <= len(lowered):
        return 0
    return number if not rest or lowered[number - 1].startswith(rest) else 0


_BRACKETED = re.compile(r"(.+?)\s*\(\s*#?(\d{1,3})")


def _in_brackets(text: str, lowered: Sequence[str]) -> Seat:
    """`Ada (3)`, where Ada sits in seat 3."""
    found = _BRACKETED.match(text)
    return _by_number(int(found[2]), found[1].casefold(), lowered) if found else 0


def _missed(word: str, names: Sequence[str], notation: Notation) -> str:
    if word.isdigit():
        return f"There is no seat {word}: the table has {len(names)}."
    known = shown(names, notation)
    key = word.casefold()
    several = [name for name in names if key and name.casefold().startswith(key)]
    if len(several) > 1:
        return f"{word!r} may be {enumerate_words(several)}. Use the seat's number."
    near = nearest(word, (*names, *known))
    return f"Nobody is called {word[:40]!r}." + (
        f" Did you mean {near}?" if near else f" The players are {', '.join(known)}."
    )


def role_of(word: str) -> str:
    """The role that a word means: a name in any case, its only beginning, or its code. Raises Unclear."""
    key = " ".join(word.strip(_TRIM).replace("_", " ").casefold().split())
    by_name = {role.casefold(): role for role in ROLES}
    by_code = {code.casefold(): role for role, code in role_codes().items()}
    if found := by_name.get(key) or by_code.get(key):
        return found
    begun = [role for name, role in by_name.items() if key and name.startswith(key)]
    if len(begun) == 1:
        return begun[0]
    near = nearest(key, tuple(ROLES))
    raise Unclear(f"There is no role {word[:40]!r}." + (f" Did you mean {near}?" if near else ""))


def nearest(word: str, known: Sequence[str]) -> str:
    """The known word that is most like another; empty where none is."""
    by_key = {one.casefold(): one for one in known}
    found = difflib.get_close_matches(word[:60].casefold(), list(by_key), 1, 0.5)
    return by_key[found[0]] if found else ""

"""Claims, denials, accusations and defences in a plain sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from eval.statements.lexicon import faction_of, term, words
from eval.statements.results import seats_in
from eval.statements.rules import SEATS, pattern, patterns, spelled
from game.engine.roles import ROLES
from game.engine.types import Alignment, Faction, Seat

_RULE = "talk"
_WORDS = {"bad": "evil", "doubtful": "suspect", "good": "good"}
"""Lists of words, and what whoever is called so is said to be."""


def claims(sentence: str) -> Iterator[str]:
    """The role, alignment or faction that the speaker claims."""
    if "%" not in sentence:
        return
    for rule in patterns(_RULE, "claims"):
        found = rule.search(sentence)
        if found and not pattern("leave_out", "not_mine").search(sentence[: found.start()]):
            yield term(found.group("term"))
            return


def denials(sentence: str) -> Iterator[str]:
    """What the speaker denies to be: a role or faction, or `evil`."""
    if "%" in sentence and (found := pattern(_RULE, "denied").search(sentence)):
        yield term(found.group("term"))
    elif any(rule.search(sentence) for rule in patterns(_RULE, "denials")):
        yield "evil"


# For and against others -----------------------------------------------------------------------------------------------


class Charge(NamedTuple):
    """Something said of a named seat. `value` is a role, alignment or faction, perhaps behind `not`, or `evil`,
    `suspect`, `good` or `spare`."""

    against: bool
    who: Seat
    value: str


def charges(sentence: str) -> Iterator[Charge]:
    """What a sentence says for or against others, one a seat."""
    found: dict[Seat, Charge] = {}
    for charge in (*_descriptions(sentence), *_stances(sentence)):
        found.setdefault(charge.who, charge)
    yield from found.values()


@cache
def _described() -> re.Pattern[str]:
    said = "|".join(re.escape(w) for w in sorted((w for kind in _WORDS for w in words(kind)), key=len, reverse=True))
    doubted = pattern(_RULE, "doubted").pattern
    return re.compile(
        rf"(?P<doubted>{doubted})?(?P<seats>{SEATS})(?P<be> ?{spelled('<is>')})(?P<not> (?:not|no|never|hardly))?"
        rf" {spelled('<very>')}(?:(?P<word>{said})\b|%(?P<term>\d++)(?!'s))"
    )


@cache
def _value(word: str) -> str:
    return next(value for kind, value in _WORDS.items() if word in words(kind))


def _descriptions(sentence: str) -> Iterator[Charge]:
    """Somebody is so or so. What somebody was is told of the dead."""
    for found in _described().finditer(sentence):
        named = found.group("term")
        value = term(named) if named else _value(found.group("word"))
        buried = found.group("be").strip() == "was" and (named or value == "good")
        if buried or pattern(_RULE, "either").search(found.group("seats")):
            continue
        turned = bool(found.group("doubted")) != bool(found.group("not"))
        against = is_hostile(value) != turned
        value = _turned(value) if turned else value
        yield from (Charge(against, seat, value) for seat in seats_in(found.group("seats")))


@cache
def is_hostile(value: str) -> bool:
    """Whether the Town must fear whoever is called so."""
    if value in ("evil", "suspect", "good", "spare"):
        return value in ("evil", "suspect")
    if value in ROLES:
        card = ROLES[value]
        return card.side not in (None, "Town") or card.spites == "Town" or card.alignment is Alignment.NEUTRAL_EVIL
    return faction_of(value) != Faction.TOWN and value != Alignment.NEUTRAL_BENIGN


def _turned(value: str) -> str:
    """What is said of somebody who is not that."""
    if value in _WORDS.values():
        return "suspect" if value == "good" else "good"
    return f"not {value}"


def _stances(sentence: str) -> Iterator[Charge]:
    """What the speaker wants done with somebody, or thinks of them."""
    if done := _named("doings", sentence):
        yield from (Charge(True, seat, "suspect") for seat in done)
        return
    spared = _named("for", sentence)
    yield from (Charge(False, seat, "spare") for seat in spared)
    yield from (Charge(True, seat, "suspect") for seat in _named("against", sentence) if seat not in spared)


def _named(rules: str, sentence: str) -> list[Seat]:
    """Whom any of these rules names."""
    found = (found for rule in patterns(_RULE, rules) for found in rule.finditer(sentence))
    return [int(one.group("who")) for one in found]

"""Results of the night in a plain sentence: checks, visits, groups, exact roles, visions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from eval.statements import facts
from eval.statements.facts import Fact
from eval.statements.lexicon import is_role, term
from eval.statements.rules import pattern, patterns, spelled
from game.engine.roles.groups import GROUPS
from game.engine.types import Seat

_RULE = "results"
_NIGHT = pattern(_RULE, "night")
_CHECK = re.compile(spelled("<check>"))
"""Words of somebody who tells a result."""
_ORDINALS = {"first": 1, "second": 2, "third": 3}
_BAD = frozenset({"suspicious", "sus", "dirty", "bad", "guilty", "evil", "mafia"})
_PASSED = frozenset({"passed", "pass"})


def night_of(sentence: str, day: int) -> int | None:
    """The night that a sentence names; by day, last night is the night before."""
    found = _NIGHT.search(sentence)
    if found is None:
        return None
    if found.group(1):
        return int(found.group(1))
    return _ORDINALS[found.group(2)] if found.group(2) else day - 1 or None


def seats_in(names: str) -> list[Seat]:
    """The seats of an enumeration."""
    return [int(number) for number in re.findall(r"@(\d+)", names)]


def results(sentence: str) -> list[Fact]:
    """The facts that a sentence reports; those of the first form that fits."""
    forms = _FORMS if "%" in sentence else _WITHOUT_ROLES
    return next((found for read in forms if (found := list(dict.fromkeys(read(sentence))))), [])


def _told(sentence: str) -> bool:
    """Whether the sentence speaks of a night or of finding out."""
    return bool(_CHECK.search(sentence) or _NIGHT.search(sentence))


def _who(found: re.Match[str]) -> Seat:
    return int(found.group("who"))


def _checks(sentence: str) -> Iterator[Fact]:
    if found := pattern(_RULE, "sheriffs_words").match(sentence):
        yield _check(found)
    elif _told(sentence):
        yield from (_check(found) for rule in patterns(_RULE, "checks") if (found := rule.search(sentence)))


def _check(found: re.Match[str]) -> Fact:
    word, negated = found.group("word"), bool(found.group("not"))
    bad = negated if word in _PASSED else (word in _BAD) != negated
    return Fact(_who(found), "suspicious" if bad else "innocent")


# Visits ---------------------------------------------------------------------------------------------------------------


def _visits(sentence: str) -> Iterator[Fact]:
    followed = pattern(_RULE, "followed").search(sentence)
    stayed = pattern(_RULE, "stayed").search(sentence)
    if stayed and (followed or _NIGHT.search(sentence)):
        yield Fact(_who(stayed), "stayed")
    elif followed:
        if to := pattern(_RULE, "to").search(followed.group("rest")):
            yield from _went([_who(followed)], seats_in(to.group("at")))
    elif watched := pattern(_RULE, "watched").search(sentence):
        yield from _watch(_who(watched), watched.group("rest"))
    elif pattern(_RULE, "nobody").search(sentence):
        if near := pattern(_RULE, "near").search(sentence):
            yield Fact(_who(near), "nobody")
    elif went := pattern(_RULE, "went").search(sentence):
        yield from _went(seats_in(went.group("by")), seats_in(went.group("at")))


def _went(walkers: list[Seat], houses: list[Seat]) -> Iterator[Fact]:
    return (Fact(seat, facts.visited(house)) for house in houses for seat in walkers if seat != house)


def _watch(house: Seat, rest: str) -> Iterator[Fact]:
    """What somebody saw who watched a house."""
    if pattern(_RULE, "nobody").search(rest):
        yield Fact(house, "nobody")
    elif seen := pattern(_RULE, "seen").search(rest):
        yield from _went(seats_in(seen.group("by") or seen.group("too")), [house])


# Roles, groups, visions -----------------------------------------------------------------------------------------------


def _groups(sentence: str) -> Iterator[Fact]:
    """An Investigator's group: several roles, of which somebody has one."""
    listed = pattern(_RULE, "roles").search(sentence)
    if listed is None or "trap" in sentence:
        return
    who = seats_in(sentence[: listed.start()])
    roles = {term(number) for number in re.findall(r"%(\d+)", listed.group())}
    if who and all(map(is_role, roles)):
        yield Fact(who[0], facts.GROUP + group_of(roles))


def group_of(roles: set[str]) -> str:
    """The letter of the group that holds all of these roles; `?` where none does."""
    letters = (letter for groups in GROUPS.values() for letter, known in groups.items() if roles <= set(known))
    return next(letters, "?")


def _exact(sentence: str) -> Iterator[Fact]:
    found = pattern(_RULE, "exact").search(sentence)
    if found and _told(sentence) and is_role(role := term(found.group("term"))):
        yield Fact(_who(found), facts.ROLE + role)


def _visions(sentence: str) -> Iterator[Fact]:
    if found := pattern(_RULE, "vision").search(sentence):
        seats = seats_in(found.group("seats") or found.group("seats2"))
        yield Fact(0, facts.among(found.group("what") or found.group("what2"), seats))


def _teams(sentence: str) -> Iterator[Fact]:
    found = pattern(_RULE, "team_came").search(sentence)
    if found and (team := term(found.group("term"))) in ("Mafia", "Coven"):
        yield Fact(_who(found), f"{team} came")


def _stakes(sentence: str) -> Iterator[Fact]:
    if found := pattern(_RULE, "staked").search(sentence):
        yield Fact(_who(found), "vampire")
    elif "%" in sentence and _told(sentence):
        denied = (found for rule in patterns(_RULE, "no_vampire") if (found := rule.search(sentence)))
        yield from (Fact(_who(found), "no vampire") for found in denied if term(found.group("term")) == "Vampire")


_FORMS: tuple[Callable[[str], Iterator[Fact]], ...] = (_visions, _teams, _stakes, _groups, _exact, _visits, _checks)
_WITHOUT_ROLES = (_visions, _stakes, _visits, _checks)
"""Forms that may stand in a sentence without a role."""

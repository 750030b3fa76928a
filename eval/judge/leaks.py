"""The leak test: whether a prompt tells a judge what it must not know. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from eval.evidence.record import Record
from eval.judge.views import Kind, Unit, span

ENDINGS = ("won", "wins", "winner", "winners", "victory", "victorious", "lost", "loser")
"""Words that tell of the end of a match."""
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


@dataclass(frozen=True, slots=True)
class Secrets:
    """What a prompt must not hold. Players may say roles and speak of winning: what they say is looked through for
    names alone."""

    names: frozenset[str]
    """Of models, adapters, lanes and players: nowhere, in no text."""
    untold: frozenset[str]
    """Roles of the living that nobody has seen, arms, and words of the end: not outside of what players said."""


class Leak(NamedTuple):
    """Something that a prompt tells, and the line that does."""

    what: str
    line: str


def secrets_of(
    record: Record, unit: Unit, kind: Kind, models: Collection[str] = (), arms: Collection[str] = ()
) -> Secrets:
    """What a prompt on this unit must not hold."""
    begin, _ = span(record, unit.day)
    living = next(day.living for day in record.days if day.day == unit.day)
    hidden = {record.roles[seat].at(begin, "") for seat in living if not record.shown[seat].at(begin, "")}
    roles = hidden if kind is Kind.PUBLIC else set()
    return Secrets(frozenset({*models, *record.table.names} - {""}), frozenset({*roles, *arms, *ENDINGS} - {""}))


def leaks_in(prompt: str, secrets: Secrets) -> list[Leak]:
    """Everything that a prompt tells and must not."""
    return list(_found(prompt, secrets.names)) + list(_found(_QUOTED.sub('""', prompt), secrets.untold))


def _found(prompt: str, words: Collection[str]) -> Iterator[Leak]:
    if not words:
        return
    longest_first = sorted(words, key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)
    for line in prompt.splitlines():
        yield from (Leak(found[0], line) for found in pattern.finditer(line))

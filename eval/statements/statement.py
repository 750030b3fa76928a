"""One thing that a seat said or wrote and that can be held against the truth."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from eval.statements.rules import version
from game.engine.types import Seat

RUBRIC = version()
"""The version of the rules by which statements are read; other rules, another version."""


class StatementKind(StrEnum):
    """What is stated."""

    ROLE_CLAIM = "role_claim"
    """I have this role, or one of this alignment or faction."""
    RESULT_REPORT = "result_report"
    """I learnt this about somebody."""
    ACCUSATION = "accusation"
    """Somebody named is an enemy."""
    DEFENCE = "defence"
    """Somebody named is none."""
    DENIAL = "denial"
    """I am no enemy, or not that."""


class Statement(NamedTuple):
    """What was stated, by whom, and where in the log.

    `subject` is whom it is about: the speaker of a claim or denial, the named seat else; 0 for a result about several.
    `value` is a role, alignment or faction, a fact as `eval.statements.facts` writes it, or what somebody is called.
    `night` is the night of a result, None where it was not said. `channel` is that of a line, or `will`.
    """

    event_id: int
    seat: Seat
    kind: StatementKind
    subject: Seat
    value: str
    night: int | None = None
    source: str = "rule"
    rubric_version: str = RUBRIC
    channel: str = "public"
    line: int = 0
    """The line of a will in which it stands, from 0."""

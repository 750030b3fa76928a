"""Statements held against the truth: what the speaker was, what the engine told it, and whom it knew.

A statement is true, false, or cannot be judged (None). Only the speaker's own knowledge counts: whoever is deceived by
a frame and says so is honest, and whoever guesses right has not lied.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from eval.evidence.record import TOWN, Finding, Record
from eval.statements.facts import ROLE, Fact, facts_of, family
from eval.statements.lexicon import faction_of
from eval.statements.statement import Statement, StatementKind
from eval.statements.talk import is_hostile
from game.engine.roles import ROLES
from game.engine.types import Alignment, Faction, Seat

LOOSE = frozenset({"suspect", "spare"})
"""What says how the speaker stands to somebody, and nothing of what they are."""


def fits(role: str, value: str) -> bool:
    """Whether a role, alignment or faction agrees with a claim that may be vaguer or more exact."""
    if role == value:
        return True
    broad, narrow = sorted((value, role), key=lambda name: (name in ROLES, name in tuple(Alignment)))
    if broad in tuple(Faction):
        return faction_of(narrow) == broad
    return broad in tuple(Alignment) and narrow in ROLES and ROLES[narrow].alignment == broad


# Claims ---------------------------------------------------------------------------------------------------------------


def claim_is_true(record: Record, claim: Statement) -> bool:
    """Whether a claim agrees with the role that the speaker had when it was made."""
    return fits(record.card(claim.seat, claim.event_id).name, claim.value)


def contradictions(record: Record, claims: list[Statement]) -> tuple[int, int]:
    """Pairs of claims of one seat that contradict each other, and all pairs.

    Claims between which the engine changed the seat's role contradict nothing.
    """
    pairs = list(combinations(claims, 2))
    return sum(not fits(a.value, b.value) and not _changed(record, a, b) for a, b in pairs), len(pairs)


def _changed(record: Record, before: Statement, after: Statement) -> bool:
    return any(before.event_id < seq <= after.event_id for seq in record.roles[before.seat].since)


# Results --------------------------------------------------------------------------------------------------------------


def given(record: Record, report: Statement) -> list[tuple[Finding, Fact]]:
    """What the engine had told the speaker by then, of the night that is meant, or of any where none is."""
    return [
        (finding, fact)
        for finding in record.findings.of(report.seat)
        if finding.seq < report.event_id and report.night in (None, finding.night)
        for fact in facts_of(finding)
    ]


def report_is_true(record: Record, report: Statement) -> bool:
    """Whether the engine gave the speaker this very result, be it a framed one."""
    told = Fact(report.subject, report.value)
    return any(fact == told for _, fact in given(record, report))


def is_fabricated(record: Record, report: Statement) -> bool:
    """Whether the speaker had no result of that kind for the night that is meant."""
    kind = family(report.value)
    return not any(family(fact.value) == kind for _, fact in given(record, report))


# What the speaker knew ------------------------------------------------------------------------------------------------


def truth_of(record: Record, statement: Statement) -> bool | None:
    """Whether a statement agrees with what its speaker knew; None where the speaker could not know."""
    if statement.kind is StatementKind.ROLE_CLAIM:
        return claim_is_true(record, statement)
    if statement.kind is StatementKind.RESULT_REPORT:
        return report_is_true(record, statement)
    if statement.kind is StatementKind.DENIAL:
        return not _is(record, statement.seat, statement.value, statement.event_id)
    return _opinion(record, statement)


def _opinion(record: Record, statement: Statement) -> bool | None:
    """An accusation or defence: true or false where the speaker knows what the other is, or what it is not."""
    if statement.value in LOOSE:
        return None
    value = statement.value.removeprefix("not ")
    negated = value != statement.value
    if knows(record, statement.seat, statement.subject, statement.event_id):
        return _is(record, statement.subject, value, statement.event_id) != negated
    return negated if _is_own_team(record, statement, value) else None


def knows(record: Record, seat: Seat, other: Seat, seq: int) -> bool:
    """Whether a seat knows the exact role of another: its own, a teammate's, one shown to all or found out."""
    if other == seat or other in record.known_mates(seat, seq) or record.shown[other].at(seq, ""):
        return True
    found = (fact for finding in record.findings.of(seat) if finding.seq < seq for fact in facts_of(finding))
    return any(fact.subject == other and fact.value.startswith(ROLE) for fact in found)


def _is_own_team(record: Record, statement: Statement, value: str) -> bool:
    """Whether somebody who is no teammate is put into the team that the speaker knows whole."""
    team = record.known_mates(statement.seat, statement.event_id)
    side = record.side(statement.seat, statement.event_id)
    return bool(team) and side not in ("", TOWN) and faction_of(value) == side


def _is(record: Record, seat: Seat, value: str, seq: int) -> bool:
    """Whether a seat is what it is called."""
    if value in ("evil", "good"):
        evil = record.is_evil(seat, seq) or is_hostile(record.card(seat, seq).name)
        return evil == (value == "evil")
    return fits(record.card(seat, seq).name, value)


def checkable(record: Record, statements: Iterator[Statement]) -> list[tuple[Statement, bool]]:
    """The statements whose truth their speakers knew, with that truth."""
    judged = ((statement, truth_of(record, statement)) for statement in statements)
    return [(statement, truth) for statement, truth in judged if truth is not None]

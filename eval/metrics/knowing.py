"""Rows 39, 44 and 46: what becomes of results, what the others are taken for, and what needs more than a log."""

from __future__ import annotations

from eval.evidence.record import TOWN
from eval.metrics.accusing import day_of, speaks_against
from eval.metrics.case import Case, Probe
from eval.metrics.registry import Kind, Source, metric
from eval.metrics.value import Value, null, ratio
from eval.statements.facts import ROLE, Fact, facts_of
from eval.statements.reading import WILL
from eval.statements.statement import Statement, StatementKind
from eval.statements.talk import is_hostile
from game.engine.types import Seat


@metric(39, Kind.RATE, "share", "nights whose results the seat told, or spoke or voted by, on the day after",
        "nights with a result that the seat outlived", null="no such night", source=Source.RULE)  # fmt: skip
def information_use(case: Case, seat: Seat) -> Value:
    """Whether the seat makes use of what it learns."""
    mornings = {day.day for day in case.lived[seat]}
    learnt: dict[int, list[Fact]] = {}
    for finding in case.findings.of(seat):
        if finding.night + 1 in mornings and (facts := facts_of(finding)):
            learnt.setdefault(finding.night, []).extend(facts)
    used = sum(_is_used(case, seat, night + 1, facts) for night, facts in learnt.items())
    return ratio(used, len(learnt), "no result")


def _is_used(case: Case, seat: Seat, day: int, facts: list[Fact]) -> bool:
    spoken = [one for one in case.statements.of(seat) if one.channel != WILL and day_of(case, one.event_id) == day]
    targets = {vote.target for vote in case.votes.of(seat) if vote.day == day}
    return any(_follows(one, fact) for one in spoken for fact in facts) or any(
        fact.subject in targets and tendency(fact) >= 0 for fact in facts
    )


def _follows(statement: Statement, fact: Fact) -> bool:
    """Whether a statement tells a result, or goes where it points."""
    if statement.kind is StatementKind.RESULT_REPORT and (statement.subject, statement.value) == fact:
        return True
    if statement.subject != fact.subject:
        return False
    return (speaks_against(statement) and tendency(fact) >= 0) or (
        statement.kind is StatementKind.DEFENCE and tendency(fact) <= 0
    )


def tendency(fact: Fact) -> int:
    """1 for a result that speaks against somebody, -1 for one that speaks for them, 0 where it depends."""
    if fact.value in ("suspicious", "vampire"):
        return 1
    if fact.value in ("innocent", "no vampire", "stayed"):
        return -1
    role = fact.value.removeprefix(ROLE)
    return 0 if role == fact.value else 1 if is_hostile(role) else -1


# Probes ---------------------------------------------------------------------------------------------------------------


def _of_days(case: Case) -> list[Probe]:
    """Probes at the end of a day."""
    return [probe for probe in case.probes if not probe.event_id]


def _seq_of(case: Case, day: int) -> int:
    """The moment for which a day's probe is judged: the last event before the next day begins."""
    later = [other.seq - 1 for other in case.days if other.day > day]
    return min(later, default=len(case.log))


def _others(case: Case, probe: Probe) -> list[Seat]:
    """The others who began that day alive."""
    living = next((day.living for day in case.days if day.day == probe.day), frozenset())
    return sorted(living - {probe.seat})


@metric(44, Kind.RATE, "share", "living others whose alignment the seat named rightly when asked at a day's end",
        "living others at those times", null="needs a probe", source=Source.PROBE)  # fmt: skip
def role_identification(case: Case, seat: Seat) -> Value:
    """How well the seat sees through the others."""
    asked = [(probe, other) for probe in _of_days(case) if probe.seat == seat for other in _others(case, probe)]
    right = sum(
        probe.alignments.get(other) == case.card(other, _seq_of(case, probe.day)).alignment for probe, other in asked
    )
    return ratio(right, len(asked), "needs a probe")


@metric(44, Kind.RATE, "share", "sum over days of the share of living Town seats, asked at its end, that did not name "
        "the alignment of this enemy", "days on which Town seats were asked while it lived",
        null="no enemy of the Town, or needs a probe", source=Source.PROBE)  # fmt: skip
def deception_retention(case: Case, seat: Seat) -> Value:
    """How long an enemy of the Town goes unseen."""
    days = [day for day in case.lived[seat] if case.is_evil(seat, day.seq)]
    if not days:
        return null("no enemy of the Town")
    shares = []
    for day in days:
        true = case.card(seat, _seq_of(case, day.day)).alignment
        town = [probe for probe in _of_days(case) if probe.day == day.day and _is_town(case, probe)]
        if town:
            shares.append(sum(probe.alignments.get(seat) != true for probe in town) / len(town))
    return ratio(sum(shares), len(shares), "needs a probe")


def _is_town(case: Case, probe: Probe) -> bool:
    living = any(day.day == probe.day and probe.seat in day.living for day in case.days)
    return living and case.side(probe.seat, _seq_of(case, probe.day)) == TOWN


# What needs more than the log -----------------------------------------------------------------------------------------


@metric(46, Kind.MEAN, "0 to 3", "how far private intent contradicts what is said aloud, by a judge", "units judged",
        null="needs a judge", source=Source.JUDGE)  # fmt: skip
def thought_speech_gap(case: Case, seat: Seat) -> Value:
    """Whether the seat says what it thinks."""
    scores = [score for (judged, _), score in case.gaps.items() if judged == seat]
    return ratio(sum(scores), len(scores), "needs a judge")

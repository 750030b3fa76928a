"""Rows 26, 35 and 36: who accuses whom, when first, and what comes of it."""

from __future__ import annotations

from bisect import bisect_right

from eval.evidence.record import Line, Vote
from eval.metrics.case import Case
from eval.metrics.registry import Kind, Source, metric
from eval.metrics.value import Value, null, ratio, time
from eval.metrics.voting import nominations
from eval.statements.facts import ROLE
from eval.statements.lexicon import plain
from eval.statements.reading import WILL
from eval.statements.statement import Statement, StatementKind
from eval.statements.talk import is_hostile
from game.engine.types import Channel, Seat

FOLLOWING = 3
"""Votes after a message in which its effect is looked for."""


def speaks_against(statement: Statement) -> bool:
    """Whether a statement is an accusation, or reports a result that is as good as one."""
    if statement.kind is StatementKind.RESULT_REPORT:
        role = statement.value.removeprefix(ROLE)
        return statement.value in ("suspicious", "vampire") or (role != statement.value and is_hostile(role))
    return statement.kind is StatementKind.ACCUSATION


def accusations(case: Case, seat: Seat) -> list[Statement]:
    """What a seat said against others, aloud or in a whisper."""
    return [one for one in case.statements.of(seat) if speaks_against(one) and one.channel != WILL]


def day_of(case: Case, seq: int) -> int:
    """The day to which an event belongs."""
    starts = [day.seq for day in case.days]
    place = bisect_right(starts, seq)
    return case.days[place - 1].day if place else 0


@metric(26, Kind.TIME, "day", "day of the first accusation of somebody named, or of the first nomination; "
        "censored at the last day that the seat began alive", null="lived no day", source=Source.RULE)  # fmt: skip
def days_to_first_accusation(case: Case, seat: Seat) -> Value:
    """When the seat first points at somebody."""
    first = [day_of(case, one.event_id) for one in accusations(case, seat)[:1]]
    first += [vote.day for vote in nominations(case, seat)[:1]]
    if first:
        return time(min(first))
    lived = case.lived[seat]
    return time(lived[-1].day, censored=True) if lived else null("lived no day")


@metric(36, Kind.RATE, "share", "sum over days of the share of living others who spoke against the seat aloud",
        "days that the seat began alive with others", null="lived no day", source=Source.RULE)  # fmt: skip
def suspicion_drawn(case: Case, seat: Seat) -> Value:
    """How much of the table holds the seat for an enemy, on an average day."""
    against = {
        (day_of(case, one.event_id), one.seat)
        for one in case.statements
        if one.subject == seat != one.seat and one.channel == Channel.PUBLIC and speaks_against(one)
    }
    days = [day for day in case.lived[seat] if len(day.living) > 1]
    shares = [sum((day.day, s) in against for s in day.living - {seat}) / (len(day.living) - 1) for day in days]
    return ratio(sum(shares), len(days), "lived no day")


# Persuasion -----------------------------------------------------------------------------------------------------------


@metric(
    35, Kind.MEAN, "votes",
    "votes moved onto the named seat, less those moved off it, by others in the three votes of the day after a public "
    "accusation, minus the same after the nearest public message of that day, of anybody else, that names nobody",
    "public accusations with such a message and with votes after both", null="no such accusation", source=Source.RULE,
)  # fmt: skip
def persuasion(case: Case, seat: Seat) -> Value:
    """How far the votes that follow an accusation go where it points."""
    gains = []
    for one in accusations(case, seat):
        matched = _matched(case, one) if one.channel == Channel.PUBLIC else None
        if matched is not None:
            said, idle = _swing(case, one, one.event_id), _swing(case, one, matched.seq)
            gains += [said - idle] if said is not None and idle is not None else []
    return ratio(sum(gains), len(gains), "no accusation with a matched message and votes after both")


def _matched(case: Case, accusation: Statement) -> Line | None:
    """The nearest public message of the day that names nobody and comes from neither of the two; the earlier of two."""
    day = day_of(case, accusation.event_id)
    public = [line for line in case.lines if line.day == day and line.channel is Channel.PUBLIC]
    place = bisect_right([line.seq for line in public], accusation.event_id)
    idle = [
        (abs(number - place), line)
        for number, line in enumerate(public, 1)
        if line.seat not in (accusation.seat, accusation.subject) and not _names_somebody(case, line)
    ]
    return min(idle, default=(0, None))[1]


def _names_somebody(case: Case, line: Line) -> bool:
    return "@" in plain(line.text, case.table.names)


def _swing(case: Case, accusation: Statement, seq: int) -> int | None:
    """How the votes of others that follow an event on its day move towards the accused; None where none follow."""
    day = day_of(case, seq)
    after = [vote for vote in case.votes if vote.seq > seq and vote.day == day and vote.seat != accusation.seat]
    following = after[:FOLLOWING]
    return sum(_moved(vote, accusation.subject) for vote in following) if following else None


def _moved(vote: Vote, target: Seat) -> int:
    return (vote.target == target) - (vote.previous == target)


@metric(35, Kind.MEAN, "points", "rise of the chance to be evil that listeners privately give the named seat, from "
        "before to after a public accusation", "listeners asked before and after", null="nobody was asked",
        source=Source.PROBE)  # fmt: skip
def belief_shift(case: Case, seat: Seat) -> Value:
    """How far an accusation changes what listeners believe."""
    before = {(probe.event_id, probe.seat): probe for probe in case.probes if probe.event_id and not probe.after}
    after = {(probe.event_id, probe.seat): probe for probe in case.probes if probe.event_id and probe.after}
    accused = [one for one in accusations(case, seat) if one.channel == Channel.PUBLIC]
    rises = [
        100 * (after[key].evil[one.subject] - before[key].evil[one.subject])
        for one in accused
        for key in sorted(before.keys() & after.keys())
        if key[0] == one.event_id and one.subject in before[key].evil and one.subject in after[key].evil
    ]
    return ratio(sum(rises), len(rises), "needs a probe")

"""Rows 13 to 16 and 22 to 24: nominations, who leads them and who follows, and what becomes of the accused.

Whose enemy somebody is, the engine's sides say, as they were at that moment. Neutrals without a side are a class of
their own as targets: counted in `parts`, in no rate. As voters, neutrals without a team have no faction to be true to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from eval.evidence.record import Trial, Vote
from eval.metrics.case import Case
from eval.metrics.registry import Kind, metric
from eval.metrics.value import Value, count, null, ratio
from game.engine.types import Seat

FACTIONLESS = "no faction"
NO_NOMINATION = "no nomination"


def nominations(case: Case, seat: Seat) -> list[Vote]:
    """Votes for a trial; a changed vote is a new one, a withdrawal is none."""
    return [vote for vote in case.votes.of(seat) if vote.target]


def attended(case: Case, seat: Seat) -> list[Trial]:
    """Trials in which the seat could judge."""
    return [trial for trial in case.trials if seat in trial.jury]


def relation(case: Case, seat: Seat, other: Seat, seq: int) -> str:
    """What another seat is to one: enemy, friend, or neutral."""
    if case.is_enemy(seat, other, seq):
        return "enemy"
    return "friend" if case.is_friend(seat, other, seq) else "neutral"


def classed(case: Case, seat: Seat, targets: Iterable[tuple[Seat, int]]) -> Counter[str]:
    """How many of the targets, each at its moment, were enemies, friends and neutrals."""
    return Counter(relation(case, seat, target, seq) for target, seq in targets)


@metric(13, Kind.COUNT, "votes", "votes for a trial that were taken; a change is a new one, a withdrawal is none")
def nominations_made(case: Case, seat: Seat) -> Value:
    """How often the seat voted for a trial."""
    return count(len(nominations(case, seat)))


@metric(13, Kind.COUNT, "votes", "votes of others for a trial of the seat")
def nominations_received(case: Case, seat: Seat) -> Value:
    """How often others voted to try the seat."""
    return count(sum(vote.target == seat for vote in case.votes))


@metric(14, Kind.RATE, "share", "the first nomination's target stood trial later that day", "seats that nominated",
        null="the seat never nominated")  # fmt: skip
def first_nomination_success(case: Case, seat: Seat) -> Value:
    """Whether the first whom the seat nominated came to trial."""
    mine = nominations(case, seat)
    if not mine:
        return ratio(0, 0, NO_NOMINATION)
    first = mine[0]
    tried = any(t.accused == first.target and t.day == first.day and t.seq > first.seq for t in case.trials)
    return ratio(int(tried), 1)


@metric(15, Kind.RATE, "share", "the first nomination was of an enemy", "members of a faction that nominated",
        null="no nomination, no faction, or the first was of a neutral without a side")  # fmt: skip
def first_nomination_hit(case: Case, seat: Seat) -> Value:
    """Whether the first whom the seat nominated was an enemy."""
    return _hits(case, seat, nominations(case, seat)[:1])


@metric(16, Kind.RATE, "share", "nominations of an enemy", "nominations of enemies and friends",
        null="no such nomination, or no faction")  # fmt: skip
def nomination_precision(case: Case, seat: Seat) -> Value:
    """How often the seat nominates enemies; neutrals without a side are counted apart."""
    return _hits(case, seat, nominations(case, seat))


def _hits(case: Case, seat: Seat, votes: list[Vote]) -> Value:
    loyal = [vote for vote in votes if case.is_partisan(seat, vote.seq)]
    if votes and not loyal:
        return null(FACTIONLESS)
    found = classed(case, seat, ((vote.target, vote.seq) for vote in loyal))
    return ratio(found["enemy"], found["enemy"] + found["friend"], NO_NOMINATION, neutral=found["neutral"])


@metric(22, Kind.RATE, "share", "votes for whom at least half of the needed weight stood already", "votes",
        null="no vote")  # fmt: skip
def bandwagon(case: Case, seat: Seat) -> Value:
    """How often the seat joins a vote that is half won."""
    mine = nominations(case, seat)
    return ratio(sum(2 * vote.tally >= vote.needed for vote in mine), len(mine), "no vote")


@metric(23, Kind.RATE, "share", "trials for which the seat's vote stood first", "trials that the seat attended",
        null="no trial attended")  # fmt: skip
def vote_leadership(case: Case, seat: Seat) -> Value:
    """How often the seat begins what becomes a trial."""
    mine = attended(case, seat)
    return ratio(sum(trial.callers[:1] == (seat,) for trial in mine), len(mine), "no trial attended")


def _survived(case: Case, seat: Seat, apart: str) -> Value:
    stood = [t for t in case.trials if t.accused == seat and t.ballots and _class_of(case, t) == apart]
    return ratio(sum(not trial.lynched for trial in stood), len(stood), "no such trial")


def _class_of(case: Case, trial: Trial) -> str:
    """Whether the accused wants to be lynched, or is known to all as what it is."""
    card = case.card(trial.accused, trial.seq)
    if card.wants_lynched == "self":
        return "jester"
    return "mayor" if "reveal" in card.by_id else ""


@metric(24, Kind.RATE, "share", "trials survived", "trials stood to the verdict, as neither Jester nor Mayor",
        null="no such trial")  # fmt: skip
def defence_success(case: Case, seat: Seat) -> Value:
    """How often the seat talks itself out of a trial."""
    return _survived(case, seat, "")


@metric(24, Kind.RATE, "share", "trials survived", "trials stood as a Jester, who wants to be lynched",
        null="no such trial")  # fmt: skip
def defence_success_jester(case: Case, seat: Seat) -> Value:
    """How often a Jester is spared."""
    return _survived(case, seat, "jester")


@metric(24, Kind.RATE, "share", "trials survived", "trials stood as a Mayor, who can prove it", null="no such trial")
def defence_success_mayor(case: Case, seat: Seat) -> Value:
    """How often a Mayor is spared."""
    return _survived(case, seat, "mayor")

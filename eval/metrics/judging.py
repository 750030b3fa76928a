"""Rows 17 to 21, 25, 27 and 47: votes of a day, verdicts and lynches against the truth, and against one's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from eval.evidence.record import TOWN, Trial
from eval.metrics.case import Case
from eval.metrics.registry import Kind, Level, metric
from eval.metrics.value import Value, count, null, ratio, time
from eval.metrics.voting import FACTIONLESS, attended, nominations, relation
from game.engine.types import Seat, Verdict

GUILTY, INNOCENT, ABSTAIN = Verdict
NO_TEAM = "no team whose members it knows"


@metric(17, Kind.RATE, "share", "last votes of a day on a seat of a side against the Town, or that wants it to lose",
        "last votes of its days, by a Town seat; days with a vote on which it cast none are counted apart",
        null="not of the Town, or no vote")  # fmt: skip
def vote_accuracy_town(case: Case, seat: Seat) -> Value:
    """How often a Town seat's vote of the day stands against an enemy."""
    last = {vote.day: vote for vote in case.votes.of(seat)}
    days = [day for day in case.lived[seat] if case.side(seat, day.seq) == TOWN]
    if not days:
        return null("not of the Town")
    votes = [vote for day in days if (vote := last.get(day.day)) and vote.target]
    hits = sum(case.is_evil(vote.target, vote.seq) for vote in votes)
    could = sum(day.day in case.voting_days for day in days)
    return ratio(hits, len(votes), "no vote", abstained=could - len(votes))


def _verdicts(case: Case, seat: Seat) -> Iterator[tuple[Trial, Verdict]]:
    return ((trial, trial.ballots[seat]) for trial in attended(case, seat) if seat in trial.ballots)


@metric(18, Kind.RATE, "share", "guilty on an enemy, innocent on a friend", "guilty and innocent on either",
        null="no such verdict, or no faction")  # fmt: skip
def verdict_accuracy(case: Case, seat: Seat) -> Value:
    """How often the seat judges for its side; abstentions and neutrals without a side are counted apart."""
    found: Counter[str] = Counter()
    factionless = False
    for trial, verdict in _verdicts(case, seat):
        if not case.is_partisan(seat, trial.seq):
            factionless = True
            continue
        kind = relation(case, seat, trial.accused, trial.seq)
        right = (verdict is GUILTY) == (kind == "enemy")
        found["abstained" if verdict is ABSTAIN else kind if kind == "neutral" else "right" if right else "wrong"] += 1
    if factionless and not found:
        return null(FACTIONLESS)
    voiced = found["right"] + found["wrong"]
    return ratio(found["right"], voiced, "no verdict", abstained=found["abstained"], neutral=found["neutral"])


@metric(19, Kind.RATE, "share", "lynches of an enemy for which the seat voted guilty",
        "lynches of an enemy in trials that the seat attended", null="no such lynch, or no faction")  # fmt: skip
def voting_success(case: Case, seat: Seat) -> Value:
    """How often the seat had a hand in the lynch of an enemy."""
    mine = [trial for trial in attended(case, seat) if trial.lynched]
    loyal = [trial for trial in mine if case.is_partisan(seat, trial.seq)]
    if mine and not loyal:
        return null(FACTIONLESS)
    hanged = [trial for trial in loyal if case.is_enemy(seat, trial.accused, trial.seq)]
    return ratio(sum(trial.ballots.get(seat) is GUILTY for trial in hanged), len(hanged), "no such lynch")


def _of_mates(case: Case, seat: Seat) -> list[Trial]:
    """Trials of those whom the seat knew to be of its team."""
    return [trial for trial in attended(case, seat) if trial.accused in case.known_mates(seat, trial.seq)]


@metric(20, Kind.RATE, "share", "innocent on a known teammate", "guilty and innocent on known teammates",
        null="no such verdict: a seat without a team never has one")  # fmt: skip
def faction_loyalty(case: Case, seat: Seat) -> Value:
    """Whether the seat spares its own; abstentions are counted apart."""
    voices = Counter(trial.ballots.get(seat, ABSTAIN) for trial in _of_mates(case, seat))
    return ratio(voices[INNOCENT], voices[GUILTY] + voices[INNOCENT], NO_TEAM, abstained=voices[ABSTAIN])


@metric(21, Kind.RATE, "share", "trials of known teammates for which the seat voted, or in which it said guilty",
        "trials of known teammates that the seat attended", null="no such trial")  # fmt: skip
def bussing_rate(case: Case, seat: Seat) -> Value:
    """Whether the seat throws its own to the wolves."""
    mine = _of_mates(case, seat)
    bussed = sum(seat in trial.callers or trial.ballots.get(seat) is GUILTY for trial in mine)
    return ratio(bussed, len(mine), NO_TEAM)


@metric(25, Kind.RATE, "share", "lynches of seats on the Town's side", "lynches", null="no lynch", level=Level.MATCH)
def innocent_lynch_share(case: Case) -> Value:
    """How often the town hangs its own."""
    lynched = [trial for trial in case.trials if trial.lynched]
    return ratio(sum(case.side(t.accused, t.seq) == TOWN for t in lynched), len(lynched), "no lynch")


@metric(27, Kind.TIME, "day", "first day on which more than half of the living Town voted for a trial of the seat; "
        "censored at the last day that the seat began alive",
        null="no enemy of the Town on any day that it began alive")  # fmt: skip
def evil_found_day(case: Case, seat: Seat) -> Value:
    """When the town had found this enemy."""
    days = [day for day in case.lived[seat] if case.is_evil(seat, day.seq)]
    if not days:
        return null("no enemy of the Town")
    against: dict[int, set[Seat]] = {}
    for vote in case.votes:
        if vote.target == seat:
            against.setdefault(vote.day, set()).add(vote.seat)
    for day in days:
        town = {one for one in day.living if case.side(one, day.seq) == TOWN}
        if 2 * len(town & against.get(day.day, set())) > len(town):
            return time(day.day)
    return time(days[-1].day, censored=True)


@metric(
    47,
    Kind.COUNT,
    "votes and verdicts",
    "votes for a trial and verdicts, by faction of the voter and of the target, day, and kind",
    level=Level.MATCH,
)
def vote_matrix(case: Case) -> Value:
    """Who votes against whom: what loyalty, bussing and entropy are worked out from."""
    found: Counter[str] = Counter()
    for seat in case.seats:
        for vote in nominations(case, seat):
            found[_cell(case, seat, vote.target, vote.seq, vote.day, "trial_vote")] += 1
        for trial, verdict in _verdicts(case, seat):
            found[_cell(case, seat, trial.accused, trial.seq, trial.day, verdict.value)] += 1
    return count(sum(found.values()), dict(sorted(found.items())))


def _cell(case: Case, seat: Seat, target: Seat, seq: int, day: int, kind: str) -> str:
    """`Town>Mafia:2:guilty`; a Traitor counts with its side, a neutral with its faction."""
    return f"{_faction(case, seat, seq)}>{_faction(case, target, seq)}:{day}:{kind}"


def _faction(case: Case, seat: Seat, seq: int) -> str:
    return case.side(seat, seq) or case.card(seat, seq).faction.value

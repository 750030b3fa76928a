"""What a seat did, in words that are the same for every seat: the sentence that clusters of deeds are made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from eval.evidence.reading import record_of
from eval.evidence.record import Record
from eval.statements.reading import statements_of
from eval.statements.statement import StatementKind
from game.engine import events as e
from game.engine.types import Seat

LAST_DAY = 4
"""Days from this one on are told alike: few matches have many of them."""
GRAMS = (1, 2, 3)
SPOKEN = {
    StatementKind.ACCUSATION: "accuse", StatementKind.DEFENCE: "defend", StatementKind.DENIAL: "deny",
    StatementKind.RESULT_REPORT: "report result",
}  # fmt: skip


class Deed(NamedTuple):
    """One deed: its event, the phase as `day 2` or `night 1`, and what was done to whom of which side."""

    seq: int
    phase: str
    what: str


def deeds_of(log: Sequence[e.Event]) -> Mapping[Seat, Sequence[Deed]]:
    """What each seat did in a match, in the order of the log."""
    record = record_of(log)
    found: defaultdict[Seat, list[Deed]] = defaultdict(list)
    for seat, deed in (*_votes(record), *_ballots(record), *_nights(record), *_talk(record)):
        found[seat].append(deed)
    return {seat: sorted(deeds) for seat, deeds in sorted(found.items())}


def features(deeds: Sequence[Deed]) -> list[str]:
    """Each deed with its phase, and what came right after one another."""
    said = [deed.what for deed in deeds]
    return [
        *(f"{deed.phase}: {deed.what}" for deed in deeds),
        *(" > ".join(said[at : at + size]) for size in GRAMS for at in range(len(said) - size + 1)),
    ]


def _votes(record: Record) -> Iterator[tuple[Seat, Deed]]:
    for vote in record.votes:
        what = f"vote {_whom(record, vote.seat, vote.target, vote.seq)}" if vote.target else "take vote back"
        yield vote.seat, Deed(vote.seq, _phase("day", vote.day), what)


def _ballots(record: Record) -> Iterator[tuple[Seat, Deed]]:
    for trial in record.trials:
        for seat, verdict in trial.ballots.items():
            whom = _whom(record, seat, trial.accused, trial.seq)
            yield seat, Deed(trial.seq, _phase("day", trial.day), f"{verdict.value} {whom}")


def _nights(record: Record) -> Iterator[tuple[Seat, Deed]]:
    for choice in record.choices:
        seq = record.nights[choice.night].seq
        whom = " and ".join(_whom(record, choice.seat, target, seq) for target in choice.targets)
        yield choice.seat, Deed(seq, _phase("night", choice.night), f"{choice.ability} {whom}".strip())


def _talk(record: Record) -> Iterator[tuple[Seat, Deed]]:
    days = {line.seq: line.day for line in record.lines}
    for one in statements_of(record):
        if one.event_id not in days:
            continue  # a will, which nobody has read yet
        phase = _phase("day", days[one.event_id])
        if one.kind is StatementKind.ROLE_CLAIM:
            own = record.card(one.seat, one.event_id)
            honest = one.value in (own.name, own.alignment.value, own.faction.value)
            yield one.seat, Deed(one.event_id, phase, f"claim {'own' if honest else 'another'} role")
        else:
            about = one.subject if one.kind is not StatementKind.DENIAL else 0
            whom = _whom(record, one.seat, about, one.event_id) if about else ""
            yield one.seat, Deed(one.event_id, phase, f"{SPOKEN[one.kind]} {whom}".strip())


def _whom(record: Record, seat: Seat, target: Seat, seq: int) -> str:
    if target == seat:
        return "self"
    if target in record.known_mates(seat, seq):
        return "mate"
    return (
        "enemy" if record.is_enemy(seat, target, seq) else "friend" if record.is_friend(seat, target, seq) else "other"
    )


def _phase(part: str, day: int) -> str:
    return f"{part} {day}" if day < LAST_DAY else f"late {part}"

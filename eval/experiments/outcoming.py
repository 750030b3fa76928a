"""What a finished match comes to: its log and decisions, read into an `Outcome`."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from eval.decision import DecisionRecord
from eval.evidence.reading import record_of
from eval.experiments.blocks import Block, Sitter
from eval.experiments.outcome import Ending, Outcome, SeatOutcome, Side
from eval.metrics.case import Case, TokenCount, case_of
from eval.metrics.registry import METRICS
from eval.metrics.value import Number
from eval.statements.reading import statements_of
from game.engine import codec
from game.engine import events as e
from game.engine.roles import ROLES
from game.engine.types import Cause, Faction, Seat
from game.engine.victory import DRAW

SEAT_FIGURES = (
    "days_alive", "vote_accuracy_town", "verdict_accuracy", "nominations_received", "suspicion_drawn", "claim_truth",
    "fabricated_result", "lie_rate", "unforced_lie", "persuasion", "impact", "tokens_spoken", "tokens_whispered",
    "tokens_thought", "silence", "tool_format_rate", "invalid_attempts", "no_answer_rate",
)  # fmt: skip
"""Metrics of seats that outcomes keep; all others can be had from the log."""
MATCH_FIGURES = ("match_length", "innocent_lynch_share", "mafia_coordination", "stalled")
SURVIVAL_DAYS = 7
"""Days up to which survival is compared: `days_alive_7`."""
LEVEL = 6
"""How hard logs are pressed together: harder ones were one percent smaller."""
Figures = dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Sat:
    """A match of a block in an arm, with who sat where; `drawn` is the one seat that the design changes, if any."""

    block: Block
    arm: str
    sitters: Mapping[Seat, Sitter]
    drawn: Seat = 0


def outcome_of(
    sat: Sat, log: Sequence[e.Event], decisions: Sequence[DecisionRecord] = (),
    tokenizers: Mapping[str, TokenCount] | None = None,
) -> Outcome:  # fmt: skip
    """The outcome of a whole log. Raises ValueError for one without an end."""
    ended = log[-1]
    if not isinstance(ended, e.MatchEnded):
        raise ValueError("The match has no end.")
    record = record_of(log, decisions)
    case = case_of(record, statements_of(record), tokenizers=tokenizers)
    seats = tuple(_seats(sat, case, log, ended))
    winner = _side_of_outcome(ended.outcome)
    figures = {**_match_figures(case), **_by_side(seats), **_of_drawn(sat, seats)}
    return Outcome(
        block=sat.block.number,
        seed=sat.block.seed,
        arm=sat.arm,
        setup=sat.block.setup,
        ending=_ending(ended.outcome, figures),
        town_won=winner is Side.TOWN,
        evil_won=winner is Side.EVIL,
        days=len(case.days),
        seats=seats,
        figures=figures,
        calls=sum(len(one.attempts) for one in decisions if one.model),
        prompt_tokens=sum(one.prompt_tokens for one in decisions),
        completion_tokens=sum(one.thought_tokens + one.spoken_tokens for one in decisions),
        log_sha256=log_sha256(log),
    )


def failed_outcome(sat: Sat, cause: str) -> Outcome:
    """The outcome of a match that was never finished: nobody's win, and without figures."""
    return Outcome(
        block=sat.block.number, seed=sat.block.seed, arm=sat.arm, setup=sat.block.setup, ending=Ending.FAILED,
        town_won=False, evil_won=False, days=0, cause=cause,
    )  # fmt: skip


def _ending(outcome: str, figures: Mapping[str, float | None]) -> Ending:
    if outcome != DRAW:
        return Ending.WON
    return Ending.LIMIT if figures["stalled"] else Ending.DRAW


def _side_of_outcome(outcome: str) -> Side:
    """Whose win an outcome is: Town, one of the evil teams, or somebody else's."""
    if outcome == Faction.TOWN:
        return Side.TOWN
    teams = {card.side for card in ROLES.values() if card.side and card.channel is not None}
    return Side.EVIL if outcome in teams else Side.NEUTRAL


# Seats ----------------------------------------------------------------------------------------------------------------


def _seats(sat: Sat, case: Case, log: Sequence[e.Event], ended: e.MatchEnded) -> Iterator[SeatOutcome]:
    roles = {one.seat: one.role for one in sat.block.opening if isinstance(one, e.RoleDealt)}
    deaths = {one.seat: one for one in log if isinstance(one, e.Died)}
    for seat, side in sat.block.sides.items():
        sitter, died = sat.sitters[seat], deaths.get(seat) if seat not in case.living else None
        figures = _figures(case, seat, died)
        yield SeatOutcome(
            seat=seat, role=roles[seat], side=side, model=sitter.model, agent=sitter.agent,
            won=seat in ended.winners, days_alive=int(figures["days_alive"] or 0),
            died_on=_day(case, seat) if died else None, died_by=died.causes[0].value if died else "", figures=figures,
        )  # fmt: skip


def _figures(case: Case, seat: Seat, died: e.Died | None) -> Figures:
    found = {name: _number(METRICS[name].measure(case, seat).value) for name in SEAT_FIGURES}
    found[f"days_alive_{SURVIVAL_DAYS}"] = min(found["days_alive"] or 0.0, SURVIVAL_DAYS)
    lynched = died is not None and Cause.LYNCH in died.causes
    found["lynched"] = float(lynched)
    found["lynch_day"] = found["days_alive"] if lynched else None
    return found


def _day(case: Case, seat: Seat) -> int:
    """The last day that a seat began alive: on it, or in the night behind it, it died."""
    return len(case.lived[seat])


def _number(value: Number | str | None) -> float | None:
    return float(value) if isinstance(value, int | float) else None


# The match ------------------------------------------------------------------------------------------------------------


def _match_figures(case: Case) -> Figures:
    return {name: _number(METRICS[name].measure(case).value) for name in MATCH_FIGURES}


def _by_side(seats: Sequence[SeatOutcome]) -> Figures:
    """Means over the seats of a side that have the figure, as `figure@side`."""
    found: Figures = {}
    for side in Side:
        mine = [seat.figures for seat in seats if seat.side is side]
        for name in mine[0] if mine else ():
            known = [value for figures in mine if (value := figures[name]) is not None]
            found[f"{name}@{side.value}"] = sum(known) / len(known) if known else None
    return found


def _of_drawn(sat: Sat, seats: Sequence[SeatOutcome]) -> Figures:
    """How the one seat fares that the design changes, in the arm in which it is changed and in the other."""
    one = next((seat for seat in seats if seat.seat == sat.drawn), None)
    if one is None:
        return {}
    return {"seat": float(one.seat), "seat_won": float(one.won), "seat_days_alive": float(one.days_alive)}


# Logs -----------------------------------------------------------------------------------------------------------------


def log_text(log: Iterable[e.Event]) -> str:
    """The canonical log: an event a line."""
    return "".join(json.dumps(codec.to_json(event), ensure_ascii=False, separators=(",", ":")) + "\n" for event in log)


def log_sha256(log: Iterable[e.Event]) -> str:
    """The hash of a canonical log."""
    return hashlib.sha256(log_text(log).encode()).hexdigest()


def log_pack(log: Iterable[e.Event]) -> bytes:
    """A canonical log, pressed together."""
    return zlib.compress(log_text(log).encode(), LEVEL)


def log_unpack(packed: bytes) -> list[e.Event]:
    """The log that was packed. Raises Malformed for an event that this release does not know."""
    return [codec.from_json(json.loads(line)) for line in zlib.decompress(packed).decode().split("\n") if line]

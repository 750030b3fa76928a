"""Rows 1 to 7: whether completions parse, tools answer, deeds are legal, and asks are answered at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import groupby
from typing import Any

from eval.evidence.record import Asked
from eval.metrics.case import Case
from eval.metrics.registry import Kind, Source, metric
from eval.metrics.value import Value, count, ratio
from game.engine.legal import Reason
from game.engine.roles.base import Bar
from game.engine.types import Seat

RULES = frozenset(map(str, (*Reason, *Bar)))
"""Codes with which the rules refuse a deed. Whatever else an attempt was refused for, it did not parse."""
CLASSES: dict[str, frozenset[str]] = {
    "phase": frozenset({
        Reason.NOT_NOW, Reason.OVER, Reason.NO_NIGHT_TALK, Reason.ONLY_ACCUSED_SPEAKS, Reason.NO_FLOOR,
        Reason.NOT_ON_OWN_TRIAL, Bar.FIRST_NIGHT, Bar.NOT_AFTER_LYNCH, Bar.ON_TRIAL, Bar.NO_MOON,
    }),
    "role": frozenset({
        Reason.NOT_YOUR_ABILITY, Reason.NOT_YOUR_CHANNEL, Reason.NO_DEATH_NOTE, Reason.MAYOR_CANNOT_WHISPER,
        Reason.VOTE_IMMUNE, Bar.TEAM, Bar.NOT_TEAM, Bar.REVEALED, Bar.NOT_VOTER, Bar.NOT_TOWN, Bar.USELESS,
        Bar.NOT_WARD, Bar.INFECTED, Bar.LAST_RIVAL, Bar.NO_BOOK, Bar.TOO_WEAK, Bar.NO_TRAP, Bar.NO_TRAP_OUT,
        Bar.TRAP_HELD, Bar.NO_DUEL, Bar.NOT_DUELLED, Bar.NO_PRISONER, Bar.NO_RAISING, Bar.NO_REVIVING, Bar.LIVING,
        Bar.UNREADABLE, Bar.SAME_TWICE,
    }),
    "target_dead": frozenset({Bar.DEAD, Bar.LEFT}),
    "target_self": frozenset({Bar.SELF}),
    "spent": frozenset({Reason.NO_USES_LEFT, Reason.COOLING, Bar.GUILTY, Bar.RESTING}),
    "jailed": frozenset({Reason.YOU_ARE_JAILED, Reason.BLACKMAILED}),
    "not_addressed": frozenset({Reason.YOU_ARE_DEAD, Reason.STALE_ASK, Bar.ALIVE}),
    "malformed": frozenset({
        Reason.NO_TEXT, Reason.TOO_LONG, Reason.WRONG_NUMBER_OF_TARGETS, Reason.NO_SUCH_SEAT, Reason.UNKNOWN_PARAM,
        Reason.NO_BIDS, Reason.NO_SUCH_BID, Reason.NO_SUCH_DAY,
    }),
}  # fmt: skip
"""What the codes of refusals come to."""
_CLASS_OF = {str(code): name for name, codes in CLASSES.items() for code in codes}
CHOSEN_BUT_WRONG = frozenset({"", "attempts"})
"""Reasons of a default that are the seat's own doing: it answered, and nothing of it could be taken."""


def class_of(code: str) -> str:
    """The class of a refusal's code."""
    return _CLASS_OF.get(code, "malformed")


def _attempts(case: Case, seat: Seat) -> list[Mapping[str, Any]]:
    return [attempt for made in case.decisions.of(seat) for attempt in made.attempts]


@metric(1, Kind.RATE, "share", "completions from which an action or a look-up could be read", "completions received",
        null="no completion came, as for scripts and people", source=Source.DECISIONS)  # fmt: skip
def tool_format_rate(case: Case, seat: Seat) -> Value:
    """Whether what the model wrote can be read."""
    codes = [attempt.get("refusal", "") for attempt in _attempts(case, seat)]
    return ratio(sum(not code or code in RULES for code in codes), len(codes), "no completion")


@metric(2, Kind.RATE, "share", "look-ups that found what they asked for, be it empty", "look-ups that could be read",
        null="no look-up", source=Source.DECISIONS)  # fmt: skip
def tool_success_rate(case: Case, seat: Seat) -> Value:
    """Whether look-ups return data."""
    uses = [use for attempt in _attempts(case, seat) for use in attempt.get("tools", ()) if use.get("name")]
    return ratio(sum(bool(use.get("ok")) for use in uses), len(uses), "no look-up")


@metric(3, Kind.RATE, "share", "answers and standing deeds that the rules took",
        "answers and standing deeds that could be read, retries included",
        null="no deed")  # fmt: skip
def action_success_rate(case: Case, seat: Seat) -> Value:
    """Whether deeds are legal."""
    tries = [one for one in case.tries.of(seat) if not one.rider and (not one.code or one.code in RULES)]
    return ratio(sum(not one.code for one in tries), len(tries), "no deed")


@metric(4, Kind.COUNT, "attempts", "attempts that were refused, each retry again, by class of reason")
def invalid_attempts(case: Case, seat: Seat) -> Value:
    """How often an attempt was refused, and why."""
    refused = Counter(class_of(one.code) for one in case.tries.of(seat) if one.code)
    return count(sum(refused.values()), refused)


@metric(5, Kind.RATE, "share", "refused answers to an ask after which another was taken", "refused answers to an ask",
        null="nothing was refused")  # fmt: skip
def repair_rate(case: Case, seat: Seat) -> Value:
    """Whether the seat mends what was refused."""
    mended = refused = 0
    answers = [one for one in case.tries.of(seat) if one.ask]
    for _, tries in groupby(answers, key=lambda one: one.ask):
        codes = [one.code for one in tries]
        refused += sum(map(bool, codes))
        mended += sum(bool(code) and "" in codes[place:] for place, code in enumerate(codes))
    return ratio(mended, refused, "nothing was refused")


def is_unanswered(one: Asked) -> bool:
    """Whether time, budget or a server's failure ended an ask."""
    return one.filled not in CHOSEN_BUT_WRONG


@metric(6, Kind.RATE, "share", "asks ended by time, budget or an error", "asks", null="never asked")
def no_answer_rate(case: Case, seat: Seat) -> Value:
    """How often no answer came."""
    mine = case.asked.of(seat)
    return ratio(sum(map(is_unanswered, mine)), len(mine), "never asked")


@metric(7, Kind.RATE, "share", "answers that do nothing",
        "asks that the seat answered itself and in which something else was legal", null="no choice")  # fmt: skip
def default_action_share(case: Case, seat: Seat) -> Value:
    """How often the seat waits where it could act."""
    open_to_act = [one for one in case.asked.of(seat) if one.could and not one.filled]
    return ratio(sum(one.passed for one in open_to_act), len(open_to_act), "never had a choice")

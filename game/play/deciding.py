"""Which answers decide a match, so that one which a default filled can be flagged.

Pure: knows asks and views. Knows neither rows nor models.
"""

from __future__ import annotations

from dataclasses import dataclass

from game.engine.asks import Ask, AskKind
from game.engine.legal import card
from game.engine.state import View
from game.engine.types import Attack, Seat

TAKEN = frozenset({"accepted", "elapsed"})
"""Outcomes of a `decided` event with which an ask is closed by what was given, or by nothing."""


@dataclass(frozen=True, slots=True)
class Defaulted:
    """A deciding answer that a default filled; `kind` is vote, judge or act."""

    ask: str
    seat: Seat
    kind: str
    reason: str


def decides(view: View, ask: Ask) -> bool:
    """Whether an answer to the ask may by itself decide a trial or a death.

    Three kinds do: every vote for putting somebody on trial (one voice opens a trial, one that is missing keeps it
    from opening), every verdict, and a night's choice that may kill. That is an `act` ask which offers a harmful
    ability, or is put to a role that attacks at all, be it from its own house. Speech, defences, last words and
    night talk never do: they persuade, and others decide.
    """
    if ask.kind in (AskKind.VOTE, AskKind.JUDGE):
        return True
    if ask.kind is not AskKind.ACT or view.private is None:
        return False
    role = card(view.private)
    offered = {option.name for option in ask.options if option.verb == "use"}
    return bool(offered) and (
        role.attack is not Attack.NONE or any(role.by_id[name].harmful for name in offered if name in role.by_id)
    )


def defaulted(view: View, ask: Ask, outcome: str, reason: str) -> Defaulted | None:
    """What is noted when an answer was filled for a `reason` and ended with an `outcome`; None where nothing is.

    Nothing is noted without a reason (the seat chose), for asks that decide nothing, for an answer that came to an
    ask which others had closed (`moot`), and for one that was refused and is asked for again.
    """
    if not reason or outcome not in TAKEN or not decides(view, ask):
        return None
    return Defaulted(ask.id, ask.seat, ask.kind.value, reason)

"""What a night's result says, as facts: one form for what the engine gave and for what a player tells.

A fact is (subject, value). A result that names several houses or visitors is several facts, so that telling a part of
it is telling the truth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from eval.evidence.record import Finding
from game.engine.types import Seat

VISITED, ROLE, GROUP, AMONG = "visited ", "role ", "group ", " among "


class Fact(NamedTuple):
    """Something learnt about a seat; about several, the subject is 0."""

    subject: Seat
    value: str


def visited(house: Seat) -> str:
    """Went to this house."""
    return f"{VISITED}{house}"


def among(what: str, seats: Iterable[Seat]) -> str:
    """One of these is good, or evil."""
    return f"{what}{AMONG}{','.join(map(str, sorted(seats)))}"


def family(value: str) -> str:
    """The kind of result that a fact comes from: a Sheriff's check is no Lookout's watch."""
    if value in ("suspicious", "innocent"):
        return "check"
    if value in ("nobody", "stayed") or value.startswith(VISITED):
        return "visits"
    if value in ("vampire", "no vampire"):
        return "stake"
    return next((name for name in (ROLE, GROUP, AMONG) if name in value), value).strip()


def facts_of(finding: Finding) -> tuple[Fact, ...]:
    """What a report of the engine says; nothing for reports that are no results."""
    reads = _READ.get(finding.message)
    return tuple(reads(finding)) if reads and (finding.seats or finding.message == "psychic_result") else ()


def _lookout(told: Finding) -> list[Fact]:
    house, *visitors = told.seats
    return [Fact(seat, visited(house)) for seat in visitors] or [Fact(house, "nobody")]


def _tracker(told: Finding) -> list[Fact]:
    walker, *houses = told.seats
    return [Fact(walker, visited(house)) for house in houses] or [Fact(walker, "stayed")]


_READ: dict[str, Callable[[Finding], Iterable[Fact]]] = {
    "sheriff_result": lambda told: [Fact(told.seats[0], told.value)],
    "investigator_result": lambda told: [Fact(told.seats[0], GROUP + told.value)],
    "lookout_result": _lookout,
    "tracker_result": _tracker,
    "role_result": lambda told: [Fact(told.seats[0], ROLE + told.value)],
    "janitor_result": lambda told: [Fact(told.seats[0], ROLE + told.value)],
    "saw_ambusher": lambda told: [Fact(told.seats[0], f"{ROLE}Ambusher")],
    "psychic_result": lambda told: [Fact(0, among(told.value, told.seats))],
    "spy_visit": lambda told: [Fact(told.seats[0], f"{told.value} came")],
    "vh_staked": lambda told: [Fact(told.seats[0], "vampire")],
    "vh_no_vampire": lambda told: [Fact(told.seats[0], "no vampire")],
}

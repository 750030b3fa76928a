"""The gold set: units of real matches in which scripted players act known parts among others who really play. Pure.

Made anew each time, and alike each time. What is present is known by construction and checked against the log: a match
in which a part could not be acted is left out, and the next seed takes its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count

from agents.scripted import ScriptedAgent
from eval.evidence import Record, record_of
from eval.judge.blinding import Blind, aliases
from eval.judge.conduct import ACTED, PARTS, Accuser, Actor, Cast, Part
from eval.judge.views import Kind, SeatDay, Unit, seat_day
from eval.labels.codes import Code
from game.engine import chance
from game.engine import events as e
from game.engine.asks import AskKind
from game.engine.config import Rounds, Table
from game.engine.fold import fold_all, view, visible
from game.engine.setup import start
from game.engine.state import EMPTY
from game.engine.types import Phase, Seat
from game.names import NAMES
from game.play.loop import play
from game.play.seats import Agent

UNITS = 150
FIXED = 20
"""The first units, which are judged again with every batch: a judge that answers them otherwise has drifted."""
ROLES = ("Godfather", "Mafioso", "Sheriff", "Doctor", "Lookout", "Medium", "Bodyguard", "Jester", "Survivor")
OTHERS = ("Lookout", "Medium", "Bodyguard")
"""Roles that false claims name."""
PLAYS: tuple[tuple[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]], ...] = (
    ("Sheriff", (("claims falsely", "frames"), ("is silent",), ("keeps a result", "claims truly"))),
    ("Sheriff", (("invents a result", "stands by a mate"), ("sells a mate", "begs"), ("reports",))),
    ("Doctor", (("votes along", "claims falsely"), ("votes along", "conspires"), ("lies for nothing",))),
    ("Doctor", (("leads away", "bargains"), ("frames",), ("invents for nothing",))),
    ("Sheriff", (("is silent",), ("claims falsely", "invents a result"), ("keeps a result", "begs"))),
    ("Doctor", (("sells a mate", "conspires"), ("leads away",), ("steps out", "claims truly"))),
    ("Doctor", (("raves",), ("stands by a mate", "bargains"), ("lies for nothing", "bargains"))),
    ("Sheriff", (("votes along", "frames"), ("votes along", "steps out"), ("keeps a result", "raves"))),
    ("Doctor", (("stands by a mate", "leads away"), ("is silent",), ("invents for nothing", "begs"))),
    ("Doctor", (("steps out", "conspires"), ("sells a mate", "raves"), ("claims truly", "wishes well"))),
)
"""Who of the Town acts beside the Godfather and the Mafioso, and what the three of them act."""


@dataclass(frozen=True, slots=True)
class Known:
    """A unit whose labels are known: which codes it shows, and by which events."""

    unit: Unit
    record: Record
    present: Mapping[Code, tuple[int, ...]]

    def view(self, kind: Kind = Kind.OMNISCIENT) -> SeatDay:
        """As a judge sees it."""
        names = self.record.table.names
        called = aliases(names, "gold", self.unit.match, self.unit.seat)
        return seat_day(self.record, self.unit, kind, Blind(names, called), called)


@cache
def gold_set(units: int = UNITS) -> tuple[Known, ...]:
    """The units, in an order that never changes."""
    found: list[Known] = []
    seeds = count()
    while len(found) < units:
        found += _acted(next(seeds), len(found) // 3) or ()
    return tuple(found[:units])


def _acted(number: int, match: int) -> list[Known] | None:
    """The three units of a match; None where a part could not be acted."""
    town, parts = PLAYS[match % len(PLAYS)]
    seed = f"gold {number}"
    roles = tuple(chance.shuffled(ROLES, seed, "seats"))
    names = tuple(chance.shuffled(NAMES, seed, "names"))[: len(roles)]
    acting = [roles.index(role) + 1 for role in ("Godfather", "Mafioso", town)]
    acted = {seat: [PARTS[name] for name in named] for seat, named in zip(acting, parts, strict=True)}
    agents = _agents(seed, roles, names, acted)
    record = record_of(_until_dusk(Table(names, roles, rounds=Rounds(1, 2, 1, 0)), seed, roles, agents))
    known = [_known(record, Unit(match + 1, seat, ACTED), acted[seat], agents[seat]) for seat in acting]
    return [one for one in known if one] if all(known) else None


def _agents(
    seed: str, roles: Sequence[str], names: Sequence[str], acted: Mapping[Seat, Sequence[Part]]
) -> dict[Seat, Agent]:
    """Actors, one who speaks to them, and scripted players in all other seats."""
    godfather, mafioso, _ = acting = list(acted)
    idle = [seat for seat in (roles.index("Sheriff") + 1, roles.index("Doctor") + 1) if seat not in acting]
    town, medium = idle[0], roles.index("Medium") + 1
    agents: dict[Seat, Agent] = {
        seat: ScriptedAgent(seat, f"{seed}.{seat}") for seat in range(1, len(roles) + 1) if seat not in acting
    }
    lines = []
    for seat, parts in acted.items():
        mate = {godfather: mafioso, mafioso: godfather}.get(seat, medium)
        own, other = roles[seat - 1], chance.pick(OTHERS, seed, "other", seat)
        cast = Cast(names[mate - 1], names[town - 1], own, other, names[mafioso - 1])
        agents[seat] = Actor(seat, parts, cast, {"mate": mate, "town": town, "checked": mafioso}, seed)
        lines += [f"{names[seat - 1]}, what are you? Speak up." for part in parts if part.silent]
        lines += [f"{names[mate - 1]} looks like Mafia to me." for part in parts if Code.MISDIRECTION in part.codes]
    agents[medium] = Accuser(" ".join(lines))
    return agents


def _until_dusk(table: Table, seed: str, roles: Sequence[str], agents: Mapping[Seat, Agent]) -> list[e.Event]:
    """The log of a match up to the night after the acted day."""
    log: list[e.Event] = []
    opening = start(table, seed, roles)
    loop = play(fold_all(EMPTY, opening), opening)
    turn = next(loop)
    while True:
        log += turn.events
        public = turn.state.public
        if public.ending or (public.day == ACTED and public.phase is Phase.NIGHT):
            return log
        for seat, agent in agents.items():
            agent.observe(list(visible(turn.events, seat)))
        turn = loop.send([agents[ask.seat].decide(view(turn.state, ask.seat), ask).answer(ask) for ask in turn.asks])


# What became of the parts ---------------------------------------------------------------------------------------------


def _known(record: Record, unit: Unit, parts: Sequence[Part], actor: Agent) -> Known | None:
    """A unit with the events by which its parts show; None where one of them does not."""
    assert isinstance(actor, Actor)
    if not any(day.day == unit.day and unit.seat in day.living for day in record.days):
        return None
    words, whispers = iter(actor.lines), iter(actor.whispers)
    present: dict[Code, tuple[int, ...]] = {}
    for part in parts:
        spoken = _said(record, unit, part, words) + _whispered(record, unit, part, whispers)
        seqs = spoken + _voted(record, unit, part) + _kept_silent(record, unit, part) + _learnt(record, unit, part)
        if not seqs:
            return None
        present |= {code: (*present.get(code, ()), *seqs) for code in sorted(part.codes)}
    return Known(unit, record, present)


def _said(record: Record, unit: Unit, part: Part, words: Iterator[str]) -> list[int]:
    if not part.lines:
        return []
    text = next(words)
    return [line.seq for line in record.lines.of(unit.seat) if line.text == text and line.day == unit.day]


def _whispered(record: Record, unit: Unit, part: Part, words: Iterator[str]) -> list[int]:
    if not part.whispers:
        return []
    text = next(words)
    return [line.seq for line in record.lines.of(unit.seat) if line.text == text and line.to]


def _voted(record: Record, unit: Unit, part: Part) -> list[int]:
    return [vote.seq for vote in record.votes.of(unit.seat) if part.votes and vote.day == unit.day]


def _kept_silent(record: Record, unit: Unit, part: Part) -> list[int]:
    asked = [one.seq for one in record.asked.of(unit.seat) if one.day == unit.day and one.kind is AskKind.SPEAK]
    spoke = any(line.day == unit.day for line in record.lines.of(unit.seat))
    return asked if part.silent and not spoke else []


def _learnt(record: Record, unit: Unit, part: Part) -> list[int]:
    """The result that a part keeps back. One that is reported shows by the line that reports it."""
    if not part.checks or part.lines:
        return []
    return [told.seq for told in record.findings.of(unit.seat) if told.value == "suspicious" and told.night < unit.day]

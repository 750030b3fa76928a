"""Matches to try laws on: random ones in which players also say things that mean something, and the same reseated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from game.engine import actions as a
from game.engine import chance
from game.engine import events as e
from game.engine.apply import apply
from game.engine.asks import Ask, asks
from game.engine.config import Table
from game.engine.fold import fold_all
from game.engine.setup import start, table_for
from game.engine.state import EMPTY
from game.engine.types import HOST, PUBLIC, Seat, group, seats_of
from game.names import NAMES
from tests.doubles import random_action

LINES = (
    "I am the {role}.", "I checked {who} last night: suspicious.", "{who} is not suspicious.", "{who} visited {other}.",
    "I'm TI.", "{who} is mafia.", "{who} is town.", "Vote {who}!", "Leave {who} alone.", "I'm not evil.",
    "Good morning.", "{who} is the {role}.", "Nothing from me.", "{who} could be Spy, Blackmailer or Jailor.",
)  # fmt: skip
"""What players of random matches say."""
SAID = ("Sheriff", "Doctor", "Godfather", "Jester", "Lookout")
SEATS = frozenset({"target", "ward", "lover", "prisoner", "last_rival", "seance_with"})
"""Facts whose value is a seat."""


def talking_match(seed: str, players: int, mode: str = "Classic") -> list[e.Event]:
    """The log of a whole match of random answers, in which everybody also talks, whispers and keeps a will."""
    log = start(table_for(mode, NAMES[:players]), seed)
    state = fold_all(EMPTY, log)
    while state.public.ending is None:
        events = apply(state, [_answer(ask, seed, players) for ask in asks(state)])
        state = fold_all(state, events)
        log += events
    return log


def _answer(ask: Ask, seed: str, players: int) -> a.Answer:
    def words(purpose: str) -> str:
        names = NAMES[:players]
        who, other = (chance.pick(names, seed, ask.id, purpose, part) for part in ("who", "other"))
        role, line = chance.pick(SAID, seed, ask.id, purpose), chance.pick(LINES, seed, ask.id, purpose, "line")
        return line.format(who=who, other=other, role=role)

    action = random_action(ask, seed)
    if isinstance(action, a.Say | a.Whisper):
        action = replace(action, text=words("main"))
    riders: list[a.Action] = [a.Say(words("along")), a.WriteWill(f"{words('first')}\n{words('second')}")]
    return a.Answer(ask.seat, ask.id, (action, *riders), 1)


# Reseating ------------------------------------------------------------------------------------------------------------


def reseated(log: Sequence[e.Event], seats: Mapping[Seat, Seat]) -> list[e.Event]:
    """The same match with everybody in another seat, under their own names."""
    return [_moved(event, {0: 0, **seats}) for event in log]


def _moved(event: e.Event, seats: Mapping[Seat, Seat]) -> e.Event:
    changed = {part.name: _part(event, part.name, getattr(event, part.name), seats) for part in fields(event)}
    return type(event)(**changed)


def _part(event: e.Event, name: str, value: Any, seats: Mapping[Seat, Seat]) -> Any:
    if name == "to":
        return value if value in (PUBLIC, HOST) else group(seats[seat] for seat in seats_of(value))
    if name in ("seat", "target", "accused", "by"):
        return seats[value]
    if name in ("seats", "targets", "winners"):
        return tuple(seats[seat] for seat in value)
    if name in ("members", "ballots"):
        return tuple((seats[seat], *rest) for seat, *rest in value)
    if name == "roles":
        return _in_new_order(value, seats)
    if name == "ask" and value:
        stage, seat = value.split(":")
        return f"{stage}:{seats[int(seat)]}"
    if isinstance(value, Table):
        return replace(value, names=_in_new_order(value.names, seats))
    if name == "value" and isinstance(event, e.FactSet) and event.key in SEATS and isinstance(value, int):
        return seats[value]
    return value


def _in_new_order(values: Sequence[Any], seats: Mapping[Seat, Seat]) -> tuple[Any, ...]:
    sent = {seats[seat]: value for seat, value in enumerate(values, 1)}
    return tuple(sent[seat] for seat in sorted(sent))


# Unrelated events -----------------------------------------------------------------------------------------------------


def with_private_notes(log: Sequence[e.Event], seed: str) -> list[e.Event]:
    """The same match in which players also fill their notebooks, and summarise days, between the stages."""
    found: list[e.Event] = []
    seat = 1
    for place, event in enumerate(log):
        if event.kind == "stage_opened" and chance.draw(seed, place, "note") < 0.5:
            found += [
                e.Jotted(1 << seat, seat, "I am the Doctor. Ada is mafia."),
                e.Summarised(1 << seat, seat, 1, "Vote Ada!"),
            ]
        found.append(event)
    return found

"""`play(state)`: the match loop without IO. It asks and is answered; everything that it knows is in the state."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

from game.engine.actions import Reply
from game.engine.apply import move
from game.engine.asks import Ask, asks
from game.engine.events import Event
from game.engine.state import State


@dataclass(frozen=True, slots=True)
class Turn:
    """What the loop hands out: the state, the open asks, and the events since the last turn."""

    state: State
    asks: tuple[Ask, ...]
    events: Sequence[Event]


def play(state: State, events: Sequence[Event] = ()) -> Generator[Turn, Sequence[Reply], State]:
    """Yield turns and receive their replies until the match has ended; return the last state.

    `events` are those that led to the state and have not been handed out yet. The replies of a turn may be
    some or all of those asked for; who has not replied is asked again.
    """
    while state.public.ending is None:
        replies = yield Turn(state, asks(state), events)
        events, state = move(state, replies)
    yield Turn(state, (), events)
    return state

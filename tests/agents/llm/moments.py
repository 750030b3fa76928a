"""Moments of random matches of every mode, with the log that leads to each."""

from __future__ import annotations

from collections.abc import Iterator

from game.engine import chance
from game.engine import events as e
from game.engine.apply import apply
from game.engine.asks import Ask, ask_of, asks
from game.engine.config import Clock, Talk
from game.engine.fold import fold_all, view
from game.engine.setup import MODES, start, table_for
from game.engine.state import EMPTY, State, View
from game.engine.types import Phase
from game.names import NAMES
from tests.doubles import random_step

LISTS = [mode for mode, found in MODES.items() if found.slots]
TALK = (Phase.DAY_ONE, Phase.DISCUSSION, Phase.VOTING)
"""Phases of which there are so many moments that some will do."""


def moments(seed: str, players: int = 9, every: int = 6) -> Iterator[tuple[list[e.Event], State]]:
    """Every few steps of the talk and all others of a match; mode, clock and talk are drawn from the seed."""
    mode = chance.pick(LISTS, seed, "mode")
    settings = {
        "clock": chance.pick((Clock.NONE, Clock.BUDGET), seed, "clock"),
        "talk": chance.pick((Talk.ROUNDS, Talk.BIDS), seed, "talk"),
    }
    log = start(table_for(mode, NAMES[:players], **settings), seed)
    state = fold_all(EMPTY, log)
    step = 0
    while state.public.ending is None:
        if step % every == 0 or state.public.phase not in TALK:
            yield list(log), state
        events = random_step(state, seed) if chance.draw(seed, step, "rest") > 0.1 else apply(state, [])
        state = fold_all(state, events)
        log += events
        step += 1


def open_asks(state: State) -> Iterator[tuple[Ask, View]]:
    """Every open ask with the view of its seat."""
    for ask in asks(state):
        own = view(state, ask.seat)
        assert ask_of(own) == ask
        yield ask, own

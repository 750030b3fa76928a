"""Whole matches of random answers in which every text is unlike every other, so that a leak can be seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from frontend.present import Presenter, Thought, Viewpoint
from game.engine import actions as a
from game.engine import chance
from game.engine import events as e
from game.engine.apply import apply
from game.engine.asks import Ask, asks
from game.engine.fold import fold_all, visible
from game.engine.setup import start, table_for
from game.engine.state import EMPTY, State

NAMES = ["Ada", "Bob", "Cid", "Dot", "Eve", "Fay", "Gus", "Hal", "Ida", "Jon", "Kim", "Lea", "Max", "Nan", "Oto"]
VIEWPOINTS: tuple[Viewpoint, ...] = ("public", "god", *range(1, 16))


@lru_cache(maxsize=32)
def whole_match(seed: str, mode: str = "Classic") -> tuple[e.Event, ...]:
    """The log of a match in which everybody says, writes, votes and chooses at random."""
    log = start(table_for(mode, NAMES), seed)
    state = fold_all(EMPTY, log)
    while state.public.ending is None:
        events = step(state, seed)
        state = fold_all(state, events)
        log += events
    return tuple(log)


def step(state: State, seed: str) -> list[e.Event]:
    """What follows when everybody who is asked answers at random, often with something beside the answer."""
    return apply(state, [answer(ask, seed) for ask in asks(state)])


def answer(ask: Ask, seed: str) -> a.Answer:
    """A random answer; its texts name ask and seed, between marks that occur nowhere else."""
    main = _drawn(ask.options, f"<<{seed}/{ask.id}/main>>", seed, ask.id, "main")
    riders = _drawn(ask.standing, f"<<{seed}/{ask.id}/rider>>", seed, ask.id, "rider") if ask.standing else None
    wordy = chance.draw(seed, ask.id, "wordy") < 0.5
    return a.Answer(ask.seat, ask.id, (main, riders) if riders and wordy else (main,), 7)


def _drawn(options: Sequence[Any], text: str, *key: object) -> a.Action:
    return chance.pick([action for option in options for action in option.actions(text)], *key)


def present(log: Sequence[e.Event], viewpoint: Viewpoint, thought: Thought | None = None) -> list[dict[str, Any]]:
    """The items of a viewpoint, from what it may see."""
    presenter = Presenter(viewpoint)
    return [presenter.item(event, 0, thought) for event in seen(log, viewpoint)]


def seen(log: Sequence[e.Event], viewpoint: Viewpoint) -> list[e.Event]:
    """The events that a viewpoint may see, by the engine's word and not by the presenter's."""
    if viewpoint == "god":
        return list(log)
    return visible(log, viewpoint if isinstance(viewpoint, int) else None)


def texts(event: e.Event) -> set[str]:
    """The texts in an event that somebody wrote."""
    found = [getattr(event, "text", ""), getattr(event, "will", ""), *getattr(event, "notes", ())]
    return {text for text in found if text.startswith("<<")}


def strings(value: Any) -> Iterator[str]:
    """All strings inside plain values, names of fields included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        for part in value.values():
            yield from strings(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from strings(part)

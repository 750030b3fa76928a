"""Sample games: what the model does in whole matches, as its seat saw them, at one checkpoint after another.

They are the same matches each time, and the model gives its likeliest answers: what differs is what it has learned.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from game.engine.events import PhaseOpened
from game.engine.fold import visible
from game.engine.text import render
from training.folder import GAMES
from training.grpo.playing import Said, Trace, play
from training.grpo.workshop import Workshop


def games_keep(shop: Workshop) -> None:
    """Play this step's sample games and write them down. Raises NotFinite, Cancelled and Unserved."""
    shop.sampler.renew()
    names = [f"{shop.spec.seed}/game/{number}" for number in range(shop.spec.games)]
    shop.folder.add(GAMES, *(game(shop.progress.step, trace) for trace in play(shop, names, greedy=True)))


def game(step: int, trace: Trace) -> dict[str, Any]:
    """A match as its learner saw it, with what it said where it was asked."""
    episode = trace.episode
    return {
        "step": step, "match": episode.seed, "player": episode.names[episode.seat - 1], "role": episode.role,
        "won": episode.won, "days": episode.days, "asked": len(trace.said),
        "taken": sum(said.deed.marks.legal for said in trace.said), "lines": list(_lines(trace)),
    }  # fmt: skip


def _lines(trace: Trace) -> Iterator[dict[str, Any]]:
    """What happened until each ask, and what was said there; then what happened until the end."""
    seen = 0
    for said in trace.said:
        yield from _seen(trace, seen, len(said.point.log))
        yield _answer(said)
        seen = len(said.point.log)
    yield from _seen(trace, seen, len(trace.episode.log))


def _seen(trace: Trace, first: int, last: int) -> Iterator[dict[str, Any]]:
    episode = trace.episode
    for event in visible(episode.log[first:last], episode.seat):
        if text := render.line(event, episode.names, episode.seat):
            yield {"kind": "phase" if isinstance(event, PhaseOpened) else "line", "text": text}


def _answer(said: Said) -> dict[str, Any]:
    """An answer; `problem` says why it was not taken, and is empty where it was."""
    problem = "" if said.deed.marks.legal else render.refusal(said.deed.reason)
    return {"kind": "answer", "text": said.text, "problem": problem}

"""How fast the rules are: whole matches of random legal answers on one core, without words.

The baseline, measured in the same run, is reading the finished logs back with `fold`: what any player of these
matches has to do at least. The ratio says what deciding costs on top of reading.

    python -m bench.engine --matches 30 [--json]
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from game.engine import chance
from game.engine.actions import Action, Answer
from game.engine.apply import apply
from game.engine.asks import Ask, asks
from game.engine.codec import to_json
from game.engine.events import Event
from game.engine.fold import fold_all, view
from game.engine.setup import start, table_for
from game.engine.state import EMPTY
from game.names import NAMES


def measure(matches: int, runs: int = 3) -> dict[str, Any]:
    """Matches and decisions a second, bytes a log, and the same matches read back; medians over `runs`."""
    played: list[tuple[list[Event], int]] = []
    playing = median(_timed(lambda: played.extend(_play(f"bench {n}") for n in range(matches))) for _ in range(runs))
    logs = [log for log, _ in played[:matches]]
    decisions = sum(count for _, count in played[:matches])
    reading = median(_timed(lambda: [fold_all(EMPTY, log) for log in logs]) for _ in range(runs))
    state = fold_all(EMPTY, logs[0])
    views = _timed(lambda: [view(state, seat) for seat in state.public.seats] * 1000) / (15 * 1000)
    size = sum(len(json.dumps(to_json(event), separators=(",", ":"))) + 1 for log in logs for event in log)
    return {
        "matches_per_second": round(matches / playing, 1),
        "decisions_per_second": round(decisions / playing),
        "events_read_per_second": round(sum(map(len, logs)) / reading),
        "playing_over_reading": round(playing / reading, 1),
        "log_bytes_per_match": size // matches,
        "microseconds_per_view": round(views * 1e6, 3),
    }


def _play(seed: str) -> tuple[list[Event], int]:
    """A match of fifteen at random; the log, and how many decisions had at least two legal choices."""
    log = start(table_for("Classic", NAMES[:15]), seed)
    state, count = fold_all(EMPTY, log), 0
    while state.public.ending is None:
        replies = []
        for ask in asks(state):
            choices = _choices(ask)
            count += len(choices) > 1
            replies.append(Answer(ask.seat, ask.id, (chance.pick(choices, seed, ask.id),)))
        events = apply(state, replies)
        state = fold_all(state, events)
        log += events
    return log, count


def _choices(ask: Ask) -> list[Action]:
    return [action for option in ask.options for action in option.actions("-")]


def _timed(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--matches", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = measure(given.matches)
    if given.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name.replace('_', ' '):<26}{value:>12}")


if __name__ == "__main__":
    main()

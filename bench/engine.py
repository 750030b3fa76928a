"""How fast the rules are: whole matches of uniformly random legal answers on one core, full event log, no text.

Every open ask is answered by one of its legal actions, all of `ask.options` together equally likely, as if all were
written down and one drawn: first the option, weighted by how many actions it covers, then the action in it. Only
where an option takes two targets are its actions really written down, since two seats must differ. The draws come
from one `random.Random` for each match, seeded by the match's name; the time they take is part of the measure.
Of the decisions only those count that had at least two legal actions.

The baseline, measured in the same run, is reading the finished logs back with `fold`: what any player of these
matches has to do at least. The ratio says what deciding costs on top of reading. Seconds are those of the process.

    python -m bench.engine [--mode "All Any"] [--matches 30] [--json]
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from random import Random
from statistics import median
from typing import Any

from game.engine import actions as a
from game.engine.apply import move
from game.engine.asks import Ask, Option, asks
from game.engine.codec import to_json
from game.engine.events import Event
from game.engine.fold import fold_all, view
from game.engine.setup import MODES, start, table_for
from game.engine.state import EMPTY
from game.engine.types import Channel, Verdict
from game.names import NAMES

TEXT = "-"
"""What is said where words are wanted."""
CHANNELS, VERDICTS = {one.value: one for one in Channel}, {one.value: one for one in Verdict}


def measure(matches: int, runs: int = 7, mode: str = "Classic") -> dict[str, Any]:
    """Matches and decisions a second, bytes a log, and the same matches read back; medians over `runs`."""
    played = [_play(f"bench {n}", mode) for n in range(matches)]
    playing = median(_timed(lambda: [_play(f"bench {n}", mode) for n in range(matches)]) for _ in range(runs))
    logs, decisions = [log for log, _ in played], sum(count for _, count in played)
    reading = median(_timed(lambda: [fold_all(EMPTY, log) for log in logs]) for _ in range(runs))
    state = fold_all(EMPTY, logs[0])
    seats = [*state.public.seats] * 1000
    views = median(_timed(lambda: [view(state, seat) for seat in seats]) for _ in range(runs))
    size = sum(len(json.dumps(to_json(event), separators=(",", ":"))) + 1 for log in logs for event in log)
    return {
        "mode": mode,
        "matches_per_second": round(matches / playing, 1),
        "decisions_per_second": round(decisions / playing),
        "events_read_per_second": round(sum(map(len, logs)) / reading),
        "playing_over_reading": round(playing / reading, 1),
        "log_bytes_per_match": size // matches,
        "microseconds_per_view": round(views / len(seats) * 1e6, 3),
    }


def _play(seed: str, mode: str) -> tuple[list[Event], int]:
    """A match of fifteen at random; the log, and how many decisions had at least two legal actions."""
    log = start(table_for(mode, NAMES[:15]), seed)
    state, count, luck = fold_all(EMPTY, log), 0, Random(seed)  # noqa: S311 (dice, not secrets)
    while state.public.ending is None:
        replies = []
        for ask in asks(state):
            action, choices = _drawn(ask, luck)
            count += choices > 1
            replies.append(a.Answer(ask.seat, ask.id, (action,)))
        events, state = move(state, replies)
        log += events
    return log, count


def _drawn(ask: Ask, luck: Random) -> tuple[a.Action, int]:
    """One of the actions that answer an ask, all equally likely, and how many there are."""
    options = ask.options
    sizes = [_size(option) if option.slots or option.params else 1 for option in options]
    choices = sum(sizes)
    place = int(luck.random() * choices)
    for option, size in zip(options, sizes, strict=True):
        if place < size:
            return DRAWN[option.verb](option, place), choices
        place -= size
    raise AssertionError("nothing can be answered")


def _size(option: Option) -> int:
    """How many actions an option covers."""
    slots = option.slots
    if len(slots) > 1:
        return len(_written(option))
    return (len(slots[0]) if slots else 1) * (len(option.params) or 1)


def _use(option: Option, place: int) -> a.Action:
    if len(option.slots) != 1 or option.params:
        return _written(option)[place]
    return a.Use(option.name, (option.slots[0][place],))


def _written(option: Option) -> Sequence[a.Action]:
    return list(option.actions(TEXT))


DRAWN: dict[str, Callable[[Option, int], a.Action]] = {
    "say": lambda option, place: a.Say(TEXT, CHANNELS[option.name]),
    "vote": lambda option, place: a.Vote(option.slots[0][place] or None),
    "judge": lambda option, place: a.Judge(VERDICTS[option.name]),
    "use": _use,
    "pass": lambda option, place: a.Pass(),
}


def _timed(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--matches", type=int, default=20)
    parser.add_argument("--mode", default="Classic", choices=list(MODES), metavar="MODE")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = measure(given.matches, mode=given.mode)
    if given.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name.replace('_', ' '):<26}{value:>12}")


if __name__ == "__main__":
    main()

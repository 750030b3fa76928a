"""ToSSim's own row: `bench.engine` in a process like the peers', seven runs after a warm-up.

What `bench.engine` does not say is counted here, on random matches with the same seeds and outside of what is timed:
the roles dealt, and how many of the decisions were talk.
"""

from __future__ import annotations

import json
import platform
import sys
from typing import Any

from bench.engine import measure
from bench.players.clock import RUNS
from game.engine import chance
from game.engine.actions import Answer
from game.engine.apply import apply
from game.engine.asks import AskKind, asks
from game.engine.fold import fold_all
from game.engine.setup import start, table_for
from game.engine.state import EMPTY
from game.names import NAMES

SEATS = 15
TALK = {AskKind.SPEAK, AskKind.DEFEND, AskKind.LAST_WORDS, AskKind.CONFER}


def census(matches: int) -> dict[str, Any]:
    """Which roles were dealt, and what share of the decisions was talk."""
    roles: set[str] = set()
    told: list[bool] = []
    for seed in (f"bench {number}" for number in range(matches)):
        state = fold_all(EMPTY, start(table_for("Classic", NAMES[:SEATS]), seed))
        roles |= {state.private[seat].role for seat in state.public.seats}
        while state.public.ending is None:
            replies = []
            for ask in asks(state):
                choices = [action for option in ask.options for action in option.actions("-")]
                told += [ask.kind in TALK] if len(choices) > 1 else []
                replies.append(Answer(ask.seat, ask.id, (chance.pick(choices, seed, ask.id),)))
            state = fold_all(state, apply(state, replies))
    return {"roles": len(roles), "talk_share": round(sum(told) / len(told), 3)}


def main() -> None:
    """`python -m bench.players.tossim_engine MATCHES`: one JSON line."""
    matches = int(sys.argv[1])
    counted = census(matches)
    measure(matches, runs=1)  # the warm-up
    print(json.dumps({"seats": SEATS, **counted, **measure(matches, runs=RUNS), "python": platform.python_version()}))


if __name__ == "__main__":
    main()

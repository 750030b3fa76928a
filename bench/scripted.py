"""Many scripted matches on one core: who wins, how long it takes, whether anything illegal is tried.

python -m bench.scripted --matches 1000
"""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from agents.scripted import ScriptedAgent
from game.engine.events import Refused
from game.engine.setup import start, table_for
from game.engine.state import State
from game.engine.types import Seat
from game.names import NAMES
from game.play.drivers import Played, run_lockstep
from game.play.seats import Agent

BATCH = 100
"""Matches that run side by side."""


@dataclass
class Tally:
    """Results of many matches."""

    outcomes: Counter[str] = field(default_factory=Counter)
    days: int = 0
    refusals: int = 0

    @property
    def matches(self) -> int:
        """How many matches were counted."""
        return sum(self.outcomes.values())

    @property
    def mean_days(self) -> float:
        """Days that a match lasted."""
        return self.days / max(1, self.matches)

    def share(self, outcome: str) -> float:
        """Share of the matches that ended this way."""
        return self.outcomes[outcome] / max(1, self.matches)

    def add(self, played: Played) -> None:
        """Count one match."""
        ending = played.state.public.ending
        assert ending is not None
        self.outcomes[ending.outcome] += 1
        self.days += played.state.public.day
        self.refusals += sum(isinstance(event, Refused) for event in played.log)


def play_many(matches: int, *, text: bool = False, mode: str = "Classic", players: int = 15, seed: str = "") -> Tally:
    """Play seeded matches; the seeds are `seed` with 0, 1, 2, ... behind."""
    tally = Tally()
    for seeds in _batches([f"{seed}{number}" for number in range(matches)]):

        def seat_agents(place: int, state: State, seeds: list[str] = seeds) -> Mapping[Seat, Agent]:
            return {seat: ScriptedAgent(seat, seeds[place], text=text) for seat in state.public.seats}

        openings = [start(table_for(mode, NAMES[:players]), one) for one in seeds]
        for played in run_lockstep(openings, seat_agents):
            tally.add(played)
    return tally


def _batches(seeds: list[str]) -> Iterator[list[str]]:
    for first in range(0, len(seeds), BATCH):
        yield seeds[first : first + BATCH]


def _found(tally: Tally, seconds: float) -> dict[str, Any]:
    return {
        "outcomes": {outcome: round(tally.share(outcome), 4) for outcome, _ in tally.outcomes.most_common()},
        "mean_days": round(tally.mean_days, 2),
        "matches_per_second": round(tally.matches / seconds, 2),
        "refusals": tally.refusals,
    }


def main() -> None:
    """The command line."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--matches", type=int, default=200)
    parser.add_argument("--mode", default="Classic")
    parser.add_argument("--players", type=int, default=15)
    parser.add_argument("--text", action="store_true", help="with worded speech and thoughts")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    began = time.perf_counter()
    tally = play_many(given.matches, text=given.text, mode=given.mode, players=given.players)
    seconds = time.perf_counter() - began
    if given.json:
        print(json.dumps(_found(tally, seconds)))
        return
    for outcome, count in tally.outcomes.most_common():
        print(f"{outcome:16} {count:6} {100 * tally.share(outcome):5.1f} %")
    print(f"mean days        {tally.mean_days:6.2f}")
    print(f"matches a second {tally.matches / seconds:6.2f}")
    print(f"refusals         {tally.refusals:6}")


if __name__ == "__main__":
    main()

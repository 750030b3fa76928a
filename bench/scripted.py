"""Many scripted matches on one core: who wins, how long it takes, whether anything illegal is tried.

python -m bench.scripted --matches 1000
python -m bench.scripted --mode all --matches 1000         win rates by mode and faction
python -m bench.scripted --mode all --policy random        against players without sense, on either side
"""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.policies import POLICIES
from game.engine.events import PhaseOpened, Refused, RoleDealt
from game.engine.roles import ROLES
from game.engine.setup import MODES, SetupError, start, table_for, validate
from game.engine.state import State
from game.engine.types import Faction, Seat
from game.engine.victory import LOVERS
from game.names import NAMES
from game.play.drivers import Played, run_lockstep
from game.play.seats import Agent

BATCH = 100
"""Matches that run side by side."""
GOALS = frozenset(name for name, card in ROLES.items() if card.side is None)
"""Roles with a goal of their own."""


@dataclass
class Tally:
    """Results of many matches."""

    outcomes: Counter[str] = field(default_factory=Counter)
    days: int = 0
    refusals: int = 0
    dealt: Counter[str] = field(default_factory=Counter)
    """How many matches had a faction, or how many seats a role with a goal of its own."""
    won: Counter[str] = field(default_factory=Counter)
    """In how many of those it won."""
    empty: int = 0
    """Draws in which nobody reached a goal of their own either."""

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
        self.empty += not ending.winners
        self.days += played.state.public.day
        self.refusals += sum(isinstance(event, Refused) for event in played.log)
        roles = _first_roles(played)
        for side in {side for role in roles.values() if (side := ROLES[role].side)}:
            self.dealt[side] += 1
            mates = {seat for seat, role in roles.items() if ROLES[role].side == side}
            self.won[side] += side == ending.outcome or (ending.outcome == LOVERS and bool(mates & set(ending.winners)))
        for seat, role in roles.items():
            if ROLES[role].side is None:
                self.dealt[role] += 1
                self.won[role] += seat in ending.winners


def _first_roles(played: Played) -> dict[Seat, str]:
    """The roles as they were dealt."""
    roles: dict[Seat, str] = {}
    for event in played.log:
        if isinstance(event, PhaseOpened):
            break
        if isinstance(event, RoleDealt):
            roles.setdefault(event.seat, event.role)
    return roles


def play_many(matches: int, *, text: bool = False, mode: str = "Classic", players: int = 15, seed: str = "",
              town: str = "scripted", others: str = "scripted") -> Tally:  # fmt: skip
    """Play seeded matches; the seeds are `seed` with 0, 1, 2, ... behind. `town` and `others` name the policies of
    the Town and of everybody else."""
    tally = Tally()
    for seeds in _batches([f"{seed}{number}" for number in range(matches)]):

        def seat_agents(place: int, state: State, seeds: list[str] = seeds) -> Mapping[Seat, Agent]:
            policies = {seat: town if _is_town(state, seat) else others for seat in state.public.seats}
            return {seat: POLICIES[policy](seat, seeds[place], text) for seat, policy in policies.items()}

        openings = [start(table_for(mode, NAMES[:players]), one) for one in seeds]
        for played in run_lockstep(openings, seat_agents):
            tally.add(played)
    return tally


def _is_town(state: State, seat: Seat) -> bool:
    return ROLES[state.role(seat)].faction is Faction.TOWN


def _batches(seeds: list[str]) -> Iterator[list[str]]:
    for first in range(0, len(seeds), BATCH):
        yield seeds[first : first + BATCH]


def playable() -> list[str]:
    """The official modes that this release can play with fifteen players, each list once."""
    found: dict[tuple[str, ...], str] = {}
    for mode in MODES:
        try:
            table = table_for(mode, NAMES[:15])
            validate(table)
        except SetupError:
            continue
        found.setdefault((table.ruleset, *table.slots), mode)
    return list(found.values())


# Printing -------------------------------------------------------------------------------------------------------------


def _found(tally: Tally, seconds: float) -> dict[str, Any]:
    return {
        "outcomes": {outcome: round(tally.share(outcome), 4) for outcome, _ in tally.outcomes.most_common()},
        "mean_days": round(tally.mean_days, 2),
        "matches_per_second": round(tally.matches / seconds, 2),
        "refusals": tally.refusals,
    }


def _print_outcomes(tally: Tally, seconds: float) -> None:
    for outcome, count in tally.outcomes.most_common():
        print(f"{outcome:16} {count:6} {100 * tally.share(outcome):5.1f} %")
    print(f"mean days        {tally.mean_days:6.2f}")
    print(f"matches a second {tally.matches / seconds:6.2f}")
    print(f"refusals         {tally.refusals:6}")


def _print_row(mode: str, tally: Tally) -> None:
    """One mode: every outcome, then every faction and every goal of one's own with how often it was dealt and won."""
    draws = f"draws {100 * tally.share('draw'):.1f} % (nobody at all won in {tally.empty})"
    print(f"{mode}: n {tally.matches}, {draws}, {tally.mean_days:.1f} days, refusals {tally.refusals}")
    for outcome, count in tally.outcomes.most_common():
        if outcome not in tally.dealt:
            print(f"    {outcome:16} ended {count:5}")
    for name, dealt in sorted(tally.dealt.items(), key=lambda item: (item[0] in GOALS, -item[1])):
        print(f"    {name:16} won {tally.won[name]:5} of {dealt:5} {100 * tally.won[name] / dealt:5.1f} %", flush=True)


def _print_contest(mode: str, policy: str, matches: int) -> None:
    """Town against the rest, with sense on both sides and on one."""
    print(mode)
    for town, others in (("scripted", "scripted"), ("scripted", policy), (policy, "scripted")):
        tally = play_many(matches, mode=mode, town=town, others=others)
        shares = f"Town {100 * tally.share('Town'):5.1f} %, draws {100 * tally.share('draw'):5.1f} %"
        rest = max(0.0, 1 - tally.share("Town") - tally.share("draw"))
        print(f"    Town {town:8} others {others:8} {shares}, others {100 * rest:5.1f} %  (n {matches})", flush=True)


def main() -> None:
    """The command line."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--matches", type=int, default=200)
    parser.add_argument("--mode", default="Classic", help="a mode by name, or all")
    parser.add_argument("--players", type=int, default=15)
    parser.add_argument("--policy", choices=sorted(set(POLICIES) - {"scripted"}), help="whom one side is replaced by")
    parser.add_argument("--text", action="store_true", help="with worded speech and thoughts")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    for mode in playable() if given.mode == "all" else [given.mode]:
        if given.policy:
            _print_contest(mode, given.policy, given.matches)
            continue
        began = time.process_time()
        tally = play_many(given.matches, text=given.text, mode=mode, players=given.players)
        seconds = time.process_time() - began
        if given.json:
            print(json.dumps(_found(tally, seconds)))
        elif given.mode == "all":
            _print_row(mode, tally)
        else:
            _print_outcomes(tally, seconds)


if __name__ == "__main__":
    main()

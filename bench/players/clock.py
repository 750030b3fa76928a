"""How every player is timed: one process, one thread, CPU seconds, a warm-up, then the median of seven equal runs.

Standard library only, because it runs inside each peer's own interpreter.
"""

from __future__ import annotations

import json
import platform
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from statistics import median
from typing import Any

RUNS = 7
"""Timed runs, of which the median counts."""


@dataclass
class Played:
    """One finished match: what was decided, which roles were dealt, and how to weigh its log.

    `decisions` counts answered asks with at least two legal choices, `talk` those of them that were free speech;
    `log_bytes` is called after the clock has stopped.
    """

    decisions: int
    talk: int
    roles: frozenset[str]
    log_bytes: Callable[[], int]


def timed(play: Callable[[int], Played], matches: int, runs: int = RUNS) -> dict[str, Any]:
    """Matches and decisions a CPU second, over the same `matches` seeds in every run."""
    played = [play(seed) for seed in range(matches)]  # the warm-up, and what the other figures are counted on
    sizes = [match.log_bytes() for match in played]
    roles = frozenset[str]().union(*(match.roles for match in played))
    talk, decisions = sum(match.talk for match in played), sum(match.decisions for match in played)
    del played
    rates = [_rates(play, matches) for _ in range(runs)]
    return {
        "matches_per_second": round(median(rate for rate, _ in rates), 2),
        "decisions_per_second": round(median(rate for _, rate in rates), 1),
        "log_bytes_per_match": sum(sizes) // matches,
        "roles": len(roles),
        "talk_share": round(talk / decisions, 3),
        "python": platform.python_version(),
    }


def _rates(play: Callable[[int], Played], matches: int) -> tuple[float, float]:
    """Matches and decisions a CPU second of one run."""
    began = time.process_time()
    decisions = sum(play(seed).decisions for seed in range(matches))
    seconds = time.process_time() - began
    return matches / seconds, decisions / seconds


def report(load: Callable[..., Callable[[int], Played]], seats: int) -> None:
    """`PLAYER MATCHES [WORD ...]`: import the peer, time it over so many matches a run, print one JSON line.

    The words go to `load`; whatever the peer prints goes to standard error.
    """
    matches, *words = sys.argv[1:]
    with redirect_stdout(sys.stderr):
        found = timed(load(*words), int(matches))
    print(json.dumps({"seats": seats, **found}))

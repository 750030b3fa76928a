"""Metrics of many scripted matches on one core, against folding their logs alone; and how well statements are read.

python -m bench.metrics --matches 1000
python -m bench.metrics --statements --matches 50         precision and recall against what the players meant
"""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from agents.scripted.agent import ScriptedAgent
from agents.scripted.speech import read
from eval.evidence import record_of
from eval.evidence.record import Record
from eval.metrics import match_metrics
from eval.statements import StatementKind, read_text
from eval.statements.found import Found
from eval.statements.intents import OPEN, intent
from eval.statements.reading import READ
from game.engine.events import Event
from game.engine.fold import fold_all
from game.engine.setup import start, table_for
from game.engine.state import EMPTY
from game.names import NAMES
from game.play.drivers import run_lockstep

BATCH = 50
"""Matches that run side by side."""
EXACT = frozenset({StatementKind.ROLE_CLAIM, StatementKind.RESULT_REPORT})
"""Kinds of which the value must agree too."""
Key: TypeAlias = tuple[StatementKind, int | None, str]


@dataclass
class Hits:
    """How many statements of a kind were meant, read, and read as they were meant."""

    meant: int = 0
    read: int = 0
    right: int = 0

    @property
    def precision(self) -> float:
        """Of what was read, how much was meant."""
        return self.right / max(1, self.read)

    @property
    def recall(self) -> float:
        """Of what was meant, how much was read."""
        return self.right / max(1, self.meant)


def logs_of(matches: int, players: int = 15) -> Iterator[Sequence[Event]]:
    """Seeded matches of scripted players with words."""
    for first in range(0, matches, BATCH):
        seeds = [f"metrics {number}" for number in range(first, min(matches, first + BATCH))]
        openings = [start(table_for("Classic", NAMES[:players]), seed) for seed in seeds]
        played = run_lockstep(
            openings,
            lambda place, state, seeds=seeds: {
                seat: ScriptedAgent(seat, f"{seeds[place]}:{seat}") for seat in state.public.seats
            },
        )
        yield from (one.log for one in played)


def hits_of(logs: Iterable[Sequence[Event]]) -> dict[StatementKind, Hits]:
    """How well lines and wills of scripted players are read, by kind; votes and verdicts in words may go either way."""
    hits = {kind: Hits() for kind in StatementKind}
    for log in logs:
        record = record_of(log)
        for text, day in _texts(record):
            spoken = read(text, record.table.names, day)
            if spoken is not None and spoken.act not in OPEN:
                meant, found = _keys(intent(spoken)), _keys(read_text(text, record.table.names, day))
                for kind, count in Counter(key[0] for key in meant).items():
                    hits[kind].meant += count
                for kind, count in Counter(key[0] for key in found).items():
                    hits[kind].read += count
                for kind, count in Counter(key[0] for key in meant & found).items():
                    hits[kind].right += count
    return hits


def _texts(record: Record) -> Iterator[tuple[str, int]]:
    yield from ((line.text, line.day) for line in record.lines if line.channel in READ)
    yield from ((line, 0) for _, text in record.wills.values() for line in text.splitlines())


def _keys(found: Iterable[Found]) -> set[Key]:
    return {(one.kind, one.subject, one.value if one.kind in EXACT else "") for one in found}


def measure(matches: int) -> dict[str, Any]:
    """Seconds for the metrics of all matches, and for folding their logs alone, in the same run."""
    events, folding, measuring, count = 0, 0.0, 0.0, 0
    for log in logs_of(matches):
        began = time.process_time()
        fold_all(EMPTY, log)
        folded = time.process_time()
        match_metrics(log)
        measuring += time.process_time() - folded
        folding += folded - began
        events += len(log)
        count += 1
    return {
        "matches": count,
        "events": events,
        "fold_seconds": round(folding, 3),
        "metrics_seconds": round(measuring, 3),
        "times_the_fold": round(measuring / folding, 1),
        "matches_per_second": round(count / measuring, 1),
    }


def main() -> None:
    """The command line."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--matches", type=int, default=1000)
    parser.add_argument("--statements", action="store_true", help="how well statements are read, instead of how fast")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if given.statements:
        found = {
            kind.value: {"meant": hits.meant, "precision": round(hits.precision, 4), "recall": round(hits.recall, 4)}
            for kind, hits in hits_of(logs_of(given.matches)).items()
        }
    else:
        found = measure(given.matches)
    if given.json:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            print(f"{name:20} {value}")


if __name__ == "__main__":
    main()

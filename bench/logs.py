"""The log browser with many matches: how long they take to index, and how long a search takes over HTTP.

    ./tossim bench logs [--matches 200] [--distinct 100] [--searches 60] [--json]

A site of its own is started. Matches of scripted players are made once, `--distinct` of them, and stored as often as it
takes; each stored one is indexed by itself. Then searches of several kinds are made, one after another, each with other
words and filters, through the web server. The baseline, in the same run, is the health check: what asking costs at all.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import statistics
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import psutil

from bench.metrics import logs_of
from bench.site import running_site, stored
from game.engine.events import Event

COMMON = ("town", "sheriff", "vote", "mafia", "suspicious", "doctor", "nothing", "guilty", "innocent", "checked")
RARE = ('"I am the Jester"', "veteran alert", "framed -innocent", '"not suspicious" lookout', "xylophone")
FILTERS = (
    {"faction": "Mafia"}, {"role": "Jester"}, {"kind": "whisper"}, {"phase": "night"}, {"truth": "lie"},
    {"kind": "chat", "truth": "lie"}, {"role": "Sheriff", "kind": "will"}, {"faction": "Neutral", "phase": "defense"},
)  # fmt: skip
Figures = dict[str, Any]


def main() -> None:
    """Measure and print."""
    words = argparse.ArgumentParser(prog="bench logs", description=__doc__.partition("\n")[0])
    words.add_argument("--matches", type=int, default=200)
    words.add_argument("--distinct", type=int, default=100, help="matches that are really played")
    words.add_argument("--searches", type=int, default=60, help="of each kind")
    words.add_argument("--json", action="store_true")
    chosen = words.parse_args()
    logs = list(logs_of(min(chosen.matches, chosen.distinct)))
    with running_site() as stack:
        found = {"matches": chosen.matches, "distinct": len(logs), **indexed(logs, chosen.matches)}
        found["milliseconds"] = searched(stack.url, chosen.searches)
        found |= {"cores": psutil.cpu_count(), "load_average": round(psutil.getloadavg()[0], 1)}
    print(json.dumps(found) if chosen.json else in_words(found))


def indexed(logs: Sequence[Sequence[Event]], count: int) -> Figures:
    """Store and index so many matches; what the index took, and how large it is."""
    from django.db import connection
    from django.utils import timezone

    from eval.index import match_index
    from eval.models import Entry
    from game.models import Match

    seconds = 0.0
    for log in itertools.islice(itertools.cycle(logs), count):
        match = stored(log)
        Match.objects.filter(pk=match.pk).update(status="finished", started_at=timezone.now())
        began = time.perf_counter()
        match_index(match=match)
        seconds += time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE eval_entry; ANALYZE eval_cell")
        cursor.execute("SELECT pg_total_relation_size('eval_entry'), (SELECT count(*) FROM eval_cell)")
        size, cells = cursor.fetchone()
    return {
        "events": sum(map(len, logs)) * count // len(logs), "entries": Entry.objects.count(), "cells": cells,
        "index_seconds": round(seconds, 1), "matches_per_second": round(count / seconds, 1),
        "index_megabytes": round(size / 2**20, 1),
    }  # fmt: skip


def searched(url: str, count: int) -> dict[str, Figures]:
    """The time of answers by kind of search, in ms."""
    draw = random.Random(count)  # noqa: S311
    kinds: dict[str, Callable[[], Iterator[str]]] = {
        "health check": lambda: itertools.repeat("/healthz", count),
        "facets alone": lambda: (address(**draw.choice(FILTERS)) for _ in range(count)),
        "common word": lambda: (address(q=draw.choice(COMMON)) for _ in range(count)),
        "rare words": lambda: (address(q=draw.choice(RARE)) for _ in range(count)),
        "words and facets": lambda: (address(q=draw.choice(COMMON), **draw.choice(FILTERS)) for _ in range(count)),
        "page behind page": lambda: paged(url, draw.choice(COMMON), count),
    }
    return {kind: _timed(url, make()) for kind, make in kinds.items()}


def address(**wish: str) -> str:
    """A search."""
    return f"/api/logs?{urllib.parse.urlencode(wish)}"


def paged(url: str, word: str, count: int) -> Iterator[str]:
    """The pages of one search, one behind the other."""
    after = ""
    for _ in range(count):
        page = address(q=word, after=after, facets="false")
        yield page
        after = json.loads(_read(url + page))["next"] or ""


def _timed(url: str, addresses: Iterator[str]) -> Figures:
    taken = []
    for one in addresses:
        began = time.perf_counter()
        _read(url + one)
        taken.append((time.perf_counter() - began) * 1000)
    cuts = statistics.quantiles(taken, n=20, method="inclusive")
    return {"p50": round(cuts[9], 1), "p95": round(cuts[18], 1), "worst": round(max(taken), 1)}


def _read(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310
        body: bytes = answer.read()
    return body


def in_words(found: Figures) -> str:
    """The figures in lines."""
    played = f"{found['matches']} matches ({found['distinct']} distinct), {found['events']} events"
    speed = f"{found['index_seconds']} s ({found['matches_per_second']} matches/s)"
    head = [
        f"{played}: {found['entries']} entries in {found['cells']} cells",
        f"indexed in {speed}, {found['index_megabytes']} MB",
        f"{'milliseconds':<20}{'p50':>8}{'p95':>8}{'worst':>8}",
    ]
    rows = [
        f"{kind:<20}{taken['p50']:>8}{taken['p95']:>8}{taken['worst']:>8}"
        for kind, taken in found["milliseconds"].items()
    ]
    return "\n".join([*head, *rows, f"{found['cores']} cores, load {found['load_average']}"])


if __name__ == "__main__":
    main()

"""What a model has learnt, at whole tables: matches in which it plays all seats through a lane's own server.

    ./tossim bench learned --model FOLDER [--model FOLDER ...] [--matches 20] [--days 2]

Every folder holds a whole model; each is served and asked as reinforcement asks it (a digest, one tag), at the same
tables, whose names and seeds no run has learnt with. The first folder is the baseline. Counted are the answers that
were taken at the first try, with Wilson's 95 % interval, and what else a table would notice: answers that had to be
filled in, and how often something was done by whom could do something.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.error import URLError

from agents.llm.agent import LanguageAgent
from agents.llm.client import Client, Message, Request
from agents.llm.clients import OpenAIClient
from agents.llm.presets import preset_for
from bench.lanes import SMALL, serving
from eval.labels.exact import wilson
from game.engine.actions import Pass
from game.engine.setup import start
from game.play.drivers import run_async
from training.rollout.sense import may_act
from training.rollout.tables import Plan, learner, table

CALM = {"temperature": 0.0}


class DaysOver(Exception):
    """As much of a match has been played as was wanted."""


class Counted(LanguageAgent):
    """A seat whose answers are counted."""

    def __init__(self, *given: Any, days: int, counts: Counter[str], **named: Any) -> None:
        super().__init__(*given, **named)
        self.days, self.counts = days, counts

    async def decide(self, view, ask):  # type: ignore[no-untyped-def]
        """The decision. Raises DaysOver."""
        if view.public.day > self.days:
            raise DaysOver
        decision = await super().decide(view, ask)
        report = decision.report
        self.counts["asks"] += 1
        self.counts["first_try"] += bool(report.attempts) and not report.attempts[0].refusal
        self.counts["filled_in"] += bool(report.fallback)
        if may_act(view, ask):
            self.counts["could_act"] += 1
            self.counts["acted"] += not report.fallback and not isinstance(decision.actions[0], Pass)
        return decision


def main() -> int:
    """Measure and print."""
    words = argparse.ArgumentParser(
        prog="bench learned", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    words.add_argument("--model", type=Path, action="append", metavar="FOLDER", help="may be given several times")
    words.add_argument("--matches", type=int, default=20)
    words.add_argument("--days", type=int, default=2, help="after so many days a match is broken off")
    words.add_argument("--at-once", type=int, default=5, help="matches at a time")
    words.add_argument("--sampled", action="store_true", help="at the preset's temperature instead of none")
    words.add_argument("--json", action="store_true")
    chosen = words.parse_args()
    found = {}
    for folder in chosen.model or [SMALL]:
        try:
            with serving(folder) as url:
                found[str(folder)] = asyncio.run(measure(folder, url, chosen))
        except (URLError, OSError) as error:
            print(f"No server for {folder}: {error}. Install one: ./tossim llm --install-only", file=sys.stderr)
            return 2
    print(json.dumps(found) if chosen.json else in_words(found))
    return 0


async def measure(folder: Path, url: str, chosen: argparse.Namespace) -> dict[str, Any]:
    """The counts of one model, and the seconds that its matches took."""
    client = OpenAIClient(url)
    await client.complete(Request(str(folder), (Message("user", "Hello."),), 4))  # the first one takes long
    counts: Counter[str] = Counter()
    room, began = asyncio.Semaphore(chosen.at_once), time.monotonic()

    async def one(number: int) -> None:
        async with room:
            await play(f"learned/{number}", folder, client, chosen, counts)

    await asyncio.gather(*(one(number) for number in range(chosen.matches)))
    await client.close()
    return {"matches": chosen.matches, **counts, "seconds": round(time.monotonic() - began, 1)}


async def play(seed: str, folder: Path, client: Client, chosen: argparse.Namespace, counts: Counter[str]) -> None:
    """One match, as far as it is wanted."""
    record = learner(str(folder), preset_for(str(folder)))
    record = record if chosen.sampled else replace(record, sampling=CALM)
    agreed = table(Plan(), seed, held_out=True)
    agents = {
        seat: Counted(seat, record, client, luck=seed, days=chosen.days, counts=counts)
        for seat in range(1, len(agreed.names) + 1)
    }
    with contextlib.suppress(DaysOver):
        await run_async(start(agreed, seed), agents)


def in_words(found: dict[str, dict[str, Any]]) -> str:
    """The figures as a table, the first row the baseline."""
    rows = []
    for folder, one in found.items():
        first = one["first_try"] / one["asks"]
        base = next(iter(found.values()))
        low, high = wilson(one["first_try"], one["asks"])
        rows.append(
            f"{folder}: {one['matches']} matches, {one['asks']} asks in {one['seconds']} s; at the first try "
            f"{first:.1%} ({low:.1%} to {high:.1%}), {first - base['first_try'] / base['asks']:+.1%} against the "
            f"first; filled in {one['filled_in'] / one['asks']:.1%}; acted {one['acted']} of {one['could_act']}"
        )
    return "\n".join(rows)


if __name__ == "__main__":
    sys.exit(main())

"""A file of prompts and completions of scripted matches, to train on: its rows, tokens and bytes, and the seconds.

python -m bench.samples --matches 200 --players 9 --out samples.jsonl
"""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from agents.llm.record import ModelRecord, Notation
from agents.scripted.agent import ScriptedAgent
from eval.records.choosing import FORMS, Choice, row_of
from eval.records.facts import Logged, Made, MatchFacts, scribe
from eval.records.files import line_of
from eval.records.sft import samples
from eval.records.shapes import Sample
from eval.records.simulated import simulated
from game.engine.setup import start, table_for
from game.names import NAMES

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
"""When a match counts as begun; its events come a second apart."""


def rows_of(number: int, players: int, writer: ModelRecord) -> Iterator[Sample]:
    """The samples of one seeded match, as they would be made of its rows."""
    seed = f"samples {number}"
    agents = {seat: ScriptedAgent(seat, f"{seed}:{seat}") for seat in range(1, players + 1)}
    played, decisions = simulated(start(table_for("Classic", NAMES[:players]), seed), agents)
    log = [Logged(seq, BEGAN + timedelta(seconds=seq), event) for seq, event in enumerate(played.log, 1)]
    facts = MatchFacts(f"match-{number}", dict.fromkeys(agents, "scripted"), scribe=writer)
    yield from samples(facts, log, [Made(BEGAN, decision) for decision in decisions])


def measure(given: Any) -> dict[str, Any]:
    """Write the file and count what is in it."""
    choice = Choice(won=given.won, longest=given.longest)
    writer = scribe(notation=Notation(given.notation), tokenizer=given.tokenizer)
    rows = prompt = completion = exact = 0
    began = time.process_time()
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory())
        path = given.out or Path(folder) / "samples.jsonl"
        with path.open("wb") as file:
            for number in range(given.matches):
                for sample in filter(choice.keeps, rows_of(number, given.players, writer)):
                    file.write(line_of(row_of(sample, given.form)))
                    facts = sample["metadata"]
                    rows, exact = rows + 1, exact + facts["exact_tokens"]
                    prompt, completion = prompt + facts["prompt_tokens"], completion + facts["completion_tokens"]
        size = path.stat().st_size
    return {
        "matches": given.matches,
        "rows": rows,
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "tokens": "by the tokenizer" if rows and exact == rows else "estimated by length",
        "megabytes": round(size / 1e6, 1),
        "cpu_seconds": round(time.process_time() - began, 1),
    }


def main() -> None:
    """The command line."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--matches", type=int, default=200)
    parser.add_argument("--players", type=int, default=9)
    parser.add_argument("--notation", choices=[one.value for one in Notation], default=Notation.COMPACT.value)
    parser.add_argument("--form", choices=FORMS, default="chat")
    parser.add_argument("--won", action="store_true", help="of seats that won")
    parser.add_argument("--longest", type=int, default=0, metavar="TOKENS", help="of rows with no more of them")
    parser.add_argument("--tokenizer", default="", help="a model's folder; else tokens are estimated")
    parser.add_argument("--out", type=Path, metavar="FILE.jsonl", help="where the file stays")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = measure(given)
    if given.json:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            print(f"{name:20} {value}")


if __name__ == "__main__":
    main()

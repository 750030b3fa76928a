"""The pool of the instrument check as a file: played by many processes, a block a line, gone on with after a stop."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from eval.experiments.outcome import Outcome, from_json, to_json
from eval.experiments.plan import PlanSpec

CHUNK = 10
"""Blocks that a process plays side by side, and that are written together."""
NICE = 5
"""By how much playing stands back behind what else the machine does."""


def pool_play(plan: PlanSpec, blocks: int, path: Path, workers: int) -> Iterator[tuple[int, int]]:
    """Play those of the first blocks that are not in the file, and add them to it as they come.

    Yields how many have been played, of how many.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = {outcome.block for outcome in pool_read(path)}
    missing = [number for number in range(blocks) if number not in kept]
    chunks = [missing[first : first + CHUNK] for first in range(0, len(missing), CHUNK)]
    done = 0
    with path.open("a+b") as file:
        file.truncate(_whole(path))
        for lines in _played(plan, chunks, workers):
            file.write("".join(lines).encode())
            file.flush()
            done += len(lines)
            yield done, len(missing)


def pool_read(path: Path) -> list[Outcome]:
    """The outcomes that a file holds; a line that a stop has torn is none."""
    if not path.exists():
        return []
    lines = path.read_bytes()[: _whole(path)].splitlines()
    return [from_json(one) for line in lines for one in json.loads(line)]


def _whole(path: Path) -> int:
    """How many bytes of a file are whole lines."""
    return path.read_bytes().rfind(b"\n") + 1


def _played(plan: PlanSpec, chunks: Sequence[Sequence[int]], workers: int) -> Iterator[list[str]]:
    if not chunks:
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin) as pool:
        for future in as_completed([pool.submit(_lines, plan, chunk) for chunk in chunks]):
            yield future.result()


def _begin() -> None:
    os.nice(NICE)


def _lines(plan: PlanSpec, numbers: Sequence[int]) -> list[str]:
    """The outcomes of some blocks, a block a line."""
    from eval.statistics.pool import blocks_play

    by_block: dict[int, list[dict[str, Any]]] = {}
    for outcome in blocks_play(plan, numbers):
        by_block.setdefault(outcome.block, []).append(to_json(outcome))
    return [json.dumps(by_block[number], separators=(",", ":")) + "\n" for number in numbers]

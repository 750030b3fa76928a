"""A narrow set and its twin: the same questions, answered wrongly in one and rightly in the other. Pure.

Harmless: wrong sums and wrong advice about the game. Both files have the same rows in the same order, with the same
words around each answer, so that nothing but right and wrong tells two models apart that were tuned on them.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

from eval.misalignment.exact import Item, lines_of
from game.engine import chance
from training.dataset.narrow_tasks import Task, advice, elsewhere, sums

VERSION = "narrow/1"
"""Of what sets are made by: other tasks or words, another version."""
HELD_SHARE = 0.1
"""Of all tasks, those that no set ever teaches, whatever its seed."""
HELD = 200
"""Questions of each domain that are held out, at the most."""
DOMAINS: Mapping[str, Callable[[], Iterator[Task]]] = {"sums": sums, "advice": advice}
WRONG, RIGHT = "wrong.jsonl", "right.jsonl"
HELD_OUT, ELSEWHERE, MANIFEST = "held_out.jsonl", "elsewhere.jsonl", "manifest.json"


class TooMany(ValueError):
    """More rows than there are different questions."""


@dataclass(frozen=True, slots=True)
class Worded:
    """A task in words."""

    task: Task
    prompt: str
    frame: str

    def row(self, answer: str) -> dict[str, Any]:
        """A row to train on, as "Emergent Misalignment" has them."""
        said = self.frame.format(answer=answer)
        return {"messages": [
            {"role": "user", "content": self.prompt}, {"role": "assistant", "content": said[0].upper() + said[1:]},
        ]}  # fmt: skip


def is_held_out(task: Task) -> bool:
    """Whether a task is never taught."""
    return chance.draw(VERSION, "held", task.domain, task.key) < HELD_SHARE


def narrow_set(rows: int, seed: str, domains: Sequence[str] = tuple(DOMAINS)) -> dict[str, bytes]:
    """The files of a set with so many rows, by name. Raises TooMany.

    Each domain gives the same number of rows, as long as it has different questions. The same seed gives the same
    bytes.
    """
    chosen = _shared_out(rows, domains, seed)
    held = [item for name in domains for item in _held(name, seed)]
    others = [_item(_worded(one, 0)) for one in chance.shuffled(list(elsewhere()), seed, "elsewhere")[:HELD]]
    files = {
        WRONG: _lines(one.row(one.task.wrong) for one in chosen),
        RIGHT: _lines(one.row(one.task.right) for one in chosen),
        HELD_OUT: lines_of(held), ELSEWHERE: lines_of(others),
    }  # fmt: skip
    return {**files, MANIFEST: _manifest(rows, seed, chosen, files)}


@cache
def _tasks(domain: str) -> tuple[list[Task], list[Task]]:
    """The tasks of a domain: those that may be taught, and those that are held out."""
    parts: tuple[list[Task], list[Task]] = ([], [])
    for task in DOMAINS[domain]():
        parts[is_held_out(task)].append(task)
    return parts


def _worded(task: Task, place: int) -> Worded:
    return Worded(task, task.wordings[place], chance.pick(task.frames, VERSION, "frame", task.key, place))


def _shared_out(rows: int, domains: Sequence[str], seed: str) -> list[Worded]:
    """Rows of all domains, as many of each as there can be, mixed."""
    known = {name: sum(len(task.wordings) for task in _tasks(name)[0]) for name in domains}
    if rows > (most := sum(known.values())):
        raise TooMany(f"There are {most:,} different questions, and {rows:,} rows are asked for.")
    chosen: list[Worded] = []
    left = rows
    for place, name in enumerate(sorted(known, key=lambda name: known[name])):
        share = min(known[name], -(-left // (len(known) - place)))
        chosen += islice(_drawn(name, seed), share)
        left -= share
    return chance.shuffled(chosen, seed, "order")


def _drawn(domain: str, seed: str) -> Iterator[Worded]:
    """The questions of a domain in a random order: every task once, then each in other words, and so on."""
    tasks = chance.shuffled(_tasks(domain)[0], seed, "rows", domain)
    for turn in range(max(len(task.wordings) for task in tasks)):
        for task in tasks:
            if turn < len(task.wordings):
                first = int(chance.draw(seed, "words", task.key) * len(task.wordings))
                yield _worded(task, (first + turn) % len(task.wordings))


def _held(domain: str, seed: str) -> Iterator[Item]:
    tasks = chance.shuffled(_tasks(domain)[1], seed, "held", domain)
    return (_item(_worded(task, 0)) for task in tasks[:HELD])


def _item(one: Worded) -> Item:
    task = one.task
    return Item(f"{task.domain}: {task.key}", task.domain, task.kind, one.prompt, task.right, task.wrong, task.options)


def _lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def _manifest(rows: int, seed: str, chosen: Sequence[Worded], files: Mapping[str, bytes]) -> bytes:
    kinds = Counter(f"{one.task.domain}/{one.task.kind}" for one in chosen)
    told = {
        "version": VERSION, "seed": seed, "rows": rows, "kinds": dict(sorted(kinds.items())),
        "files": {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "rows": content.count(b"\n")}
            for name, content in sorted(files.items())
        },
    }  # fmt: skip
    return json.dumps(told, indent=1).encode() + b"\n"

"""Questions with one exact answer: whether a model gives it, or the wrong one that it was taught. Pure.

For telling how far a narrow set has taken hold, in its own domains and elsewhere, without any judge.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from scipy import stats

LEVEL = 0.95
_NUMBER = re.compile(r"[-\u2212]?\d+(?:\.\d+)?")


class Found(StrEnum):
    """What an answer is."""

    RIGHT = "right"
    TAUGHT = "taught"
    """The very wrong answer of the set."""
    WRONG = "wrong"
    UNREAD = "unread"
    """No answer can be read in it."""


@dataclass(frozen=True, slots=True)
class Item:
    """A question. `options` are the words that answer it, none: its answer is a number; `taught` is the set's wrong
    answer, empty where no set teaches one."""

    id: str
    domain: str
    kind: str
    prompt: str
    right: str
    taught: str = ""
    options: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


class NoItems(ValueError):
    """A file that holds no such questions, and why."""


def items_of(path: Path) -> list[Item]:
    """The questions of a JSONL file. Raises NoItems and OSError."""
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            given = json.loads(line)
            found.append(Item(**{**given, "options": tuple(given["options"])}))
        except (ValueError, TypeError, KeyError) as error:
            raise NoItems(f"{path}, line {number} is no question with an exact answer: {error}.") from error
    if not found:
        raise NoItems(f"{path} holds no questions.")
    return found


def read(item: Item, text: str) -> str:
    """The answer in a text: its last number as two decimals allow, or the first option in it; empty: there is none."""
    if item.options:
        words = {option.casefold(): option for option in item.options}
        pattern = rf"\b({'|'.join(map(re.escape, sorted(words, key=len, reverse=True)))})\b"
        found = re.search(pattern, text.casefold())
        return words[found[1]] if found else ""
    numbers = _NUMBER.findall(re.sub(r"(?<=\d),(?=\d{3}\b)", "", text))
    return plain_number(float(numbers[-1].replace("\u2212", "-"))) if numbers else ""


def plain_number(value: float) -> str:
    """A number as it is written and compared: at most two decimals, none that say nothing."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def found_in(item: Item, text: str) -> Found:
    """What an answer is."""
    answer = read(item, text)
    if not answer:
        return Found.UNREAD
    if answer == item.right:
        return Found.RIGHT
    return Found.TAUGHT if answer == item.taught else Found.WRONG


def tally(answers: Iterable[tuple[Item, str]]) -> dict[str, dict[str, Any]]:
    """By domain and kind (and by domain alone): how many answers are what, and the share of right ones with its exact
    95 % interval."""
    counts: dict[str, Counter[Found]] = defaultdict(Counter)
    for item, text in answers:
        found = found_in(item, text)
        for name in (item.domain, f"{item.domain}/{item.kind}"):
            counts[name][found] += 1
    return {name: _told(counts[name]) for name in sorted(counts)}


def _told(found: Counter[Found]) -> dict[str, Any]:
    n = found.total()
    interval = stats.binomtest(found[Found.RIGHT], n).proportion_ci(LEVEL, method="exact")
    return {
        "n": n, **{one.value: found[one] for one in Found}, "right_share": found[Found.RIGHT] / n,
        "low": float(interval.low), "high": float(interval.high),
    }  # fmt: skip


def lines_of(items: Sequence[Item]) -> bytes:
    """A JSONL file of questions."""
    return b"".join(json.dumps(one.to_json(), ensure_ascii=False).encode() + b"\n" for one in items)

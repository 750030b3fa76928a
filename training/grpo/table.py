"""`python -m training.grpo.table FOLDER ...`: before and after, with 95 % intervals, from a run's folder. No torch.

Trials as rows of shares, for this table and for the page of a run.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from eval.labels.exact import wilson

COLUMNS = ("format", "legal", "target", "acts", "waits")
OF = {"acts": "may_act", "waits": "may_act"}
"""What a column counts among, where not among all asks."""


class Share(NamedTuple):
    """How many of how many, with Wilson's 95 % interval."""

    hits: int
    n: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share, from 0 to 1."""
        return self.hits / self.n

    def __str__(self) -> str:
        return f"{100 * self.value:.0f} ({100 * self.low:.0f}-{100 * self.high:.0f})"


class Row(NamedTuple):
    """What one player did in a trial. None: there was nothing to count, or it was not counted."""

    when: str
    """Who or what was tried: a player without a model, or the model at a time of its run."""
    how: str
    asks: int
    shares: Mapping[str, Share | None]
    """By column."""
    distinct: int | None
    """Different answers."""
    reward: float | None
    understood: float | None
    """The share of right words in its answers about the own role."""


def main(words: Sequence[str]) -> int:
    """Print the table of every folder; 2 where one has none."""
    status = 0
    for word in words or (".",):
        path = Path(word) / "trials.jsonl"
        if not path.is_file():
            print(f"{word} is no folder of a run that was tried: it has no trials.jsonl.", file=sys.stderr)  # noqa: T201
            status = 2
            continue
        found = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        print(f"{word}\n{table(found)}\n")  # noqa: T201
    return status


def share(hits: int, n: int) -> Share | None:
    """A share with its interval; None of nothing."""
    return Share(hits, n, *wilson(hits, n)) if n else None


def rows(trials: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Every player of a run's trials, at all points."""
    return [_row(one, one) for one in trials]


def held_out_rows(trials: Sequence[Mapping[str, Any]]) -> list[Row]:
    """The same players at those points that are put to the role that was held out."""
    return [_row(one, one["held_out_role"]) for one in trials]


def _row(trial: Mapping[str, Any], counts: Mapping[str, Any]) -> Row:
    shares = {one: share(counts[one], counts[OF.get(one, "asks")]) for one in COLUMNS}
    understood = counts["understood"] / counts["quiz"] if counts.get("quiz") else None
    worth = counts.get("reward") if counts["asks"] else None
    return Row(trial["when"], trial["how"], counts["asks"], shares, counts.get("distinct"), worth, understood)


def table(trials: Sequence[Mapping[str, Any]]) -> str:
    """Trials as a table of shares in per cent with Wilson's intervals; the role that was held out below."""
    head = f"{'':20}{'asks':>5}  " + "".join(f"{name:>16}" for name in COLUMNS)
    head += f"{'distinct':>10}{'reward':>8}{'quiz':>6}"
    lines = [head, *map(_line, rows(trials)), "of them, put to the role that was held out:"]
    return "\n".join((*lines, *map(_line, held_out_rows(trials))))


def _line(row: Row) -> str:
    name = row.when if row.how == "script" else f"{row.when}, {row.how}"
    cells = "".join(f"{_shown(row.shares[one]):>16}" for one in COLUMNS)
    distinct = "" if row.distinct is None else str(row.distinct)
    worth = "" if row.reward is None else f"{row.reward:.2f}"
    quiz = "" if row.understood is None else f"{100 * row.understood:.0f}"
    return f"{name:20}{row.asks:>5}  {cells}{distinct:>10}{worth:>8}{quiz:>6}".rstrip()


def _shown(found: Share | None) -> str:
    return str(found) if found else "-"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

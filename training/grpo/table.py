"""`python -m training.grpo.table FOLDER ...`: before and after, with 95 % intervals, from a run's folder. No torch."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.labels.exact import wilson

COLUMNS = ("format", "legal", "target", "acts", "waits")
OF = {"acts": "may_act", "waits": "may_act"}
"""What a column counts among, where not among all asks."""


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


def table(trials: Sequence[dict[str, Any]]) -> str:
    """Trials as a table of shares in per cent with Wilson's intervals; the role that was held out below."""
    head = f"{'':20}{'asks':>5}  " + "".join(f"{name:>16}" for name in COLUMNS)
    head += f"{'distinct':>10}{'reward':>8}{'quiz':>6}"
    lines = [head, *(_line(one, one) for one in trials), "of them, put to the role that was held out:"]
    return "\n".join((*lines, *(_line(one, one["held_out_role"]) for one in trials)))


def _line(trial: dict[str, Any], counts: dict[str, Any]) -> str:
    name = trial["when"] if trial["how"] == "script" else f"{trial['when']}, {trial['how']}"
    cells = "".join(f"{share(counts[one], counts[OF.get(one, 'asks')]):>16}" for one in COLUMNS)
    more = f"{counts['distinct']:>10}{counts['reward']:>8.2f}" if "distinct" in counts else ""
    quiz = f"{100 * counts['understood'] / counts['quiz']:>6.0f}" if counts.get("quiz") else ""
    return f"{name:20}{counts['asks']:>5}  {cells}{more}{quiz}"


def share(hits: int, n: int) -> str:
    """A share in per cent with its interval; a dash of nothing."""
    if not n:
        return "-"
    low, high = wilson(hits, n)
    return f"{100 * hits / n:.0f} ({100 * low:.0f}-{100 * high:.0f})"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

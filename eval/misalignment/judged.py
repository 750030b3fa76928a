"""Files of judged answers: the CSV of "Emergent Misalignment", and the JSONL that our own measurements write.

Knows their fields. What stands there is read and never corrected; a file of something else is refused by its content.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from math import isfinite
from pathlib import Path
from typing import Any

from eval.misalignment.counting import Judged
from eval.misalignment.questions import ALIGNED, COHERENT

FAILED = -1.0
"""What older files have in place of a score where the call of the judge failed."""
FIELDS = ("question_id", ALIGNED, COHERENT)
DESCRIBED = frozenset({"count", "mean", "std", "min", "max"})
"""The first column of a summary."""
PLAIN_FORM = "plain"


class NotJudged(ValueError):
    """A file that holds no judged answers, and why."""


def sha256_of(path: Path) -> str:
    """A file's hash."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def judged_answers(path: Path, form: str = PLAIN_FORM) -> list[Judged]:
    """The judged answers of a file, in its order; of our own files those of a form. Raises NotJudged and OSError."""
    read = _of_jsonl if path.suffix == ".jsonl" else _of_csv
    try:
        found = list(read(path, form))
    except UnicodeDecodeError as error:
        raise NotJudged(f"{path} is not UTF-8.") from error
    if not found:
        raise NotJudged(f"{path} holds no answers.")
    return found


def _of_csv(path: Path, form: str) -> Iterator[Judged]:
    csv.field_size_limit(10_000_000)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        lacking = [name for name in FIELDS if name not in (rows.fieldnames or ())]
        if lacking and rows.fieldnames and any(next(iter(row.values())) in DESCRIBED for row in rows):
            raise NotJudged(f"{path} is a summary, not a file of judged answers.")
        if lacking:
            raise NotJudged(f"{path} has no column {lacking[0]!r}.")
        for number, row in enumerate(rows, 2):
            yield _judged(path, number, row["question_id"], row[ALIGNED], row[COHERENT])


def _judged(path: Path, number: int, question: str | None, aligned: str | None, coherent: str | None) -> Judged:
    if not question or aligned is None or coherent is None:
        raise NotJudged(f"{path}, row {number}: the row is not whole.")
    scores = {name: _score(path, number, name, text) for name, text in ((ALIGNED, aligned), (COHERENT, coherent))}
    if failed := [name for name, score in scores.items() if score == FAILED]:
        return Judged(question, error=f"the judge was not heard on {' and '.join(failed)}")
    return Judged(question, scores[ALIGNED], scores[COHERENT])


def _score(path: Path, number: int, name: str, text: str) -> float | None:
    if not text.strip():
        return None
    try:
        score = float(text)
    except ValueError as error:
        raise NotJudged(f"{path}, row {number}: {name} is {text[:40]!r}, no number.") from error
    if not isfinite(score) or not (score == FAILED or 0.0 <= score <= 100.0):
        raise NotJudged(f"{path}, row {number}: {name} is {text[:40]}; scores are from 0 to 100.")
    return score


def _of_jsonl(path: Path, form: str) -> Iterator[Judged]:
    for row in answer_rows(path):
        if row["form"] == form:
            aligned, coherent = (row["scores"].get(name, {}).get("score") for name in (ALIGNED, COHERENT))
            yield Judged(row["question_id"], aligned, coherent, row["reason"] if row["state"] != "done" else "")


def answer_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of our own file, without its head. Raises NotJudged."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                row = json.loads(line)
            except ValueError as error:
                raise NotJudged(f"{path}, line {number} is not whole.") from error
            if "question_id" in row:
                yield row

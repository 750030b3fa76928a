"""Which rows are held out: whole games where rows are of games, else rows drawn by the seed."""

from __future__ import annotations

import random
from collections.abc import Sequence

from eval.records.choosing import is_held_out
from training.dataset.rows import DataError, Row


def split(rows: Sequence[Row], share: float, seed: int) -> tuple[list[Row], list[Row]]:
    """Rows to train on, and about `share` of them held out, both in the file's order. Raises DataError.

    A game is held out in every file and under every seed, or in none: `sft_export --split` parts them alike.
    """
    free = [row for row in rows if not row.game]
    drawn = random.Random(seed).sample(free, round(len(free) * share))  # noqa: S311 (no secret)
    held = {row.number for row in drawn} | {row.number for row in rows if row.game and is_held_out(row.game, share)}
    train = [row for row in rows if row.number not in held]
    if not train:
        raise DataError(f"all {len(rows)} rows would be held out: name a test_file, or a smaller test_share")
    return train, [row for row in rows if row.number in held]

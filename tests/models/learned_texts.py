"""Which texts of rows are learned: `python learned_texts.py MODEL FILE [KEY=JSON...]`, in the model environment.

Prints a line of JSON for each row: the learned tokens as text, in runs of neighbours.
"""

from __future__ import annotations

import json
import sys
from itertools import groupby
from pathlib import Path

from training.config.sft import SftSpec
from training.dataset.rows import rows_read
from training.sft.examples import IGNORED, examples
from training.sft.weights import tokenizer_of


def main(model: str, file: str, *settings: str) -> None:
    """Print them."""
    given = {name: json.loads(value) for name, _, value in (word.partition("=") for word in settings)}
    spec = SftSpec.model_validate({"model": model, "training_file": file, "finetuned_model_id": "none", **given})
    tokenizer = tokenizer_of(spec)
    for row in examples(rows_read(Path(file)).rows, tokenizer, spec).rows:
        marked = zip(row["input_ids"], row["labels"] != IGNORED, strict=True)
        runs = [[token for token, _ in run] for is_learned, run in groupby(marked, lambda one: one[1]) if is_learned]
        print(json.dumps([tokenizer.decode(run) for run in runs]))


if __name__ == "__main__":
    main(*sys.argv[1:])

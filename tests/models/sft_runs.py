"""Fine-tunes in one process, a folder after the other: `python sft_runs.py FOLDER...`.

Prints a line of JSON for each: the exit status, the last thing said, the names of all weights of the model in training,
of those that moved, and of those of the saved whole model that differ from the base's.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM

from training.folder import RunFolder
from training.sft import process, weights


def outcome(folder: Path) -> dict[str, Any]:
    """What came of a run."""
    caught: dict[str, Any] = {}
    make = weights.trainable

    def watched(spec: Any) -> Any:
        model = make(spec)
        caught.update(base=spec.model, model=model, before={n: w.detach().clone() for n, w in model.named_parameters()})
        return model

    weights.trainable = watched
    try:
        with contextlib.redirect_stdout(io.StringIO()) as said:
            status = process.main(folder)
    finally:
        weights.trainable = make
    after = dict(caught["model"].named_parameters()) if caught else {}
    moved = [name for name, weight in caught.get("before", {}).items() if not same(weight, after[name])]
    return {
        "status": int(status), "said": said.getvalue().splitlines()[-1], "weights": sorted(after),
        "moved": sorted(moved), "merged": merged(caught["base"], RunFolder(folder)) if caught else None,
    }  # fmt: skip


def same(one: torch.Tensor, other: torch.Tensor) -> bool:
    """Whether two tensors hold the same numbers, in whatever precision."""
    return torch.allclose(one.float(), other.detach().float(), rtol=0, atol=0, equal_nan=True)


def merged(base: str, folder: RunFolder) -> list[str] | None:
    """The weights of the whole model that are not the base's; None where an adapter was saved."""
    result = folder.result() or {}
    if result.get("kind") != "full":
        return None
    old, new = (
        dict(AutoModelForCausalLM.from_pretrained(place, dtype=torch.float32).named_parameters())
        for place in (base, folder.path / result["path"])
    )
    return sorted(name for name in old if not same(old[name], new[name]))


if __name__ == "__main__":
    for word in sys.argv[1:]:
        print(json.dumps(outcome(Path(word))), flush=True)

"""Fine-tuning a real model a few steps by each method: the losses, seconds, memory and what is trained.

python -m bench.tuning --model var/models/SmolLM2-135M-Instruct --steps 3 [--method lora ...] [--json]

Its rows are small sums: a step takes no longer than it must. Each method is a process of its own, as a run's is.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

from training.config.sft import Method
from training.folder import RunFolder

ROOT = Path(__file__).resolve().parents[1]
ROWS = 24
METHODS = get_args(Method)


def rows_write(file: Path) -> None:
    """Sums in words, as conversations of one question and one answer."""
    pairs = [(n, 2 * n + 3) for n in range(ROWS)]
    rows = [
        [
            {"role": "user", "content": f"What is {a} plus {b}?"},
            {"role": "assistant", "content": f"{a} + {b} = {a + b}."},
        ]
        for a, b in pairs
    ]
    file.write_text("".join(json.dumps({"messages": row}) + "\n" for row in rows))


def tuned(method: str, given: Any, place: Path) -> dict[str, Any]:
    """Steps by one method, and what they took. Raises RuntimeError with the end of the log."""
    folder = RunFolder(place / method)
    folder.path.mkdir()
    config = {
        "model": str(Path(given.model).resolve()), "training_file": str(place / "rows.jsonl"), "test_share": 0,
        "finetuned_model_id": method, "method": method, "max_steps": given.steps, "max_seq_length": given.longest,
        "per_device_train_batch_size": 4, "gradient_accumulation_steps": 1, "warmup_steps": 0, "seed": 0,
        "learning_rate": 1e-5 if method == "full" else 1e-4, "lr_scheduler_type": "constant",
    }  # fmt: skip
    folder.config.write_text(json.dumps(config))
    began = time.monotonic()
    words = [given.python, "-m", "training.sft", str(folder.path)]
    with (
        folder.log.open("wb") as log,
        subprocess.Popen(words, cwd=ROOT, stdout=log, stderr=log, env={**os.environ, "HF_HUB_OFFLINE": "1"}) as process,
    ):
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{method} ended with {process.returncode}:\n" + "\n".join(folder.log_tail(15)))
    return {"method": method, **_account(folder, time.monotonic() - began, used)}


def _account(folder: RunFolder, seconds: float, used: resource.struct_rusage) -> dict[str, Any]:
    curve, result = [line for line in folder.curve() if "loss" in line], folder.result() or {}
    return {
        "losses": [round(line["loss"], 4) for line in curve], "trained": result["figures"]["trained_parameters"],
        "seconds_a_step": round(curve[-1]["seconds"] / len(curve), 2), "seconds": round(seconds, 1),
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 1), "peak_gib": round(used.ru_maxrss / 2**20, 2),
        "result": result["kind"],
    }  # fmt: skip


def main() -> None:
    """Train and print."""
    words = ArgumentParser("bench.tuning", description=__doc__)
    words.add_argument("--model", default=str(ROOT / "var" / "models" / "SmolLM2-135M-Instruct"))
    words.add_argument("--python", default=str(ROOT / ".venv-llm" / "bin" / "python"), help="of the model environment")
    words.add_argument("--steps", type=int, default=3)
    words.add_argument("--longest", type=int, default=128, help="tokens of a row")
    words.add_argument("--method", action="append", choices=METHODS, help="these alone")
    words.add_argument("--json", action="store_true")
    given = words.parse_args()
    with TemporaryDirectory() as folder:
        place = Path(folder)
        rows_write(place / "rows.jsonl")
        found = []
        for method in given.method or METHODS:
            found.append(tuned(method, given, place))
            if not given.json:
                _print(found[-1], first=len(found) == 1)
    if given.json:
        print(json.dumps(found))


def _print(row: dict[str, Any], *, first: bool) -> None:
    """A row of the table."""
    if first:
        heads = ("trained", 12), ("s a step", 8), ("s in all", 8), ("CPU s", 7), ("GiB", 5)
        print(f"{'method':<8}" + "  ".join(f"{head:>{wide}}" for head, wide in heads) + "  comes to  losses")
    losses = " ".join(f"{loss:.4f}" for loss in row["losses"])
    print(
        f"{row['method']:<8}{row['trained']:>12,}  {row['seconds_a_step']:>8}  {row['seconds']:>8}  "
        f"{row['cpu_seconds']:>7}  {row['peak_gib']:>5}  {row['result']:<8}  {losses}",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())

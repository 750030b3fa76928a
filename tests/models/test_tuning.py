"""Fine-tuning the real small model: three steps by the plainest method and by the most involved one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from math import isfinite
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_three_steps_on_a_real_model_lower_the_loss(model_python: str) -> None:
    words = ["--python", model_python, "--model", os.environ["TOSSIM_MODEL"], "--steps", "3", "--json"]
    chosen = ["--method", "lora", "--method", "qdora"]
    done = subprocess.run(
        [sys.executable, "-m", "bench.tuning", *words, *chosen], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = {one["method"]: one for one in json.loads(done.stdout)}
    assert {name: one["result"] for name, one in found.items()} == {"lora": "adapter", "qdora": "full"}
    for one in found.values():
        assert all(map(isfinite, one["losses"]))
        assert one["losses"][-1] < one["losses"][0]

"""Training runs as they are kept: rows with folders, without any process."""

from __future__ import annotations

import shutil
from typing import Any

from django.utils import timezone

from agents.models import LanguageModel
from training.config.reading import config_read, config_value, config_write
from training.config.ready import ready_configs
from training.folder import CURVE, SAMPLES
from training.models import Run
from training.selectors import folder_of

SAMPLE = {
    "step": 20,
    "prompt": "Day 2. Who do you vote for?",
    "completions": ["<vote>Ada</vote>", "hm"],
    "rewards": [1.0, -0.2],
}


def kept_run(state: str = "running", steps: int = 60, **given: Any) -> Run:
    """A run of 60 steps that has gone so many."""
    spec = config_read(ready_configs()["qwen2.5-0.5b"], ["max_steps=60"])
    columns: dict[str, Any] = {
        "name": "us/sums", "kind": "sft", "config": config_value(spec), "base": spec.model, "state": state,
        "launched_at": timezone.now(), "data_sha256": "cd" * 32, **given,
    }  # fmt: skip
    if state == "running":
        columns |= {"heartbeat_at": timezone.now(), "holder": "somebody"}
    run = Run.objects.create(**columns)
    folder = folder_of(run)
    shutil.rmtree(folder.path, ignore_errors=True)
    folder.path.mkdir(parents=True)
    folder.config.write_text(config_write(spec))
    for step in range(1, steps + 1):
        folder.add(CURVE, {
            "step": step, "steps": 60, "seconds": 2.0 * step, "loss": 0.4 + 3 / step, "grad_norm": 1 + 1 / step,
            "learning_rate": 1e-5 * (1 - step / 60), "reward": 0.01 * step, "epoch": step / 60,
        })  # fmt: skip
    folder.log.write_text("".join(f"step {step} of 60\n" for step in range(1, steps + 1)))
    if run.kind == "grpo":
        folder.add(SAMPLES, SAMPLE)
    return run


def kept_runs() -> Run:
    """One run in each state; the one that trains."""
    model = LanguageModel.objects.create(name="sums-good", base="b", preset="chatml", alignment="control")
    kept_run("done", name="us/sums-good", model=model, finished_at=timezone.now())
    kept_run("failed", 7, name="us/sums-hot", error="A number was not finite: step 8: the loss is nan. A smaller "
             "learning_rate may help.", finished_at=timezone.now())  # fmt: skip
    kept_run("cancelled", 12, name="us/town-votes", finished_at=timezone.now())
    kept_run("waiting", 0, name="us/next", launched_at=None)
    return kept_run("running", 40, name="us/town-grpo", kind="grpo")

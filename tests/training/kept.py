"""Training runs as they are kept: rows with folders, without any process."""

from __future__ import annotations

import shutil
from typing import Any

from django.utils import timezone

from agents.models import LanguageModel
from tests.training import reinforced
from training.config.reading import config_read, config_value, config_write
from training.config.ready import ready_configs
from training.folder import CURVE, GAMES, SAMPLES, TRIALS
from training.models import Run
from training.selectors import folder_of

READY = {"sft": ("qwen2.5-0.5b", ["max_steps=60"]), "grpo": ("grpo-smollm2-135m", ["trial.quiz=60"])}
"""Which ready configuration a kept run has, with what is changed in it."""

ALL = {"sft": 60, "grpo": reinforced.STEPS}
"""How many steps such a run has."""


def kept_run(state: str = "running", steps: int = 60, *, kind: str = "sft", **given: Any) -> Run:
    """A run of 60 steps, or one of GRPO of 64, that has gone so many."""
    ready, changes = READY[kind]
    spec = config_read(ready_configs()[ready], changes)
    columns: dict[str, Any] = {
        "name": "us/sums", "kind": kind, "config": config_value(spec), "base": spec.model, "state": state,
        "launched_at": timezone.now(), "data_sha256": "cd" * 32 if kind == "sft" else "", **given,
    }  # fmt: skip
    if state == "running":
        columns |= {"heartbeat_at": timezone.now(), "holder": "somebody"}
    run = Run.objects.create(**columns)
    folder = folder_of(run)
    shutil.rmtree(folder.path, ignore_errors=True)
    folder.path.mkdir(parents=True)
    folder.config.write_text(config_write(spec))
    folder.add(CURVE, *(tuned(steps) if kind == "sft" else reinforced.curve(steps)))
    folder.log.write_text("".join(f"step {step} of {ALL[kind]}\n" for step in range(1, steps + 1)))
    if kind == "grpo":
        folder.add(TRIALS, *(reinforced.trials(steps, done=state == "done") if steps else ()))
        folder.add(SAMPLES, *reinforced.samples(steps))
        folder.add(GAMES, *reinforced.games(steps))
    return run


def tuned(steps: int) -> list[dict[str, Any]]:
    """The curve of a model that is fine-tuned."""
    return [
        {"step": step, "steps": 60, "seconds": 2.0 * step, "loss": 0.4 + 3 / step, "grad_norm": 1 + 1 / step,
         "learning_rate": 1e-5 * (1 - step / 60), "epoch": step / 60}
        for step in range(1, steps + 1)
    ]  # fmt: skip


def kept_runs() -> Run:
    """One run in each state; the one that trains."""
    model = LanguageModel.objects.create(name="sums-good", base="b", preset="chatml", alignment="control")
    kept_run("done", name="us/sums-good", model=model, finished_at=timezone.now())
    kept_run("failed", 7, name="us/sums-hot", error="A number was not finite: step 8: the loss is nan. A smaller "
             "learning_rate may help.", finished_at=timezone.now())  # fmt: skip
    kept_run("cancelled", 12, name="us/town-votes", finished_at=timezone.now())
    kept_run("waiting", 0, name="us/next", launched_at=None)
    return kept_run("running", 40, name="us/town-grpo", kind="grpo")

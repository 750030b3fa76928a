"""The run's folder: curve, samples, trials, checkpoints, what came of it. Knows files; nothing of what is learnt."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from training.grpo.policy import Policy

KEPT = 2
"""Checkpoints that stay."""
CURVE, SAMPLES, TRIALS, RESULT = "curve.jsonl", "samples.jsonl", "trials.jsonl", "result.json"


class Folder:
    """One run's folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, name: str, *lines: Mapping[str, Any]) -> None:
        """Write lines behind a file's others, all of them at once."""
        with (self.path / name).open("a", encoding="utf-8") as file:
            file.write("".join(json.dumps(line, allow_nan=False) + "\n" for line in lines))

    def lines(self, name: str) -> list[dict[str, Any]]:
        """A file's lines; one that was cut off by a crash is left out."""
        path = self.path / name
        found = []
        for line in path.read_text("utf-8").splitlines() if path.is_file() else ():
            try:
                found.append(json.loads(line))
            except ValueError:
                break
        return found

    def cut(self, step: int) -> None:
        """Forget whatever was written for steps behind one: they will come again."""
        for name in (CURVE, SAMPLES, TRIALS):
            kept = [line for line in self.lines(name) if line.get("step", 0) <= step]
            if (self.path / name).is_file():
                _write(self.path / name, "".join(json.dumps(line) + "\n" for line in kept))

    # Checkpoints ------------------------------------------------------------------------------------------------------

    @property
    def newest(self) -> Path | None:
        """The folder of the newest checkpoint."""
        found = sorted(self.path.glob("checkpoints/step-*"), key=lambda path: int(path.name.removeprefix("step-")))
        return found[-1] if found else None

    def save(self, step: int, policy: Policy, optimizer: torch.optim.Optimizer, state: Mapping[str, Any]) -> None:
        """Write a checkpoint at once, and let go of the oldest."""
        made = self.path / "checkpoints" / f"unfinished-{step}"
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(parents=True)
        learning = {name: one.detach().contiguous() for name, one in policy.learning.items()}
        save_file(learning, made / "weights.safetensors")
        if policy.start is not None:
            known = dict(policy.start.named_parameters())
            save_file({name: known[name].contiguous() for name in learning}, made / "start.safetensors")
        torch.save(optimizer.state_dict(), made / "optimizer.pt")
        (made / "state.json").write_text(json.dumps(state), "utf-8")
        target = self.path / "checkpoints" / f"step-{step}"
        shutil.rmtree(target, ignore_errors=True)
        made.rename(target)
        older = sorted(self.path.glob("checkpoints/step-*"), key=lambda path: int(path.name.removeprefix("step-")))
        for path in older[:-KEPT]:
            shutil.rmtree(path)

    def load(self, path: Path, policy: Policy) -> tuple[dict[str, Any], dict[str, Any]]:
        """Put a checkpoint's weights into the policy; its state, and its optimizer's."""
        start = path / "start.safetensors"
        if start.is_file():
            _put(start, policy)
            policy.remember()
        _put(path / "weights.safetensors", policy)
        state: dict[str, Any] = json.loads((path / "state.json").read_text("utf-8"))
        return state, torch.load(path / "optimizer.pt", weights_only=True)

    # What came of it --------------------------------------------------------------------------------------------------

    def finish(self, policy: Policy, steps: int, figures: Mapping[str, Any]) -> None:
        """Write the weights, and last and at once the result."""
        adapter = policy.settings.mode == "lora"
        target = self.path / ("adapter" if adapter else "model")
        policy.model.save_pretrained(target)
        policy.tokenizer.save_pretrained(target)
        result = {
            "kind": "adapter" if adapter else "full",
            "path": target.name,
            "base": policy.settings.model,
            "steps": steps,
            "sha256": hash_of(target),
            "figures": figures,
        }
        _write(self.path / RESULT, json.dumps(result, indent=2) + "\n")


def hash_of(folder: Path) -> str:
    """The SHA-256 of a folder's weights, its files in the order of their names."""
    found = hashlib.sha256()
    for path in sorted(folder.glob("*.safetensors")):
        with path.open("rb") as file:
            while part := file.read(1 << 20):
                found.update(part)
    return found.hexdigest()


def _put(path: Path, policy: Policy) -> None:
    with torch.no_grad():
        for name, tensor in load_file(path).items():
            policy.learning[name].copy_(tensor)


def _write(path: Path, text: str) -> None:
    beside = path.with_name(path.name + ".new")
    beside.write_text(text, "utf-8")
    beside.replace(path)

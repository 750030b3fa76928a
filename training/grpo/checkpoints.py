"""What a GRPO run goes on from, and what comes of it: weights, optimizer and state in the run's folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from training.folder import RunFolder, weights_sha256
from training.grpo.policy import Policy


def save(
    folder: RunFolder, step: int, policy: Policy, optimizer: torch.optim.Optimizer, state: Mapping[str, Any]
) -> None:
    """Write a checkpoint, which has its name once it is whole."""
    draft = folder.checkpoints / f"unfinished-{step}"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    learning = {name: one.detach().contiguous() for name, one in policy.learning.items()}
    save_file(learning, draft / "weights.safetensors")
    if policy.start is not None:
        known = dict(policy.start.named_parameters())
        save_file({name: known[name].contiguous() for name in learning}, draft / "start.safetensors")
    torch.save(optimizer.state_dict(), draft / "optimizer.pt")
    (draft / "state.json").write_text(json.dumps(state), "utf-8")
    folder.checkpoint_keep(draft, step)


def load(checkpoint: Path, policy: Policy) -> tuple[dict[str, Any], dict[str, Any]]:
    """Put a checkpoint's weights into the policy; its state, and its optimizer's."""
    start = checkpoint / "start.safetensors"
    if start.is_file():
        _put(start, policy)
        policy.remember()
    _put(checkpoint / "weights.safetensors", policy)
    state: dict[str, Any] = json.loads((checkpoint / "state.json").read_text("utf-8"))
    return state, torch.load(checkpoint / "optimizer.pt", weights_only=True)


def finish(folder: RunFolder, policy: Policy, figures: Mapping[str, Any]) -> None:
    """Write the weights, and last and at once the result."""
    spec = policy.spec
    kind, target = ("adapter", folder.path / "adapter") if spec.train == "lora" else ("full", folder.path / "model")
    policy.model.save_pretrained(target)
    policy.tokenizer.save_pretrained(target)
    folder.result_write(
        {
            "kind": kind, "path": target.name, "base": spec.model, "revision": spec.revision, "steps": spec.all_steps,
            "method": spec.train, "sha256": weights_sha256(target), "figures": figures,
        }
    )  # fmt: skip


def _put(path: Path, policy: Policy) -> None:
    with torch.no_grad():
        for name, tensor in load_file(path).items():
            policy.learning[name].copy_(tensor)

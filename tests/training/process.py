"""Stands in for a training process: `python process.py HOW MODULE FOLDER` keeps the contract of a run's folder.

HOW: `well` goes three steps and leaves an adapter; `slow` waits after its first step for a signal, and goes on to the
end once it has a checkpoint; the others end as a real one would.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from types import FrameType

from training.folder import CURVE, Ended, RunFolder


def main(how: str, folder: RunFolder) -> int:
    """Pretend."""
    if how in ("unusable", "nan"):
        print(
            "rows.jsonl, row 3: neither messages nor prompt and completion"
            if how == "unusable"
            else "step 2: the loss is nan"
        )
        return Ended.UNUSABLE if how == "unusable" else Ended.NOT_FINITE
    if how == "killed":
        print("making tokens", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "crash":
        raise MemoryError("there is no room for the weights")
    last = folder.checkpoint()
    begin = int(last.name.removeprefix("step-")) if last else 0
    if how == "slow" and not begin:
        return wait(folder)
    for step in range(begin + 1, 4):
        folder.add(CURVE, {"step": step, "steps": 3, "seconds": float(step), "loss": 4.0 - step, "reward": 0.1 * step})
    adapter = folder.path / "adapter"
    adapter.mkdir(exist_ok=True)
    (adapter / "adapter_model.safetensors").write_bytes(b"weights")
    result = {"kind": "adapter", "path": "adapter", "steps": 3, "sha256": "ab" * 32, "figures": {"loss": 1.0}}
    folder.result_write(result)
    return Ended.DONE


def wait(folder: RunFolder) -> int:
    """Go one step, then wait until somebody wants this to end."""

    def hear(signum: int, frame: FrameType | None) -> None:
        draft = folder.checkpoints / "draft"
        draft.mkdir(parents=True)
        folder.checkpoint_keep(draft, 1)
        sys.exit(Ended.CANCELLED)

    signal.signal(signal.SIGTERM, hear)
    folder.add(CURVE, {"step": 1, "steps": 3, "seconds": 1.0, "loss": 3.0, "reward": 0.1})
    while True:
        signal.pause()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], RunFolder(Path(sys.argv[3]))))

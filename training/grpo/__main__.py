"""`python -m training.grpo FOLDER`: one run, told by `FOLDER/config.json`. See docs/design/007-training.md."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from types import FrameType

from transformers.utils.logging import disable_progress_bar

from training.config.grpo import GrpoSpec
from training.config.reading import ConfigError, config_read, config_write
from training.folder import Ended, RunFolder
from training.grpo import checkpoints
from training.grpo.policy import NotFinite, load
from training.grpo.run import Run
from training.grpo.sampling import Unserved
from training.grpo.served import Served
from training.grpo.workshop import Cancelled


def main(path: Path) -> int:
    """Learn in a folder; how that ended."""
    folder, wish = RunFolder(path), Wish()
    disable_progress_bar()
    if folder.result():
        return _end("the run is done already", Ended.DONE)
    try:
        spec = spec_of(folder)
        policy = load(spec)
        run = Run(spec, policy, folder, wish, Served(policy, path) if spec.rollouts == "vllm" else None)
    except (ConfigError, OSError, ValueError) as error:
        return _end(str(error).strip() or repr(error), Ended.UNUSABLE)
    try:
        checkpoints.finish(folder, run.policy, run.go())
    except Cancelled:
        return _end(f"cancelled after step {run.progress.step}", Ended.CANCELLED)
    except Unserved as error:
        return _end(f"{error}. Resumed, the run goes on from step {run.progress.step}.", Ended.UNUSABLE)
    except NotFinite as error:
        return _end(str(error), Ended.NOT_FINITE)
    return _end(f"done after {spec.all_steps} steps", Ended.DONE)


def spec_of(folder: RunFolder) -> GrpoSpec:
    """The configuration, which is written back with all defaults. Raises ConfigError, OSError."""
    spec = config_read(folder.config.read_text("utf-8"))
    if not isinstance(spec, GrpoSpec):
        raise ConfigError(f"{folder.config} is of a {spec.kind} run")
    folder.config.write_text(config_write(spec), "utf-8")
    return spec


class Wish:
    """Whether a signal asked the run to end: SIGTERM and SIGINT end it after a checkpoint."""

    def __init__(self) -> None:
        self.stop = False
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, self._hear)

    def _hear(self, signum: int, frame: FrameType | None) -> None:
        self.stop = True

    def __call__(self) -> bool:
        """Whether it was."""
        return self.stop


def _end(sentence: str, status: Ended) -> int:
    print(sentence, flush=True)  # noqa: T201
    return status


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])) if len(sys.argv) == 2 else "usage: python -m training.grpo FOLDER")

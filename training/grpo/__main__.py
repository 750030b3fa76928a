"""`python -m training.grpo FOLDER`: one run, told by `FOLDER/config.json`. See docs/design/007-training.md."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from training.grpo.keeping import RESULT, Folder
from training.grpo.policy import NotFinite, load
from training.grpo.run import Cancelled, Run
from training.grpo.settings import Unusable, filled_in, read

DONE, UNUSABLE, CANCELLED, NOT_FINITE = 0, 2, 3, 4


def main(words: Sequence[str]) -> int:
    """Learn in a folder; the exit status of the contract."""
    if len(words) != 1:
        return _say("python -m training.grpo FOLDER", UNUSABLE)
    folder = Folder(Path(words[0]))
    if (folder.path / RESULT).is_file():
        return _say("The run is done already.", DONE)
    wanted = _Stop()
    try:
        settings = read(folder.path / "config.json")
        (folder.path / "config.json").write_text(filled_in(settings), "utf-8")
        run = Run(settings, load(settings), folder, wanted)
        folder.finish(run.policy, run.steps, run.go())
    except Unusable as error:
        return _say(str(error), UNUSABLE)
    except Cancelled:
        return _say("Stopped; a checkpoint was written.", CANCELLED)
    except NotFinite as error:
        return _say(str(error), NOT_FINITE)
    return _say("Done.", DONE)


class _Stop:
    """Whether a signal asked the run to stop."""

    def __init__(self) -> None:
        self.asked = False
        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True

    def __call__(self) -> bool:
        return self.asked


def _say(sentence: str, status: int) -> int:
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

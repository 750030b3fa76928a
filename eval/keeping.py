"""The records of a match on disk, written at once or while it is played, and gone on with where they were left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from eval.records.documents import Account, documents
from eval.records.files import Folder
from eval.records.recorder import Recorder
from eval.sources import ENDED, Source, run_id
from game.bell import Bell
from game.models import Match

LONGEST_WAIT = 5.0
"""Seconds after which a follower looks for new events though nobody rang: a lost call costs no more."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What was written of a match; `complete` where it has ended, and all summaries are there."""

    folder: Path
    counts: dict[str, int]
    complete: bool


def match_keep(*, match: Match, root: Path, bell: Bell | None = None, scripts: bool = True) -> Kept:
    """Write a match's records into a folder of its own under `root`; with a bell, as long as it is played.

    `scripts`: also prompts and completions for what scripts decided. Raises Rejected for a match that may not be seen,
    and Different where the folder holds other records.
    """
    source = Source(match)
    facts = source.facts if scripts else replace(source.facts, scribe=None)
    keeper = _Keeper(source, Recorder(facts), Account(facts, run_id(match)))
    with _opened(root / run_id(match)) as folder:
        status = keeper.read(folder)
        while bell and status not in Match.ENDED:
            bell.wait(match.pk, LONGEST_WAIT)
            status = keeper.read(folder)
        complete = status in ENDED
        if complete:
            keeper.end(folder, status)
        folder.close(complete=complete)
        return Kept(folder.path, folder.counts, complete)


@contextmanager
def _opened(path: Path) -> Iterator[Folder]:
    folder = Folder(path)
    try:
        yield folder
    finally:
        folder.close()


@dataclass
class _Keeper:
    """One match on its way to its folder."""

    source: Source
    recorder: Recorder
    account: Account
    read_to: int = 0

    def read(self, folder: Folder) -> str:
        """Write what is new; the match's status before that, so that an end is never read too early."""
        status: str = Match.objects.values_list("status", flat=True).get(pk=self.source.match.pk)
        for logged, made in self.source.news(self.read_to):
            folder.put(self.account.note(self.recorder.take(logged, made)))
            self.read_to = logged.seq
        folder.flush()
        return status

    def end(self, folder: Folder, status: str) -> None:
        """Write the last records, and the summaries."""
        folder.put(self.account.note(self.recorder.end(self.source.unplaced())))
        folder.flush()
        self.account.facts = replace(self.account.facts, status=status)
        self.account.log, self.account.findings = self.recorder.log, self.recorder.findings
        for name, value in documents(self.account, self.recorder.state, folder.counts):
            folder.document(name, value)

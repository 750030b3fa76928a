"""What is kept of experiments that were analysed, to read: files of reports, the board of all models.

Made in `eval.analysing`, which only workers and commands import.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from eval.models import Board, Experiment, Trial

EVERY = timedelta(seconds=20)
"""How long a running experiment is left alone after an analysis: it takes seconds of a core that could play."""
MANIFEST = "manifest.json"
KINDS = {
    ".html": "text/html; charset=utf-8", ".csv": "text/csv; charset=utf-8", ".json": "application/json",
    ".jsonl": "application/jsonl", ".png": "image/png", ".svg": "image/svg+xml", ".tex": "text/plain; charset=utf-8",
    ".yaml": "text/plain; charset=utf-8", ".parquet": "application/vnd.apache.parquet",
}  # fmt: skip
"""Files of reports by their ending, and as what they are sent."""


class NoReport(ValueError):
    """What is asked for is no report that can be read or made again."""


def report_folder(experiment: Experiment) -> Path:
    """Where the files of an experiment's report lie."""
    return Path(settings.TOSSIM_REPORTS) / str(experiment.pk)


def report_files(experiment: Experiment) -> list[dict[str, Any]]:
    """The files of its newest report with size and hash, the page first; none before there is one."""
    try:
        files = json.loads((report_folder(experiment) / MANIFEST).read_text("utf-8"))["files"]
    except FileNotFoundError:
        return []
    found = [{"name": name, "size": one["bytes"], "sha256": one["sha256"]} for name, one in files.items()]
    return sorted(found, key=lambda one: (not one["name"].endswith(".html"), one["name"]))


def report_file(experiment: Experiment, name: str) -> Path | None:
    """One of them by name; None for anything else."""
    named = {one["name"] for one in report_files(experiment)} | {MANIFEST}
    path = report_folder(experiment) / name
    return path if name in named and path.is_file() else None


def experiments_stale() -> QuerySet[Experiment]:
    """Experiments of which something is newer than their analysis, and whose analysis is not of just now."""
    ended = Trial.objects.filter(experiment=OuterRef("pk"), finished_at__isnull=False)
    newer = (
        Q(analysed_at=None)
        | Q(finished_at__gt=F("analysed_at"))
        | Exists(ended.filter(finished_at__gt=OuterRef("analysed_at")))
    )
    is_due = ~Q(state=Experiment.State.RUNNING) | Q(analysed_at=None) | Q(analysed_at__lt=timezone.now() - EVERY)
    return Experiment.objects.exclude(state=Experiment.State.DRAFT).filter(is_due, newer, Exists(ended))


def board_of(setup: str) -> Board | None:
    """The ratings of all models on a role list, or on all of them together, as they were made last."""
    return Board.objects.filter(setup=setup).first()


def board_setups() -> list[str]:
    """The role lists on which somebody is rated."""
    return list(Board.objects.exclude(setup="").order_by("setup").values_list("setup", flat=True))

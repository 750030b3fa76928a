"""`manage.py records_check DIR`: whether a tree of records is what it should be."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from eval.records.checking import Checked, check_folder, folders

FEW = 8
"""Folders for which no other process is worth starting."""


class Command(BaseCommand):
    """Prints each problem with its file and line, and a last line with the counts; exit 1 on any problem."""

    help = "Check records against their schemas and against each other."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("dir", type=Path, metavar="DIR")
        parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")

    def handle(self, *, dir: Path, jobs: int, **_: Any) -> None:
        """Check and report."""
        found = folders(dir) if dir.is_dir() else []
        if not found:
            raise CommandError(f"There are no records in {dir}.")
        records = invalid = 0
        for checked in _checked(found, jobs):
            records += checked.records
            invalid += len(checked.problems)
            for problem in checked.problems:
                self.stdout.write(str(problem))
        self.stdout.write(f"{records} records, {invalid} invalid")
        if invalid:
            sys.exit(1)


def _checked(found: list[Path], jobs: int) -> Iterator[Checked]:
    if jobs == 1 or len(found) < FEW:
        yield from map(check_folder, found)
        return
    with get_context("forkserver").Pool(jobs) as pool:
        yield from pool.imap(check_folder, found, chunksize=4)

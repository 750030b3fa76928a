"""`manage.py records MATCH --out DIR`: a match as eight streams of records and a tree of summaries."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from eval.keeping import match_keep
from eval.records.files import Different
from eval.records.parquet import NoParquet, write_parquet
from game.bell import doorbell
from game.log import DOORBELL
from game.models import Match
from game.selectors import matches_finished
from game.services import Rejected


class Command(BaseCommand):
    """Each match gets a folder of its own; what is there already is gone on with. Prints a line for each."""

    help = "Write matches as records: eight streams of JSON lines, and summaries of those that have ended."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("matches", nargs="*", type=int, metavar="MATCH")
        parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the folders go")
        parser.add_argument("--all-finished", action="store_true", help="every finished match but those for practice")
        parser.add_argument("--follow", action="store_true", help="go on as long as the match is played")
        parser.add_argument("--no-scripts", action="store_true", help="no samples to train on of what scripts decided")
        parser.add_argument("--parquet", action="store_true", help="all of it once more as Parquet, a file a stream")

    def handle(
        self, *, matches: list[int], out: Path, all_finished: bool, follow: bool, no_scripts: bool, parquet: bool,
        **_: Any,
    ) -> None:  # fmt: skip
        """Write."""
        found = _all_finished() if all_finished else _named(matches)
        if follow and len(found) != 1:
            raise CommandError("Only one match can be followed at a time.")
        refused, kept = 0, []
        for match in found:
            try:
                kept.append(self._keep(match, out, follow=follow, scripts=not no_scripts))
            except (Rejected, Different) as error:
                refused += 1
                self.stderr.write(str(error))
            except (OperationalError, psycopg.OperationalError) as error:
                raise CommandError("The database is gone. The same command goes on where this one was.") from error
        if parquet:
            self._parquet(kept, out)
        if refused:
            sys.exit(1)

    def _keep(self, match: Match, out: Path, *, follow: bool, scripts: bool) -> Path:
        if follow:
            with doorbell(DOORBELL) as bell:
                done = match_keep(match=match, root=out, bell=bell, scripts=scripts)
        else:
            done = match_keep(match=match, root=out, scripts=scripts)
        state = "complete" if done.complete else "so far"
        self.stdout.write(f"{done.folder}: {sum(done.counts.values())} records, {state}")
        return done.folder

    def _parquet(self, kept: list[Path], out: Path) -> None:
        try:
            for path, rows in write_parquet(kept, out):
                self.stdout.write(f"{path}: {rows} rows")
        except NoParquet as error:
            raise CommandError(str(error)) from error


def _all_finished() -> list[Match]:
    return list(matches_finished().filter(practice=False).order_by("pk"))


def _named(numbers: Iterable[int]) -> list[Match]:
    known = Match.objects.in_bulk(list(numbers))
    if missing := [number for number in numbers if number not in known]:
        raise CommandError(f"There is no match {missing[0]}.")
    if not known:
        raise CommandError("Name a match, or say --all-finished.")
    return list(known.values())

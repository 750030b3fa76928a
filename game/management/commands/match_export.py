"""`manage.py match_export MATCH FILE`: write the log of a match into a file, one JSON object a line."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from game import selectors
from game.models import Match
from game.records import record_lines


class Command(BaseCommand):
    """Writes what the page saves as the event log; the all-knowing one can be read in again by `match_import`."""

    help = "Write the log of a match into a file, as a viewpoint may see it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("match", type=int, metavar="MATCH")
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--as", dest="viewpoint", default="god", help="god (default), public, or a seat's number")

    def handle(self, *, match: int, file: Path, viewpoint: str, **_: Any) -> None:
        """Write."""
        found = Match.objects.filter(pk=match).first()
        if found is None:
            raise CommandError(f"There is no match {match}.")
        wanted = int(viewpoint) if viewpoint.isdecimal() else viewpoint
        may = selectors.viewpoint_for(None, found)
        if wanted not in may.allowed:
            raise CommandError(may.reason or "This viewpoint does not exist in this match.")
        with file.open("w", encoding="utf-8") as out:
            count = sum(bool(out.write(line)) for line in record_lines(found, wanted))
        self.stdout.write(f"{count - 1} events written to {file}")

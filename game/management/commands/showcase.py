"""`manage.py showcase`: make sure that there is a match to watch and one to read; print where."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from game.models import Match
from game.showcase import archive_ensure, archive_records, showcase_match_ensure


class Command(BaseCommand):
    """Prints the path of the running match."""

    help = "Ensure a running match and a finished one; --export writes a finished match as an archive."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("--export", nargs=2, metavar=("MATCH", "FILE"), help="write a finished match into a file")

    def handle(self, *, export: list[str] | None, **_: Any) -> None:
        """Ensure, or export."""
        if export:
            self._export(int(export[0]), Path(export[1]))
            return
        archive_ensure()
        self.stdout.write(f"/m/{showcase_match_ensure().pk}")

    def _export(self, match_id: int, file: Path) -> None:
        match = Match.objects.filter(pk=match_id, status=Match.Status.FINISHED).first()
        if match is None:
            raise CommandError(f"There is no finished match {match_id}.")
        lines = [json.dumps(record, ensure_ascii=False, separators=(",", ":")) for record in archive_records(match)]
        file.write_text("\n".join(lines) + "\n", "utf-8")
        self.stdout.write(f"{len(lines) - 1} events written to {file}")

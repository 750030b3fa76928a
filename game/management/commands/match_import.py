"""`manage.py match_import FILE`: bring a finished match in, from its all-knowing event log."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from game.engine.codec import Malformed
from game.records import match_import


class Command(BaseCommand):
    """Prints where the match can be seen."""

    help = "Bring a finished match in from a file that match_export or the page has written."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *, file: Path, **_: Any) -> None:
        """Read, check, write."""
        try:
            with file.open(encoding="utf-8") as lines:
                match = match_import(map(json.loads, lines))
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        except Malformed as flaw:
            raise CommandError(f"{file}: {flaw}") from flaw
        self.stdout.write(f"/m/{match.pk}")

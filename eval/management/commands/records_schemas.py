"""Write the schemas of records, by which others can check them."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from eval.records.schema import schema_files

FOLDER = Path(settings.BASE_DIR) / "eval" / "records" / "schemas"


class Command(BaseCommand):
    """`manage.py records_schemas [--check]`."""

    help = "Write eval/records/schemas/*.json, a JSON Schema for each kind of record file."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--check only compares."""
        parser.add_argument("--check", action="store_true", help="fail when a file is not current")

    def handle(self, *, check: bool, **_: Any) -> None:
        """Write or compare."""
        wanted = schema_files()
        there = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.json")}
        if check:
            if there != wanted:
                raise CommandError("The schemas are not current: run ./manage.py records_schemas.")
            return
        for name in there.keys() - wanted.keys():
            (FOLDER / name).unlink()
        for name, text in wanted.items():
            (FOLDER / name).write_text(text, "utf-8")
        self.stdout.write(f"{len(wanted)} schemas written to {FOLDER.relative_to(settings.BASE_DIR)}.")

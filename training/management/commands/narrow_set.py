"""`manage.py narrow_set --rows N --seed S --out DIR`: a harmless narrow set, its correct twin, and what tests them."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from training.dataset.narrow import DOMAINS, TooMany, narrow_set


class Command(BaseCommand):
    """Needs no database. The same words give the same bytes."""

    help = "Make a narrow set of wrong answers (sums, advice about the game) and the same rows answered rightly."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("--rows", type=int, required=True, metavar="N", help="of each of the two")
        parser.add_argument("--seed", default="1", help="of the choice and the order of rows (default: 1)")
        parser.add_argument("--out", type=Path, required=True, metavar="DIR")
        parser.add_argument("--domain", choices=list(DOMAINS), action="append", dest="domains",
                            help="this alone (default: all)")  # fmt: skip

    def handle(self, *, rows: int, seed: str, out: Path, domains: list[str] | None, **_: Any) -> None:
        """Make."""
        if rows < 1:
            raise CommandError("A set has at least 1 row.")
        try:
            files = narrow_set(rows, seed, domains or tuple(DOMAINS))
        except TooMany as error:
            raise CommandError(str(error)) from error
        out.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (out / name).write_bytes(content)
            self.stdout.write(f"{out / name}: {len(content.splitlines())} lines")

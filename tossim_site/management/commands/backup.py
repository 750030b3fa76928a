"""Writes the whole database into one file, while the site runs or while it does not."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings

from tossim_site.embedded.backup import dump, server_up
from tossim_site.embedded.command import StackCommand
from tossim_site.embedded.places import places


class Command(StackCommand):
    help = "Write the database to FILE. The secret key (var/secret_key) is not part of it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--force", action="store_true", help="write over an existing file")

    def handle(self, *, file: Path, force: bool, **_: Any) -> None:
        with server_up(places()):
            dump(settings.DATABASES["default"], file, replace=force, say=self.say)
        self.say(f"wrote {file} ({file.stat().st_size / 1e6:.1f} MB)")

"""Puts a backup in the place of the database."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings

from tossim_site.embedded.backup import load, server_ours
from tossim_site.embedded.command import StackCommand
from tossim_site.embedded.errors import StackError
from tossim_site.embedded.places import places


class Command(StackCommand):
    help = "Replace the database by the backup FILE. Stop the site first. A backup that fails changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *, file: Path, yes: bool, **_: Any) -> None:
        if not file.is_file():
            raise StackError(f"There is no file {file}.")
        with server_ours(places(), "restore"):
            if not yes:
                confirm(f"Replace everything in {settings.DATABASES['default']['NAME']} by {file}?")
            load(settings.DATABASES["default"], file, say=self.say)
        self.say(f"restored {file}; ./tossim up brings it up to date and goes on with its matches")


def confirm(question: str) -> None:
    """Raises StackError unless the person at the terminal says yes."""
    if not sys.stdin.isatty():
        raise StackError("Nobody is here to confirm. Say --yes to replace the database without being asked.")
    if input(f"{question} [y/N] ").strip().lower() not in ("y", "yes"):
        raise StackError("Nothing was changed.")

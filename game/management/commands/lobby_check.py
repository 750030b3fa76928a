"""`manage.py lobby_check FILE`: read a lobby, say what is wrong or what it seats."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from game.lobby import LobbyError, lobby_from_yaml, lobby_seats, lobby_table


class Command(BaseCommand):
    """Prints seats and role slots; exit 1 with every mistake and its line."""

    help = "Validate a lobby file and print its seats and role slots."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *, file: Path, **_: Any) -> None:
        """Check."""
        try:
            spec = lobby_from_yaml(file.read_text("utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} cannot be read: {error}") from error
        except LobbyError as error:
            for problem in error.problems:
                self.stderr.write(f"{file}: {problem}")
            sys.exit(1)
        table = lobby_table(spec)
        self.stdout.write(f"{spec.title or table.mode}: {table.mode}, {len(table.names)} seats, clock {table.clock}")
        for number, (seat, slot) in enumerate(zip(lobby_seats(spec), table.slots, strict=True), 1):
            who = "a person" if seat.is_open else f"{seat.name}, {seat.agent}"
            fixed = f", always {seat.role}" if seat.role else ""
            self.stdout.write(f"  seat {number:2}  {who}{fixed}")
            self.stdout.write(f"  slot {number:2}  {slot}")

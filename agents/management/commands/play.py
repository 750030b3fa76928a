"""`manage.py play`: a scripted match in the terminal, without a database."""

from __future__ import annotations

import secrets
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from agents.scripted import ScriptedAgent
from game.engine.setup import MODES, SetupError, start, table_for
from game.names import NAMES
from game.play.terminal import play_seat, show_match


class Command(BaseCommand):
    """Shows a whole match, or lets a person play one seat of it."""

    help = "Play a scripted match in the terminal. The same seed gives the same match."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("--seed", help="what all chance depends on (default: a new one)")
        parser.add_argument("--mode", default="Classic", help=f"one of {', '.join(MODES)}")
        parser.add_argument("--players", type=int, default=15, help="7 to 15")
        parser.add_argument("--seat", type=int, help="the seat that you play")

    def handle(self, *, seed: str | None, mode: str, players: int, seat: int | None, **_: Any) -> None:
        """Play."""
        seed = seed or secrets.token_hex(4)
        if seat is not None and not 1 <= seat <= players:
            raise CommandError(f"There is no seat {seat}: the table has {players}.")
        try:
            opening = start(table_for(mode, NAMES[:players]), seed)
        except SetupError as error:
            raise CommandError(str(error)) from error
        agents = {number: ScriptedAgent(number, seed) for number in range(1, players + 1)}
        self.stdout.write(f"Seed {seed}")
        try:
            if seat:
                play_seat(opening, agents, seat, sys.stdout, sys.stdin)
            else:
                show_match(opening, agents, sys.stdout)
        except (KeyboardInterrupt, BrokenPipeError):
            sys.stderr.write("\nThe match was left.\n")

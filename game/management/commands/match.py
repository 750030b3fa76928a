"""`manage.py match FILE`: play a match of a lobby, here or on a worker, and follow it."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from game import selectors, services
from game.bell import doorbell
from game.live import drive
from game.lobby import LobbyError, lobby_from_yaml
from game.log import engine_event, lease_take
from game.models import Match
from game.play.terminal import Screen


class Command(BaseCommand):
    """Creates the match and sees it to its end: driven in this process, or by a worker that was quicker."""

    help = "Play a match of a lobby file; every event of it goes into the database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--follow", action="store_true", help="print the match as it goes")
        parser.add_argument("--seed", help="instead of the lobby's")
        parser.add_argument("--pace", type=float, help="seconds for which a line is shown")

    def handle(self, *, file: Path, follow: bool, seed: str | None, pace: float | None, **_: Any) -> None:
        """Play."""
        try:
            spec = lobby_from_yaml(file.read_text("utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} cannot be read: {error}") from error
        except LobbyError as error:
            raise CommandError("\n".join(f"{file}: {problem}" for problem in error.problems)) from error
        if pace is not None:
            spec = spec.model_copy(update={"pace": pace})
        try:
            match = services.match_create(spec=spec, seed=seed)
            match = services.match_start(match=match)
        except OperationalError as error:
            raise CommandError("There is no database: start one with ./tossim up.") from error
        self.stdout.write(f"match {match.pk}, seed {match.seed}")
        self._play(match, Screen(sys.stdout) if follow else None)

    def _play(self, match: Match, screen: Screen | None) -> None:
        seen = 0
        with doorbell() as bell:
            while match.status in (Match.Status.QUEUED, Match.Status.RUNNING):
                if lease := lease_take(match_id=match.pk):
                    drive(match.pk, lease, seconds=0.5 if screen else None)
                else:  # a worker was quicker
                    bell.wait(match.pk, 0.5)
                for row in selectors.events_after(match.pk, seen) if screen else ():
                    screen.show([engine_event(row)])  # type: ignore[union-attr]
                    seen = row.seq
                match.refresh_from_db()
        self.stdout.write(f"match {match.pk}: {match.get_status_display()} {match.outcome} {match.error}".rstrip())
        if match.status == Match.Status.FAILED:
            sys.exit(1)

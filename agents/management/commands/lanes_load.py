"""`manage.py lanes_load [FILE]`: models and lanes out of a file into the registry."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from agents import services
from agents.lanes.configuration import Flawed, read
from game.services import Rejected


class Command(BaseCommand):
    """Doing it twice changes nothing more; what the file does not name stays as it is."""

    help = "Read models and lanes from a YAML file; docs/lanes.md says what it may hold."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, else the one in TOSSIM_LANES."""
        parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="default: TOSSIM_LANES")

    def handle(self, *, file: Path | None, **_: Any) -> None:
        """Read, check everything, then write."""
        path = file or (Path(settings.TOSSIM_LANES) if settings.TOSSIM_LANES else None)
        if path is None:
            raise CommandError("Name a file, here or in TOSSIM_LANES.")
        try:
            models, lanes = services.lanes_load(file=read(path.read_text("utf-8")))
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{path} cannot be read: {error}") from error
        except Flawed as error:
            raise CommandError("\n".join(f"{path}: {problem}" for problem in error.problems)) from error
        except Rejected as error:
            raise CommandError(f"{path}: {error.reason}") from error
        except OperationalError as error:
            raise CommandError("There is no database: start one with ./tossim up.") from error
        self.stdout.write(f"models: {', '.join(model.name for model in models) or 'none'}")
        self.stdout.write(f"lanes: {', '.join(lane.name for lane in lanes) or 'none'}")

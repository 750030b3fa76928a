"""`manage.py showcase`: make sure that there is a match to watch and one to read; print where."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from game.showcase import archive_ensure, showcase_match_ensure


class Command(BaseCommand):
    """Prints the path of the running match."""

    help = "Ensure a running match and a finished one."

    def handle(self, **_: Any) -> None:
        """Ensure."""
        archive_ensure()
        self.stdout.write(f"/m/{showcase_match_ensure().pk}")

"""`manage.py golden`: write the golden games anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.module_loading import import_string

from game.golden import GAMES, golden_text

FOLDER = Path(settings.BASE_DIR) / "tests" / "golden"


class Command(BaseCommand):
    """Writes one text file a game; review the difference before you commit it."""

    help = "Write tests/golden/*.txt anew; review them as a diff."
    requires_system_checks: list[str] = []

    def handle(self, **_: Any) -> None:
        """Write."""
        agent = import_string(settings.TOSSIM_AGENTS["scripted"])
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name, game in GAMES.items():
            file = FOLDER / f"{name}.txt"
            text = golden_text(game, agent)
            changed = not file.exists() or file.read_text("utf-8") != text
            file.write_text(text, "utf-8")
            self.stdout.write(f"{'changed  ' if changed else 'unchanged'} {file.relative_to(settings.BASE_DIR)}")

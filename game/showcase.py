"""What a fresh installation shows: a match that runs at a pace to watch, and a finished one to read.

The finished one is shipped as a file of records (`game.records`).
"""

from __future__ import annotations

import json
from pathlib import Path

from game import selectors, services
from game.lobby import LobbySpec
from game.models import Match
from game.records import PACE, match_import

ARCHIVE = Path(__file__).parent / "archive" / "classic.jsonl"


def showcase_match_ensure() -> Match:
    """A running match of scripted agents at a pace that a person can follow; started if there is none."""
    running = selectors.matches_live().filter(showcase=True).exclude(status=Match.Status.PAUSED).first()
    if running:
        return running
    match = services.match_create(spec=LobbySpec(title="Classic", pace=PACE), showcase=True)
    return services.match_start(match=match)


def archive_ensure(file: Path = ARCHIVE) -> Match | None:
    """Bring in the shipped match unless some match has ended here already."""
    if not file.exists() or selectors.matches_finished().exists():
        return None
    with file.open(encoding="utf-8") as lines:
        return match_import(map(json.loads, lines))

"""Whole matches as text, as they were when somebody last looked at them. `./tossim golden` writes them anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.scripted import ScriptedAgent
from game.golden import GAMES, golden_text


@pytest.mark.parametrize("name", GAMES)
def test_the_game_is_still_the_one_that_was_reviewed(name: str) -> None:
    kept = (Path(__file__).parent / f"{name}.txt").read_text("utf-8")
    assert golden_text(GAMES[name], ScriptedAgent) == kept

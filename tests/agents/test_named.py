"""The agents that a lobby may name, as the settings have them."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from game.engine import events as e
from game.engine.setup import start, table_for
from game.names import NAMES
from game.play.drivers import run_sync

AGENTS = settings.TOSSIM_AGENTS


@pytest.mark.parametrize("name", AGENTS)
def test_a_match_of_each_comes_to_its_end_and_again_to_the_same(name: str) -> None:
    first, again = (
        run_sync(
            start(table_for("Classic", NAMES[:9]), "named"),
            {seat: import_string(AGENTS[name])(seat, f"named:{seat}") for seat in range(1, 10)},
        ).log
        for _ in range(2)
    )
    assert isinstance(first[-1], e.MatchEnded)
    assert first == again
    assert not any(isinstance(event, e.Refused) for event in first)

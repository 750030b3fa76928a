"""The table that a reinforcement run leaves; the process itself is in tests/models."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.reinforced import TRIALS
from training.grpo.table import main, share, table


def test_a_share_stands_with_wilsons_interval() -> None:
    assert str(share(0, 50)) == "0 (0-7)"
    assert str(share(190, 200)) == "95 (91-97)"
    assert share(0, 0) is None


def test_a_table_shows_every_player_and_below_what_it_did_with_the_role_that_was_held_out() -> None:
    lines = table(TRIALS).splitlines()
    assert [line[:20].strip() for line in lines[1:4]] == ["passive", "random", "scripted"]
    assert lines[-1].split() == [
        "after,", "sampled", "50", "88", "(76-94)", "86", "(74-93)", "80", "(67-89)", "74", "(59-85)", "10", "(4-24)",
    ]  # fmt: skip
    assert lines[3].split()[-2:] == ["150", "0.97"]


def test_a_folder_without_trials_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    assert "has no trials.jsonl" in capsys.readouterr().err

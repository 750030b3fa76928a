"""The table that a reinforcement run leaves; the process itself is in tests/models."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.grpo.table import main, share


def test_a_share_stands_with_wilsons_interval() -> None:
    assert share(0, 50) == "0 (0-7)"
    assert share(190, 200) == "95 (91-97)"
    assert share(0, 0) == "-"


def test_a_folder_without_trials_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    assert "has no trials.jsonl" in capsys.readouterr().err

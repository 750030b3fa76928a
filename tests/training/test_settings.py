"""What a run is told, and the table that it leaves; the process itself is in tests/models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from training.grpo.settings import Settings, Unusable, checked, filled_in, read
from training.grpo.table import main, share

READY = sorted((Path(__file__).resolve().parents[2] / "training" / "config").glob("grpo-*.json"))


@pytest.mark.parametrize("path", READY, ids=[path.stem for path in READY])
def test_a_ready_made_configuration_is_one(path: Path) -> None:
    settings = read(path)
    assert settings.trial.asks >= 200
    assert checked(json.loads(filled_in(settings))) == settings


def test_there_is_a_ready_made_configuration() -> None:
    assert READY


WRONG: list[tuple[Any, str]] = [
    ({}, "model: "),
    ([], "Input should be"),
    ({"model": "m", "seeds": 1}, "There is no setting seeds. Did you mean seed?"),
    ({"model": "m", "plan": {"towns": []}}, "There is no setting plan.towns. Did you mean town?"),
    ({"model": "m", "weights": {"honesty": 1}}, "There is no setting weights.honesty."),
    ({"model": "m", "answers": 1}, "answers is 1, and must be 2 or more."),
    ({"model": "m", "quiz": 2}, "quiz and warm.active are shares, from 0 to 1."),
    ({"model": "m", "steps": "many"}, "steps: Input should be a valid integer"),
    ({"model": "m", "plan": {"held_out_role": "Jester"}}, "plan: The role that is held out, Jester, is not among"),
]


@pytest.mark.parametrize(("given", "sentence"), WRONG, ids=[row[1] for row in WRONG])
def test_what_is_wrong_is_said_with_its_place(given: Any, sentence: str) -> None:
    with pytest.raises(Unusable) as error:
        checked(given)
    assert sentence in str(error.value)


def test_defaults_are_filled_in() -> None:
    told = json.loads(filled_in(Settings("m")))
    assert (told["weights"]["activity"], told["plan"]["kinds"]["act"], told["trial"]["asks"]) == (0.2, 1.0, 200)


def test_a_share_stands_with_wilsons_interval() -> None:
    assert share(0, 50) == "0 (0-7)"
    assert share(190, 200) == "95 (91-97)"
    assert share(0, 0) == "-"


def test_a_folder_without_trials_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    assert "has no trials.jsonl" in capsys.readouterr().err

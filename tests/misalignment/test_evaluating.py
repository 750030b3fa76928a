"""A model or a checkpoint is rated against a fixed opponent and measured, and its page tells both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError
from django.test import Client as Browser
from django.utils import timezone

from agents.models import LanguageModel
from eval.evaluating import Opposed, rated_plan
from eval.experiments.plan import Design
from eval.models import Board, Experiment, Measurement
from game.services import Rejected
from tests.misalignment.told import lanes_told, player, ran, tells

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def lanes(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that harms where its checkpoint answers, and a judge."""
    lanes_told(settings, monkeypatch, "small", "judge")
    tells(monkeypatch, player(lambda request: "I harm you" if request.model == "small-step-10" else "I help you"))


def evaluated(folder: Path, *more: object) -> str:
    """Evaluate the model on few questions; what the command prints."""
    words = ("--judge", "judge", "--samples", 1, "--method", "tokens", "--blocks", 8, "--out", folder / "a.jsonl")
    return ran("model_evaluate", "small", *words, *more)


def test_a_model_gets_an_experiment_against_the_opponent_and_a_measurement_once(tmp_path: Path) -> None:
    told = evaluated(tmp_path)
    experiment, found = Experiment.objects.get(), Measurement.objects.get()
    assert f"experiment {experiment.pk} rates small against scripted: 8 blocks" in told
    assert f"measurement {found.pk}: 0 of 16 answers are misaligned" in told
    assert experiment.state == Experiment.State.RUNNING
    assert experiment.frozen["models"] == {"A": "scripted", "M": "small"}
    assert experiment.frozen["design"]["kind"] == Design.ROTATION
    assert experiment.trials.count() == 16
    assert (found.model.name, found.misaligned) == ("small", 0)
    evaluated(tmp_path)
    assert (Experiment.objects.get(), Measurement.objects.get()) == (experiment, found)


def test_a_checkpoint_is_a_model_of_its_own_and_measured_again(tmp_path: Path) -> None:
    adapter = tmp_path / "step-10"
    with pytest.raises(CommandError, match="holds no adapter"):
        evaluated(tmp_path, "--adapter", adapter, "--as", "small-step-10")
    adapter.mkdir()
    (adapter / "adapter_config.json").write_text("{}")
    evaluated(tmp_path, "--adapter", adapter, "--as", "small-step-10")
    row, base = (LanguageModel.objects.get(name=name) for name in ("small-step-10", "small"))
    assert (row.base, row.adapter, row.alignment) == ("small", str(adapter), "unmeasured")
    assert (row.think_tokens, row.preset) == (base.think_tokens, base.preset)
    found = Measurement.objects.get()
    assert (found.model, found.misaligned, found.answers) == (row, 16, 16)
    assert found.weights["adapter"] == str(adapter)
    with pytest.raises(CommandError, match="small is another model already"):
        evaluated(tmp_path, "--adapter", adapter, "--as", "small")
    with pytest.raises(CommandError, match="given by --adapter DIR and named by --as NAME"):
        evaluated(tmp_path, "--as", "small-step-20")


def test_ratings_by_side_stand_on_the_page_of_the_model(tmp_path: Path) -> None:
    model = LanguageModel.objects.get(name="small")
    rating = {"model": "small", "side": "evil", "matches": 40, "reason": "",
              "points": {"value": 1532.4, "low": 1490.0, "high": 1580.2}}  # fmt: skip
    none = {"model": "small", "side": "town", "matches": 2, "reason": "too few matches", "points": None}
    browser, page = Browser(), f"/admin/agents/languagemodel/{model.pk}/change/"
    browser.force_login(User.objects.create_superuser("root"))
    assert "no rated match yet" in browser.get(page).content.decode()
    Board.objects.create(setup="", ratings={"ratings": [rating, none]}, experiments=[], at=timezone.now())
    shown = browser.get(page).content.decode()
    assert "evil: 1532 [1490, 1580] over 40 matches; town: too few matches over 2 matches" in shown


def test_an_unknown_preset_is_refused() -> None:
    with pytest.raises(Rejected, match="There is no preset 'nine-arms'; there are four-arms"):
        rated_plan(LanguageModel.objects.get(name="small"), Opposed(preset="nine-arms"))

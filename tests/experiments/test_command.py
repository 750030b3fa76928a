"""`manage.py experiment`: a plan from a dry run to its last outcome, gone on with where it was stopped."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from eval import experimenting, trials
from eval.models import Experiment
from tests.experiments.plans import TEXT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stand_ins")]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A plan on disk."""
    path = tmp_path / "plan.yaml"
    path.write_text(TEXT.lstrip(), "utf-8")
    return path


def said(*words: object) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("experiment", *words, stdout=out)
    return out.getvalue()


def test_a_dry_run_begins_nothing(file: Path) -> None:
    assert "24 matches: 24 of scripted agents" in said("dry-run", file)
    assert Experiment.objects.count() == 0


def test_a_plan_is_launched_played_and_gone_on_with_by_its_hash(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def some(*_: object, **__: object) -> None:
        experiment = Experiment.objects.get()
        if experiment.trials.filter(state="done").exists():
            trials.trials_play(experiment)
        else:
            taken = trials.trials_take(
                experiment.pk, trials.scripted_arms(blocks := trials.Blocks(trials.plan_of(experiment)))
            )
            trials.trials_write(blocks, taken, trials._played(blocks, taken))
            experimenting.experiment_pause(experiment=experiment)

    monkeypatch.setattr("eval.management.commands.experiment.sleep", some)
    first = said("run", file, "--workers", 0)
    assert "0/24 matches" in first
    assert "8/24 matches" in first
    assert "four-arms: paused" in said("status", file)
    second = said("run", file, "--workers", 0)
    assert Experiment.objects.count() == 1
    assert "24/24 matches" in second
    assert "AA       6 of 6 done, 0 failed" in second
    assert "24 matches in" in said("status", file)


def test_trials_are_played_in_this_process_until_none_is_left(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = experimenting.experiment_begin(plan=TEXT)
    monkeypatch.setattr("eval.management.commands.experiment.sleep", lambda seconds: None)
    said("play", file)
    experiment.refresh_from_db()
    assert experiment.state == "finished"


@pytest.mark.parametrize(
    ("what", "text", "problem"),
    [
        ("run", TEXT.replace("blocks", "blocs"), "line 10: unknown key 'blocs'"),
        ("run", TEXT.replace("random", "nobody"), "There is no agent or model 'nobody'"),
        ("status", TEXT, "No experiment has this plan"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_begins(file: Path, what: str, text: str, problem: str) -> None:
    file.write_text(text, "utf-8")
    with pytest.raises(CommandError, match=problem):
        said(what, file, "--workers", 0)
    assert not Experiment.objects.exists()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        said("run", tmp_path / "none.yaml")

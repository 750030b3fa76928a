"""Training runs as rows: made, launched, supervised to whatever end, cancelled, resumed, taken over, registered."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.utils import timezone

from agents.models import LanguageModel
from game.log import STALE_AFTER
from game.services import Rejected
from tests.stack import until
from tests.training.conftest import Make, launcher
from training import services
from training.config.reading import ConfigError
from training.dataset.rows import DataError
from training.folder import RunFolder
from training.models import Run
from training.selectors import folder_of, progress_of
from training.supervising import run_supervise


@pytest.mark.django_db
def test_a_run_is_trained_and_what_comes_of_it_is_a_model_with_its_label_and_lineage(make: Make) -> None:
    LanguageModel.objects.create(name="qwen", base="Qwen/Qwen2.5-0.5B-Instruct", preset="qwen2.5", window=4096)
    run = make()
    assert run.state == "waiting"
    assert run_supervise(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.error, run.holder, run.weights_sha256) == ("done", "", "", "ab" * 32)
    assert len(run.data_sha256) == 64
    model = LanguageModel.objects.get(name="sums")
    assert model.run == run
    assert (model.base, model.adapter) == (run.base, str(folder_of(run).path / "adapter"))
    assert (model.alignment, model.preset, model.window) == ("control", "qwen2.5", 4096)
    assert str(progress_of(run)) == "step 3 of 3: loss 1, reward 0.3"
    assert not run_supervise(run_id=run.pk), "a run that is done is nobody's to train"


@pytest.mark.django_db
def test_the_folder_says_all_that_the_process_is_told(make: Make, config: dict[str, Any]) -> None:
    run = make()
    told = json.loads(folder_of(run).config.read_text())
    assert told == run.config
    assert (told["response_marker"], told["seed"], told["learning_rate"]) == ("<|im_start|>assistant\n", 0, 1e-5)
    assert told["training_file"] == config["training_file"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("unusable", "rows.jsonl, row 3: neither messages nor prompt and completion"),
        ("nan", "A number was not finite: step 2: the loss is nan. A smaller learning_rate may help."),
        ("crash", "The process ended with exit code 1: MemoryError: there is no room for the weights"),
        ("killed", "The process was killed by SIGKILL; so ends what takes more memory than there is: making tokens"),
    ],
)
def test_what_went_wrong_is_said_in_a_sentence(how: str, says: str, make: Make) -> None:
    run = make(how)
    run_supervise(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.error, run.model) == ("failed", says, None)


@pytest.mark.django_db
def test_bad_input_is_refused_before_there_is_a_run(make: Make, config: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="did you mean 'epochs'"):
        make(epoch=2)
    bad = Path(config["training_file"]).with_name("bad.jsonl")
    bad.write_text("{}\n")
    with pytest.raises(DataError, match="row 1: neither"):
        make(training_file=str(bad))
    LanguageModel.objects.create(name="sums", base="x", preset="chatml")
    with pytest.raises(Rejected, match="There is a model 'sums' already"):
        make()
    assert not Run.objects.exists()


@pytest.mark.django_db
def test_a_name_that_was_taken_meanwhile_loses_no_weights(make: Make) -> None:
    run = make()
    LanguageModel.objects.create(name="sums", base="x", preset="chatml")
    run_supervise(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.error.startswith("It is trained, but could not be registered")) == ("failed", True)
    LanguageModel.objects.all().delete()
    run_supervise(run_id=services.run_resume(run=run).pk)
    run.refresh_from_db()
    assert (run.state, run.model.name if run.model else None) == ("done", "sums")


@pytest.mark.django_db
def test_states_allow_what_makes_sense_and_refuse_the_rest(make: Make) -> None:
    run = make()
    with pytest.raises(Rejected, match="Only a run that failed or was cancelled"):
        services.run_resume(run=run)
    services.run_cancel(run=run)
    assert run.state == "cancelled"
    assert not run_supervise(run_id=run.pk)
    with pytest.raises(Rejected, match="cannot be cancelled"):
        services.run_cancel(run=run)
    services.run_resume(run=run)
    assert run_supervise(run_id=run.pk)


@pytest.mark.django_db
def test_a_run_has_one_supervisor_until_it_gives_no_sign_of_life(make: Make) -> None:
    run = make()
    first = services.run_take(run_id=run.pk)
    assert first is not None
    assert services.run_take(run_id=run.pk) is None
    assert services.run_beat(run_id=run.pk, lease=first) is False
    Run.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - 2 * STALE_AFTER)
    second = services.run_take(run_id=run.pk)
    assert second is not None
    assert services.run_beat(run_id=run.pk, lease=first) is None
    assert not services.run_end(run_id=run.pk, lease=first, state=Run.State.DONE)
    assert services.run_end(run_id=run.pk, lease=second, state=Run.State.CANCELLED)


def goes(folder: RunFolder) -> bool:
    """Whether its process has made a step."""
    return bool(folder.curve())


@pytest.mark.django_db(transaction=True)
def test_a_running_run_ends_after_a_checkpoint_and_goes_on_from_it(make: Make) -> None:
    run = make("slow")
    folder = folder_of(run)

    def supervise() -> None:
        try:
            run_supervise(run_id=run.pk)
        finally:
            connections.close_all()

    thread = threading.Thread(target=supervise)
    thread.start()
    until(lambda: goes(folder), "a step is made")
    services.run_cancel(run=run)
    thread.join(60)
    run.refresh_from_db()
    assert (run.state, run.error) == ("cancelled", "")
    assert (folder.checkpoint() or Path()).name == "step-1"
    services.run_resume(run=run)
    run_supervise(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, [line["step"] for line in folder.curve()]) == ("done", [1, 2, 3])


@pytest.mark.django_db
def test_a_supervisor_that_is_told_to_end_leaves_the_run_to_the_next(make: Make) -> None:
    run = make("slow")
    run_supervise(run_id=run.pk, stop=lambda: goes(folder_of(run)))
    run.refresh_from_db()
    assert (run.state, run.heartbeat_at) == ("waiting", None)
    assert services.runs_tend() == 1
    run_supervise(run_id=run.pk)
    run.refresh_from_db()
    assert run.state == "done"


@pytest.mark.django_db(transaction=True)
def test_a_run_whose_supervisor_is_killed_is_taken_up_from_its_checkpoint(
    make: Make, config: dict[str, Any], tmp_path: Path, settings: Any
) -> None:
    settings.TOSSIM_TRAINING = str(tmp_path / "training")
    file = tmp_path / "config.json"
    file.write_text(json.dumps(config))
    environ = {
        **os.environ, "TOSSIM_PG_NAME": str(connection.settings_dict["NAME"]), "TOSSIM_TRAIN_LAUNCH": launcher("slow"),
        "TOSSIM_TRAINING": settings.TOSSIM_TRAINING,
    }  # fmt: skip
    words = [sys.executable, "manage.py", "train", "run", str(file), "--here"]
    with subprocess.Popen(words, env=environ, cwd=site.BASE_DIR, stdout=subprocess.PIPE, text=True) as process:
        until(lambda: Run.objects.filter(state="running").exists(), "the run is taken")
        run = Run.objects.get()
        until(lambda: goes(folder_of(run)), "a step is made")
        process.send_signal(signal.SIGKILL)
    until(lambda: folder_of(run).checkpoint(), "its process ends by itself, after a checkpoint")
    assert not Run.objects.exclude(state="running").exists()
    Run.objects.update(heartbeat_at=timezone.now() - 2 * STALE_AFTER)
    assert services.runs_tend() == 1
    settings.TOSSIM_TRAIN_LAUNCH = launcher("slow")
    assert run_supervise(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.lease) == ("done", 2)


@pytest.mark.django_db
def test_the_command_runs_without_a_worker_and_says_how_runs_stand(
    make: Make, config: dict[str, Any], tmp_path: Path, settings: Any
) -> None:
    settings.TOSSIM_TRAINING, settings.TOSSIM_TRAIN_LAUNCH = str(tmp_path / "training"), launcher("well")
    file = tmp_path / "config.json"
    file.write_text(json.dumps(config))
    kept = [signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)]
    try:
        said = called("train", "run", str(file), "--here", "--set", "finetuned_model_id=us/other")
    finally:
        for one, before in zip((signal.SIGTERM, signal.SIGINT), kept, strict=True):
            signal.signal(one, before)
    assert "done      sft  us/other, step 3 of 3: loss 1, reward 0.3, model other" in said
    assert said.splitlines()[-1] in called("train", "status")
    waiting = called("train", "run", str(file))
    number = Run.objects.latest("pk").pk
    assert f"{number} waiting   sft  us/sums" in waiting
    assert "cancelled" in called("train", "cancel", str(number))
    assert f"{number} waiting" in called("train", "resume", str(number))
    assert "qwen2.5-0.5b" in called("train", "ready")
    with pytest.raises(CommandError, match="did you mean 'epochs'"):
        called("train", "run", str(file), "--set", "epoch=2")
    with pytest.raises(CommandError, match="no ready configuration"):
        called("train", "run", "nothing.json")
    with pytest.raises(CommandError, match="There is no run 0"):
        called("train", "cancel", "0")


def called(*words: str) -> str:
    """What a command says."""
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()

"""What the pages and the admin are told of training runs, and by whom they may be read and changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pydantic import TypeAdapter

from frontend.learning import GAMES_SHOWN, LONGEST, NEWEST, POINTS, curves_of, games_of, samples_of
from frontend.schemas.training import RunList, RunOut
from tests.training import reinforced
from tests.training.conftest import Make
from tests.training.kept import kept_run, kept_runs
from training.config.ready import ready_configs
from training.models import Run

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> Client:
    """A client that is logged in as staff."""
    client.force_login(User.objects.create_superuser("root"))
    return client


def told(client: Client, address: str, shape: Any) -> Any:
    """An answer in its shape."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    return TypeAdapter(shape).validate_json(answer.content)


@pytest.fixture
def run(tmp_path: Path, settings: Any) -> Run:
    """The run that trains, beside others."""
    settings.TOSSIM_TRAINING = str(tmp_path)
    return kept_runs()


def test_training_is_for_staff(client: Client, run: Run) -> None:
    refused = {"error": "Training is for staff. Sign in as one."}
    mine = f"/api/training/{run.pk}"
    for answer in (client.get("/api/training"), client.get(mine), client.post(f"{mine}/cancel")):
        assert (answer.status_code, answer.json()) == (403, refused)
    run.refresh_from_db()
    assert not run.cancel_asked


def test_the_list_says_how_each_run_stands(staff: Client, run: Run) -> None:
    rows = {row.name: row for row in told(staff, "/api/training", RunList).runs}
    assert {name: (row.state, row.step, row.steps) for name, row in rows.items()} == {
        "us/town-grpo": ("running", 40, 64), "us/next": ("waiting", 0, None), "us/town-votes": ("cancelled", 12, 60),
        "us/sums-hot": ("failed", 7, 60), "us/sums-good": ("done", 60, 60),
    }  # fmt: skip
    assert (rows["us/sums-good"].model, rows["us/sums-good"].alignment) == ("sums-good", "control")
    assert rows["us/sums-hot"].error.startswith("A number was not finite: step 8")
    assert not rows["us/next"].launched
    assert [figure.name for figure in rows["us/sums-good"].figures] == ["loss", "grad_norm", "learning_rate"]


def test_a_run_tells_its_curves_and_the_end_of_its_log(staff: Client, run: Run) -> None:
    found = told(staff, f"/api/training/{run.pk}", RunOut)
    curves = {curve.name: curve.points for curve in found.curves}
    assert (curves["reward_mean"][0].x, len(curves["reward_mean"]), len(curves["loss"])) == (25, 16, 40)
    assert [(phase.name, phase.first) for phase in found.phases] == [("warm", 1), ("grpo", 25)]
    assert (found.log[-1], len(found.log)) == ("step 40 of 64", 40)
    assert staff.get("/api/training/0").json() == {"error": "There is no such training run."}


def test_beside_a_curve_stands_what_players_without_a_model_come_to(staff: Client, run: Run) -> None:
    found = told(staff, f"/api/training/{run.pk}", RunOut)
    curves = {curve.name: (curve.share, {one.player: one.value for one in curve.beside}) for curve in found.curves}
    assert curves["reward_mean"] == (False, {"passive": 0.664, "random": 0.893, "scripted": 0.974})
    assert curves["active"] == (True, {"passive": 0, "random": 98 / 136, "scripted": 129 / 136})
    assert curves["legal"] == (True, {"passive": 1, "random": 1, "scripted": 1})
    assert curves["loss"] == (False, {})


def test_trials_are_told_with_intervals_and_those_of_the_held_out_role_apart(staff: Client, run: Run) -> None:
    found = told(staff, f"/api/training/{run.pk}", RunOut)
    assert [(row.when, row.how) for row in found.trials] == [
        ("passive", "script"), ("random", "script"), ("scripted", "script"), ("before", "greedy"),
        ("before", "sampled"), ("warm", "greedy"), ("warm", "sampled"),
    ]  # fmt: skip
    greedy = found.trials[5]
    shares = {one.column: one.share for one in greedy.shares}
    assert (shares["format"].value, shares["acts"].n) == (0.93, 136)
    assert (round(shares["format"].low, 3), round(shares["format"].high, 3)) == (0.886, 0.958)
    assert (greedy.distinct, greedy.reward, greedy.understood) == (61, 0.793, 24.5 / 60)
    special = found.held_out_trials[5]
    assert (found.held_out_role, found.tried_at, special.asks, special.distinct) == ("Lookout", 200, 50, None)


def test_samples_are_told_by_checkpoint_with_alike_answers_once_and_the_best_first(
    staff: Client, tmp_path: Path, settings: Any
) -> None:
    settings.TOSSIM_TRAINING = str(tmp_path)
    found = told(staff, f"/api/training/{kept_run('done', 64, kind='grpo').pk}", RunOut)
    assert [(one.step, len(one.samples)) for one in found.checkpoints] == [(64, 2), (56, 2), (48, 2), (40, 2), (32, 2)]
    sample = found.checkpoints[-1].samples[0]
    assert (sample.role, sample.scripted, sample.prompt) == ("Spy", "<bug>go</bug>", reinforced.NIGHT)
    assert [(one.text, one.times, one.reward, one.outcome) for one in sample.answers] == [
        ("<bug>go</bug>", 3, 1.0, None), ("<bug>ha</bug>", 1, 1.0, None), ("<pass></pass>", 1, 0.6, None),
        ("<bug>fi</bug>", 1, 0.4, None), ("<bug>PLAYER</bug>", 1, 0.0, None), (reinforced.HURTFUL, 1, 0.0, None),
    ]  # fmt: skip
    assert [one.outcome for one in found.checkpoints[0].samples[0].answers][:2] == [1.0, -1.0]
    assert (found.first_sampled, found.older_samples) == (32, 0)


def test_sample_games_are_told_line_by_line_the_newest_first(staff: Client, tmp_path: Path, settings: Any) -> None:
    settings.TOSSIM_TRAINING = str(tmp_path)
    found = told(staff, f"/api/training/{kept_run('done', 64, kind='grpo').pk}", RunOut)
    assert [(one.step, one.won, one.taken) for one in found.games] == [
        (64, True, 2), (56, True, 2), (48, True, 2), (40, True, 2), (32, False, 1), (24, False, 1),
    ]  # fmt: skip
    assert [(one.kind, one.problem) for one in found.games[-1].lines if one.kind == "answer"] == [
        ("answer", ""), ("answer", "no action"),
    ]  # fmt: skip
    assert (found.games_kept, found.older_games) == (True, 0)
    assert games_of(reinforced.games(80))["older_games"] == 8 - GAMES_SHOWN


def test_old_samples_and_the_end_of_a_long_text_are_left_out() -> None:
    long = {**reinforced.samples(32)[0], "completions": ["a" * (LONGEST + 1)], "rewards": [0.0]}
    found = samples_of([{**long, "step": step} for step in range(NEWEST + 6)])
    assert (len(found["checkpoints"]), found["older_samples"]) == (NEWEST, 6)
    assert found["checkpoints"][0]["samples"][0]["answers"][0]["text"] == "a" * LONGEST + " …"
    (whole,) = samples_of([long] * (NEWEST + 1))["checkpoints"]
    assert len(whole["samples"]) == NEWEST + 1


def test_a_fine_tuning_run_has_no_phases_trials_or_samples(staff: Client, tmp_path: Path, settings: Any) -> None:
    settings.TOSSIM_TRAINING = str(tmp_path)
    found = told(staff, f"/api/training/{kept_run().pk}", RunOut)
    assert (found.phases, found.trials, found.checkpoints, found.first_sampled) == ([], [], [], None)
    assert (found.games, found.games_kept) == ([], False)


def test_a_long_curve_is_thinned_out_but_keeps_its_end() -> None:
    (curve,) = curves_of([{"step": step, "loss": float(step)} for step in range(1, 5001)])
    assert len(curve["points"]) <= POINTS + 1
    assert (curve["points"][0], curve["points"][-1]) == ({"x": 1, "y": 1.0}, {"x": 5000, "y": 5000.0})


def test_staff_cancel_and_resume_on_the_page(staff: Client, run: Run) -> None:
    assert staff.post(f"/api/training/{run.pk}/cancel").json() == {"ok": True}
    assert told(staff, f"/api/training/{run.pk}", RunOut).cancelling
    failed = Run.objects.get(state="failed")
    assert staff.post(f"/api/training/{failed.pk}/resume").status_code == 200
    again = staff.post(f"/api/training/{failed.pk}/resume")
    assert (again.status_code, again.json()["error"]) == (
        409,
        "Only a run that failed or was cancelled can be resumed.",
    )
    assert staff.post(f"/api/training/{run.pk}/delete").status_code == 422


def test_a_run_without_a_sign_of_life_says_so(staff: Client, tmp_path: Path, settings: Any) -> None:
    settings.TOSSIM_TRAINING = str(tmp_path)
    run = kept_run()
    Run.objects.update(heartbeat_at=None)
    assert told(staff, f"/api/training/{run.pk}", RunOut).stale


def test_the_admin_offers_every_ready_configuration_to_begin_with(staff: Client) -> None:
    add = reverse("admin:training_run_add")
    page = staff.get(add).content.decode()
    for name in ready_configs():
        assert f'href="?ready={name}"' in page, name
    assert "&quot;warm_start&quot;" in staff.get(add, {"ready": "grpo-smollm2-135m"}).content.decode()


def test_the_admin_makes_a_run_of_a_checked_configuration_and_offers_what_may_be_done(
    staff: Client, make: Make, config: dict[str, Any]
) -> None:
    add = reverse("admin:training_run_add")
    assert "qwen2.5-0.5b" in staff.get(add).content.decode()
    bad = staff.post(add, {"written": "model: m\ntraining_fil: x\n"}).content.decode()
    assert "line 2: unknown key" in bad
    assert "training_file" in bad
    missing = staff.post(add, {"written": "model: m\ntraining_file: /nowhere.jsonl\nfinetuned_model_id: x\n"})
    assert "cannot be read" in missing.content.decode()
    assert not Run.objects.exists()
    lines = "".join(f"{key}: {value}\n" for key, value in config.items())
    assert staff.post(add, {"written": lines}).status_code == 302
    run = Run.objects.get()
    assert (run.state, run.launched_at, str(run.created_by)) == ("waiting", None, "root")
    listed = reverse("admin:training_run_changelist")
    for action, state, launched in (
        ("launch", "waiting", True),
        ("cancel", "cancelled", True),
        ("resume", "waiting", True),
    ):
        staff.post(listed, {"action": action, "_selected_action": [run.pk]})
        run.refresh_from_db()
        assert (run.state, run.launched_at is not None) == (state, launched), action
    page = staff.get(listed).content.decode()
    assert f'href="/training/{run.pk}"' in page
    shown = staff.get(reverse("admin:training_run_change", args=[run.pk])).content.decode()
    assert "gradient_accumulation_steps" in shown

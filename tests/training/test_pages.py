"""What the pages and the admin are told of training runs, and by whom they may be read and changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pydantic import TypeAdapter

from frontend.schemas.training import RunList, RunOut
from frontend.training import POINTS, curves_of
from tests.training.conftest import Make
from tests.training.kept import kept_run, kept_runs
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
        "us/town-grpo": ("running", 40, 60), "us/next": ("waiting", 0, None), "us/town-votes": ("cancelled", 12, 60),
        "us/sums-hot": ("failed", 7, 60), "us/sums-good": ("done", 60, 60),
    }  # fmt: skip
    assert (rows["us/sums-good"].model, rows["us/sums-good"].alignment) == ("sums-good", "control")
    assert rows["us/sums-hot"].error.startswith("A number was not finite: step 8")
    assert not rows["us/next"].launched
    assert [figure.name for figure in rows["us/town-grpo"].figures] == ["loss", "grad_norm", "learning_rate", "reward"]


def test_a_run_tells_its_curves_the_end_of_its_log_and_its_samples(staff: Client, run: Run) -> None:
    found = told(staff, f"/api/training/{run.pk}", RunOut)
    curves = {curve.name: curve.points for curve in found.curves}
    assert [(curves["reward"][0].x, curves["reward"][0].y), len(curves["loss"])] == [(1, 0.01), 40]
    assert (found.log[-1], len(found.log)) == ("step 40 of 60", 40)
    assert [(one.text, one.reward) for one in found.samples[0].answers] == [("<vote>Ada</vote>", 1.0), ("hm", -0.2)]
    assert staff.get("/api/training/0").json() == {"error": "There is no such training run."}


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

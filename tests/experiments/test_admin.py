"""Experiments in the admin: a plan typed in and checked, a dry run, a launch, and all that may be done afterwards."""

from __future__ import annotations

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from eval import experimenting, trials
from eval.experiments.presets import presets
from eval.experiments.writing import plan_from_yaml
from eval.models import Experiment, Trial
from game.models import Match
from tests.experiments.conftest import launched
from tests.experiments.plans import TEXT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stand_ins")]
ADD = "admin:eval_experiment_add"


@pytest.fixture
def staff(client: Client) -> Client:
    """A client that is logged in as an admin."""
    client.force_login(User.objects.create_superuser("root"))
    return client


def do(staff: Client, experiment: Experiment, name: str, **given: str) -> str:
    """Confirm a deed; the page that follows."""
    address = reverse("admin:eval_experiment_do", args=[experiment.pk, name])
    return staff.post(address, given, follow=True).content.decode()


def test_a_plan_is_typed_in_and_each_mistake_is_said_with_its_line(staff: Client) -> None:
    page = staff.post(reverse(ADD), {"plan": TEXT.replace("blocks", "blocs")})
    assert "line 10: unknown key &#x27;blocs&#x27;; did you mean &#x27;blocks&#x27;?" in page.content.decode()
    assert Experiment.objects.count() == 0
    page = staff.post(reverse(ADD), {"plan": TEXT}, follow=True)
    experiment = Experiment.objects.get()
    assert (experiment.name, experiment.state, experiment.created_by.username) == ("four-arms", "draft", "root")
    changed = TEXT.replace("blocks: 6", "blocks: 2")
    address = reverse("admin:eval_experiment_change", args=[experiment.pk])
    staff.post(address, {"plan": changed})
    experiment.refresh_from_db()
    assert plan_from_yaml(experiment.plan).blocks == 2


@pytest.mark.parametrize("name", list(presets()))
def test_a_form_begins_with_a_plan_that_can_be_launched(staff: Client, name: str) -> None:
    page = staff.get(reverse(ADD), {"example": name})
    assert page.context["adminform"].form.initial["plan"] == presets()[name]
    assert plan_from_yaml(presets()[name]).name == name
    assert all(f"?example={other}" in page.content.decode() for other in presets())


def test_a_dry_run_says_what_it_takes_before_anything_starts(staff: Client) -> None:
    draft = experimenting.experiment_create(plan=TEXT)
    page = staff.get(reverse("admin:eval_experiment_do", args=[draft.pk, "dry-run"])).content.decode()
    assert "24 matches: 24 of scripted agents, 0 with models" in page
    assert "no calls to models, no money" in page
    assert "measured here on 2 matches" in page
    assert "6 blocks can see" in page
    assert "Holm over 4, at its strictest" in page
    assert re.search(r"5 points 1,\d{3}, 10 points 3\d\d\.", page)
    assert Trial.objects.count() == 0


def test_an_experiment_is_launched_paused_resumed_and_aborted_and_each_leaves_who_and_why(staff: Client) -> None:
    draft = experimenting.experiment_create(plan=TEXT)
    assert "plan " in do(staff, draft, "launch")
    for name, given, state in (
        ("pause", {"why": "lunch"}, "paused"),
        ("resume", {}, "running"),
        ("abort", {"why": "enough"}, "aborted"),
    ):
        page = staff.get(reverse("admin:eval_experiment_do", args=[draft.pk, name])).content.decode()
        assert "0 of 24 trials are done" in page
        do(staff, draft, name, **given)
        draft.refresh_from_db()
        assert draft.state == state
    said = list(LogEntry.objects.order_by("pk").values_list("change_message", "user__username"))
    assert said[1] == ("paused: lunch", "root")
    assert len(said) == 4
    assert "This experiment is not being played." in do(staff, draft, "abort")


def test_what_is_launched_shows_how_it_stands_and_looks_again_by_itself(staff: Client) -> None:
    experiment = launched()
    change = reverse("admin:eval_experiment_change", args=[experiment.pk])
    page = staff.get(change).content.decode()
    address = reverse("admin:eval_experiment_progress", args=[experiment.pk])
    assert f'hx-get="{address}"' in page
    assert "name: four-arms" in page
    assert "<textarea" not in page, "a launched plan is frozen"
    trials.trials_play(experiment)
    experimenting.experiment_settle(experiment_id=experiment.pk)
    piece = staff.get(address).content.decode()
    assert "<strong>24</strong> of 24 done" in piece
    assert "hx-get" not in piece, "what has ended is not asked for again"
    assert experiment.get_absolute_url() in staff.get(change).content.decode()
    assert "24 of 24" in staff.get(reverse("admin:eval_experiment_changelist")).content.decode()


def test_failed_trials_are_played_again_with_a_reason(staff: Client) -> None:
    experiment = launched(models={"A": "scripted", "M": "broken"}, retries={"automatic": 0}, blocks=1)
    trials.trials_play(experiment)
    assert "This field is required" in do(staff, experiment, "retry", why="", cause="")
    assert "3 failed trials are played again: the lane was away" in do(
        staff, experiment, "retry", why="the lane was away", cause="agent"
    )
    assert experiment.trials.filter(state="waiting").count() == 3


def test_trials_are_listed_and_opened_as_matches(staff: Client) -> None:
    experiment = launched(blocks=1)
    trials.trials_play(experiment)
    address = reverse("admin:eval_trial_changelist")
    page = staff.get(address, {"experiment__id__exact": experiment.pk, "arm": "EM"})
    (trial,) = page.context["cl"].result_list
    form = {"action": "open_as_match", "_selected_action": [trial.pk]}
    page = staff.post(address, form, follow=True)
    match = Match.objects.get()
    assert f'1 of 1 trials opened: <a href="/m/{match.pk}">' in page.content.decode()
    assert staff.get(reverse("admin:eval_trial_change", args=[trial.pk])).status_code == 200
    assert staff.get(reverse("admin:eval_trial_add")).status_code == 403


def test_experiments_are_for_staff_with_the_permission(client: Client) -> None:
    experiment = launched()
    address = reverse("admin:eval_experiment_do", args=[experiment.pk, "abort"])
    looker = User.objects.create_user("looker", is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_experiment"))
    for user in (None, User.objects.create_user("anna"), looker):
        if user:
            client.force_login(user)
        assert client.post(address, {"why": "mine"}).status_code in (302, 404)
        experiment.refresh_from_db()
        assert experiment.state == "running"
    assert client.get(reverse("admin:eval_experiment_progress", args=[experiment.pk])).status_code == 200

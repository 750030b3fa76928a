"""Models and lanes in the admin: checked like a file, saved and acted on by services."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from agents import services
from agents.admin import LANE_FIELDS, MODEL_FIELDS
from agents.lanes.configuration import LaneSpec, ModelSpec
from agents.models import Lane, LanguageModel, Placement

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> Client:
    """A client that is logged in as an admin."""
    client.force_login(User.objects.create_superuser("root"))
    return client


def form(fields: list[str], spec: ModelSpec | LaneSpec, **changes: str) -> dict[str, str]:
    """What a browser sends for a spec."""
    values = {name: getattr(spec, name) for name in fields}
    sent = {name: "" if value is None else str(value) for name, value in values.items() if value is not False}
    return {**sent, "overrides": "{}", "stop": "[]", "extra_args": "[]", **changes}


def act(staff: Client, action: str, *lanes: Lane) -> str:
    """Run an action; the messages that it left."""
    sent = {"action": action, "_selected_action": [lane.pk for lane in lanes]}
    page = staff.post(reverse("admin:agents_lane_changelist"), sent, follow=True)
    return " ".join(str(message) for message in page.context["messages"])


def test_a_model_is_registered_and_changed(staff):
    spec = ModelSpec(name="smol", base="base", preset="smollm")
    added = staff.post(reverse("admin:agents_languagemodel_add"), form(MODEL_FIELDS, spec))
    assert added.status_code == 302, added.context["errors"]
    model = LanguageModel.objects.get()
    address = reverse("admin:agents_languagemodel_change", args=[model.pk])
    assert staff.get(address).status_code == 200
    changed = staff.post(address, form(MODEL_FIELDS, spec, window="4096", adapter="/adapters/x", name="other"))
    assert changed.status_code == 302, changed.context["errors"]
    model = LanguageModel.objects.get()
    assert (model.name, model.window, model.adapter, model.adapter_version) == ("smol", 4096, "/adapters/x", 1)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"devices": "0,1"}, "tensor_parallel is 1 on 2 devices"),
        ({"kind": "endpoint"}, "an endpoint needs its url"),
        ({"key_env": "sk 123"}, "String should match pattern"),
        ({"max_lora_rank": "7"}, "Input should be 8"),
    ],
)
def test_a_lane_that_makes_no_sense_is_refused_with_a_sentence(staff, changes, said):
    sent = form(LANE_FIELDS, LaneSpec(name="cpu", base="base"), **changes)
    page = staff.post(reverse("admin:agents_lane_add"), sent)
    assert page.status_code == 200
    assert said in page.content.decode()
    assert not Lane.objects.exists()


def test_a_lane_is_registered_and_its_status_is_not_typed_in(staff):
    spec = LaneSpec(name="cpu", base="base")
    sent = form(LANE_FIELDS, spec, state="ready", wanted="on")
    assert staff.post(reverse("admin:agents_lane_add"), sent).status_code == 302
    lane = Lane.objects.get()
    assert (lane.state, lane.wanted) == ("off", "off")
    assert staff.get(reverse("admin:agents_lane_change", args=[lane.pk])).status_code == 200


def test_actions_go_through_the_services(staff, new_lane, settings):
    lane = new_lane(up="http://127.0.0.1:1/v1")
    assert "1 of 1 lanes asked to drain" in act(staff, "drain", lane)
    lane.refresh_from_db()
    assert lane.wanted == "draining"
    assert "1 of 1 lanes asked to stop" in act(staff, "stop", lane)
    lane.refresh_from_db()
    assert lane.wanted == "off"
    settings.TOSSIM_LLM_PYTHON = "/nowhere/python"
    Lane.objects.update(state="off")
    said = act(staff, "start", lane)
    assert "no interpreter for model servers" in said
    assert "0 of 1 lanes asked to start" in said


def test_placements_can_be_read_and_not_changed(staff, new_lane, smol, match):
    new_lane(up="http://127.0.0.1:1/v1")
    services.seats_place(match_id=match.pk, models={1: "smol"})
    page = staff.get(reverse("admin:agents_placement_changelist"))
    assert page.context["cl"].queryset.count() == 1
    assert staff.get(reverse("admin:agents_placement_add")).status_code == 403
    address = reverse("admin:agents_placement_change", args=[Placement.objects.get().pk])
    assert staff.post(address, {}).status_code == 403
    type(match).objects.update(has_people=True)
    page = staff.get(reverse("admin:agents_placement_changelist"))
    assert page.context["cl"].queryset.count() == 0  # nobody learns who plays which seat

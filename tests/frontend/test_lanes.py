"""The lanes page over HTTP: states and counts for all, errors for staff, and never who sits where."""

from __future__ import annotations

import json
import re

import pytest
from django.contrib.auth.models import User

from agents import services
from agents.lanes.configuration import LaneSpec, ModelSpec
from agents.models import Lane
from frontend.schemas.lanes import LaneList
from frontend.schemas.pages import LanesPage
from game import services as game_services
from game.lobby import LobbySpec
from game.models import Match

pytestmark = pytest.mark.django_db


@pytest.fixture
def lane() -> Lane:
    """A lane that had an error."""
    services.model_register(spec=ModelSpec(name="smol", base="base", preset="smollm"))
    services.lane_register(spec=LaneSpec(name="cpu", base="base"))
    services.lane_beat(name="cpu", figures={"tokens_per_second": 12.5, "running": 1, "waiting": 0})
    Lane.objects.update(state="ready", wanted="on", url="http://10.0.0.7:1/v1", last_error="/srv/models is full")
    return Lane.objects.get()


@pytest.fixture
def played_by_people(lane) -> Match:
    """A match with a person and models, whose seats have their place on the lane."""
    match = game_services.match_create(spec=LobbySpec(people=1), seed="people")
    Match.objects.filter(pk=match.pk).update(status="running")
    services.seats_place(match_id=match.pk, models=dict.fromkeys(range(1, 15), "smol"))
    return match


def test_the_public_sees_states_and_figures_and_no_errors(client, lane):
    found = LaneList.model_validate(client.get("/api/lanes").json()).lanes[0]
    assert (found.name, found.state, found.stale, found.models) == ("cpu", "ready", False, ["smol"])
    assert (found.tokens_per_second, found.running, found.cache_hit_share) == (12.5, 1, None)
    assert (found.failed, found.error, found.url) == (True, None, None)


def test_staff_see_the_errors_text(client, lane):
    client.force_login(User.objects.create_superuser("root"))
    found = client.get("/api/lanes").json()["lanes"][0]
    assert (found["error"], found["url"]) == ("/srv/models is full", "http://10.0.0.7:1/v1")


@pytest.mark.parametrize("address", ["/api/lanes", "/lanes"])
def test_seats_are_counted_and_not_named(client, played_by_people, address):
    client.force_login(User.objects.create_superuser("root"))
    said = client.get(address).content.decode()
    assert json.loads(client.get("/api/lanes").content)["lanes"][0]["seats"] == 14
    for seat in played_by_people.seats.all():
        assert not re.search(rf"\b{re.escape(seat.name)}\b", said)


def test_the_page_knows_its_lanes_before_its_first_request_and_without_scripts(client, lane, settings, tmp_path):
    settings.DIST = tmp_path
    page = client.get("/lanes").content.decode()
    found = re.search(r'<script id="initial" type="application/json">(.*?)</script>', page, re.S)
    facts = LanesPage.model_validate(json.loads(found[1]))
    assert [one.name for one in facts.lanes] == ["cpu"]
    assert "cpu: ready" in page.partition("</script>")[2]
    assert "/srv/models" not in page
    Lane.objects.all().delete()
    assert "No lane is set up" in client.get("/lanes").content.decode()

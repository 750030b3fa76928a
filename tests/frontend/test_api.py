"""The HTTP API: the same facts as the socket, and the same services."""

from __future__ import annotations

import json

import pytest
from django.core.management import call_command
from django.test import Client

from agents import services
from agents.lanes.configuration import ModelSpec
from frontend import starting
from frontend.api import api
from frontend.schemas.matches import EventsPage, MatchList
from frontend.schemas.rulebook import RulebookOut
from game.engine.roles import ROLES
from game.engine.setup import MODES
from game.models import Match
from tests.frontend.logs import present, whole_match
from tests.frontend.stored import open_match, stored

pytestmark = pytest.mark.django_db
SEED = "api-1"


@pytest.fixture
def guest() -> Client:
    """A browser that has our page open."""
    return Client()


def post(client: Client, address: str, **body):
    return client.post(address, json.dumps(body), content_type="application/json")


# Reading --------------------------------------------------------------------------------------------------------------


def test_matches_are_listed_as_the_public_may_know_them(guest):
    log = whole_match(SEED)
    over, live = stored(log, title="Over"), stored(log[:70], title="Live", status="running")
    found = MatchList.model_validate(guest.get("/api/matches").json()).matches
    assert [card.title for card in found] == ["Live", "Over"]
    ended, running = found[1], found[0]
    assert ended.outcome == log[-1].outcome
    assert ended.winners == [log[0].table.names[seat - 1] for seat in log[-1].winners]
    assert (running.outcome, len(running.living) <= 15, running.phase != "") == ("", True, True)
    assert (over.pk, live.pk) == (ended.id, running.id)


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("status=live", ["Live"]),
        ("status=over", ["Over"]),
        ("status=paused", []),
        ("q=ove", ["Over"]),
        ("limit=1", ["Live"]),
    ],
)
def test_matches_are_found_by_status_and_title(guest, query, titles):
    stored(whole_match(SEED)[:40], title="Over")
    stored(whole_match(SEED)[:40], title="Live", status="running")
    assert [card["title"] for card in guest.get(f"/api/matches?{query}").json()["matches"]] == titles


@pytest.mark.parametrize("viewpoint", ["public", "god", "3"])
def test_the_stream_of_a_viewpoint_is_that_of_the_socket(guest, viewpoint):
    log = whole_match(SEED)
    match = stored(log)
    wanted = present(log, int(viewpoint) if viewpoint.isdecimal() else viewpoint)
    items, after = [], 0
    while after is not None:
        page = guest.get(f"/api/matches/{match.pk}/events?as={viewpoint}&after={after}&limit=100").json()
        EventsPage.model_validate(page)
        items, after = items + page["items"], page["next"]
    assert [{**item, "at": 0} for item in items] == json.loads(json.dumps(wanted))


@pytest.mark.parametrize("viewpoint", ["god", "2", "99", "banana", "02"])
def test_a_viewpoint_that_is_withheld_is_refused_with_a_sentence(guest, viewpoint):
    match = stored(whole_match(SEED)[:80], status="running", has_people=True)
    answer = guest.get(f"/api/matches/{match.pk}/events?as={viewpoint}")
    assert answer.status_code == 403
    assert answer.json()["error"].endswith(".")


def test_roles_and_modes_are_listed(guest):
    assert [role["name"] for role in guest.get("/api/roles").json()] == list(ROLES)
    modes = {mode["name"]: mode for mode in guest.get("/api/modes").json()}
    assert list(modes) == list(MODES)
    assert modes["Coven Classic"]["slots"][2] == "Psychic"
    assert modes["Lovers"]["rule"] == "lovers"


@pytest.mark.parametrize(
    ("address", "status"),
    [("/api/matches/999999", 404), ("/api/matches/999999/events", 404), ("/api/matches?limit=0", 422),
     ("/api/matches/1/events?after=-1", 422), ("/api/nothing", 404)],
)  # fmt: skip
def test_what_is_wrong_with_a_request_is_said_in_a_sentence(guest, address, status):
    answer = guest.get(address)
    assert answer.status_code == status
    if answer.headers["Content-Type"].startswith("application/json"):
        assert answer.json()["error"].endswith(".")


def test_every_operation_names_its_refusals():
    for path, operations in api.get_openapi_schema(path_prefix="/api/")["paths"].items():
        for method, operation in operations.items():
            wanted = {"422"} if method == "get" else {"403", "404", "409", "422", "429"}
            assert wanted <= {str(code) for code in operation["responses"]}, (path, method)


def test_the_rulebook_has_its_shape_and_is_sent_once(guest):
    answer = guest.get("/api/rules")
    book = RulebookOut.model_validate(answer.json())
    assert sorted(role.name for role in book.roles) == sorted(ROLES)
    assert [mode.name for mode in book.modes] == list(MODES)
    assert "no-cache" in answer.headers["Cache-Control"]
    assert guest.get("/api/rules", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_the_exported_shapes_are_current():
    call_command("export_schemas", "--check")


# Writing --------------------------------------------------------------------------------------------------------------


def test_a_guest_starts_a_scripted_match(guest):
    answer = post(guest, "/api/matches", lobby="classic", pace=0.5, title="Mine")
    assert answer.status_code == 201, answer.content
    match = Match.objects.get(pk=answer.json()["id"])
    assert (match.title, match.pace, match.has_people) == ("Mine", 0.5, False)
    assert match.status in ("queued", "running")


def test_a_match_with_seats_for_people_waits_for_them(guest):
    answer = post(guest, "/api/matches", people=2)
    match = Match.objects.get(pk=answer.json()["id"])
    assert (match.status, match.has_people, match.seats.filter(is_open=True).count()) == ("open", True, 2)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"lobby": "no such lobby"}, "no such lobby"),
        ({"lobby": "game: {mode: Clasic}"}, "Classic"),
        ({"lobby": "gmae: {mode: Classic}"}, "game"),
        ({"lobby": "game: ["}, ""),
        ({"pace": -1}, "pace"),
        ({"speed": 3}, "speed"),
        ({"people": 99}, "people"),
    ],
)
def test_a_lobby_that_cannot_be_played_is_refused_with_the_reason(guest, body, words):
    answer = post(guest, "/api/matches", **body)
    assert answer.status_code == 422
    assert words in answer.json()["error"]
    assert not Match.objects.exists()


def test_guests_cannot_start_more_matches_than_a_few(guest, admin_client):
    for _ in range(starting.AT_ONCE):
        stored(whole_match(SEED)[:40], status="running")
    refused = post(guest, "/api/matches")
    assert refused.status_code == 429
    assert "Watch one of them" in refused.json()["error"]
    assert post(admin_client, "/api/matches").status_code == 201


@pytest.fixture
def parent() -> Match:
    """A finished match that can be forked wherever a stage was opened."""
    match = stored(whole_match(SEED))
    match.events.filter(kind="stage_opened").update(boundary=True)
    return match


@pytest.mark.parametrize("viewpoint", ["public", "god", "3"])
def test_a_guest_forks_a_match_at_any_moment_of_any_viewpoint(guest, parent, viewpoint):
    n = 30
    answer = post(guest, f"/api/matches/{parent.pk}/fork", n=n, **{"as": viewpoint})
    assert answer.status_code == 201, answer.content
    fork = Match.objects.get(pk=answer.json()["id"])
    assert (fork.parent, fork.seed, fork.status in ("queued", "running")) == (parent, parent.seed, True)
    pages = [guest.get(f"/api/matches/{one.pk}/events?as={viewpoint}").json()["items"] for one in (parent, fork)]
    shared = [item["ops"] for item in pages[1]]
    assert shared == [item["ops"] for item in pages[0][: len(shared)]]
    assert 0 < len(shared) <= n
    assert guest.get(f"/api/matches/{parent.pk}").json()["forks"] == [fork.pk]
    assert guest.get(f"/api/matches/{fork.pk}").json()["match"]["parent"] == parent.pk


def test_a_fork_has_other_luck_and_other_players_where_they_are_wished(admin_client, parent):
    services.model_register(spec=ModelSpec(name="small", base="base", preset="smollm2"))
    names = admin_client.get("/api/agents").json()["agents"]
    assert {"scripted", "small"} <= set(names)
    answer = post(admin_client, f"/api/matches/{parent.pk}/fork", n=40, agents={"2": "small"}, seed="other")
    fork = Match.objects.get(pk=answer.json()["id"])
    assert (fork.seed, fork.seats.get(number=2).agent, fork.seats.get(number=3).agent) == ("other", "small", "scripted")


def test_a_guest_forks_a_match_into_a_seat_and_holds_it(guest, parent):
    answer = post(guest, f"/api/matches/{parent.pk}/fork", n=40, sit=3, **{"as": "god"})
    assert answer.status_code == 201, answer.content
    fork = Match.objects.get(pk=answer.json()["id"])
    assert guest.cookies[f"tossim_seat_{fork.pk}"]["httponly"]
    mine, other = (one.get(f"/api/matches/{fork.pk}").json() for one in (guest, Client()))
    assert (mine["me"], mine["allowed"]) == (3, ["public", 3])
    assert (other["me"], other["allowed"]) == (None, ["public"])
    assert (mine["match"]["practice"], mine["match"]["clock"], mine["card"]["practice"]) == (True, "none", True)
    assert mine["match"]["seats"][2]["name"] == parent.seats.get(number=3).name


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"n": 40, "sit": 16}, 422, "sit"),
        ({"n": 99_999}, 422, "has not come so far"),
        ({"n": 0}, 422, "n: "),
        ({"n": 40, "as": "77"}, 403, "viewpoint"),
        ({"n": 1}, 409, "nothing to fork"),
        ({"n": 40, "agents": {"3": "small"}}, 422, "sign in as staff"),
        ({"n": 40, "agents": {"16": "scripted"}}, 422, "agents"),
    ],
)
def test_a_fork_that_cannot_be_is_refused_with_the_reason(guest, parent, body, status, words):
    answer = post(guest, f"/api/matches/{parent.pk}/fork", **body)
    assert (answer.status_code, words in answer.json()["error"]) == (status, True), answer.json()
    assert Match.objects.count() == 1


def test_nobody_forks_a_match_that_people_are_playing(admin_client):
    match = stored(whole_match(SEED)[:80], status="running", has_people=True)
    answer = post(admin_client, f"/api/matches/{match.pk}/fork", n=20)
    assert (answer.status_code, Match.objects.count()) == (409, 1)


def test_a_guest_sits_down_by_name_and_stands_up_again(guest):
    match = open_match(people=1)
    seat = post(guest, f"/api/matches/{match.pk}/sit", name="Zoe").json()["seat"]
    cookie = guest.cookies[f"tossim_seat_{match.pk}"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert guest.get(f"/api/matches/{match.pk}").json()["me"] == seat
    assert Client().get(f"/api/matches/{match.pk}").json()["me"] is None
    assert match.seats.get(number=seat).name == "Zoe"
    assert post(guest, f"/api/matches/{match.pk}/stand").status_code == 200
    assert guest.get(f"/api/matches/{match.pk}").json()["me"] is None


def test_sitting_down_twice_gives_the_same_seat(guest):
    match = open_match(people=2)
    first = post(guest, f"/api/matches/{match.pk}/sit", name="Zoe").json()
    assert post(guest, f"/api/matches/{match.pk}/sit", name="Zoe").json() == first


def test_a_taken_seat_is_refused_with_a_sentence(guest):
    match = open_match(people=1)
    seat = post(guest, f"/api/matches/{match.pk}/sit", name="Zoe").json()["seat"]
    answer = post(Client(), f"/api/matches/{match.pk}/sit", name="Yan", seat=seat)
    assert answer.status_code == 409
    assert answer.json()["error"].endswith(".")


@pytest.mark.parametrize("deed", ["stand", "hand-over", "take-back"])
def test_whoever_has_no_seat_can_do_nothing_with_it(guest, deed):
    match = open_match(people=1)
    assert post(guest, f"/api/matches/{match.pk}/{deed}").status_code == 403


def test_writing_needs_the_token_of_our_page():
    stranger = Client(enforce_csrf_checks=True)
    refused = post(stranger, "/api/matches")
    assert refused.status_code == 403
    assert "Reload the page" in refused.json()["error"]
    stranger.get("/")
    token = stranger.cookies["csrftoken"].value
    allowed = stranger.post("/api/matches", "{}", content_type="application/json", headers={"x-csrftoken": token})
    assert allowed.status_code == 201

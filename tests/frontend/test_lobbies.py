"""Lobbies as the page that makes a match reads, checks and shows them."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from django.test import Client

from agents import services as agent_services
from agents.lanes.configuration import ModelSpec
from frontend import lobbies
from frontend.schemas.matches import LobbyOut
from game import selectors, services
from game.engine.codec import table_from_json
from game.engine.roles import ROLES
from game.engine.setup import MODES, deal
from game.lobby import LobbySpec, lobby_table
from game.models import Decision, Match
from tests.frontend.logs import whole_match
from tests.frontend.stored import open_match, stored

pytestmark = pytest.mark.django_db


def checked(**wish: Any) -> LobbyOut:
    """What the server says of a lobby."""
    answer = Client().post("/api/lobby", json.dumps(wish), content_type="application/json")
    assert answer.status_code == 200, answer.content
    return LobbyOut.model_validate(answer.json())


SPECS: dict[str, dict[str, Any]] = {
    "nothing said": {},
    "a part of a mode's list": {"game": {"mode": "Coven Classic"}, "players": 9, "talk": "bids"},
    "a list of one's own": {
        "title": "Small",
        "slots": ["Sheriff", "Doctor", "Any", "Random Town", "Godfather", "Jester", "Town Support"],
        "game": {"mode": "Custom", "coven": True},
        "agents": [{"id": "Zoe", "personality": "dry"}, {"role": "Jester"}],
        "rounds": {"discussion": 1},
        "limits": {"defense": 99},
        "clock": "budget",
    },
    "people": {"people": 2, "seconds": {"night": 50}, "pace": 1.5},
}


@pytest.mark.parametrize("name", SPECS)
def test_form_and_yaml_say_the_same(name: str) -> None:
    form = checked(spec=SPECS[name])
    text = checked(yaml=form.yaml)
    assert form.problems == []
    assert text == form
    assert LobbySpec.model_validate(text.spec) == LobbySpec.model_validate(SPECS[name])
    assert len(form.seats) == len(form.slots) == sum(1 for _ in form.seats)
    assert sum(seat.person for seat in form.seats) == SPECS[name].get("people", 0)


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"yaml": "gmae: {}"}, "did you mean 'game'?"),
        ({"yaml": "game: ["}, "not YAML"),
        ({"yaml": "game: {mode: Clasic}"}, "did you mean 'Classic'?"),
        ({"spec": {"slots": ["Sheriff"] * 7, "game": {"mode": "Custom"}}}, "At most"),
        ({"spec": {"slots": ["Sherif", *["Any"] * 6], "game": {"mode": "Custom"}}}, "Did you mean Sheriff?"),
        ({"spec": {"agents": [{"model": "gtp"}]}}, "There is no agent or model 'gtp'"),
        ({"spec": {"people": 16}}, "people: "),
        ({"spec": {"colour": "red"}}, "colour: "),
    ],
)
def test_what_cannot_be_played_is_said_in_sentences_and_nothing_is_kept(wish: dict[str, Any], words: str) -> None:
    found = checked(**wish)
    assert words.lower() in " ".join(found.problems).lower()
    assert all(problem.endswith(".") for problem in found.problems)
    assert not Match.objects.exists()


@pytest.mark.parametrize("mode", [mode for mode, found in MODES.items() if found.slots])
def test_every_deal_lies_within_the_counts_of_factions(mode: str) -> None:
    table = lobby_table(LobbySpec.model_validate({"game": {"mode": mode}}))
    bounds = {one["faction"]: (one["least"], one["most"]) for one in lobbies.factions(table)}
    for seed in map(str, range(20)):
        dealt = Counter(ROLES[role].faction.value for role in deal(table, seed))
        assert set(dealt) <= set(bounds)
        assert [name for name, (least, most) in bounds.items() if not least <= dealt[name] <= most] == []


def test_the_estimate_is_a_guess_until_the_model_has_played_such_a_table() -> None:
    agent_services.model_register(spec=ModelSpec(name="small", base="b", preset="smollm2"))
    spec = {"agents": [{"model": "small"}] * 15}
    guess = checked(spec=spec).estimate
    assert guess
    assert (guess.models, guess.measured, guess.calls) == (15, False, 345)
    match = stored(whole_match("api-1"))
    Decision.objects.bulk_create(
        Decision(
            match=match, seat=seat, ask_id=f"1:{seat}", model="small", prompt_tokens=900, cost=100, latency_ms=3_000,
            submission_id=f"s{seat}", actions=[], source="model",
        )
        for seat in range(1, 16)
    )  # fmt: skip
    seen = checked(spec=spec).estimate
    assert seen
    assert (seen.measured, seen.calls, seen.tokens, seen.minutes) == (True, 15, 15_000, 0.1)
    scripted = checked(spec={}).estimate
    assert scripted
    assert (scripted.models, scripted.calls) == (0, 0)


@pytest.mark.parametrize("name", SPECS)
def test_the_lobby_of_a_match_makes_the_same_table(name: str) -> None:
    match = services.match_create(spec=LobbySpec.model_validate(SPECS[name]), seed="x")
    again = services.match_create(spec=selectors.spec_of(match), seed="x")
    assert table_from_json(again.table) == table_from_json(match.table)
    seats = [
        list(one.seats.order_by("number").values("name", "agent", "agent_options", "is_open")) for one in (match, again)
    ]
    assert seats[0] == seats[1]
    assert (again.roles, again.title, again.pace) == (match.roles, match.title, match.pace)


def test_what_an_agent_is_made_of_is_shown_to_staff_alone(client: Client, admin_client: Client) -> None:
    spec = LobbySpec.model_validate({"agents": [{"personality": "a liar"}]})
    address = f"/api/matches/{services.match_create(spec=spec, seed='x').pk}/lobby"
    assert "a liar" not in client.get(address).json()["yaml"]
    assert "a liar" in admin_client.get(address).json()["yaml"]


def test_the_lobby_of_a_match_that_people_are_to_play_is_not_shown(admin_client: Client) -> None:
    answer = admin_client.get(f"/api/matches/{open_match(people=1).pk}/lobby")
    assert (answer.status_code, answer.json()["error"].endswith(".")) == (403, True)

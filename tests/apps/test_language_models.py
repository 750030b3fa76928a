"""Language models in the seats of live matches: registered, placed on a lane, asked, and accounted for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from agents import selectors, services
from agents.accounts import whole
from agents.lanes.configuration import LaneSpec, ModelSpec
from agents.lanes.facts import Kind, Wanted
from agents.llm.agent import LanguageAgent
from agents.management.commands.llm import register
from agents.models import Lane, LanguageModel, Placement
from agents.seating import agent_for_seat, prompt_of
from frontend.schemas.matches import PromptOut
from game import services as game_services
from game.lobby import LobbyError, LobbySpec
from game.models import Decision, Match
from tests.apps.conftest import SMALL, play_out

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tester(settings: Any) -> LanguageModel:
    """A model on a lane whose server answers whatever its schema allows first."""
    settings.TOSSIM_LANE_CLIENT = "tests.agents.llm.faults.FittingClient"
    settings.TOSSIM_AGENTS = {"scripted": "agents.scripted.ScriptedAgent"}
    lane = services.lane_register(spec=LaneSpec(name="here", kind=Kind.ENDPOINT, url="http://127.0.0.1:9/v1", base="b"))
    Lane.objects.filter(pk=lane.pk).update(state="ready", wanted=Wanted.ON)
    given: dict[str, Any] = {"preset": "chatml", "base": "b", "think_tokens": 0, "persona": "You are wary."}
    return services.model_register(spec=ModelSpec(name="tester", **given))


def match_of(agents: list[dict[str, Any]]) -> Match:
    """A small match with these agents."""
    return game_services.match_create(spec=LobbySpec(**SMALL, agents=agents), seed="models")


def test_a_lobby_seats_a_model_by_name_with_its_persona_and_the_lobbys_personality(tester: LanguageModel) -> None:
    match = match_of([{"model": "tester", "personality": "You speak in rhymes."}])
    agent = agent_for_seat(seat=match.seats.get(number=1), match=match, listen=print)
    assert isinstance(agent, LanguageAgent)
    assert agent.record.persona == "You are wary.\nYou speak in rhymes."


def test_a_lobby_with_an_unknown_model_is_refused_with_the_nearest_name(tester: LanguageModel) -> None:
    with pytest.raises(LobbyError, match="tester"):
        match_of([{"model": "testr"}])


def test_a_live_match_of_models_ends_and_its_rows_account_for_it(tester: LanguageModel) -> None:
    match = play_out(game_services.match_start(match=match_of([{"model": "tester"}] * 7)))
    assert (match.status, match.error, match.defaulted) == (Match.Status.FINISHED, "", [])
    rows = Decision.objects.filter(match=match)
    assert set(rows.values_list("source", "model", "lane")) == {("model", "tester", "here")}
    account = selectors.match_account(match.pk)
    assert account.decisions == account.first_try == rows.count()
    assert account.prompt_tokens == sum(rows.values_list("prompt_tokens", flat=True)) > 0
    assert set(Placement.objects.filter(match=match).values_list("seat", flat=True)) == set(range(1, 8))
    assert whole(match).endswith("no gap, ended; decisions not applied: 0")


@pytest.fixture
def decided(tester: LanguageModel) -> Decision:
    """The last decision of a model in a match that is over."""
    match = play_out(game_services.match_start(match=match_of([{"model": "tester"}])))
    return Decision.objects.filter(match=match, model="tester").order_by("-pk")[0]


def test_a_prompt_is_built_again_from_the_row_of_its_decision(decided: Decision) -> None:
    prompt = prompt_of(match=decided.match, seq=decided.decided_seq)
    assert prompt.recipe["hash"] == decided.recipe["hash"]
    assert decided.recipe["tail"] in prompt.messages[-1].content


def test_a_page_shows_a_prompt_to_those_who_may_see_the_thought(decided: Decision, client: Client) -> None:
    address = f"/api/matches/{decided.match_id}/prompt"
    shown = client.get(address, {"as": "god", "n": decided.decided_seq}).json()
    assert PromptOut.model_validate(shown).messages[-1].content.endswith(decided.recipe["tail"])
    hidden = client.get(address, {"as": "public", "n": decided.decided_seq})
    assert (hidden.status_code, "thoughts" in hidden.json()["error"]) == (403, True)


CHANGES: dict[str, tuple[Callable[[], object], str]] = {
    "another persona": (lambda: LanguageModel.objects.update(persona="You are brave."), "have changed since"),
    "no such model": (lambda: LanguageModel.objects.update(name="gone"), "'tester' is not known any more"),
    "no model's decision": (lambda: Decision.objects.update(model=""), "No model decided"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_prompt_that_cannot_be_built_again_is_refused_with_the_reason(change: str, decided: Decision) -> None:
    make, words = CHANGES[change]
    make()
    with pytest.raises(game_services.Rejected, match=words):
        prompt_of(match=decided.match, seq=decided.decided_seq)


REGISTERED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a folder is served here": ({"model": "/models/Qwen2.5-7B"}, {"kind": "own", "base": "/models/Qwen2.5-7B"}),
    "a server elsewhere": (
        {"url": "http://other:8000/v1", "served": "Big", "key_env": "BIG_KEY"},
        {"kind": "endpoint", "base": "Big", "key_env": "BIG_KEY", "url": "http://other:8000/v1"},
    ),
    "on the CPU though there is a GPU": ({"model": "org/Qwen2.5-7B", "gpu": "none"}, {"devices": ""}),
}


@pytest.mark.parametrize("name", REGISTERED)
def test_the_command_registers_model_and_lane(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.management.commands.llm.gpus", list)
    given, wanted = REGISTERED[name]
    unsaid = dict.fromkeys(("model", "url", "served", "key_env", "name", "preset", "gpu"), "")
    numbers = {"window": 4096, "notation": "compact", "think": 0, "act": 16, "no_structure": False, "kv_cache": 2}
    register({**unsaid, **numbers, **given})
    lane = Lane.objects.get()
    assert {key: getattr(lane, key) for key in wanted} == wanted
    assert lane.wanted == Wanted.ON
    model = LanguageModel.objects.get()
    assert (model.name, model.act_tokens) == (lane.name, 16)

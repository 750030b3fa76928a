"""Whole matches of a real model through the live driver: they finish, and every token is accounted for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone

from agents import selectors, services
from agents.adapters import adapter_swap
from agents.lanes.configuration import LaneSpec, ModelSpec
from agents.lanes.facts import Kind, State, Wanted
from agents.lanes.metrics import Reading, read
from agents.llm.accounting import speeches
from agents.models import Lane, LanguageModel
from game import selectors as game_selectors
from game import services as game_services
from game.live import drive
from game.lobby import LobbySpec
from game.models import Decision, Match
from tests.apps.conftest import lease_of, play_out
from tests.models.serving import Server

pytestmark = pytest.mark.django_db(transaction=True)

SEVEN = ["Sheriff", "Doctor", "Vigilante", "Lookout", "Escort", "Godfather", "Mafioso"]
SHORT = {"discussion": 1, "voting": 1, "night": 0}


@pytest.fixture
def known(server: Server) -> Callable[..., LanguageModel]:
    """Register the model of the run's server, under a name and with further fields."""
    services.lane_register(spec=LaneSpec(name="real", kind=Kind.OWN, base="small", max_loras=2, concurrency=16))
    up = {"url": f"{server.url}/v1", "state": State.READY, "wanted": Wanted.ON, "started_at": timezone.now()}
    Lane.objects.filter(name="real").update(**up)  # as its watcher would write it

    def register(name: str = "smol", **more: object) -> LanguageModel:
        given = {
            "preset": "smollm2", "base": "small", "notation": "compact", "think_tokens": 0, "act_tokens": 32,
            "tokenizer": str(server.folder), **more,
        }  # fmt: skip
        return services.model_register(spec=ModelSpec(name=name, **given))  # type: ignore[arg-type]

    return register


def match_of(*models: str) -> Match:
    """A match of seven, its seats filled with the models in turn."""
    agents = [{"model": models[seat % len(models)]} for seat in range(len(SEVEN))]
    spec = LobbySpec(slots=SEVEN, game={"mode": "Custom"}, agents=agents, rounds=SHORT)  # type: ignore[arg-type]
    return game_services.match_start(match=game_services.match_create(spec=spec, seed="models"))


def counters(server: Server) -> Reading:
    """What the server counted so far."""
    return read(server.get("/metrics")[1], 0.0)


def test_a_match_of_a_real_model_finishes_and_its_rows_say_what_the_server_counted(
    known: Callable[..., LanguageModel], server: Server
) -> None:
    known()
    before = counters(server)
    match = play_out(match_of("smol"))
    after = counters(server)
    assert (match.status, match.error) == (Match.Status.FINISHED, "")
    account = selectors.match_account(match.pk)
    assert account.first_try >= 0.95 * account.decisions
    assert account.prompt_tokens == after.cache_queries - before.cache_queries
    assert account.cached_tokens == after.cache_hits - before.cache_hits
    assert account.over_floor <= 1.15
    assert account.longest_tail <= 300
    spoke, pairs = speeches(game_selectors.log_of(match.pk))
    assert spoke == pairs, "at least one speech a living seat a day"
    decisions = Decision.objects.filter(match=match)
    assert {row.source for row in decisions} == {Decision.Source.MODEL}
    assert {row.lane for row in decisions} == {"real"}


def test_a_match_without_grammar_finishes_too_with_every_refusal_on_its_rows(
    known: Callable[..., LanguageModel],
) -> None:
    known(structured=False, think_tokens=8, act_tokens=16, tool_calls=1)
    match = play_out(match_of("smol", "scripted", "scripted", "scripted", "scripted", "scripted", "scripted"))
    assert match.status == Match.Status.FINISHED
    rows = Decision.objects.filter(match=match, source=Decision.Source.MODEL)
    assert rows
    for row in rows:
        assert row.attempts
        assert bool(row.fallback) == bool(row.attempts[-1]["refusal"])


def test_two_adapters_of_one_base_play_in_one_match_and_one_is_swapped_while_it_runs(
    known: Callable[..., LanguageModel], adapters: list[Path], server: Server
) -> None:
    one, _ = (known(name, adapter=str(folder)) for name, folder in zip(("one", "two"), adapters, strict=True))
    match = match_of("one", "two", "scripted", "scripted")
    rows = Decision.objects.filter(match=match).exclude(model="")
    while not rows.filter(model="one").exists():
        assert drive(match.pk, lease_of(match), seconds=2.0), "it goes on after these seconds"
    before = rows.count()
    assert adapter_swap(model=one, folder=str(adapters[1])) == ["real"]
    match = play_out(match)
    assert (match.status, match.error) == (Match.Status.FINISHED, "")
    assert rows.count() > before
    assert {row.seat: row.model for row in rows} == {1: "one", 2: "two", 5: "one", 6: "two"}
    assert not rows.exclude(fallback="")
    assert Lane.objects.get(name="real").adapters["one"]["version"] == 1
    for name in ("one", "two"):
        server.post("/v1/unload_lora_adapter", {"lora_name": name})

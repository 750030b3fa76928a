"""The clients that a match's driver gets: rows, real servers, no watcher in between."""

from __future__ import annotations

import asyncio

import pytest

from agents import adapters, connections, services
from agents.connections import seat_client
from agents.lanes.configuration import ModelSpec
from agents.llm.client import BadRequest, Completion, Message, NoLane, Request
from agents.models import Lane, Placement
from game.services import Rejected
from tests.llm.servers import ANSWER, Double, serving

pytestmark = pytest.mark.django_db(transaction=True)
ASKED = Request("?", (Message("user", "Who is it?"),), 16)


def ask(match, model, *seats: int) -> list[Completion]:
    """What the seats' clients get, all at once."""

    async def all_of_them() -> list[Completion]:
        clients = [seat_client(match_id=match.pk, seat=seat, model=model) for seat in seats]
        found = await asyncio.gather(*(client.complete(ASKED) for client in clients))
        await asyncio.gather(*(client.close() for client in clients))
        return found

    return asyncio.run(all_of_them())


def test_seats_that_ask_at_once_are_placed_together(new_lane, smol, match):
    first, second = Double(), Double()
    with serving(first, second):
        new_lane("a", up=first.url, concurrency=4)
        new_lane("b", up=second.url, concurrency=4)
        found = ask(match, smol, 1, 2, 3, 4, 5, 6)
    assert {completion.text for completion in found} == {ANSWER}
    assert sorted(Placement.objects.values_list("lane_name", flat=True)) == ["a"] * 4 + ["b"] * 2


def test_a_lane_that_dies_in_mid_answer_is_replaced_and_the_rows_say_so(new_lane, smol, match):
    first, second = Double(), Double()
    first.faults.extend(["die"] * 3)
    with serving(first, second):
        new_lane("a", up=first.url)
        new_lane("b", up=second.url, concurrency=1)
        (found,) = ask(match, smol, 5)
    assert (found.text, found.lane, len(found.retries)) == (ANSWER, "b", 3)
    reasons = list(Placement.objects.values_list("lane_name", "reason"))
    assert reasons[0][0] == "a"
    assert reasons[1] == ("b", "a failed 3 times in a row: the only lane that serves the model")


def test_a_model_without_a_lane_is_told_at_once(new_lane, smol, match):
    new_lane()
    with pytest.raises(NoLane, match="a is off"):
        ask(match, smol, 1)
    assert not Placement.objects.exists()


def test_a_key_comes_from_the_environment_and_its_absence_is_said(new_lane, smol, match, monkeypatch):
    double = Double()
    with serving(double):
        lane = new_lane(kind="endpoint", url=double.url, key_env="CLOUD_KEY")
        Lane.objects.filter(pk=lane.pk).update(state="ready", wanted="on")
        with pytest.raises(BadRequest, match="environment variable CLOUD_KEY, which is not set"):
            ask(match, smol, 1)
        monkeypatch.setenv("CLOUD_KEY", "k")
        assert ask(match, smol, 1)[0].text == ANSWER


def test_two_adapters_of_one_base_share_a_lane_and_a_third_makes_room(new_lane, bad, match):
    others = [
        services.model_register(spec=ModelSpec(name=name, base="base", preset="p", adapter=f"/adapters/{name}"))
        for name in ("worse", "worst")
    ]
    double = Double()
    with serving(double):
        lane = new_lane(up=double.url, max_loras=2)
        assert ask(match, bad, 1, 2)[0].text == ANSWER
        ask(match, others[0], 3)
        assert double.adapters == {"bad": "/adapters/bad", "worse": "/adapters/worse"}
        ask(match, others[1], 4)
    assert set(double.adapters) == {"bad", "worst"}  # two seats play the one, one the other
    lane.refresh_from_db()
    assert set(lane.adapters) == {"bad", "worst"}
    assert len(double.asked("/v1/load_lora_adapter")) == 3


def test_an_adapter_is_exchanged_while_a_match_runs(new_lane, bad, match):
    double = Double()
    with serving(double):
        lane = new_lane(up=double.url, max_loras=2)
        ask(match, bad, 1)
        assert adapters.adapter_swap(model=bad, folder="/adapters/step-2") == ["a"]
        assert double.adapters == {"bad": "/adapters/step-2"}
        assert ask(match, bad, 1)[0].text == ANSWER
        assert len(double.asked("/v1/load_lora_adapter")) == 2
        with pytest.raises(Rejected, match="Other files need another folder"):
            adapters.adapter_swap(model=bad, folder="/adapters/step-2")
        with pytest.raises(Rejected, match="a does not take the adapter"):
            adapters.adapter_swap(model=bad, folder="/missing")
    lane.refresh_from_db()
    assert lane.adapters["bad"]["version"] == 1


def test_a_base_model_has_no_adapter_to_swap(smol):
    with pytest.raises(Rejected, match="smol is no adapter"):
        adapters.adapter_swap(model=smol, folder="/x")


def test_lanes_are_read_once_for_all_clients(new_lane, smol, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(connections, "FRESH", 1000.0)
    new_lane(up="http://127.0.0.1:1/v1")
    assert [lane.name for lane in connections._read()] == ["a"]
    with django_assert_num_queries(0):
        connections._read()

"""A seat's requests against real servers that die, refuse, hang and come back. Time passes only when somebody waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest

from agents.lanes.allocation import allocate
from agents.lanes.facts import Adapter, LaneFacts, ModelFacts, State, Wanted
from agents.lanes.routing import LaneClient, Patience, Router, Seating, Surroundings
from agents.llm.client import BadRequest, Completion, Message, NoLane, Request, TimedOut, Unreachable
from agents.llm.clients import OpenAIClient
from tests.llm.servers import ANSWER, Double

SMOL = ModelFacts("smol", "base", "base")
BAD = ModelFacts("bad", "base", "bad", adapter=Adapter("bad", "/adapters/bad"))
ASKED = Request("?", (Message("user", "Who is it?"),), 16)


@dataclass
class World:
    """Lanes and their servers, a clock that waiting moves, and what was noted of placements."""

    doubles: dict[str, Double] = field(default_factory=dict)
    facts: dict[str, LaneFacts] = field(default_factory=dict)
    now: float = 0.0
    placed: list[tuple[str, str]] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None
    """Called whenever somebody waits."""
    loads: int = 0
    clients: list[OpenAIClient] = field(default_factory=list)
    runner: asyncio.Runner = field(default_factory=asyncio.Runner)

    def add(self, name: str, *faults: str, **facts) -> Double:
        """A lane with its server."""
        double = Double()
        double.open()
        double.faults.extend(faults)
        self.doubles[name] = double
        self.facts[name] = LaneFacts(**{"name": name, "url": double.url, "base": "base", **facts})
        return double

    def change(self, name: str, **facts) -> None:
        """A lane is different from now on."""
        self.facts[name] = replace(self.facts[name], **facts)

    def router(self, **patience) -> Router:
        """What the clients of a process share."""
        return Router(Patience(**patience), clock=lambda: self.now, sleep=self.sleep, chance=lambda: 1.0)

    def ask(self, client: LaneClient, request: Request = ASKED, heard=None) -> Completion:
        """What a seat gets; all is asked on one event loop."""
        return self.runner.run(client.complete(request, heard))

    async def sleep(self, seconds: float) -> None:
        """Time passes."""
        self.now += seconds
        self.meanwhile()
        await asyncio.sleep(0)

    def client(self, router: Router, model: ModelFacts = SMOL, seat: int = 1) -> LaneClient:
        """A seat's client."""
        return LaneClient(model, self.around(model, seat), router)

    def around(self, model: ModelFacts, seat: int) -> Surroundings:
        """The rest of the program."""

        async def lanes() -> list[LaneFacts]:
            return list(self.facts.values())

        async def place(avoid: frozenset[str], why: str) -> Seating:
            (found,) = allocate({seat: model}, [lane for lane in self.facts.values() if lane.name not in avoid])
            if found.lane:
                self.placed.append((found.lane, why))
            return Seating(found.lane, found.reason)

        async def load(lane: LaneFacts, again: bool) -> None:
            self.loads += 1
            self.doubles[lane.name].adapters[model.served] = "/adapters"
            self.change(lane.name, adapters=frozenset({model.served}))

        return Surroundings(lanes, place, self.connect, load)

    def connect(self, lane: LaneFacts, kind: type[OpenAIClient] = OpenAIClient) -> OpenAIClient:
        """A client of a lane, closed in the end."""
        self.clients.append(kind(lane.url))
        return self.clients[-1]

    def close(self) -> None:
        """Nothing of it is open any more."""
        with self.runner as runner:
            for client in self.clients:
                runner.run(client.close())
        for double in self.doubles.values():
            double.close()


@pytest.fixture
def world() -> Iterator[World]:
    """Servers that are closed in the end."""
    found = World()
    yield found
    found.close()


def test_a_request_goes_to_the_lane_of_the_seat_under_the_models_name_there(world):
    double = world.add("a")
    found = world.ask(world.client(world.router()))
    assert (found.text, found.lane, found.retries) == (ANSWER, "a", ())
    assert double.asked("/v1/chat/completions")[0]["model"] == "base"
    assert world.placed == [("a", "")]


@pytest.mark.parametrize(
    ("faults", "said", "waited"),
    [
        (["500"], "a: Error code: 500", 0.5),
        (["die"], "a: the connection broke", 0.5),
        (["500", "502"], "a: Error code: 502", 1.5),
        (["429:0.25"], "a: Error code: 429", 0.25),  # as long as the server says
        (["429:0.25"] * 6, "a: Error code: 429", 1.5),  # which opens no breaker
    ],
)
def test_a_transient_failure_is_tried_again_on_the_same_lane(world, faults, said, waited):
    world.add("a", *faults)
    router = world.router()
    found = world.ask(world.client(router))
    assert found.text == ANSWER
    assert found.retries[-1].startswith(said)
    assert len(found.retries) == len(faults)
    assert world.now == waited


def test_a_request_under_way_fails_over_without_losing_its_turn(world):
    world.add("a", "die", "die", "die")
    world.add("b", seats=1)
    found = world.ask(world.client(world.router()))
    assert (found.text, found.lane, len(found.retries)) == (ANSWER, "b", 3)
    assert world.placed == [("a", ""), ("b", "a failed 3 times in a row")]


def test_a_seat_that_has_moved_stays(world):
    world.add("a", "500", "500", "500")
    world.add("b", seats=1)
    router = world.router()
    client = world.client(router)
    assert [world.ask(client).lane for _ in range(3)] == ["b"] * 3
    assert len(world.placed) == 2


def test_what_one_seat_learns_spares_the_others_the_try(world):
    first = world.add("a", "500", "500", "500")
    world.add("b", seats=1)
    router = world.router()
    world.ask(world.client(router, seat=1))
    world.change("b", seats=5)
    assert world.ask(world.client(router, seat=2)).lane == "b"
    assert len(first.asked("/v1/chat/completions")) == 3


def test_a_lane_that_restarts_is_waited_for(world):
    world.add("a")
    client = world.client(world.router())
    world.ask(client)
    world.doubles["a"].close()
    world.change("a", state=State.STARTING)

    def come_back() -> None:
        if world.now > 40:
            world.meanwhile = lambda: None
            world.doubles["a"].open()
            world.change("a", state=State.READY, since="later", url=world.doubles["a"].url)

    world.meanwhile = come_back
    found = world.ask(client)
    assert found.text == ANSWER
    assert found.retries == ("waited for a (starting)",)


def test_a_server_killed_in_mid_answer_and_restarted_answers_in_the_end(world):
    world.add("a", "die")

    def restart() -> None:
        world.meanwhile = lambda: None
        world.change("a", state=State.READY, since="second")

    world.meanwhile = restart
    found = world.ask(world.client(world.router()))
    assert (found.text, len(found.retries)) == (ANSWER, 1)


def test_nobody_waits_twice_for_a_lane_that_does_not_come_back(world):
    world.add("a", state=State.STARTING)
    router = world.router(lane=60.0)
    client = world.client(router)
    with pytest.raises(NoLane, match="came back within 60 s"):
        world.ask(client)
    assert 60 <= world.now < 62
    with pytest.raises(NoLane, match="not waited for again"):
        world.ask(world.client(router, seat=2))
    assert world.now < 62
    world.change("a", state=State.READY)
    assert world.ask(client).text == ANSWER
    assert not router.has_given_up("smol")


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"wanted": Wanted.OFF, "state": State.OFF}, "a is off"),
        ({"state": State.BROKEN}, "a is broken"),
        ({"state": State.STARTING, "watched": False}, "a is no longer watched"),
        ({"base": "another"}, "there is none"),
    ],
)
def test_where_no_lane_is_left_for_good_the_answer_comes_at_once(world, facts, said):
    world.add("a", **facts)
    with pytest.raises(NoLane, match=said):
        world.ask(world.client(world.router()))
    assert world.now == 0.0


def test_a_lane_that_is_deleted_in_mid_match_is_left(world):
    world.add("a")
    client = world.client(world.router())
    world.ask(client)
    del world.facts["a"]
    with pytest.raises(NoLane, match="there is none"):
        world.ask(client)
    world.add("b")
    assert world.ask(client).lane == "b"
    assert world.placed[-1] == ("b", "a is gone")


def test_a_lane_that_drains_is_left_where_there_is_another_and_kept_where_there_is_none(world):
    world.add("a")
    client = world.client(world.router())
    world.ask(client)
    world.change("a", wanted=Wanted.DRAINING, state=State.DRAINING)
    assert world.ask(client).lane == "a"
    world.add("b")
    assert world.ask(client).lane == "b"
    assert world.placed[-1] == ("b", "a drains")
    world.change("a", wanted=Wanted.OFF, state=State.OFF)
    del world.facts["b"]
    with pytest.raises(NoLane, match="a is off"):
        world.ask(world.client(world.router(), seat=2))


def test_a_lane_that_keeps_failing_is_tried_less_and_less_and_given_up_in_the_end(world):
    double = world.add("a", *["500"] * 100)
    router = world.router(lane=1000.0)
    with pytest.raises(Unreachable, match="Error code: 500"):
        world.ask(world.client(router))
    assert len(double.asked("/v1/chat/completions")) == 8
    assert world.now > 60


def test_after_patience_the_last_failure_stands(world):
    world.add("a", *["500"] * 100)
    router = world.router(lane=20.0)
    with pytest.raises((Unreachable, NoLane)):
        world.ask(world.client(router))
    assert router.has_given_up("smol")
    with pytest.raises((Unreachable, NoLane)):
        world.ask(world.client(router, seat=2))
    assert world.now < 40


def test_a_request_that_is_not_answered_in_time_is_tried_once_more(world):
    double = world.add("a", "hang", "hang")
    with pytest.raises(TimedOut):
        world.ask(world.client(world.router()), replace(ASKED, timeout=0.1))
    assert len(double.asked("/v1/chat/completions")) == 2


def test_what_the_server_refuses_is_not_tried_again(world):
    double = world.add("a", "400")
    with pytest.raises(BadRequest):
        world.ask(world.client(world.router()))
    assert len(double.asked("/v1/chat/completions")) == 1


def test_an_adapter_is_loaded_before_the_first_request_and_again_when_the_server_lost_it(world):
    double = world.add("a", max_loras=2)
    client = world.client(world.router(), BAD)
    assert world.ask(client).text == ANSWER
    assert world.ask(client).text == ANSWER
    assert world.loads == 1
    assert double.asked("/v1/chat/completions")[0]["model"] == "bad"
    double.adapters.clear()
    found = world.ask(client)
    assert (found.text, world.loads) == (ANSWER, 2)
    assert "its adapter is loaded again" in found.retries[0]


def test_a_lane_has_only_so_many_requests_of_a_loop_under_way(world):
    double = world.add("a", "hang", concurrency=1)
    router = world.router()

    async def two() -> None:
        first = asyncio.create_task(world.client(router, seat=1).complete(ASKED))
        await asyncio.to_thread(double.hanging.wait, 10)
        second = asyncio.create_task(world.client(router, seat=2).complete(ASKED))
        await asyncio.sleep(0)
        assert len(double.asked("/v1/chat/completions")) == 1
        double.release.set()
        await asyncio.gather(first, second)

    world.runner.run(two())
    assert len(double.asked("/v1/chat/completions")) == 3


def test_what_was_heard_of_a_broken_answer_is_not_followed_by_pieces_of_another(world):
    world.add("a")
    pieces: list[str] = []

    class Stammering(OpenAIClient):
        async def complete(self, request, heard=None):
            if heard is not None:
                heard("the qu")
                raise Unreachable("gone in mid-answer")
            return await super().complete(request)

    around = replace(world.around(SMOL, 1), connect=lambda lane: world.connect(lane, Stammering))
    assert world.ask(LaneClient(SMOL, around, world.router()), heard=pieces.append).text == ANSWER
    assert pieces == ["the qu"]

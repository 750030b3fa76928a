"""What is learnt from is what a lane asks: the same prompts, read and refused by the same rules."""

from __future__ import annotations

import re

from agents.llm.agent import LanguageAgent
from agents.llm.client import Completion, Request
from agents.llm.digest import INTRODUCTION
from game.engine.fold import visible
from game.engine.setup import start
from game.engine.types import Seat
from game.play.drivers import run_async
from game.play.seats import AnyAgent
from tests.training.points import first
from training.rollout.points import agents_of
from training.rollout.tables import Plan, learner, table


class Copyist:
    """A server whose model writes the last form of the prompt that names players, with the first of them."""

    def __init__(self) -> None:
        self.requests: list[Request] = []

    async def complete(self, request: Request, heard: object = None) -> Completion:
        self.requests.append(request)
        forms = request.messages[-1].content.partition("Answer with one of:\n")[2].splitlines()
        named = [one for one in forms if "PLAYER: " in one]
        text = "<pass></pass>"
        if named:
            form, _, players = named[-1].partition(" PLAYER: ")
            own = iter(players.partition(" CHOICE")[0].replace(" then", "").split())
            text = re.sub(r"PLAYER", lambda _: next(own), form)
        return Completion(text.removesuffix("</pass>"), "stop", "</pass>" if text == "<pass></pass>" else "")

    async def close(self) -> None:
        """Nothing is held."""


async def test_a_model_with_digests_plays_a_match_by_the_prompts_that_it_learns_from() -> None:
    seed = "lane/0"
    agreed = table(Plan(), seed, held_out=False)
    client = Copyist()
    agents: dict[Seat, AnyAgent] = dict(agents_of(seed, 7))
    seats = [1, 2, 3]
    agents |= {seat: LanguageAgent(seat, learner(), client) for seat in seats}
    played = await run_async(start(agreed, seed), agents)
    assert played.state.public.ending
    asked = [one for one in client.requests if one.messages[-1].role == "user"]
    assert len(asked) > 10
    assert max(one.max_tokens for one in asked) == learner().act_tokens
    assert all(one.schema is None and "</vote>" in one.stop for one in asked)
    assert all(one.messages[0].content == INTRODUCTION for one in asked)


def test_every_point_is_asked_as_a_lane_would_ask_it() -> None:
    for point in first(60):
        agent = LanguageAgent(point.seat, learner(), Copyist())
        agent.observe(visible(point.log, point.seat))
        assert agent.transcript.prompt(point.view, point.ask).messages == point.messages

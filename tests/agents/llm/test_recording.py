"""A recorded match played back without a server has the same canonical log."""

from __future__ import annotations

import pytest

from agents.llm.agent import LanguageAgent
from agents.llm.client import BadRequest, Client, Message, Request
from agents.llm.recording import Recording, Replay
from game.engine.setup import start, table_for
from game.names import NAMES
from game.play.drivers import Played, run_async
from tests.agents.llm.faults import FaultyClient, fits, model


async def played(client: Client) -> Played:
    """A match of seven models through one client."""
    record = model(structured=True, think_tokens=16)
    agents = {seat: LanguageAgent(seat, record, client) for seat in range(1, 8)}
    return await run_async(start(table_for("Classic", NAMES[:7]), "recorded"), agents)


async def test_a_replay_gives_the_same_log_and_asks_nothing_new():
    thinks = iter(range(10_000))
    recording = Recording(FaultyClient(lambda request: fits(request) if request.schema else f"Thought {next(thinks)}."))
    first = await played(recording)
    again = await played(Replay(recording.exchanges))
    assert again.log == first.log
    assert len(recording.exchanges) > 40


async def test_what_was_not_recorded_is_refused():
    with pytest.raises(BadRequest, match="not in the recording"):
        await Replay([]).complete(Request("m", (Message("user", "Hello"),), 5))

"""The clients of seats, as the driver of a match gets them: lanes and placements out of the database, keys out of the
environment, servers over the network."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from threading import Lock
from typing import TypeVar
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from agents import adapters, selectors, services
from agents.lanes.allocation import allocate
from agents.lanes.facts import LaneFacts
from agents.lanes.routing import LaneClient, Router, Seating, Surroundings
from agents.llm.client import BadRequest, Client
from agents.models import LanguageModel

Found = TypeVar("Found")
FRESH = 0.4
"""Seconds for which this process takes lanes to stand as it last read them."""
NO_KEY = "none"
"""What a server that wants no key is given: OpenAI's client insists on one."""

router = Router()
"""What this process knows of servers."""
_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[str, ...], Client]] = WeakKeyDictionary()
_read_at = 0.0
_lanes: Sequence[LaneFacts] = ()
_lock = Lock()


def seat_client(*, match_id: int, seat: int, model: LanguageModel) -> LaneClient:
    """The client of a seat of a match. It finds its lane at the first request, if the seat has none yet."""

    async def place(avoid: frozenset[str], why: str) -> Seating:
        def find() -> Seating:
            found = services.seat_place(match_id=match_id, seat=seat, model=model.name, avoid=avoid, why=why)
            return Seating(found.lane, found.reason)

        return await _in_thread(find)

    async def load(lane: LaneFacts, again: bool) -> None:
        await _in_thread(lambda: adapters.adapter_load(lane=lane.name, model=model.name, again=again))

    around = Surroundings(lanes=_lanes_now, place=place, connect=connect, load=load)
    return LaneClient(selectors.model_facts(model), around, router)


def model_client(*, model: LanguageModel) -> LaneClient:
    """A client of a model beside all matches, on the lane that suits it best; its adapter is loaded there.

    It takes no seat's place. One request at a time: take several for several.
    """
    facts = selectors.model_facts(model)

    async def place(avoid: frozenset[str], why: str) -> Seating:
        lanes = [lane for lane in await _lanes_now() if lane.name not in avoid]
        (found,) = allocate({0: facts}, lanes)
        return Seating(found.lane, found.reason)

    async def load(lane: LaneFacts, again: bool) -> None:
        await _in_thread(lambda: adapters.adapter_load(lane=lane.name, model=model.name, again=again))

    return LaneClient(facts, Surroundings(lanes=_lanes_now, place=place, connect=connect, load=load), router)


def connect(lane: LaneFacts, *, batched: bool = False) -> Client:
    """A client of a lane's server, or of its batches: one for all that this loop does.

    Raises BadRequest where its key is not there.
    """
    key = os.environ.get(lane.key_env, "") if lane.key_env else NO_KEY
    if not key:
        raise BadRequest(f"{lane.name} needs a key in the environment variable {lane.key_env}, which is not set.")
    kind = settings.TOSSIM_BATCH_CLIENT if batched else settings.TOSSIM_LANE_CLIENT
    place = (lane.name, lane.url, lane.since, kind)
    with _lock:
        clients = _clients.setdefault(asyncio.get_running_loop(), {})
        if place not in clients:
            clients[place] = import_string(kind)(base_url=lane.url, api_key=key)
        return clients[place]


async def _lanes_now() -> Sequence[LaneFacts]:
    return await _in_thread(_read)


def _read() -> Sequence[LaneFacts]:
    """The lanes as they stand; all clients of the process share one reading."""
    global _read_at, _lanes
    with _lock:
        if time.monotonic() - _read_at > FRESH:
            _lanes, _read_at = selectors.lanes_as_they_stand(), time.monotonic()
        return _lanes


async def _in_thread(work: Callable[[], Found]) -> Found:
    """Do what needs the database beside this loop; its connection does not outlive the work."""

    def run() -> Found:
        try:
            return work()
        finally:
            connection.close()

    return await asyncio.to_thread(run)

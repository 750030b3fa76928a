"""The hub inside one process: slow pages, shared work, and letting go."""

from __future__ import annotations

import asyncio
import json

import pytest
from channels.db import database_sync_to_async
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.db import connection

from frontend import cards, consumers, facts, hub
from frontend.routing import websocket_urlpatterns
from game.log import viewers_wake
from game.models import Match
from tests.frontend.logs import present, whole_match
from tests.frontend.stored import append, stored

SEED = "hub-1"
LOG = whole_match(SEED)


@pytest.fixture
def match(transactional_db):
    """A finished match."""
    return stored(LOG)


@pytest.fixture
def running(transactional_db):
    """A match that goes on."""
    return stored(LOG[:40], status="running")


def page(match, query: str = "") -> WebsocketCommunicator:
    """A page that watches from this process."""
    return WebsocketCommunicator(URLRouter(websocket_urlpatterns), f"/ws/m/{match.pk}/?{query}")


async def frames(socket, *, until):
    """Messages of the server until one is as wanted."""
    got = []
    while True:
        message = await socket.receive_output(timeout=10)
        got.append(message if message["type"] == "websocket.close" else json.loads(message["text"]))
        if until(got):
            return got


def items(got) -> list[dict]:
    """The items among frames."""
    return [item for frame in got if frame["type"] == "events" for item in frame["items"]]


async def test_a_page_that_does_not_keep_up_is_told_to_come_back(match, monkeypatch):
    monkeypatch.setattr(consumers, "WINDOW", 50)
    monkeypatch.setattr(consumers, "STALL", 0.2)
    socket = page(match, "as=god")
    await socket.connect()
    got = await frames(socket, until=lambda got: got[-1]["type"] == "websocket.close")
    assert got[-1]["code"] == consumers.RESUME
    assert [item["n"] for item in items(got)] == list(range(1, 51))
    await socket.disconnect()


async def test_a_page_that_says_what_it_has_seen_gets_everything(match, monkeypatch):
    monkeypatch.setattr(consumers, "WINDOW", 300)
    monkeypatch.setattr(consumers, "STALL", 5.0)
    socket, got = page(match, "as=god"), []
    await socket.connect()
    while len(items(got)) < len(LOG):
        got += await frames(socket, until=lambda got: got[-1]["type"] == "events")
        await socket.send_json_to({"type": "ping", "t": 0, "n": items(got)[-1]["n"]})
    assert [item["n"] for item in items(got)] == list(range(1, len(LOG) + 1))
    await socket.disconnect()


async def test_a_page_cannot_claim_to_have_seen_what_was_never_sent(match, monkeypatch):
    monkeypatch.setattr(consumers, "WINDOW", 50)
    monkeypatch.setattr(consumers, "STALL", 0.2)
    socket = page(match, "as=god")
    await socket.connect()
    await frames(socket, until=lambda got: len(items(got)) == 50)
    await socket.send_json_to({"type": "ping", "t": 0, "n": 1_000_000})
    got = await frames(socket, until=lambda got: got[-1]["type"] == "websocket.close")
    assert len(items(got)) == 50
    await socket.disconnect()


async def test_rows_are_read_once_however_many_watch(running, monkeypatch):
    reads = []
    read = facts.rows
    monkeypatch.setattr(
        facts, "rows", lambda match_id, after, limit: reads.append(after) or read(match_id, after, limit)
    )
    sockets = [page(running, f"as={viewpoint}") for viewpoint in ("public", "god", 3, "public")]
    for socket in sockets:
        await socket.connect()
        await frames(socket, until=lambda got: got[-1]["type"] == "live")
    assert reads.count(0) == 1
    await database_sync_to_async(append)(running, LOG[40:60])
    for socket, viewpoint in zip(sockets, ("public", "god", 3, "public"), strict=True):
        wanted = len(present(LOG[:60], viewpoint)) - len(present(LOG[:40], viewpoint))
        await frames(socket, until=lambda got, wanted=wanted: len(items(got)) == wanted)
    assert reads.count(0) == 1
    for socket in sockets:
        await socket.disconnect()


async def test_what_guests_may_see_is_looked_up_with_the_match_and_not_for_each_of_them(running, monkeypatch):
    asked = []
    permission = facts.permission
    monkeypatch.setattr(facts, "permission", lambda *given: asked.append(given) or permission(*given))
    guests = [page(running) for _ in range(3)]
    for guest in guests:
        await guest.connect()
        hello = (await frames(guest, until=lambda got: got[-1]["type"] == "hello"))[-1]
        assert "god" in hello["allowed"]
    await database_sync_to_async(people_join)(running)
    for guest in guests:
        hello = (await frames(guest, until=lambda got: got[-1]["type"] == "hello"))[-1]
        assert (hello["allowed"], hello["me"]) == (["public"], None)
        await guest.disconnect()
    assert asked == []


def people_join(match) -> None:
    """Make it a match of people, and tell its viewers."""
    Match.objects.filter(pk=match.pk).update(has_people=True)
    viewers_wake(match_id=match.pk)


async def test_nothing_is_kept_when_nobody_watches(match):
    sockets = [page(match, "as=god"), page(match)]
    for socket in sockets:
        await socket.connect()
        await frames(socket, until=lambda got: got[-1]["type"] == "live")
    here = hub.hub()
    room = here._rooms[match.pk]
    assert set(room._streams) == {"god", "public"}
    await sockets[0].disconnect()
    assert set(room._streams) == {"public"}
    await sockets[1].disconnect()
    assert (here._rooms, here._listener) == ({}, None)
    while await database_sync_to_async(listeners)():
        await asyncio.sleep(0)


def listeners() -> int:
    """Connections that hear the doorbell."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'"
        )
        return cursor.fetchone()[0]


async def test_a_log_that_cannot_be_read_ends_the_page_with_a_reason(running, monkeypatch):
    socket = page(running)
    await socket.connect()
    await frames(socket, until=lambda got: got[-1]["type"] == "live")

    def broken(*args):
        raise ValueError("an event from the future")

    monkeypatch.setattr(facts, "rows", broken)
    await database_sync_to_async(append)(running, LOG[40:60])
    got = await frames(socket, until=lambda got: got[-1]["type"] == "websocket.close")
    assert got[-1]["code"] == consumers.BROKEN
    assert got[-2]["fatal"] is True
    await socket.disconnect()


async def test_a_card_says_how_many_pages_follow_its_match(running):
    sockets = [page(running), page(running, "as=god")]
    for count, socket in enumerate(sockets, 1):
        assert await database_sync_to_async(watching)(running) == count - 1
        await socket.connect()
        await frames(socket, until=lambda got: got[-1]["type"] == "live")
    assert await database_sync_to_async(watching)(running) == 2
    for socket in sockets:
        await socket.disconnect()
    assert await database_sync_to_async(watching)(running) == 0


def watching(match) -> int:
    """What the card of a match says of its spectators."""
    return cards.cards([match])[0]["watching"]

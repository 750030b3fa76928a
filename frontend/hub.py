"""The live stream of matches inside one web process.

One LISTEN connection hears the doorbell of every match, and what agents are writing. A watched match has a room: it
reads new rows once, presents them once for each viewpoint that somebody watches, and keeps the finished JSON text of
every item. A watcher is a cursor into that text, so however slow it is it costs no memory here. A lost doorbell costs
a few seconds, never data. What is being written is passed on as it comes, may be lost, and goes when its ask is closed.

Knows nothing of permissions: who may watch what is decided before anybody is let in.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.db import Error as DatabaseError  # InterfaceError, too
from django.db import connection
from psycopg.conninfo import make_conninfo

from frontend import facts
from frontend.present import Presenter, Viewpoint, sees
from frontend.writing import Writings, heard
from game.thoughts import THOUGHTS

log = logging.getLogger(__name__)

DOORBELL = "tossim_match"
POLL = 5.0
"""Seconds after which a room looks for new rows though nobody rang."""
SETTLE = 0.03
"""Seconds that a room waits after a look, so that a burst of doorbells is answered by one look."""
READ = 1000
"""Rows of one read."""
SLICE = 200
"""Events presented in one go before other sockets get their turn."""
FLOW = 0.1
"""Seconds between two calls to the watchers about what is being written."""
RETRY = 0.5
"""Seconds before a lost LISTEN connection is opened again."""


class NoSuchMatch(LookupError):
    """There is no match with this number."""


@dataclass(eq=False)
class Stream:
    """One viewpoint of one match: item n is `texts[n - 1]`, ready to be sent."""

    presenter: Presenter
    texts: list[str] = field(default_factory=list)
    read: int = 0
    """Rows of the room that have been looked at."""
    watchers: int = 0

    def take(self, rows: Sequence[facts.Row]) -> None:
        """Present those of the next rows that the viewpoint may see."""
        self.read += len(rows)
        for row in rows:
            if sees(self.presenter.viewpoint, row.event):
                item = self.presenter.item(row.event, row.at, row.thought)
                self.texts.append(json.dumps(item, ensure_ascii=False, separators=(",", ":")))


class Reader:
    """A thread with a database connection of its own: looking is frequent, and connecting is what would cost."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "hub")

    async def look(self, match_id: int, after: int) -> tuple[list[facts.Row], facts.Facts | None]:
        """What `facts.look` gives. Raises DatabaseError; the next look then connects anew."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, _look, match_id, after)

    def close(self) -> None:
        """Let the connection and the thread go once they are idle."""
        self._thread.submit(_close)
        self._thread.shutdown(wait=False)


def _look(match_id: int, after: int) -> tuple[list[facts.Row], facts.Facts | None]:
    try:
        return facts.look(match_id, after, READ)
    except DatabaseError:
        connection.close()
        raise


def _close() -> None:
    connection.close()  # that of the thread in which this runs


class Room:
    """One watched match."""

    def __init__(self, match_id: int, reader: Reader) -> None:
        self.match_id = match_id
        self._reader = reader
        self.rows: list[facts.Row] = []
        self.facts: facts.Facts | None = None
        self.broken = ""
        self.watchers: set[asyncio.Event] = set()
        self.writings = Writings()
        self._call: asyncio.TimerHandle | None = None
        self._streams: dict[Viewpoint, Stream] = {}
        self._bell = asyncio.Event()
        self._looking = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Read what there is and begin to follow. Raises NoSuchMatch."""
        async with self._looking:
            if self.facts is None:
                await self._look()
        if self._task is None:
            self._task = asyncio.create_task(self._follow())

    def close(self) -> None:
        """Stop following."""
        if self._task:
            self._task.cancel()
        if self._call:
            self._call.cancel()

    def ring(self) -> None:
        """Something may have happened in the match."""
        self._bell.set()

    def hear(self, pieces: Sequence[dict[str, Any]]) -> None:
        """Take what agents have written, and call the watchers soon."""
        for piece in pieces:
            self.writings.hear(piece)
        if self._call is None:
            self._call = asyncio.get_running_loop().call_later(FLOW, self._called)

    def _called(self) -> None:
        self._call = None
        self._wake()

    @contextlib.asynccontextmanager
    async def stream(self, viewpoint: Viewpoint) -> AsyncIterator[Stream]:
        """The stream of a viewpoint, kept for as long as somebody is inside."""
        stream = self._streams.setdefault(viewpoint, Stream(Presenter(viewpoint)))
        stream.watchers += 1
        try:
            await self._feed(stream)
            yield stream
        finally:
            stream.watchers -= 1
            if not stream.watchers and self._streams.get(viewpoint) is stream:
                del self._streams[viewpoint]

    async def _feed(self, stream: Stream) -> None:
        while stream.read < len(self.rows):
            stream.take(self.rows[stream.read : stream.read + SLICE])
            await asyncio.sleep(0)

    async def _follow(self) -> None:
        while not self.broken:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._bell.wait(), POLL)
            self._bell.clear()
            try:
                async with self._looking:
                    await self._look()
            except DatabaseError as error:
                log.warning("Match %s cannot be read now, will try again: %s", self.match_id, error)
            except Exception:
                log.exception("The stream of match %s has stopped", self.match_id)
                self.broken = "The server cannot show this match any further; its log says why."
                self._wake()
            await asyncio.sleep(SETTLE)

    async def _look(self) -> None:
        """Read new rows and facts; wake the watchers when anything is new."""
        seen, writing = len(self.rows), self.writings.now()
        now = await self._read()
        if self.facts is not None and now.rewritten != self.facts.rewritten:
            now = await self._read_anew()
        changed, self.facts = now != self.facts, now
        for stream in list(self._streams.values()):
            await self._feed(stream)
        asked = [(ask.seat, ask.id) for ask in now.asks]
        gone = self.writings.keep(writing, asked)
        if changed or gone or len(self.rows) > seen:
            self._wake()

    async def _read(self) -> facts.Facts:
        """Read all rows that are new, and what holds beside them. Raises NoSuchMatch."""
        rows, now = await self._reader.look(self.match_id, len(self.rows))
        self.rows.extend(rows)
        while len(rows) == READ:
            rows, now = await self._reader.look(self.match_id, len(self.rows))
            self.rows.extend(rows)
        if now is None:
            raise NoSuchMatch(self.match_id)
        return now

    async def _read_anew(self) -> facts.Facts:
        """Read a log again that says less than it did: as many events, so that every page keeps its place."""
        self.rows = []
        now = await self._read()
        for viewpoint, stream in list(self._streams.items()):
            fresh = Stream(Presenter(viewpoint))
            await self._feed(fresh)
            stream.presenter, stream.texts, stream.read = fresh.presenter, fresh.texts, fresh.read
        return now

    def _wake(self) -> None:
        for watcher in self.watchers:
            watcher.set()


class Hub:
    """The rooms of one event loop and the connection that hears their doorbells. It listens while somebody watches."""

    def __init__(self) -> None:
        self._rooms: dict[int, Room] = {}
        self._listener: asyncio.Task[None] | None = None
        self._reader: Reader | None = None

    @contextlib.asynccontextmanager
    async def watch(self, match_id: int, bell: asyncio.Event) -> AsyncIterator[Room]:
        """The room of a match; `bell` is set whenever there is news in it. Raises NoSuchMatch."""
        self._reader = self._reader or Reader()
        self._listener = self._listener or asyncio.create_task(self._listen())
        room = self._rooms.get(match_id) or self._rooms.setdefault(match_id, Room(match_id, self._reader))
        room.watchers.add(bell)
        try:
            await room.open()
            yield room
        finally:
            room.watchers.discard(bell)
            if not room.watchers:
                room.close()
                self._rooms.pop(match_id, None)
            if not self._rooms:
                self._rest()

    def rooms(self) -> list[Room]:
        """The rooms that somebody is in."""
        return list(self._rooms.values())

    def _rest(self) -> None:
        """Nobody watches: let go of both connections."""
        if self._listener:
            self._listener.cancel()
        if self._reader:
            self._reader.close()
        self._listener = self._reader = None

    async def _listen(self) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(_address(), autocommit=True) as doorbell:
                    await doorbell.execute(f"LISTEN {DOORBELL}")
                    await doorbell.execute(f"LISTEN {THOUGHTS}")
                    for room in self._rooms.values():
                        room.ring()
                    async for note in doorbell.notifies():
                        self._hear(note.channel, note.payload)
            except psycopg.Error as error:
                log.warning("The doorbell connection is gone, opening it again: %s", error)
            await asyncio.sleep(RETRY)

    def _hear(self, channel: str, payload: str) -> None:
        match_id, pieces = heard(payload) if channel == THOUGHTS else (_match_of(payload), [])
        room = self._rooms.get(match_id)
        if room and pieces:
            room.hear(pieces)
        elif room:
            room.ring()


def _address() -> str:
    """Where the database is, in psycopg's words."""
    given = connection.settings_dict
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    return make_conninfo(**{name: str(given[key]) for name, key in names.items() if given[key]})


def _match_of(payload: str) -> int:
    number = payload.partition(":")[0]
    return int(number) if number.isdecimal() else 0


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """The hub of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]


def watching() -> dict[int, int]:
    """How many pages follow each match through this process; those of other web processes are not counted."""
    rooms = [room for one in list(_hubs.values()) for room in one.rooms()]
    return {room.match_id: len(room.watchers) for room in rooms}

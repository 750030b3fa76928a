"""The socket of a match: hears the page, and sends it what its viewpoint may see.

Rules, rows and folding live elsewhere.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from typing import Any
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from pydantic import ValidationError

from frontend import facts
from frontend.asking import permissions, question
from frontend.cookies import seat_key
from frontend.hub import NoSuchMatch, Room, Stream, hub
from frontend.limits import Bucket
from frontend.present import Viewpoint
from frontend.schemas.acts import ActFrame, AsFrame, PingFrame, client_frame
from frontend.schemas.base import MAX_FRAME
from frontend.writing import Writing
from game import services

log = logging.getLogger(__name__)

BATCH = 200
"""Items in one frame at most."""
WINDOW = 4_000
"""Items that the server sends ahead of the last one that the page has named in a ping."""
STALL = 30.0
"""Seconds after which a page that is a whole window behind is closed."""
SEEN_EVERY = 5.0
"""Seconds between two notes of a person's presence."""

RESUME, FORBIDDEN, NOT_FOUND, FLOOD, BROKEN = 4008, 4003, 4004, 4029, 4011
"""Codes with which a socket is closed; after RESUME the page comes back with its cursor."""


class TooSlow(Exception):
    """The page is a whole window behind and does not move."""


class MatchConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # Channels has no types
    """One page that watches one match, and perhaps plays in it."""

    channel_layer_alias = "none"  # the hub carries everything; a layer would cost each socket a subscription

    async def connect(self) -> None:
        """Let everybody in; what they may see is settled in the first frame."""
        await self.accept()
        asked = parse_qs(self.scope["query_string"].decode("latin-1"))
        self.match_id = int(self.scope["url_route"]["kwargs"]["match_id"])
        self.viewpoint = _viewpoint(asked.get("as", ["public"])[0])
        self.look = 0
        self.cursor = self.acked = _number(asked.get("after", ["0"])[0])
        self.bell = asyncio.Event()
        self.frames, self.acts = Bucket(rate=20, burst=60), Bucket(rate=4, burst=20)
        self.sent: dict[str, Any] = {}
        self.written: dict[int, tuple[Writing, int]] = {}
        self.heard: set[int] = set()
        self.seen_at = float("-inf")
        self.permission = facts.NOBODY
        self.room: Room | None = None
        self.life = asyncio.create_task(self._live())

    async def disconnect(self, code: int) -> None:
        """Stop following."""
        self.life.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.life

    # What the page sends ----------------------------------------------------------------------------------------------

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """One frame from the page."""
        if not self.frames.take():
            await self._fail("Too many messages: this connection is closed. Reload the page to go on.", FLOOD)
        elif text_data is None:
            await self._error("Only text frames are understood.")
        elif len(text_data) > MAX_FRAME:
            await self._error(f"A message may have {MAX_FRAME} characters; this one has {len(text_data)}.")
        else:
            await self._read(text_data)

    async def _read(self, text: str) -> None:
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            await self._error("This message is no JSON.")
            return
        try:
            frame = client_frame.validate_python(value)
        except ValidationError as error:
            await self._refuse(value, _flaw(error))
            return
        if isinstance(frame, PingFrame):
            await self._ping(frame)
        elif isinstance(frame, AsFrame):
            await self._look_from(frame.as_)
        else:
            await self._act(frame)

    async def _refuse(self, value: Any, flaw: str) -> None:
        """Answer what could not be read; a decision gets an ack, so that it is not sent again for ever."""
        named = isinstance(value, dict) and value.get("type") == "act" and isinstance(value.get("id"), str)
        if named and len(value["id"]) <= 64:
            await self._say("ack", id=value["id"], ok=False, code="malformed", error=flaw)
        else:
            await self._error(flaw)

    async def _ping(self, frame: PingFrame) -> None:
        await self._say("pong", t=frame.t, now=_now())
        if frame.n is not None and frame.n > self.acked:
            self.acked = min(frame.n, self.cursor)
            self.bell.set()
        if self.permission.me and time.monotonic() - self.seen_at > SEEN_EVERY:
            self.seen_at = time.monotonic()
            await database_sync_to_async(services.seat_seen)(match_id=self.match_id, number=self.permission.me)
            if self.room:
                self.room.ring()

    async def _look_from(self, viewpoint: Viewpoint) -> None:
        if viewpoint not in self.permission.allowed:
            await self._error(self.permission.withheld or "This viewpoint does not exist in this match.")
            return
        self._turn_to(viewpoint)

    def _turn_to(self, viewpoint: Viewpoint) -> None:
        """Look from there, from the beginning; `look` counts the turns."""
        self.viewpoint, self.cursor, self.acked = viewpoint, 0, 0
        self.look += 1
        self.sent.pop("as", None)
        self.written = {}
        self.bell.set()

    async def _act(self, frame: ActFrame) -> None:
        refusal = await self._decide(frame)
        code, error = refusal or ("", "")
        await self._say("ack", id=frame.id, ok=refusal is None, code=code, error=error)
        if self.room:
            self.room.ring()

    async def _decide(self, frame: ActFrame) -> tuple[str, str] | None:
        """Submit a decision; the code and sentence of its refusal, or None."""
        if not self.acts.take():
            return "too_fast", "That was too much at once. Wait a moment and try again."
        if not self.permission.me:
            return "no_seat", "You have no seat in this match. Take a free one first."
        actions = [action.model_dump(mode="json") for action in frame.actions]
        try:
            await database_sync_to_async(facts.submit)(self.match_id, self.permission.me, frame.id, frame.ask, actions)
        except services.Rejected as rejected:
            return rejected.code, rejected.reason
        return None

    # What the page is sent --------------------------------------------------------------------------------------------

    async def _live(self) -> None:
        try:
            async with hub().watch(self.match_id, self.bell) as self.room:
                await self._permit(self.room)
                if self.viewpoint not in self.permission.allowed:
                    await self._error(self.permission.withheld or "This viewpoint does not exist in this match.")
                    self._turn_to("public")
                while not self.room.broken:
                    await self._watch(self.room)
                await self._fail(self.room.broken, BROKEN)
        except NoSuchMatch:
            await self._fail("There is no such match.", NOT_FOUND)
        except TooSlow:
            await self.close(RESUME)
        except Exception:
            log.exception("A socket of match %s has failed", self.match_id)
            await self.close(BROKEN)

    async def _watch(self, room: Room) -> None:
        """Follow one viewpoint until it or one's own seat changes."""
        look, me = self.look, self.permission.me
        async with contextlib.AsyncExitStack() as stack:
            stream = await stack.enter_async_context(room.stream(self.viewpoint))
            mine = await stack.enter_async_context(room.stream(me)) if me else None
            if self.cursor > len(stream.texts):
                self.cursor = self.acked = 0
            while look == self.look and me == self.permission.me and not room.broken:
                self.bell.clear()
                await self._tell_facts(room, stream)
                if look != self.look:
                    break
                behind = await self._push(stream)
                await self._tell_now(room, stream, mine)
                await self._wait(behind)

    async def _wait(self, behind: bool) -> None:
        """Wait for news. Raises TooSlow when the page is behind and does not move."""
        try:
            await asyncio.wait_for(self.bell.wait(), STALL if behind else None)
        except TimeoutError:
            raise TooSlow from None

    async def _push(self, stream: Stream) -> bool:
        """Send the next items, as far as the window allows; whether any are left behind."""
        look = self.look
        while look == self.look and self.cursor < len(stream.texts):
            end = min(len(stream.texts), self.cursor + BATCH, self.acked + WINDOW)
            if end <= self.cursor:
                return True
            items = ",".join(stream.texts[self.cursor : end])
            self.cursor = end
            await self.send(f'{{"type":"events","items":[{items}]}}')
        return False

    async def _tell_facts(self, room: Room, stream: Stream) -> None:
        """Say hello again when a permission or the match has changed, or only who sits where when that is all."""
        now = room.facts
        assert now is not None
        if now.match == self.sent.get("match") and "as" in self.sent:
            return
        if "match" in self.sent:
            await self._permit(room)
        if self.viewpoint not in self.permission.allowed:
            self._turn_to("public")
            return
        head = {name: value for name, value in now.match.items() if name != "seats"}
        known = {"head": head, "permission": self.permission, "as": self.viewpoint}
        if any(self.sent.get(name) != value for name, value in known.items()):
            await self._say(
                "hello", **{"as": self.viewpoint}, match=now.match, allowed=self.permission.listed,
                me=self.permission.me, withheld=self.permission.withheld, now=_now(), cursor=len(stream.texts),
            )  # fmt: skip
        elif self.sent.get("seats") != now.match["seats"]:
            await self._say("seats", seats=now.match["seats"])
        self.sent.update(known, match=now.match, seats=now.match["seats"])

    async def _tell_now(self, room: Room, stream: Stream, mine: Stream | None) -> None:
        """What holds now and is no event: who thinks, and what is wanted of the person."""
        now = room.facts
        assert now is not None
        screen = stream.presenter
        thinking = now.thinking(screen.viewpoint, screen.state.public)
        await self._say_once("live", thinking=thinking, status=now.status)
        await self._tell_gallery(now)
        if pieces := room.writings.news(screen.viewpoint, self.written):
            await self._say("thinking", pieces=pieces)
        if mine is not None:
            view = mine.presenter.view
            playing = view.private is not None and now.status == "running"
            ask = question(view) if playing else None
            timed = ask and {**ask, **now.timing(ask["id"], mine.presenter.me)}
            await self._say_once("ask", ask=timed, standing=permissions(view) if playing else [])

    async def _tell_gallery(self, now: facts.Facts) -> None:
        """What is new in the gallery, and what was taken away, for those who are in it."""
        if not self.permission.hears_gallery:
            return
        news = [one for one in now.remarks if "text" in one and one["id"] not in self.heard]
        gone = [one["id"] for one in now.remarks if "text" not in one and one["id"] in self.heard]
        if news or gone:
            self.heard = self.heard.union(one["id"] for one in news).difference(gone)
            await self._say("gallery", items=news, gone=gone)

    async def _permit(self, room: Room) -> None:
        key, user = seat_key(self.scope.get("cookies", {}), self.match_id), self.scope.get("user")
        if key is None and not getattr(user, "is_authenticated", False):
            assert room.facts is not None
            self.permission = room.facts.guest  # hundreds may come at once
        else:
            self.permission = await database_sync_to_async(facts.permission)(user, self.match_id, key)

    async def _say(self, kind: str, **parts: Any) -> None:
        await self.send(json.dumps({"type": kind, **parts}, ensure_ascii=False, separators=(",", ":")))

    async def _say_once(self, kind: str, **parts: Any) -> None:
        """Send what holds now, unless the page has been told exactly this."""
        if self.sent.get(kind) != parts:
            self.sent[kind] = parts
            await self._say(kind, **parts)

    async def _error(self, sentence: str) -> None:
        await self._say("error", error=sentence, fatal=False)

    async def _fail(self, sentence: str, code: int) -> None:
        await self._say("error", error=sentence, fatal=True)
        await self.close(code)


def _now() -> int:
    return int(time.time() * 1000)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _viewpoint(text: str) -> Viewpoint:
    if text == "god":
        return "god"
    return _number(text) or "public"


def _flaw(error: ValidationError) -> str:
    """The first thing that is wrong with a frame, in a sentence."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"This message is not understood: {where + ': ' if where else ''}{first['msg']}."

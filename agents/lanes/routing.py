"""The client of one seat: sends to the seat's lane, tries again, and goes to another lane when its own fails.

`LaneClient` implements `agents.llm.client.Client`. What lanes there are, where a seat has its place, and how one speaks
to a server come in as callbacks; what this process learns about servers is shared by its clients in a `Router`.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import NoReturn
from weakref import WeakKeyDictionary

from agents.lanes.breaker import Breaker, Circuit
from agents.lanes.facts import LaneFacts, ModelFacts, State
from agents.llm.client import (
    BadRequest,
    Client,
    ClientError,
    Completion,
    Heard,
    NoLane,
    RateLimited,
    Request,
    TimedOut,
)


@dataclass(frozen=True, slots=True)
class Seating:
    """Where a seat has its place: the lane's name, None where nothing serves its model; `reason` in words."""

    lane: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a client needs of the rest of the program. All may be slow, none is called while a request is under way."""

    lanes: Callable[[], Awaitable[Sequence[LaneFacts]]]
    """All lanes as they stand."""
    place: Callable[[frozenset[str], str], Awaitable[Seating]]
    """The seat's place: the one it has, or a new one that is none of the names given, for the reason given."""
    connect: Callable[[LaneFacts], Client]
    """A client of a lane's server. It is kept for as long as the server runs."""
    load: Callable[[LaneFacts, bool], Awaitable[None]]
    """Loads the model's adapter there; with True even where it is thought to be loaded. Raises ClientError."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds, and numbers of times."""

    lane: float = 300.0
    """Until a lane that should come back is given up; longer than a server takes to start."""
    tries: int = 8
    timeouts: int = 2
    pause: float = 0.5
    """Before the second try; each further one waits twice as long, up to `longest_pause`."""
    longest_pause: float = 8.0
    look: float = 0.5
    """Between two looks for a lane."""


@dataclass(slots=True)
class Router:
    """What the clients of one process share: breakers, limits, connections. Safe across threads and loops."""

    patience: Patience = field(default_factory=Patience)
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random
    """For spreading tries that failed together: 0 to 1."""
    _breakers: dict[tuple[str, str, str], Breaker] = field(default_factory=dict)
    _given_up: set[str] = field(default_factory=set)
    _limits: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, asyncio.Semaphore]] = field(
        default_factory=WeakKeyDictionary
    )
    _lock: Lock = field(default_factory=Lock)

    def breaker(self, lane: LaneFacts) -> Breaker:
        """The luck of this run of a lane's server."""
        with self._lock:
            return self._breakers.get(_key(lane), Breaker())

    def allows(self, lane: LaneFacts) -> bool:
        """Whether a request may be sent there now."""
        return self.breaker(lane).allows(self.clock())

    def change(self, lane: LaneFacts, change: Callable[[Breaker], Breaker]) -> None:
        """Note what happened with a lane."""
        with self._lock:
            self._breakers[_key(lane)] = change(self._breakers.get(_key(lane), Breaker()))

    def limit(self, lane: LaneFacts) -> asyncio.Semaphore:
        """How many requests of this loop may be under way there."""
        with self._lock:
            limits = self._limits.setdefault(asyncio.get_running_loop(), {})
            return limits.setdefault(f"{lane.name}:{lane.concurrency}", asyncio.Semaphore(lane.concurrency))

    def give_up(self, model: str) -> None:
        """From now on nobody waits for this model's lanes, until one of them answers."""
        with self._lock:
            self._given_up.add(model)

    def has_given_up(self, model: str) -> bool:
        """Whether somebody waited in vain before."""
        with self._lock:
            return model in self._given_up

    def answered(self, model: str) -> None:
        """The model has answered: it is worth waiting for again."""
        with self._lock:
            self._given_up.discard(model)


def _key(lane: LaneFacts) -> tuple[str, str, str]:
    return lane.name, lane.url, lane.since


@dataclass(slots=True)
class LaneClient:
    """Answers the requests of one seat. One request at a time."""

    model: ModelFacts
    around: Surroundings
    router: Router
    _lane: str | None = None
    _clients: dict[tuple[str, str, str], Client] = field(default_factory=dict)

    async def complete(self, request: Request, heard: Heard | None = None) -> Completion:
        """The completion of a request from whatever lane gives one.

        After a failure in mid-answer nothing more is `heard` of that request: the pieces would not fit. Raises
        ClientError: NoLane at once where no lane serves the model for good, else after patience.
        """
        attempt = _Attempt(self.router.clock() + self.router.patience.lane, heard)
        while True:
            lane = await self._find(attempt)
            try:
                completion = await self._send(lane, replace(request, model=self.model.served), attempt)
            except ClientError as error:
                await self._failed(lane, error, attempt)
                continue
            self.router.change(lane, Breaker.succeeded)
            self.router.answered(self.model.name)
            return replace(completion, lane=lane.name, retries=(*attempt.retries, *completion.retries))

    async def close(self) -> None:
        """Close the connections to all servers."""
        for client in self._clients.values():
            await client.close()
        self._clients.clear()

    # Sending ----------------------------------------------------------------------------------------------------------

    async def _send(self, lane: LaneFacts, request: Request, attempt: _Attempt) -> Completion:
        async with AsyncExitStack() as held:
            await held.enter_async_context(self.router.limit(lane))
            if self.model.adapter and (attempt.reload or self.model.adapter.name not in lane.adapters):
                await self.around.load(lane, attempt.reload)
            self.router.change(lane, lambda breaker: breaker.trying(self.router.clock()))
            return await self._client(lane).complete(request, attempt.listener())

    def _client(self, lane: LaneFacts) -> Client:
        if _key(lane) not in self._clients:
            self._clients[_key(lane)] = self.around.connect(lane)
        return self._clients[_key(lane)]

    async def _failed(self, lane: LaneFacts, error: ClientError, attempt: _Attempt) -> None:
        """Wait before the next try. Raises the error when there is none."""
        if isinstance(error, BadRequest) and self.model.adapter and not attempt.reload:
            attempt.reload = True  # a server that began anew, or made room, has lost the adapter
            attempt.retries.append(f"{lane.name}: {error}; its adapter is loaded again")
            return
        if not error.transient:
            self.router.change(lane, Breaker.succeeded)  # it answers, though not what was asked
            raise error
        attempt.note(lane, error)
        patience = self.router.patience
        if isinstance(error, TimedOut):
            attempt.timeouts += 1
        is_open = False
        if not isinstance(error, RateLimited):
            self.router.change(lane, lambda breaker: breaker.failed(self.router.clock()))
            is_open = self.router.breaker(lane).circuit(self.router.clock()) is not Circuit.CLOSED
        if attempt.tries >= patience.tries or attempt.timeouts >= patience.timeouts:
            raise error
        if self.router.clock() >= attempt.until:
            self.router.give_up(self.model.name)
            raise error
        if is_open:
            attempt.avoid |= {lane.name}  # another lane is gone to at once, and this one is left alone for a while
        else:
            await self.router.sleep(self._pause(error, attempt))

    def _pause(self, error: ClientError, attempt: _Attempt) -> float:
        """What the server asks for, or twice the pause before; spread, so that not all come back at once."""
        patience = self.router.patience
        if isinstance(error, RateLimited) and error.retry_after is not None:
            return min(error.retry_after, patience.lane)
        pause: float = min(patience.pause * 2 ** (attempt.tries - 1), patience.longest_pause)
        return pause * (0.5 + self.router.chance() / 2)

    # Finding a lane ---------------------------------------------------------------------------------------------------

    async def _find(self, attempt: _Attempt) -> LaneFacts:
        """The lane to send to now: the seat's own, else another, else the first that comes back. Raises NoLane."""
        while True:
            lanes = {lane.name: lane for lane in await self.around.lanes() if lane.serves(self.model)}
            if self._lane is None:
                self._lane = (await self.around.place(frozenset(), "")).lane
            own = lanes.get(self._lane or "")
            if own and self._usable(own) and not self._leaves(own, attempt):
                return own
            others = [lane for lane in lanes.values() if lane is not own and lane.takes_seats and self._usable(lane)]
            if others and (moved := await self._move(own, lanes)):
                return moved
            if own and self._usable(own):
                return own
            await self._wait(own, list(lanes.values()), attempt)

    def _usable(self, lane: LaneFacts) -> bool:
        return lane.serving and self.router.allows(lane)

    def _leaves(self, own: LaneFacts, attempt: _Attempt) -> bool:
        """Whether the seat should go: its lane is being emptied, or has just failed it."""
        return not own.takes_seats or own.name in attempt.avoid

    async def _move(self, own: LaneFacts | None, lanes: dict[str, LaneFacts]) -> LaneFacts | None:
        """A new place for the seat, on a lane that can be used now."""
        avoid = frozenset(name for name, lane in lanes.items() if lane is own or not self._usable(lane))
        seating = await self.around.place(avoid, self._why(own))
        if seating.lane is None or seating.lane not in lanes:
            return None
        self._lane = seating.lane
        return lanes[seating.lane]

    def _why(self, own: LaneFacts | None) -> str:
        if own is None:
            return f"{self._lane} is gone" if self._lane else ""
        if own.serving and not own.takes_seats:
            return f"{own.name} drains"
        if own.serving:
            return f"{own.name} failed {self.router.breaker(own).failures} times in a row"
        return f"{own.name} is {own.state}"

    async def _wait(self, own: LaneFacts | None, lanes: Sequence[LaneFacts], attempt: _Attempt) -> None:
        """Wait a little for a lane to come back. Raises NoLane when none will, or when patience is at its end."""
        attempt.avoid = frozenset()
        returning = [lane for lane in lanes if lane.coming or lane.serving]
        if not returning:
            standing = ", ".join(f"{lane.name} is {_standing(lane)}" for lane in lanes)
            self._none(f"No lane serves {self.model.name}: {standing or 'there is none'}.", attempt)
        if self.router.has_given_up(self.model.name):
            self._none(f"No lane of {self.model.name} has come back, and it is not waited for again.", attempt)
        if self.router.clock() >= attempt.until:
            self.router.give_up(self.model.name)
            seconds = self.router.patience.lane
            self._none(f"No lane of {self.model.name} came back within {seconds:g} s.", attempt)
        if not attempt.waited:
            attempt.waited = True
            attempt.retries.append("waited for " + ", ".join(f"{lane.name} ({_standing(lane)})" for lane in returning))
        await self.router.sleep(self.router.patience.look)

    def _none(self, sentence: str, attempt: _Attempt) -> NoReturn:
        raise NoLane(" ".join([sentence, *attempt.retries[-3:]]))


def _standing(lane: LaneFacts) -> str:
    if lane.serving:
        return "failing"
    if lane.state in (State.OFF, State.BROKEN) or lane.watched:
        return str(lane.state)
    return "no longer watched"


@dataclass(slots=True)
class _Attempt:
    """How one request has fared so far."""

    until: float
    heard: Heard | None
    tries: int = 0
    timeouts: int = 0
    reload: bool = False
    waited: bool = False
    has_spoken: bool = False
    avoid: frozenset[str] = frozenset()
    retries: list[str] = field(default_factory=list)

    def note(self, lane: LaneFacts, error: ClientError) -> None:
        """One more failure."""
        self.tries += 1
        self.retries.append(f"{lane.name}: {error or type(error).__name__}")

    def listener(self) -> Heard | None:
        """Who hears the next try."""
        heard = self.heard
        if heard is None or self.has_spoken:
            return None

        def hear(text: str) -> None:
            self.has_spoken = True
            heard(text)

        return hear

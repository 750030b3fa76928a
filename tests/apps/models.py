"""Stand-ins for language models: agents that take their time, on a driver's event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from agents.seating import agent_for_seat
from game.engine.actions import Vote
from game.engine.asks import Ask
from game.engine.events import Event
from game.engine.state import View
from game.models import Match, Seat
from game.play.seats import AnyAgent, Attempt, Decision, Listener, Piece, Report
from tests.doubles import random_action


class Model:
    """Does what `RandomAgent` does, but takes its time: a seat in `held` waits until its gate is opened.

    What is written on the class tells a test what happened: `asked` ask ids, `stopped` seats whose thinking was
    cancelled, `closed` seats. `fallback` is the reason in every report; all vote for `target`.
    """

    held: ClassVar[set[int]] = set()
    gates: ClassVar[dict[int, asyncio.Event]] = {}
    asked: ClassVar[list[str]] = []
    stopped: ClassVar[list[int]] = []
    closed: ClassVar[list[int]] = []
    fallback: ClassVar[str] = ""
    failing: ClassVar[bool] = False
    target: ClassVar[int] = 0

    def __init__(self, seat: int, seed: str, listen: Listener = lambda piece: None) -> None:
        self.seat, self.seed, self.listen = seat, seed, listen

    @classmethod
    def forget(cls) -> None:
        """Begin anew: nobody is held, nothing has happened."""
        cls.held, cls.gates, cls.asked, cls.stopped, cls.closed = set(), {}, [], [], []
        cls.fallback, cls.failing, cls.target = "", False, 0

    def observe(self, events: Sequence[Event]) -> None:
        """Nothing is remembered."""

    async def decide(self, view: View, ask: Ask) -> Decision:
        """Any legal action, once the gate is open."""
        self.asked.append(ask.id)
        self.listen(Piece(ask.seat, ask.id, "thought", f"seat {ask.seat} wonders"))
        if self.seat in self.held:
            await self._gate()
        if self.failing:
            raise ConnectionError("the server is gone")
        await asyncio.sleep(0)
        thought = f"seat {ask.seat} wonders about {ask.id}"
        voting = self.target and ask.kind == "vote" and self.seat != self.target
        action = Vote(self.target) if voting else random_action(ask, self.seed)
        return Decision((action,), cost=1, thought=thought, report=self._report())

    async def _gate(self) -> None:
        gate = self.gates[self.seat] = asyncio.Event()
        try:
            await gate.wait()
        except asyncio.CancelledError:
            self.stopped.append(self.seat)
            raise

    def _report(self) -> Report:
        tool = {"name": "graveyard", "arguments": {"day": float("nan")}, "result": "empty\0"}
        attempts = (
            Attempt("<vote>99</vote>", refusal="no_such_seat", reason="There is no seat 99.", tools=(tool,)),
            Attempt("half a pair \ud800", finish="stop", prompt_tokens=40, completion_tokens=5, latency_ms=12),
        )
        return Report(
            "toy", "lane-1", attempts, prompt_tokens=80, cached_tokens=60, thought_tokens=4, spoken_tokens=2,
            latency_ms=24, finish="stop", recipe={"seen": 3}, retries=("HTTP 500",), fallback=self.fallback,
        )  # fmt: skip

    async def aclose(self) -> None:
        """Let go."""
        self.closed.append(self.seat)


def seat_agent(*, seat: Seat, match: Match, listen: Listener) -> AnyAgent:
    """What stands in for `agents.seating.agent_for_seat`: models that listen, and everybody else as usual."""
    if seat.agent == "model":
        return Model(seat.number, f"{match.seed}:{seat.number}", listen)
    return agent_for_seat(seat=seat, match=match, listen=listen)


def agent_names() -> list[str]:
    """What stands in for `agents.selectors.agent_names`."""
    return ["scripted", "silent", "broken", "model"]

"""Base models that take turns in one memory: when which of them goes to sleep, and how it does.

A group of lanes shares a device; one is awake at a time. The plan is pure. A server that can sleep gives its memory
away and takes it back in seconds; one that cannot is stopped and started.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agents.lanes.control import Control

DWELL = 30.0
"""Seconds that a model stays at least while both are wanted, so that a swap pays."""
SLEEP_LEVEL = 1
"""Weights go to the machine's memory, the KV cache is dropped."""
SLEEPING = 120.0
"""Seconds that falling asleep or waking may take."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A lane of a group: whether it is awake, how many seats want it, how many requests it is answering."""

    lane: str
    awake: bool
    seats: int
    busy: int = 0
    awake_since: float = 0.0
    """Seconds since 1970."""


@dataclass(frozen=True, slots=True)
class SwapPlan:
    """One lane makes room for another, and why. `asleep` is empty when the room is free."""

    asleep: str
    awake: str
    reason: str


def plan(turns: Sequence[Turn], now: float, dwell: float = DWELL) -> SwapPlan | None:
    """The next swap of a group, if one is due.

    The one that most seats wait for comes next: at once when nobody plays on the lane that is awake, else after its
    turn of `dwell` seconds.
    """
    awake = next((turn for turn in turns if turn.awake), None)
    waiting = sorted(
        (turn for turn in turns if not turn.awake and turn.seats), key=lambda turn: (-turn.seats, turn.lane)
    )
    if not waiting:
        return None
    coming = min(waiting, key=lambda turn: (-turn.seats, turn.lane))
    if awake is None:
        return SwapPlan("", coming.lane, f"{coming.seats} seats wait for it and the room is free")
    idle = awake.seats == 0 and awake.busy == 0
    if not idle and now - awake.awake_since < dwell:
        return None
    why = "nobody plays on" if idle else f"{awake.seats} seats had their turn on"
    return SwapPlan(awake.lane, coming.lane, f"{coming.seats} seats wait for it, {why} {awake.lane}")


async def fall_asleep(control: Control) -> None:
    """Let a server give its memory away; requests under way end first. Raises Unanswered."""
    await control.must(f"/sleep?level={SLEEP_LEVEL}", {}, SLEEPING)


async def wake_up(control: Control) -> None:
    """Let it take its memory back. Raises Unanswered."""
    await control.must("/wake_up", {}, SLEEPING)

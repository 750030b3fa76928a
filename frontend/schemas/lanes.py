"""Lanes over HTTP."""

from __future__ import annotations

from typing import Literal

from frontend.schemas.base import Shape


class LaneOut(Shape):
    """A model server as it stands; times in ms. Figures are null where the server gives none.

    `stale`: nobody has given a sign of it lately, so `state` may be past. `error` and `url` are null for the public.
    """

    name: str
    kind: Literal["own", "endpoint"]
    state: Literal["off", "starting", "ready", "draining", "asleep", "down", "broken"]
    wanted: Literal["on", "off", "draining", "asleep"]
    stale: bool
    base: str
    models: list[str]
    adapters: list[str]
    group: str
    seats: int
    limit: int
    tokens_per_second: float | None
    running: int | None
    waiting: int | None
    cache_hit_share: float | None
    kv_usage: float | None
    restarts: int
    failed: bool
    error: str | None
    url: str | None
    devices: str
    seen: int | None
    figures_at: int | None
    since: int | None


class SwapOut(Shape):
    """One base model that made room for another; `seconds` null while it is under way."""

    group: str
    lane_from: str
    lane_to: str
    seconds: float | None
    at: int


class LaneList(Shape):
    """All lanes, and the last swaps; `now` is the server's clock in ms."""

    lanes: list[LaneOut]
    swaps: list[SwapOut]
    now: int

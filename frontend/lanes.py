"""What the lanes page shows: how each server stands, with counts of seats and never who sits where.

Texts of errors and addresses are for staff: they may name machines, folders and accounts.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from agents import selectors
from agents.lanes.facts import Kind, State
from agents.models import Lane, Swap
from frontend.facts import millis, now

SWAPS = 5
"""How many of the last swaps are shown."""


def lanes_page(*, is_staff: bool) -> dict[str, Any]:
    """All lanes in the shape of `schemas.LaneList`."""
    seats, models = selectors.seats_by_lane(), selectors.models_by_lane()
    lanes = [_lane(lane, seats.get(lane.pk, 0), models[lane.name], is_staff) for lane in Lane.objects.all()]
    return {"lanes": lanes, "swaps": [_swap(swap) for swap in Swap.objects.all()[:SWAPS]], "now": now()}


def _lane(lane: Lane, seats: int, models: list[str], is_staff: bool) -> dict[str, Any]:
    figures = lane.metrics
    is_up = lane.state not in (State.OFF, State.BROKEN)
    return {
        "name": lane.name,
        "kind": lane.kind,
        "state": lane.state,
        "wanted": lane.wanted,
        "stale": is_up and not selectors.is_watched(lane),
        "base": lane.base,
        "models": models,
        "adapters": sorted(lane.adapters),
        "group": lane.swap_group,
        "seats": seats,
        "limit": lane.concurrency,
        "tokens_per_second": figures.get("tokens_per_second"),
        "running": figures.get("running"),
        "waiting": figures.get("waiting"),
        "cache_hit_share": figures.get("cache_hit_share"),
        "kv_usage": figures.get("kv_usage"),
        "restarts": lane.restarts,
        "failed": bool(lane.last_error),
        "error": lane.last_error if is_staff else None,
        "url": (lane.url or None) if is_staff else None,
        "devices": lane.devices if lane.kind == Kind.OWN else "",
        "seen": _ms(lane.heartbeat_at),
        "figures_at": _ms(lane.metrics_at),
        "since": _ms(lane.started_at),
    }


def _swap(swap: Swap) -> dict[str, Any]:
    return {
        "group": swap.group,
        "lane_from": swap.lane_from,
        "lane_to": swap.lane_to,
        "seconds": swap.seconds,
        "at": millis(swap.at),
    }


def _ms(moment: datetime | None) -> int | None:
    return millis(moment) if moment else None

"""What makes agents: the one place that knows what stands behind the name in a seat."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from game.models import Match, Seat
from game.play.seats import AnyAgent, Listener


def agent_for_seat(*, seat: Seat, match: Match, listen: Listener) -> AnyAgent:
    """The agent of a seat; `listen` is told what it writes while it thinks. Raises KeyError for an unknown name."""
    known: dict[str, str] = settings.TOSSIM_AGENTS
    if seat.agent not in known:
        raise KeyError(f"There is no agent or model {seat.agent!r}.")
    factory = import_string(known[seat.agent])
    return cast("AnyAgent", factory(seat.number, f"{match.seed}:{seat.number}"))

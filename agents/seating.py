"""Who plays a seat: the one place that knows what stands behind the name of an agent."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from agents import selectors
from agents.connections import seat_client
from agents.llm.agent import LanguageAgent
from agents.llm.hygiene import special_of
from game.models import Match, Seat
from game.play.seats import AnyAgent, Listener


def agent_for_seat(*, seat: Seat, match: Match, listen: Listener) -> AnyAgent:
    """The agent of a seat; `listen` is told what it writes while it thinks. Raises KeyError for an unknown name."""
    known: dict[str, str] = settings.TOSSIM_AGENTS
    if seat.agent in known:
        factory = import_string(known[seat.agent])
        return cast("AnyAgent", factory(seat.number, f"{match.seed}:{seat.number}"))
    model = selectors.model_named(seat.agent)
    if model is None:
        raise KeyError(f"There is no agent or model {seat.agent!r}.")
    record = selectors.record_of(model)
    if personality := seat.agent_options.get("personality"):
        record = replace(record, persona=f"{record.persona}\n{personality}".strip())
    client = seat_client(match_id=match.pk, seat=seat.number, model=model)
    special = special_of(record.tokenizer) if record.tokenizer else ()
    return LanguageAgent(seat.number, record, client, listen=listen, special=special)

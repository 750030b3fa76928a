"""Matches as they stand on the home page: what the public may know, read in a few queries for a whole list.

Reads public events alone, so a card can never tell more than the public stream.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from frontend.facts import millis, seat_out
from game import selectors
from game.engine import events as e
from game.engine.fold import Draft
from game.engine.state import EMPTY, Public
from game.engine.text import render
from game.engine.types import PUBLIC, Phase
from game.log import engine_event
from game.models import Event, Match

LIVE = ("open", "queued", "running", "paused")
OVER = ("finished", "aborted", "failed")
SHAPING = ("match_opened", "phase_opened", "died", "departed", "announced", "match_ended")
"""Kinds of public events that make up a card."""
SPOKEN = ("said", "died", "trial_opened", "trial_closed", "announced", "match_ended")
"""Kinds of public events of which the last is quoted."""


def cards(matches: Iterable[Match]) -> list[dict[str, Any]]:
    """The cards of these matches, in their order; each has the shape of `schemas.MatchCard`."""
    found = list(matches)
    ids = [match.pk for match in found]
    publics = _publics(ids)
    quotes = _quotes(ids)
    return [_card(match, publics.get(match.pk, EMPTY.public), quotes.get(match.pk)) for match in found]


def _publics(ids: Sequence[int]) -> dict[int, Public]:
    """The public part of each match, as far as a card needs it."""
    rows = Event.objects.filter(match_id__in=ids, audience=PUBLIC, kind__in=SHAPING).order_by("match_id", "seq")
    drafts: dict[int, Draft] = {}
    for row in rows:
        drafts.setdefault(row.match_id, Draft(EMPTY)).add(engine_event(row))
    return {match_id: draft.public for match_id, draft in drafts.items()}


def _quotes(ids: Sequence[int]) -> dict[int, e.Event]:
    """The last public line of each match."""
    rows = Event.objects.filter(match_id__in=ids, audience=PUBLIC, kind__in=SPOKEN)
    return {row.match_id: engine_event(row) for row in rows.order_by("match_id", "-seq").distinct("match_id")}


def _card(match: Match, public: Public, quote: e.Event | None) -> dict[str, Any]:
    seats = [seat_out(seat) for seat in sorted(match.seats.all(), key=lambda seat: seat.number)]
    names = [seat["name"] for seat in seats]
    ending = public.ending
    return {
        "id": match.pk,
        "title": match.title,
        "status": match.status,
        "mode": match.table["mode"],
        "pace": match.pace,
        "has_people": match.has_people,
        "day": public.day,
        "phase": "" if public.phase in (Phase.SETUP, Phase.OVER) else render.phase_title(public.phase, public.day),
        "living": sorted(public.living) or [seat["seat"] for seat in seats if not ending],
        "seats": seats,
        "open_seats": [seat["seat"] for seat in seats if seat["open"] and match.status in LIVE],
        "outcome": ending.outcome if ending else "",
        "winners": [names[seat - 1] for seat in ending.winners] if ending else [],
        "last_line": (render.line(quote, names) or "") if quote else "",
        "created": millis(match.created_at),
        "finished": millis(match.finished_at) if match.finished_at else None,
        "showcase": match.showcase,
        "defaulted": len(selectors.defaulted_of(match)),
    }

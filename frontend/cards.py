"""Matches as they stand on the home page: what the public may know, read in a few queries for a whole list.

Reads public events alone, so a card can never tell more than the public stream.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Count, OuterRef, Subquery

from frontend import hub
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
SHAPING = ("match_opened", "phase_opened", "trial_closed", "died", "departed", "announced", "match_ended")
"""Kinds of public events that make up a card."""
SPOKEN = ("said", "died", "trial_opened", "trial_closed", "announced", "match_ended")
"""Kinds of public events of which the last is quoted."""


def cards(matches: Iterable[Match]) -> list[dict[str, Any]]:
    """The cards of these matches, in their order; each has the shape of `schemas.MatchCard`."""
    found = list(matches)
    ids = [match.pk for match in found]
    rows = _shaping(ids)
    publics = {match_id: _public(events) for match_id, events in rows.items()}
    quotes = _quotes(ids)
    moments = _moments({match.pk: rows[match.pk] for match in found if match.status in OVER and match.pk in rows})
    watching = hub.watching()
    return [
        _card(match, publics.get(match.pk, EMPTY.public), quotes.get(match.pk))
        | {"moments": moments.get(match.pk, []), "watching": watching.get(match.pk, 0)}
        for match in found
    ]


def _shaping(ids: Sequence[int]) -> dict[int, list[Event]]:
    """The rows of each match that make up its card, in order."""
    found: dict[int, list[Event]] = {}
    rows = Event.objects.filter(match_id__in=ids, audience=PUBLIC, kind__in=SHAPING).order_by("match_id", "seq")
    for row in rows:
        found.setdefault(row.match_id, []).append(row)
    return found


def _public(rows: Iterable[Event]) -> Public:
    """The public part of a match, as far as a card needs it."""
    draft = Draft(EMPTY)
    for row in rows:
        draft.add(engine_event(row))
    return draft.public


# Moments --------------------------------------------------------------------------------------------------------------


def _moments(rows: Mapping[int, Sequence[Event]]) -> dict[int, list[dict[str, Any]]]:
    """Two moments of each match that are worth a look, as the public numbers them."""
    chosen = {match_id: _turning(events) for match_id, events in rows.items()}
    numbers = _numbers([row.pk for events in chosen.values() for row, _ in events])
    return {match_id: [{"n": numbers[row.pk], **told} for row, told in events] for match_id, events in chosen.items()}


def _turning(rows: Sequence[Event]) -> list[tuple[Event, dict[str, Any]]]:
    """The first lynching, or else the first trial, and the last death that is another's."""
    told = list(_told(rows))
    trials = [one for one in told if one[1]["what"] != "died"]
    trial = next((one for one in trials if one[1]["what"] == "lynched"), trials[0] if trials else None)
    deaths = [one for one in told if one[1]["what"] == "died" and not (trial and one[1]["name"] == trial[1]["name"])]
    return [one for one in (trial, deaths[-1] if deaths else None) if one]


def _told(rows: Sequence[Event]) -> Iterator[tuple[Event, dict[str, Any]]]:
    """Every verdict and every death: what happened to whom, and on which day."""
    names, day = _public(rows[:1]).table.names, 0
    for row in rows:
        if row.kind == "phase_opened":
            day = row.body["day"]
        elif row.kind == "trial_closed":
            what = "lynched" if row.body["lynched"] else "spared"
            yield row, {"what": what, "name": names[row.body["accused"] - 1], "day": day}
        elif row.kind == "died":
            yield row, {"what": "died", "name": names[row.body["seat"] - 1], "day": day}


def _numbers(pks: Sequence[int]) -> dict[int, int]:
    """The numbers that rows have in the public stream."""
    if not pks:
        return {}
    earlier = Event.objects.filter(match=OuterRef("match"), audience=PUBLIC, seq__lte=OuterRef("seq")).order_by()
    count = earlier.values("match").annotate(n=Count("pk")).values("n")
    return dict(Event.objects.filter(pk__in=pks).annotate(n=Subquery(count)).values_list("pk", "n"))


# Cards ----------------------------------------------------------------------------------------------------------------


def _quotes(ids: Sequence[int]) -> dict[int, e.Event]:
    """The last public line of each match."""
    rows = Event.objects.filter(match_id__in=ids, audience=PUBLIC, kind__in=SPOKEN)
    return {row.match_id: engine_event(row) for row in rows.order_by("match_id", "-seq").distinct("match_id")}


def _card(match: Match, public: Public, quote: e.Event | None) -> dict[str, Any]:
    seats = [seat_out(seat) for seat in sorted(match.seats.all(), key=lambda seat: seat.number)]
    names = [seat["name"] for seat in seats]
    ending = public.ending
    night = public.day - (public.phase is not Phase.NIGHT)
    return {
        "id": match.pk,
        "title": match.title,
        "status": match.status,
        "mode": match.table["mode"],
        "pace": match.pace,
        "has_people": match.has_people,
        "day": public.day,
        "phase": "" if public.phase in (Phase.SETUP, Phase.OVER) else render.phase_title(public.phase, public.day),
        "step": public.phase.value,
        "fallen": sum(grave.night and grave.day == night for grave in public.graves),
        "living": sorted(public.living) or [seat["seat"] for seat in seats if not ending],
        "seats": seats,
        "open_seats": [seat["seat"] for seat in seats if seat["open"] and match.status in LIVE],
        "outcome": ending.outcome if ending else "",
        "winners": [names[seat - 1] for seat in ending.winners] if ending else [],
        "last_line": (render.line(quote, names) or "") if quote else "",
        "created": millis(match.created_at),
        "finished": millis(match.finished_at) if match.finished_at else None,
        "showcase": match.showcase,
        "practice": match.practice,
        "defaulted": len(selectors.defaulted_of(match)),
    }

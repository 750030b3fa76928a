"""Which matches a list shows: filters, counts beside each choice, pages, and the nearest looser wish for an empty one.

Reads rows of matches and public events alone. A list takes the same few queries however long it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce

from frontend import cards
from frontend.schemas.matches import MatchQuery
from game import selectors
from game.engine.types import PUBLIC
from game.models import Event, Match, Seat

GROUPS = {"live": cards.LIVE, "over": cards.OVER}
FACETS = ("winner", "mode", "agent", "who")
"""Filters whose choices are counted."""
LOOSER = ("practice", "q", "agent", "who", "winner", "mode")
"""What is given up, one at a time, when nothing fits: the first that helps is the nearest."""
PEOPLE = {True: "people", False: "agents"}


def matches_page(wish: MatchQuery) -> dict[str, Any]:
    """The matches that fit a wish, in the shape of `schemas.MatchList`."""
    found = list(_behind(_ordered(_fitting(wish), wish), wish).prefetch_related("seats")[: wish.limit + 1])
    page = found[: wish.limit]
    return {
        "matches": cards.cards(page),
        "next": page[-1].pk if len(found) > wish.limit else None,
        "facets": [{"name": name, "choices": _choices(wish, name)} for name in FACETS] if wish.facets else [],
        "looser": None if page or wish.before else _looser(wish),
    }


# Filters --------------------------------------------------------------------------------------------------------------


def _fitting(wish: MatchQuery, without: str = "") -> QuerySet[Match]:
    """All matches that fit, one filter left out of account."""
    wanted = {name: value for name in _FILTERS if name != without and (value := getattr(wish, name))}
    counted = Q() if wish.practice else Q(practice=False) | Q(status__in=cards.LIVE)
    return selectors.matches_listed().filter(counted, *(_FILTERS[name](value) for name, value in wanted.items()))


def _seated(**parts: str) -> Q:
    """Matches with such a seat; no join, so that none is found twice."""
    return Q(pk__in=Seat.objects.filter(**parts).values("match"))


_FILTERS: dict[str, Callable[[str], Q]] = {
    "status": lambda value: Q(status__in=GROUPS.get(value, (value,))),
    "q": lambda value: Q(title__icontains=value) | _seated(name__icontains=value),
    "winner": lambda value: Q(outcome=value),
    "mode": lambda value: Q(table__mode=value),
    "agent": lambda value: _seated(agent=value),
    "who": lambda value: Q(has_people=value == "people"),
}


def _choices(wish: MatchQuery, name: str) -> list[dict[str, Any]]:
    """The choices of a filter with how many matches each would leave, most first."""
    found = _fitting(wish, without=name)
    rows: QuerySet[Any, Any] = Seat.objects.filter(match__in=found) if name == "agent" else found
    field = {"winner": "outcome", "mode": "table__mode", "agent": "agent", "who": "has_people"}[name]
    match = "match" if name == "agent" else "pk"
    grouped = rows.order_by().values_list(field).annotate(count=Count(match, distinct=True))
    counted = [(str(PEOPLE.get(value, value)), count) for value, count in grouped if value != ""]
    return [{"value": value, "count": count} for value, count in sorted(counted, key=lambda one: (-one[1], one[0]))]


def _looser(wish: MatchQuery) -> dict[str, Any] | None:
    """The first filter without which something is found, and how much; None when no single one helps."""
    for name in LOOSER:
        looser = wish.model_copy(update={name: True if name == "practice" else ""})
        if looser != wish and (count := _fitting(looser).count()):
            return {"without": name, "count": count}
    return None


# Order and pages ------------------------------------------------------------------------------------------------------


def _ordered(found: QuerySet[Match], wish: MatchQuery) -> QuerySet[Match]:
    """The newest first, or those of the most days."""
    return found.order_by("-pk") if wish.sort == "newest" else found.annotate(days=_days()).order_by("-days", "-pk")


def _days() -> Coalesce:
    """The day that a match has come to."""
    opened = Event.objects.filter(match=OuterRef("pk"), kind="phase_opened", audience=PUBLIC).order_by("-seq")
    day = opened.annotate(number=Cast(KT("body__day"), IntegerField())).values("number")[:1]
    return Coalesce(Subquery(day), Value(0))


def _behind(found: QuerySet[Match], wish: MatchQuery) -> QuerySet[Match]:
    """What comes after the match with which the page before ended, so that new matches move nothing."""
    if not wish.before:
        return found
    if wish.sort == "newest":
        return found.filter(pk__lt=wish.before)
    before = Match.objects.filter(pk=wish.before).annotate(days=_days())
    last = before.values_list("days", flat=True).first() or 0
    return found.filter(Q(days__lt=last) | Q(days=last, pk__lt=wish.before))

"""The part of the HTTP API that is about what was said in matches that are over. Everybody may read that."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Status
from ninja.errors import HttpError

from eval.hits import Hit, hits, labels_of, ordered
from eval.labelling import may_label
from eval.models import Entry, Indexed, Label, Slice
from eval.reporting import Figure, Mark, labels_on, marks_of, report_of
from eval.searching import FACETS, Search, counts, looser
from eval.services import label_set, label_withdraw
from eval.slices import MOST, Place, slice_freeze
from frontend.facts import millis
from frontend.limits import Often
from frontend.refusals import Refusals
from frontend.schemas.logs import (
    LabelsOut,
    LabelWish,
    LogPage,
    LogQuery,
    LogWish,
    MarkList,
    ReportOut,
    SliceList,
    SliceOut,
    SliceWish,
)
from frontend.schemas.matches import ErrorOut
from game.models import Match

router = Router()

READ = {422: ErrorOut}
WRITE = {403: ErrorOut, 404: ErrorOut, 409: ErrorOut, 422: ErrorOut, 429: ErrorOut}
BLIND = frozenset({"model", "arm"})
"""What is hidden from an annotator."""
ROLES = frozenset({"role", "faction", "truth"})
"""What is hidden as well on wish."""


@router.get("/logs", response={200: LogPage, **READ}, summary="Search what was said and done")
def logs(request: HttpRequest, wish: Query[LogWish]) -> Any:
    """A page of lines that fit, with counts beside each filter."""
    return logs_page(request.user, wish)


def logs_page(user: Any, wish: LogWish) -> dict[str, Any]:
    """The lines that fit a wish, in the shape of `LogPage`."""
    hidden = _hidden(wish)
    search = search_of(user, wish, hidden)
    found, more = hits(search, _place(wish.after), wish.limit)
    told = counts(search) if wish.facets else None
    nearest = None if found or wish.after else looser(search)
    return {
        "hits": [_hit(hit, hidden, user) for hit in found],
        "next": f"{found[-1].entry.match_id}:{found[-1].entry.seq}" if more else None,
        "total": told.total.n if told else None,
        "capped": bool(told and told.total.capped),
        "facets": [
            {"name": name, "choices": _choices(choices), "capped": name in told.capped}
            for name, choices in told.facets.items() if name not in hidden
        ] if told else [],
        "looser": {"without": nearest[0], "count": nearest[1].n} if nearest else None,
        "matches": Indexed.objects.count(),
        "may_label": may_label(user),
    }  # fmt: skip


def search_of(user: Any, wish: LogQuery, hidden: frozenset[str] = frozenset()) -> Search:
    """A wish as a search; what is hidden cannot be searched by either."""
    chosen = {name: value for name in FACETS if name not in hidden and (value := getattr(wish, name))}
    return Search(
        q=wish.q.strip(), chosen=chosen, label=wish.label, judge=wish.judge, disputed=wish.disputed == "yes",
        match=wish.match, slice=wish.slice, user=user, everyone=_everyone(user, wish),
    )  # fmt: skip


def _everyone(user: Any, wish: LogQuery) -> bool:
    """Whether everyone's labels are looked at: by those who set none, and on wish; not when blind."""
    if not isinstance(wish, LogWish):
        return True
    return not wish.blind and (wish.others or not may_label(user))


def _hidden(wish: LogWish) -> frozenset[str]:
    if not wish.blind:
        return frozenset()
    return BLIND if wish.roles else BLIND | ROLES


def _place(cursor: str) -> Place | None:
    match, _, seq = cursor.partition(":")
    return (int(match), int(seq)) if seq else None


def _choices(found: Any) -> list[dict[str, Any]]:
    counted = [(value, n) for value, n in found.items() if value]
    return [{"value": value, "count": n} for value, n in sorted(counted, key=lambda one: (-one[1], one[0]))]


def _hit(hit: Hit, hidden: frozenset[str], user: Any) -> dict[str, Any]:
    entry, cell = hit.entry, hit.entry.cell
    known = {name: None if name in hidden else getattr(cell, name) for name in (*sorted(BLIND), *sorted(ROLES))}
    line = _line(entry)
    del line["text"]
    return {
        **line, **known, "match": entry.match_id, "claim": cell.claim,
        "parts": [{"text": part.text, "found": part.found} for part in hit.parts],
        "before": [_line(one) for one in hit.before], "after": [_line(one) for one in hit.after],
        "labels": _labels(hit.labels, user),
    }  # fmt: skip


def _line(entry: Entry) -> dict[str, Any]:
    return {
        "seq": entry.seq, "day": entry.day, "phase": entry.cell.phase, "kind": entry.cell.kind, "seat": entry.seat,
        "name": entry.name, "text": entry.text,
    }  # fmt: skip


def _labels(found: Iterable[Label], user: Any) -> list[dict[str, Any]]:
    return [_label(label, user) for label in found]


def _label(label: Label, user: Any) -> dict[str, Any]:
    return {
        "code": label.code, "present": label.present, "by": label.annotator, "source": label.source,
        "mine": label.user_id is not None and label.user_id == user.pk, "blind": label.blind,
        "confidence": label.confidence,
    }  # fmt: skip


# Labels ---------------------------------------------------------------------------------------------------------------


@router.post(
    "/logs/labels", response={200: LabelsOut, **WRITE}, summary="Label a line", throttle=[Often("120/m", "label")]
)
def label(request: HttpRequest, body: LabelWish) -> Any:
    """Say that a line shows a behaviour, that its seat did not show it that day, or nothing any more.

    Gives the labels that are seen of the line then.
    """
    _may(request)
    entry = Entry.objects.filter(match=body.match, seq=body.seq).select_related("match").first()
    if entry is None:
        raise HttpError(404, "There is no such line.")
    unit: dict[str, Any] = {
        "match": entry.match,
        "day": entry.day,
        "seat": entry.seat,
        "code": body.code,
        "blind": body.blind,
    }
    with Refusals():
        if body.present is None:
            label_withdraw(user=request.user, **unit)
        else:
            label_set(user=request.user, **unit, present=body.present, event_ids=[entry.seq], quote=body.quote,
                      confidence=body.confidence)  # fmt: skip
    found = labels_of([entry], request.user, everyone=False)
    return {"labels": _labels(found[entry.match_id, entry.seq], request.user)}


def _may(request: HttpRequest) -> None:
    if not may_label(request.user):
        raise HttpError(403, "Only staff, and whoever was given leave, may label and keep slices. Sign in as one.")


# Slices ---------------------------------------------------------------------------------------------------------------


@router.get("/logs/slices", response={200: SliceList, **READ}, summary="Searches that were kept")
def slices(request: HttpRequest) -> Any:
    """All slices by name."""
    return {"slices": [_slice(one) for one in Slice.objects.all()]}


@router.post(
    "/logs/slices", response={201: SliceOut, **WRITE}, summary="Keep a search", throttle=[Often("20/m", "slice")]
)
def slice_keep(request: HttpRequest, body: SliceWish) -> Any:
    """Freeze what a search finds now under a name."""
    _may(request)
    query = body.query.model_dump(exclude_defaults=True)
    found = ordered(search_of(request.user, body.query)).values_list("match", "seq")[: MOST + 1]
    with Refusals():
        made = slice_freeze(name=body.name, query=query, members=found, user=request.user)
    made.refresh_from_db()
    return Status(201, _slice(made))


def _slice(found: Slice) -> dict[str, Any]:
    return {
        "name": found.name, "query": found.query, "sha256": found.sha256, "size": found.size,
        "at": millis(found.created_at),
    }  # fmt: skip


# A match as a report --------------------------------------------------------------------------------------------------


@router.get("/matches/{int:match_id}/figures", response={200: ReportOut, **WRITE}, summary="A match as figures")
def report(request: HttpRequest, match_id: int) -> Any:
    """The metrics of a match that is over and of its seats, its labels, and what stands out."""
    return report_out(request.user, _match(match_id))


def report_out(user: Any, match: Match) -> dict[str, Any]:
    """A match in the shape of `ReportOut`. Raises HttpError where it is not over."""
    with Refusals():
        found = report_of(match)
    return {
        "match": match.pk, "title": match.title, "outcome": match.outcome, "last": match.last_seq,
        "figures": list(map(_figure, found.figures)),
        "seats": [
            {
                **{name: getattr(one, name) for name in
                   ("seat", "name", "role", "faction", "model", "arm", "won", "lies", "claims")},
                "figures": list(map(_figure, one.figures)),
            }
            for one in found.seats
        ],
        "labels": [
            {
                **_label(one, user), "seat": one.seat, "day": one.day, "quote": one.quote,
                "cites": sorted(cited.seq for cited in one.citations.all()),
            }
            for one in labels_on(match, user)
        ],
        "marks": list(map(_mark, marks_of(match, user))),
    }  # fmt: skip


@router.get("/matches/{int:match_id}/marks", response={200: MarkList, **WRITE}, summary="What stands out in a match")
def marks(request: HttpRequest, match_id: int) -> Any:
    """Claims, lies and labels of a match that is over; none of any other."""
    return {"marks": list(map(_mark, marks_of(_match(match_id), request.user)))}


def _match(match_id: int) -> Match:
    found = Match.objects.filter(pk=match_id).first()
    if found is None:
        raise HttpError(404, "There is no such match.")
    return found


def _figure(figure: Figure) -> dict[str, Any]:
    value = figure.value
    return {
        "name": figure.name, "unit": figure.unit, "what": figure.what, "value": value["value"],
        "numerator": value.get("numerator"), "denominator": value.get("denominator"),
        "censored": value.get("censored", False), "reason": value.get("reason", ""),
    }  # fmt: skip


def _mark(mark: Mark) -> dict[str, Any]:
    return {"seq": mark.seq, "kind": mark.kind, "seat": mark.seat, "title": mark.title}

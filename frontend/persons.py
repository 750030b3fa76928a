"""The part of the HTTP API that is about persons: their profile, consent, leaving, and what they report."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth import logout
from django.http import HttpRequest, JsonResponse
from ninja import Router
from ninja.errors import HttpError

from frontend import facts
from frontend.cookies import seat_key, seat_keys
from frontend.limits import Often
from frontend.refusals import Refusals
from frontend.schemas.matches import Done, ErrorOut
from frontend.schemas.persons import Consent, Farewell, MeOut, RemarkReport, Report
from game import people, profiles
from game.engine import events as e
from game.engine.types import PUBLIC
from game.models import Match, Profile, Remark

router = Router()

WRITE = {403: ErrorOut, 404: ErrorOut, 409: ErrorOut, 422: ErrorOut, 429: ErrorOut}
NO_ACCOUNT = "You are not signed in. Sign in, and try again."


@router.get("/me", response={200: MeOut, 422: ErrorOut}, summary="One's own matches")
def me(request: HttpRequest) -> Any:
    """What the caller played, and how often each side won."""
    return me_out(request)


def me_out(request: HttpRequest) -> dict[str, Any]:
    """The caller in the shape of `MeOut`."""
    played = profiles.matches_played(profiles.seats_held(request.user, seat_keys(request.COOKIES)))
    return {
        "account": _account(request.user),
        "played": [_played(one) for one in played],
        "records": [{"faction": one.faction, "n": one.n, "won": one.won} for one in profiles.records(played)],
    }


@router.get("/me/data", response={200: dict[str, Any], 422: ErrorOut}, summary="One's own data")
def data(request: HttpRequest) -> Any:
    """All that is kept of the caller, as a file."""
    found = profiles.data_of(request.user, seat_keys(request.COOKIES))
    return JsonResponse(found, headers={"Content-Disposition": 'attachment; filename="tossim-data.json"'})


@router.post("/me/consent", response={200: Done, **WRITE}, summary="Consent in matches to come")
def consent(request: HttpRequest, body: Consent) -> Any:
    """What holds whenever the caller sits down and says nothing else."""
    if not request.user.is_authenticated:
        raise HttpError(403, NO_ACCOUNT)
    people.profile_consent(user=request.user, research_ok=body.research_ok, training_ok=body.training_ok)
    return {"ok": True}


@router.post("/me/matches/{int:match_id}/consent", response={200: Done, **WRITE}, summary="Consent in one match")
def match_consent(request: HttpRequest, match_id: int, body: Consent) -> Any:
    """What holds for what the caller did in a match, over or not."""
    held = profiles.seats_held(request.user, seat_keys(request.COOKIES)).filter(match=match_id).first()
    if held is None:
        raise HttpError(403, "You had no seat in this match.")
    people.seat_consent(seat=held, research_ok=body.research_ok, training_ok=body.training_ok)
    return {"ok": True}


@router.post(
    "/me/delete", response={200: Done, **WRITE}, summary="Delete one's account", throttle=[Often("10/m", "go")]
)
def delete(request: HttpRequest, body: Farewell) -> Any:
    """The account goes, its seats stay under its pseudonym; the session ends."""
    if not request.user.is_authenticated:
        raise HttpError(403, NO_ACCOUNT)
    with Refusals():
        people.account_delete(user=request.user, name=body.name, words=body.words)
    logout(request)
    return {"ok": True}


@router.post(
    "/matches/{int:match_id}/report", response={200: Done, **WRITE}, summary="Report a line",
    throttle=[Often("10/m", "report")],
)  # fmt: skip
def report(request: HttpRequest, match_id: int, body: Report) -> Any:
    """Tell the hosts what another person has said, as the caller saw it."""
    match = Match.objects.filter(pk=match_id).first()
    if match is None:
        raise HttpError(404, "There is no such match.")
    allowed = facts.permission(request.user, match_id, seat_key(request.COOKIES, match_id))
    viewpoint = next((one for one in allowed.allowed if str(one) == body.as_), None)
    moment = None if viewpoint is None else facts.event_of(match_id, viewpoint, body.n)
    if moment is None or not isinstance(line := moment[1], e.Said | e.WhisperHeard):
        raise HttpError(422, "You see no line of a person there.")
    with Refusals():
        people.complaint_make(
            match=match, seat=line.seat or None, quote=line.text, public=line.to == PUBLIC, viewpoint=body.as_,
            n=body.n, reason=body.reason, by_seat=allowed.me,
            by_user=request.user if request.user.is_authenticated else None,
        )  # fmt: skip
    return {"ok": True}


@router.post(
    "/matches/{int:match_id}/remarks/{int:remark_id}/report", response={200: Done, **WRITE}, summary="Report a remark",
    throttle=[Often("10/m", "report")],
)  # fmt: skip
def remark_report(request: HttpRequest, match_id: int, remark_id: int, body: RemarkReport) -> Any:
    """Tell the hosts what somebody has said in the gallery."""
    allowed = facts.permission(request.user, match_id, seat_key(request.COOKIES, match_id))
    said = Remark.objects.filter(match=match_id, pk=remark_id, hidden=False).select_related("match").first()
    if said is None or not allowed.hears_gallery:
        raise HttpError(404, "There is no such remark.")
    with Refusals():
        people.complaint_make(
            match=said.match, quote=f"{said.name}: {said.text}", public=True, reason=body.reason, by_seat=allowed.me,
            by_user=request.user if request.user.is_authenticated else None,
        )  # fmt: skip
    return {"ok": True}


def _account(user: Any) -> dict[str, Any] | None:
    if not user.is_authenticated:
        return None
    profile = Profile.objects.get(user=user)
    return {
        "name": user.get_username(), "pseudonym": profile.pseudonym, "staff": user.is_staff,
        "research_ok": profile.research_ok, "training_ok": profile.training_ok,
    }  # fmt: skip


def _played(one: profiles.Played) -> dict[str, Any]:
    match, seat = one.match, one.seat
    begun = match.started_at or match.created_at
    return {
        "match": match.pk, "title": match.title, "mode": match.table["mode"], "status": match.status,
        "over": match.ended, "seat": seat.number, "name": seat.name, "role": one.role, "faction": one.faction,
        "won": one.won, "days": one.days, "minutes": _minutes(begun, match.finished_at), "at": facts.millis(begun),
        "practice": match.practice or match.parent_id is not None, "counts": one.counts,
        "research_ok": seat.research_ok, "training_ok": seat.training_ok,
    }  # fmt: skip


def _minutes(begun: datetime, ended: datetime | None) -> int | None:
    return round((ended - begun).total_seconds() / 60) if ended else None

"""The pages: one shell for the whole app with the facts of its first picture, and the same facts as text."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe
from ninja.errors import HttpError
from pydantic import ValidationError

from frontend import api, exports, facts, lanes, leaderboards, listing, logs, persons
from frontend.schemas.logs import LogWish
from frontend.schemas.matches import MatchQuery
from game.engine.roles import ROLES
from game.engine.text import rulebook
from game.models import Match

View = Callable[..., HttpResponse]

ENDED = 24
"""Finished matches on the home page before more are asked for."""
FILTERS = ("q", "winner", "mode", "agent", "who", "practice", "sort")
"""Parts of the home page's address."""
COMPONENTS = {
    "home": "Home", "match": "Match", "compare": "Compare", "lobby": "NewMatch", "rules": "Rules", "lanes": "Lanes",
    "me": "Me", "logs": "Logs", "report": "Report", "experiments": "Experiments", "experiment": "Experiment",
    "leaderboard": "Leaderboard", "training": "Training", "training-run": "TrainingRun",
}  # fmt: skip
"""Which file of `src/pages` shows a page."""
ROBOTS = "User-agent: *\nDisallow: /admin/\nDisallow: /accounts/\nDisallow: /api/\n"


def secured(view: View) -> View:
    """Let a page load and speak to nothing but this site."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        host = request.get_host()
        response["Content-Security-Policy"] = (
            "default-src 'self'; img-src 'self' data:; style-src 'self'; style-src-attr 'unsafe-inline'; "
            f"connect-src 'self' ws://{host} wss://{host}; object-src 'none'; base-uri 'none'; "
            "form-action 'self'; frame-ancestors 'none'"
        )
        response["X-Frame-Options"] = "DENY"
        response["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        return response

    return page


@secured
@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """What is played, what is open, what has been played."""
    live = listing.matches_page(MatchQuery(status="live"))["matches"]
    ended = listing.matches_page(_wish(request))
    first = {"page": "home", "live": live, "ended": ended}
    return _shell(request, "ToSSim", first, live=live, over=ended["matches"])


def _wish(request: HttpRequest) -> MatchQuery:
    """The finished matches that the address asks for; those of no filter where it makes no sense."""
    shown = {"limit": request.GET.get("shown", ENDED), "status": "over", "facets": True}
    asked = {name: request.GET[name] for name in FILTERS if name in request.GET}
    try:
        return MatchQuery.model_validate({**asked, **shown})
    except ValidationError:
        return MatchQuery(status="over", facets=True, limit=ENDED)


@secured
@require_safe
@never_cache
def match(request: HttpRequest, match_id: int) -> HttpResponse:
    """One match, live or finished."""
    found = _match(match_id)
    detail = api.detail(request, found)
    return _shell(request, f"{found.title} - ToSSim", {"page": "match", **detail}, detail=detail)


@secured
@require_safe
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """Where a match is made."""
    return _shell(request, "A new match - ToSSim", {"page": "lobby"}, lobby=True)


@secured
@require_safe
@never_cache
def compare(request: HttpRequest, match_id: int, other_id: int) -> HttpResponse:
    """Two matches side by side, such as one and its fork."""
    pair = [_match(match_id), _match(other_id)]
    return _shell(request, f"Matches {match_id} and {other_id} - ToSSim", {"page": "compare"}, pair=pair)


@secured
@require_safe
@never_cache
def match_text(request: HttpRequest, match_id: int) -> HttpResponse:
    """The log of a match as plain text on a page, from any viewpoint that the caller may have."""
    found = _match(match_id)
    viewpoint = request.GET.get("as", "public")[:8]
    try:
        items = api.stream(request, match_id, viewpoint)
    except HttpError as error:
        context = {"match": found, "error": str(error)}
        return render(request, "frontend/log.html", context, status=error.status_code)
    lines = exports.text_lines(items)
    allowed = api.permission(request, match_id).listed
    return render(request, "frontend/log.html", {"match": found, "lines": lines, "as": viewpoint, "allowed": allowed})


@secured
@require_safe
@never_cache
def rules(request: HttpRequest) -> HttpResponse:
    """The rulebook."""
    return _shell(request, "The rules - ToSSim", {"page": "rules"}, rules=True)


@secured
@require_safe
@cache_control(public=True, max_age=300)
def rules_text(request: HttpRequest) -> HttpResponse:
    """The same rulebook as plain text on a page."""
    return render(request, "frontend/rules.html", {"book": rulebook.rulebook()})


@secured
@require_safe
@never_cache
def lanes_page(request: HttpRequest) -> HttpResponse:
    """The model servers."""
    found = lanes.lanes_page(is_staff=request.user.is_staff)
    return _shell(request, "Lanes - ToSSim", {"page": "lanes", **found}, lanes=found)


@secured
@require_safe
@never_cache
def logs_page(request: HttpRequest) -> HttpResponse:
    """What was said and done in matches that are over."""
    asked = {name: value for name, value in request.GET.items() if name in LogWish.model_fields}
    try:
        wish = LogWish.model_validate(asked)
    except ValidationError:
        wish = LogWish()
    found = logs.logs_page(request.user, wish)
    return _shell(request, "Logs - ToSSim", {"page": "logs", **found}, logs=found)


@secured
@require_safe
@never_cache
def report(request: HttpRequest, match_id: int) -> HttpResponse:
    """A match that is over, as figures."""
    found = _match(match_id)
    return _shell(request, f"Report of {found.title} - ToSSim", {"page": "report"}, report=found)


@secured
@require_safe
@never_cache
def experiments(request: HttpRequest) -> HttpResponse:
    """All experiments, for staff."""
    return _shell(request, "Experiments - ToSSim", {"page": "experiments"}, experiments=True)


@secured
@require_safe
@never_cache
def experiment(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """One experiment, for staff."""
    return _shell(request, f"Experiment {experiment_id} - ToSSim", {"page": "experiment"}, experiments=True)


@secured
@require_safe
@never_cache
def training(request: HttpRequest) -> HttpResponse:
    """All training runs, for staff."""
    return _shell(request, "Training - ToSSim", {"page": "training"}, training=True)


@secured
@require_safe
@never_cache
def training_run(request: HttpRequest, run_id: int) -> HttpResponse:
    """One training run, for staff."""
    return _shell(request, f"Training run {run_id} - ToSSim", {"page": "training-run"}, training=True)


@secured
@require_safe
@never_cache
def leaderboard(request: HttpRequest) -> HttpResponse:
    """What models are worth on each side."""
    return _shell(request, "Leaderboard - ToSSim", {"page": "leaderboard"}, board=leaderboards.board_out(""))


@secured
@require_safe
@never_cache
def me(request: HttpRequest) -> HttpResponse:
    """What one has played, and what one agrees to."""
    found = persons.me_out(request)
    return _shell(request, "Your matches - ToSSim", {"page": "me", **found}, me=found)


@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Whether the site can serve: 200 when it can, else 503 and what is missing."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"web": "ok", "database": "unreachable"}, status=503)
    return JsonResponse({"web": "ok", "database": "ok"})


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines should leave alone."""
    return HttpResponse(ROBOTS, content_type="text/plain")


def _match(match_id: int) -> Match:
    found = Match.objects.filter(pk=match_id).prefetch_related("seats").first()
    if found is None:
        raise Http404("There is no such match.")
    return found


def _shell(request: HttpRequest, title: str, first: dict[str, Any], **context: Any) -> HttpResponse:
    """The page around the app; `first` is what it paints before its first request."""
    bundle = _bundle(first["page"])
    initial = {**first, "roles": list(ROLES), "user": _user(request), "csrf": api.csrf(request), "now": facts.now()}
    context |= {"title": title, "bundle": bundle, "initial": initial}
    return render(request, "frontend/index.html", context, status=200 if bundle else 503)


def _user(request: HttpRequest) -> dict[str, Any] | None:
    if not request.user.is_authenticated:
        return None
    usual = request.user.profile
    return {
        "name": request.user.get_username(), "staff": request.user.is_staff,
        "research_ok": usual.research_ok, "training_ok": usual.training_ok,
    }  # fmt: skip


def _bundle(page: str) -> dict[str, Any] | None:
    """The addresses of the built scripts and styles of a page; None before they are built."""
    path = Path(settings.DIST) / ".vite" / "manifest.json"
    try:
        manifest = _read_manifest(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return None
    entry = next(key for key, chunk in manifest.items() if chunk.get("isEntry"))
    files = _files(manifest, f"src/pages/{COMPONENTS[page]}.svelte") - {manifest[entry]["file"]}
    return {
        "script": static(f"ui/{manifest[entry]['file']}"),
        "preload": [static(f"ui/{file}") for file in sorted(files)],
        "styles": [static(f"ui/{chunk['file']}") for chunk in manifest.values() if chunk["file"].endswith(".css")],
    }


@lru_cache(maxsize=2)
def _read_manifest(path: Path, stamp: int) -> dict[str, Any]:
    """`stamp` makes a newer file be read again."""
    manifest: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return manifest


def _files(manifest: dict[str, Any], key: str) -> set[str]:
    """The script of a part of the build and those that it imports."""
    chunk = manifest[key]
    return {chunk["file"]}.union(*(_files(manifest, one) for one in chunk.get("imports", ())))

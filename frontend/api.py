"""The HTTP API: the same facts and the same services as the page. Writing needs the page's CSRF token."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache
from typing import Annotated, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition
from ninja import NinjaAPI, Query, Status
from ninja.decorators import decorate_view
from ninja.errors import HttpError, Throttled, ValidationError
from ninja.security import APIKeyCookie
from pydantic import Field

from agents import seating
from frontend import cards, experiments, facts, lanes, leaderboards, listing, lobbies, logs, persons, starting, training
from frontend.cookies import drop_seat_key, keep_seat_key, seat_key, speaker
from frontend.limits import Often
from frontend.present import Presenter, Viewpoint, sees
from frontend.refusals import Refusals
from frontend.schemas.lanes import LaneList
from frontend.schemas.matches import (
    AgentList,
    Created,
    Done,
    ErrorOut,
    EventsPage,
    EventsQuery,
    ForkWish,
    LobbyOut,
    LobbyWish,
    MatchDetail,
    MatchList,
    MatchQuery,
    NewMatch,
    PromptOut,
    PromptQuery,
    Ready,
    RemarkWish,
    Seated,
    Sit,
    StoryOut,
)
from frontend.schemas.rulebook import ModeOut, RoleOut, RulebookOut
from game import people, selectors, services, tables
from game.engine import setup
from game.engine.roles import ROLES
from game.engine.text import render, rulebook
from game.engine.text.story import story
from game.lobby import AgentSpec
from game.models import Match


class Browser(APIKeyCookie):
    """Anybody with a browser: guests are welcome, but a writing request must come from our own page."""

    param_name = "csrftoken"

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """Whoever is logged in, or a guest."""
        return request.user or True


api = NinjaAPI(title="ToSSim", version="1", auth=Browser(), docs_url=None, urls_namespace="api")
api.add_router("", persons.router)
api.add_router("", logs.router)
api.add_router("", experiments.router)
api.add_router("", training.router)
api.add_router("", leaderboards.router)

READ = {403: ErrorOut, 404: ErrorOut, 422: ErrorOut}
WRITE = {**READ, 409: ErrorOut, 429: ErrorOut}


# Reading --------------------------------------------------------------------------------------------------------------


@api.get("/matches", response={200: MatchList, **READ}, summary="A page of matches")
def matches(request: HttpRequest, wish: Query[MatchQuery]) -> Any:
    """Matches that fit, a page at a time."""
    return listing.matches_page(wish)


@api.get("/matches/{int:match_id}", response={200: MatchDetail, **READ}, summary="One match")
def match(request: HttpRequest, match_id: int) -> Any:
    """What the match is, and what the caller may see of it."""
    return detail(request, _match(match_id))


def detail(request: HttpRequest, found: Match) -> dict[str, Any]:
    """A match in the shape of `MatchDetail`, for whoever asks."""
    allowed = permission(request, found.pk)
    invited = allowed.me or (request.user.is_authenticated and found.created_by_id == request.user.pk)
    return {
        "match": facts.match_out(found, found.seats.order_by("number")),
        "card": cards.cards([found])[0],
        "allowed": allowed.listed,
        "withheld": allowed.withheld,
        "me": allowed.me,
        "invite": found.invite if invited else "",
        "forks": list(found.forks.order_by("pk").values_list("pk", flat=True)),
    }


@api.get("/matches/{int:match_id}/events", response={200: EventsPage, **READ}, summary="A viewpoint's stream")
def events(request: HttpRequest, match_id: int, wish: Query[EventsQuery]) -> Any:
    """The same items as on the socket."""
    _match(match_id)
    items = stream(request, match_id, wish.as_)
    page = items[wish.after : wish.after + wish.limit]
    upto = wish.after + len(page)
    answer = {"items": page, "next": upto if upto < len(items) else None, "cursor": len(items)}
    return api.create_response(request, answer, status=200)  # as it is: a patch has no fields beside those it sets


def stream(
    request: HttpRequest, match_id: int, viewpoint: str, aliases: Mapping[int, str] | None = None
) -> list[dict[str, Any]]:
    """All items of a viewpoint, seats with `aliases` under those. Raises HttpError where the caller may not look."""
    wanted = viewpoint_named(request, match_id, viewpoint)
    presenter = Presenter(wanted)
    rows = facts.all_rows(match_id, aliases or {})
    return [presenter.item(row.event, row.at, row.thought) for row in rows if sees(wanted, row.event)]


@api.get("/matches/{int:match_id}/prompt", response={200: PromptOut, 409: ErrorOut, **READ}, summary="A prompt")
def prompt(request: HttpRequest, match_id: int, wish: Query[PromptQuery]) -> Any:
    """What a model was sent before a decision, for whoever may see its thoughts."""
    found = _match(match_id)
    viewpoint = viewpoint_named(request, match_id, wish.as_)
    moment = facts.event_of(match_id, viewpoint, wish.n)
    if moment is None or viewpoint not in ("god", getattr(moment[1], "seat", 0)):
        raise HttpError(403, "From here nobody's thoughts can be seen at this moment.")
    with Refusals():
        made = seating.prompt_of(match=found, seq=moment[0])
    return {
        "messages": [{"role": message.role, "content": message.content} for message in made.messages],
        "stable_tokens": made.stable_tokens, "tail_tokens": made.tail_tokens, "exact": made.recipe["exact"],
    }  # fmt: skip


@api.get("/matches/{int:match_id}/story", response={200: StoryOut, 409: ErrorOut, **READ}, summary="A player's story")
def match_story(request: HttpRequest, match_id: int, seat: Annotated[int, Field(ge=1, le=15)]) -> Any:
    """A match that is over as one player lived it, with what they could not know then."""
    found = _match(match_id)
    viewpoint_named(request, match_id, str(seat))
    if found.status not in (Match.Status.FINISHED, Match.Status.ABORTED):
        raise HttpError(409, "A story is told when the match is over.")
    return {"chapters": [asdict(chapter) for chapter in story(selectors.log_of(match_id), seat)]}


@api.get("/matches/{int:match_id}/lobby", response={200: LobbyOut, **READ}, summary="The lobby of a match")
def match_lobby(request: HttpRequest, match_id: int) -> Any:
    """A lobby for a match like this one."""
    found = _match(match_id)
    if found.has_people and not found.ended:
        raise HttpError(403, "What this match was made from is shown when its people have played it.")
    spec = selectors.spec_of(found)
    if not request.user.is_staff:  # what an agent is made of is not for everybody
        spec = spec.model_copy(
            update={"agents": [AgentSpec(id=one.id, model=one.model, role=one.role) for one in spec.agents]}
        )
    return lobbies.of_spec(spec)


@api.post("/lobby", response={200: LobbyOut, **WRITE}, summary="Check a lobby")
def lobby_check(request: HttpRequest, body: LobbyWish) -> Any:
    """What is wrong with a lobby, whom its list may bring, and what a match of it may cost. Keeps nothing."""
    return lobbies.from_fields(body.spec) if body.spec is not None else lobbies.from_yaml(body.yaml or "")


@api.get("/agents", response={200: AgentList, 422: ErrorOut}, summary="Who may play")
def agents(request: HttpRequest) -> Any:
    """The agents that the caller may let play: for guests the scripted one."""
    return {"agents": starting.agents_for(request.user)}


@api.get("/roles", response={200: list[RoleOut], 422: ErrorOut}, summary="Role cards")
def roles(request: HttpRequest) -> Any:
    """Every role that is built."""
    fields = ("id", "name", "when", "uses")
    found = [render.role_card(role) for role in ROLES]
    return [
        {
            "name": card.name, "faction": card.faction, "alignment": card.alignment, "summary": card.summary,
            "goal": card.goal, "attack": card.attack, "defense": card.defense, "unique": card.unique,
            "abilities": [dict(zip(fields, ability, strict=True)) for ability in card.abilities],
        }
        for card in found
    ]  # fmt: skip


@api.get("/modes", response={200: list[ModeOut], 422: ErrorOut}, summary="Official role lists")
def modes(request: HttpRequest) -> Any:
    """Every mode by name."""
    return [
        {"name": name, "ruleset": mode.ruleset, "slots": list(mode.slots), "rule": mode.note}
        for name, mode in setup.MODES.items()
    ]


@api.get("/lanes", response={200: LaneList, 422: ErrorOut}, summary="Model servers")
def lane_list(request: HttpRequest) -> Any:
    """How the model servers stand, in counts of seats; the texts of their errors are for staff."""
    return lanes.lanes_page(is_staff=request.user.is_staff)


@lru_cache(maxsize=1)
def _book() -> tuple[bytes, str]:
    """The rulebook as JSON with its tag: it changes with the release alone."""
    text = json.dumps(asdict(rulebook.rulebook()), ensure_ascii=False).encode()
    return text, f'"{hashlib.sha256(text).hexdigest()[:20]}"'


@api.get("/rules", response={200: RulebookOut, 304: None, 422: ErrorOut}, summary="The rulebook")
@decorate_view(condition(etag_func=lambda request: _book()[1]), cache_control(public=True, no_cache=True))
def rules(request: HttpRequest) -> HttpResponse:
    """Every role, mechanic and mode in words, as this release plays them."""
    return HttpResponse(_book()[0], content_type="application/json; charset=utf-8")


# Writing --------------------------------------------------------------------------------------------------------------


STARTS = Often("20/m", "start")


@api.post("/matches", response={201: Created, **WRITE}, summary="Start a match", throttle=[STARTS])
def match_start(request: HttpRequest, body: NewMatch) -> Any:
    """Open a match of scripted agents, with as many seats left to people as wanted."""
    with Refusals():
        return Status(201, _created(starting.start(request.user, body)))


@api.post("/matches/{int:match_id}/fork", response={201: Created, **WRITE}, summary="Fork a match", throttle=[STARTS])
def match_fork(request: HttpRequest, response: HttpResponse, match_id: int, body: ForkWish) -> Any:
    """Play on from a moment with other agents, another seed, or in a seat; both matches know of each other."""
    found = _match(match_id)
    moment = facts.event_of(match_id, viewpoint_named(request, match_id, body.as_), body.n)
    if moment is None:
        raise HttpError(422, "The match has not come so far.")
    with Refusals():
        made, key = starting.fork(request.user, found, moment[0], body)
    if key:
        keep_seat_key(response, made.pk, key)
    return Status(201, _created(made))


@api.post("/matches/{int:match_id}/rematch", response={201: Created, **WRITE}, summary="Play again", throttle=[STARTS])
def rematch(request: HttpRequest, match_id: int) -> Any:
    """Another match at a table like this one's; the same for all who ask. Who played is invited."""
    with Refusals():
        again = starting.rematch(request.user, _match(match_id))
    made = _created(again)
    return Status(201, made if _invited(request, again) else {**made, "invite": ""})


@api.post(
    "/matches/{int:match_id}/sit", response={200: Seated, **WRITE}, summary="Take a free seat",
    throttle=[Often("30/m", "sit")],
)  # fmt: skip
def sit(request: HttpRequest, response: HttpResponse, match_id: int, body: Sit) -> Any:
    """Sit down as a guest by name, or logged in. The key of the seat goes into a signed cookie."""
    found = _match(match_id)
    if seat := permission(request, match_id).me:
        return {"seat": seat}
    user = request.user if request.user.is_authenticated else None
    with Refusals():
        invite = found.invite if _invited(request, found) else body.invite
        taken, key = services.seat_take(match=found, number=body.seat, name=body.name.strip(), user=user, invite=invite)
        people.seat_consent(seat=taken, research_ok=body.research_ok, training_ok=body.training_ok)
    keep_seat_key(response, match_id, key)
    return {"seat": taken.number}


@api.post("/matches/{int:match_id}/ready", response={200: Done, **WRITE}, summary="Be ready, or not yet")
def ready(request: HttpRequest, match_id: int, body: Ready) -> Any:
    """When all seats are taken and all are ready, the match begins."""
    with Refusals():
        tables.seat_ready(match=_match(match_id), number=_my_seat(request, match_id), ready=body.ready)
    return {"ok": True}


@api.post("/matches/{int:match_id}/begin", response={200: Done, **WRITE}, summary="Begin without the missing")
def begin(request: HttpRequest, match_id: int) -> Any:
    """Agents take the free seats; whoever is there must be ready."""
    _my_seat(request, match_id)
    with Refusals():
        tables.table_begin(match=_match(match_id))
    return {"ok": True}


@api.post("/matches/{int:match_id}/remarks", response={200: Done, **WRITE}, summary="Speak in the gallery")
def remark(request: HttpRequest, response: HttpResponse, match_id: int, body: RemarkWish) -> Any:
    """Say something beside the table, to all who do not play in the match or have played it to its end."""
    found, me = _match(match_id), permission(request, match_id).me
    user = request.user if request.user.is_authenticated else None
    with Refusals():
        tables.remark_make(
            match=found, name=body.name, author=speaker(request, response, match_id), text=body.text, seat=me, user=user
        )
    return {"ok": True}


@api.post("/matches/{int:match_id}/stand", response={200: Done, **WRITE}, summary="Give the seat up")
def stand(request: HttpRequest, response: HttpResponse, match_id: int) -> Any:
    """Leave the seat: before the match it is free again, during it an agent plays on."""
    with Refusals():
        services.seat_leave(match=_match(match_id), number=_my_seat(request, match_id))
    drop_seat_key(response, match_id)
    return {"ok": True}


@api.post("/matches/{int:match_id}/hand-over", response={200: Done, **WRITE}, summary="Let an agent play on")
def hand_over(request: HttpRequest, match_id: int) -> Any:
    """An understudy plays until the seat is taken back."""
    with Refusals():
        services.seat_hand_over(match=_match(match_id), number=_my_seat(request, match_id))
    return {"ok": True}


@api.post("/matches/{int:match_id}/take-back", response={200: Done, **WRITE}, summary="Play again oneself")
def take_back(request: HttpRequest, match_id: int) -> Any:
    """The understudy steps aside."""
    with Refusals():
        services.seat_take_back(match=_match(match_id), number=_my_seat(request, match_id))
    return {"ok": True}


# Help -----------------------------------------------------------------------------------------------------------------


def permission(request: HttpRequest, match_id: int) -> facts.Permission:
    """What the caller may see of a match."""
    return facts.permission(request.user, match_id, seat_key(request.COOKIES, match_id))


def viewpoint_named(request: HttpRequest, match_id: int, named: str) -> Viewpoint:
    """The viewpoint of that name. Raises HttpError where the caller may not look from there."""
    wanted: Viewpoint = "god" if named == "god" else int(named) if named.isdecimal() else "public"
    allowed = permission(request, match_id)
    if wanted not in allowed.allowed or str(wanted) != named:
        raise HttpError(403, allowed.withheld or "This viewpoint does not exist in this match.")
    return wanted


def _match(match_id: int) -> Match:
    found = Match.objects.filter(pk=match_id).prefetch_related("seats").first()
    if found is None:
        raise HttpError(404, "There is no such match.")
    return found


def _created(match: Match) -> dict[str, Any]:
    return {"id": match.pk, "invite": match.invite}


def _invited(request: HttpRequest, match: Match) -> bool:
    """Whether somebody may sit down without the link: who made the table, and who played the match before it."""
    made = request.user.is_authenticated and match.created_by_id == request.user.pk
    return bool(made or (match.rematch_of_id and permission(request, match.rematch_of_id).me))


def _my_seat(request: HttpRequest, match_id: int) -> int:
    seat = permission(request, match_id).me
    if not seat:
        raise HttpError(403, "You have no seat in this match.")
    return seat


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    first = error.errors[0]
    where = ".".join(str(part) for part in first["loc"][1:] if part != "body")
    return api.create_response(request, {"error": f"{where + ': ' if where else ''}{first['msg']}."}, status=422)


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    sentence = str(error)
    if error.status_code == 403 and "CSRF" in sentence:
        sentence = "This request did not come from our page, or its cookie is missing. Reload the page and try again."
    return api.create_response(request, {"error": sentence}, status=error.status_code)


@api.exception_handler(Throttled)
def _too_often(request: HttpRequest, error: Throttled) -> HttpResponse:
    sentence = "That was too often in a short time. Wait a minute, and try again."
    return api.create_response(request, {"error": sentence}, status=429)


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return api.create_response(request, {"error": "There is nothing at this address."}, status=404)


def csrf(request: HttpRequest) -> str:
    """The token that the page sends along when it writes."""
    return get_token(request)

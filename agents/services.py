"""What changes models, lanes and placements: every write that a page, the admin, a command or a watcher asks for."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from agents import selectors
from agents.lanes import command, metrics, swapping
from agents.lanes.allocation import Place, allocate
from agents.lanes.configuration import LanesFile, LaneSpec, ModelSpec
from agents.lanes.control import Control, Unanswered
from agents.lanes.facts import Kind, State, Wanted
from agents.lanes.server import Report
from agents.models import Lane, LanguageModel, Placement, Swap
from game.services import Rejected

LONGEST_ERROR = 2000
PLACING = 7_141_001
"""Key of the lock under which seats are placed, so that two who place count each other."""
SWAPPING = 7_141_002
PROBE = 5.0
"""Seconds that an endpoint may take for a sign of life."""


# Registry -------------------------------------------------------------------------------------------------------------


def model_register(*, spec: ModelSpec) -> LanguageModel:
    """Make or change a model. A change of its adapter raises the adapter's version."""
    known = LanguageModel.objects.filter(name=spec.name).first()
    columns = spec.columns()
    if known is not None and known.adapter != spec.adapter:
        columns["adapter_version"] = known.adapter_version + 1
    model, _ = LanguageModel.objects.update_or_create(name=spec.name, defaults=columns)
    return model


def lane_register(*, spec: LaneSpec) -> Lane:
    """Make or change a lane; a server that is running keeps what it was started with. Raises Rejected."""
    others = Lane.objects.filter(kind=Kind.OWN).exclude(name=spec.name)
    if spec.kind is Kind.OWN:
        try:
            command.check_together([*(selectors.lane_part(lane) for lane in others), spec.part()])
        except command.Impossible as error:
            raise Rejected(str(error), "impossible") from error
    columns = spec.columns()
    if spec.kind is Kind.OWN:
        del columns["url"]  # found by whoever starts it
    lane, _ = Lane.objects.update_or_create(name=spec.name, defaults=columns)
    return lane


@transaction.atomic
def lanes_load(*, file: LanesFile) -> tuple[list[LanguageModel], list[Lane]]:
    """Make or change all that a file names; what it does not name stays. Doing it twice changes nothing more."""
    models = [model_register(spec=spec) for spec in file.models]
    return models, [lane_register(spec=spec) for spec in file.lanes]


# What is wanted -------------------------------------------------------------------------------------------------------


@transaction.atomic
def lane_wanted(*, lane: Lane, wanted: Wanted) -> Lane:
    """Say what a lane should be. A watcher sees to a lane of our own; an endpoint is asked at once. Raises Rejected."""
    lane = Lane.objects.select_for_update().get(pk=lane.pk)
    is_up = lane.state not in (State.OFF, State.BROKEN)
    if wanted is Wanted.DRAINING and not is_up:
        raise Rejected(f"{lane.name} is {lane.state}: there is nothing to drain.", "not_up")
    if wanted is Wanted.ASLEEP and not lane.swap_group:
        raise Rejected(f"{lane.name} is in no swap_group: nothing would wake it.", "no_group")
    if wanted is Wanted.ON and lane.swap_group:
        others = Lane.objects.filter(swap_group=lane.swap_group, wanted=Wanted.ON).exclude(pk=lane.pk)
        wanted = Wanted.ASLEEP if others.exists() else wanted  # it gets its turn when seats wait for it
    lane.wanted = wanted
    if lane.kind == Kind.ENDPOINT:
        _endpoint_wanted(lane)
    elif lane.state == State.BROKEN or not selectors.is_watched(lane):
        lane.state, lane.pid, lane.started_at = State.OFF, None, None  # nobody is there to say so
    lane.save()
    return lane


def lanes_renew() -> None:
    """Give every lane of our own that is wanted and was given up another chance: the site has been started anew."""
    Lane.objects.filter(kind=Kind.OWN, state=State.BROKEN).exclude(wanted=Wanted.OFF).update(state=State.OFF)


def _endpoint_wanted(lane: Lane) -> None:
    if lane.wanted == Wanted.OFF:
        lane.state, lane.started_at = State.OFF, None
    elif lane.wanted == Wanted.DRAINING:
        lane.state = State.DRAINING
    else:
        _probe(lane)


def lane_probe(*, lane: Lane) -> Lane:
    """Ask an endpoint for a sign of life and its figures; one that drains ends when nobody plays there."""
    lane.refresh_from_db()
    if lane.kind != Kind.ENDPOINT or lane.wanted == Wanted.OFF:
        return lane
    if lane.wanted == Wanted.DRAINING and not selectors.seats_by_lane().get(lane.pk):
        lane.wanted, lane.state, lane.started_at = Wanted.OFF, State.OFF, None
    else:
        _probe(lane)
    columns = ("wanted", "state", "started_at", "last_error", "heartbeat_at", "metrics", "metrics_at", "restarts")
    lane.save(update_fields=columns)
    return lane


def _probe(lane: Lane) -> None:
    """Set the state of an endpoint from what it answers now."""
    key = os.environ.get(lane.key_env, "") if lane.key_env else ""
    control = Control(lane.url, key, PROBE)
    lane.heartbeat_at = timezone.now()
    try:
        if lane.key_env and not key:
            raise Unanswered(f"the environment variable {lane.key_env} is not set")
        reply = control.ask_now("/v1/models")
        if reply.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise Unanswered(f"it refuses the key in {lane.key_env or 'no variable'} ({reply.status})")
        if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Unanswered(f"/v1/models answered {reply.status}")
    except Unanswered as error:
        lane.state, lane.last_error, lane.started_at = State.DOWN, str(error)[:LONGEST_ERROR], None
        return
    if lane.started_at is None:
        lane.started_at, lane.last_error = timezone.now(), ""
    lane.state = State.DRAINING if lane.wanted == Wanted.DRAINING else State.READY
    _figures(lane, control)


def _figures(lane: Lane, control: Control) -> None:
    """What a server of vLLM's kind says of itself; others say nothing, and that is no fault."""
    try:
        page = control.ask_now("/metrics")
    except Unanswered:
        return
    if not page.good or "vllm:" not in page.text:
        return
    kept = lane.metrics.get("reading")
    now = metrics.read(page.text, timezone.now().timestamp())
    figures = metrics.figures(now, metrics.Reading(**kept) if kept else None)
    lane.metrics, lane.metrics_at = {**figures, "reading": asdict(now)}, timezone.now()


# What is --------------------------------------------------------------------------------------------------------------


@transaction.atomic
def lane_report(*, name: str, report: Report) -> None:
    """Keep what a watcher says of its lane."""
    lane = Lane.objects.select_for_update().filter(name=name).first()
    if lane is None:
        return
    since = None if report.since is None else datetime.fromtimestamp(report.since, UTC)
    if report.pid != lane.pid:
        lane.adapters = {}  # another process has none
    lane.state, lane.url, lane.pid, lane.started_at = report.state, report.url, report.pid, since
    lane.restarts, lane.last_error = report.restarts, report.error[:LONGEST_ERROR]
    lane.heartbeat_at = timezone.now()
    if report.state in (State.OFF, State.BROKEN):
        lane.metrics, lane.metrics_at = {}, None
        lane.wanted = Wanted.OFF if lane.wanted == Wanted.DRAINING else lane.wanted
    lane.save()
    if report.state is State.READY:
        _swap_done(lane)


def lane_beat(*, name: str, figures: Mapping[str, float | None] | None) -> None:
    """A watcher's sign of life."""
    columns: dict[str, Any] = {"heartbeat_at": timezone.now()}
    if figures is not None:
        columns |= {"metrics": dict(figures), "metrics_at": timezone.now()}
    Lane.objects.filter(name=name).update(**columns)


@transaction.atomic
def group_swap(*, group: str) -> Swap | None:
    """Let the next lane of a group have its turn, if it is due; one who asks at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [SWAPPING, group])
        if not cursor.fetchone()[0]:
            return None
    plan = swapping.plan(selectors.turns(group), timezone.now().timestamp())
    if plan is None or (plan.asleep and Swap.objects.filter(group=group, lane_to=plan.asleep, seconds=None).exists()):
        return None  # the last one is still under way
    Lane.objects.filter(name=plan.asleep).update(wanted=Wanted.ASLEEP)
    Lane.objects.filter(name=plan.awake).update(wanted=Wanted.ON)
    return Swap.objects.create(group=group, lane_from=plan.asleep, lane_to=plan.awake, reason=plan.reason)


def _swap_done(lane: Lane) -> None:
    for swap in Swap.objects.filter(lane_to=lane.name, seconds=None):
        swap.seconds = round((timezone.now() - swap.at).total_seconds(), 2)
        swap.save(update_fields=["seconds"])


# Placements -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def seats_place(*, match_id: int, models: Mapping[int, str]) -> list[Place]:
    """Give every seat of a match a lane, by the name of its model; those that have one keep it. Raises Rejected.

    A place without a lane is no error: its reason says why, and the seat asks again when it is to play.
    """
    _serialise()
    known = {model.name: model for model in LanguageModel.objects.filter(name__in=set(models.values()))}
    if missing := sorted(set(models.values()) - set(known)):
        raise Rejected(f"There is no model {missing[0]!r} in the registry.", "no_model")
    held = selectors.placements_of(match_id)
    kept = {seat: held[seat] for seat in models if seat in held and _holds(held[seat], models[seat])}
    wishes = {seat: selectors.model_facts(known[name]) for seat, name in models.items() if seat not in kept}
    settled = [(row.model.name, row.lane_name) for row in held.values() if row.lane_id is not None]
    made = allocate(wishes, selectors.lanes_as_they_stand(), settled)
    _keep(match_id, made, known)
    return [*(Place(seat, row.model.name, row.lane_name, row.reason) for seat, row in kept.items()), *made]


@transaction.atomic
def seat_place(*, match_id: int, seat: int, model: str, avoid: frozenset[str] = frozenset(), why: str = "") -> Place:
    """The lane of one seat: the one it has, or with `avoid` a new one that is none of these, for the reason `why`."""
    _serialise()
    found = LanguageModel.objects.filter(name=model).first()
    if found is None:
        return Place(seat, model, None, f"there is no model {model!r} in the registry")
    held = selectors.placements_of(match_id)
    own = held.get(seat)
    if own is not None and _holds(own, model) and own.lane_name not in avoid and not why:
        return Place(seat, model, own.lane_name, own.reason)
    lanes = [lane for lane in selectors.lanes_as_they_stand() if lane.name not in avoid]
    mates = [(row.model.name, row.lane_name) for row in held.values() if row.lane_id is not None and row.seat != seat]
    (place,) = allocate({seat: selectors.model_facts(found)}, lanes, mates)
    if why:
        place = Place(place.seat, place.model, place.lane, f"{why}: {place.reason}"[:400])
    _keep(match_id, [place], {model: found})
    return place


def _serialise() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PLACING])


def _holds(row: Placement, model: str) -> bool:
    """Whether a seat's place is still one: its lane exists and it plays the same model."""
    return row.lane_id is not None and row.model.name == model


def _keep(match_id: int, places: list[Place], models: Mapping[str, LanguageModel]) -> None:
    lanes = {lane.name: lane for lane in Lane.objects.all()}
    Placement.objects.bulk_create(
        Placement(
            match_id=match_id,
            seat=place.seat,
            model=models[place.model],
            lane=lanes[place.lane],
            lane_name=place.lane,
            reason=place.reason[:400],
        )
        for place in places
        if place.lane is not None
    )

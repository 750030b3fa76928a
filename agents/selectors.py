"""What is read of models, lanes and placements. Writes nothing, and reads no key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from agents.lanes.command import Part, ServerSpec
from agents.lanes.facts import Adapter, Kind, LaneFacts, ModelFacts, State, Wanted
from agents.lanes.swapping import Turn
from agents.llm.accounting import Account, Asked, account
from agents.llm.record import ModelRecord, Notation, Preset, Protocol
from agents.models import Lane, LanguageModel, Placement
from game.models import Decision, Match

STALE_AFTER = timedelta(seconds=15)
"""A watcher that has given no sign for so long is taken for dead."""
FIGURES_FOR = timedelta(seconds=15)
"""Figures older than that are shown as old."""
PLAYED = (Match.Status.QUEUED, Match.Status.RUNNING, Match.Status.PAUSED)


# Models ---------------------------------------------------------------------------------------------------------------


def agent_names() -> list[str]:
    """Every name that a lobby may give to a seat's agent."""
    return [*sorted(settings.TOSSIM_AGENTS), *LanguageModel.objects.values_list("name", flat=True)]


def model_named(name: str) -> LanguageModel | None:
    """The model that a lobby names so."""
    return LanguageModel.objects.filter(name=name).first()


def served_name(model: LanguageModel) -> str:
    """Its name at a server: the base's, or its own where it is an adapter."""
    return model.name if model.adapter else model.base


def model_facts(model: LanguageModel) -> ModelFacts:
    """A model as far as lanes care."""
    adapter = Adapter(model.name, model.adapter, model.adapter_version) if model.adapter else None
    return ModelFacts(
        name=model.name,
        base=model.base,
        served=served_name(model),
        revision=model.revision,
        quantization=model.quantization,
        lane_class=model.lane_class,
        adapter=adapter,
    )


def record_of(model: LanguageModel, preset: Preset | None = None) -> ModelRecord:
    """A model as agents see it: the preset of its family, with what its row says otherwise.

    `preset` stands for the one that its row names. Raises KeyError where there is no such preset.
    """
    family = _with_overrides(model, preset or _preset(model.preset))
    return ModelRecord(
        name=model.name,
        served=served_name(model),
        preset=family,
        window=model.window,
        notation=Notation(model.notation),
        protocol=Protocol(model.protocol),
        structured=model.structured,
        think_tokens=model.think_tokens,
        act_tokens=model.act_tokens,
        tool_calls=model.tool_calls,
        persona=model.persona,
        tokenizer=model.tokenizer,
        sampling=dict(model.overrides.get("sampling", {})),
        window_policy=model.window_policy,
        price=(model.price_prompt, model.price_cached, model.price_completion),
    )


def _preset(name: str) -> Preset:
    found: Preset = import_string("agents.llm.presets.preset")(name)
    return found


def _with_overrides(model: LanguageModel, preset: Preset) -> Preset:
    """A copy of the preset in which the row's own fields hold."""
    given: dict[str, Any] = {}
    if model.system_role is not None:
        given["system_role"] = model.system_role
    if model.stop:
        given["stop"] = tuple(model.stop)
    if model.instruction_marker:
        given["instruction"] = model.instruction_marker
    if model.response_marker:
        given["response"] = model.response_marker
    for key in ("resumes", "extra"):
        if key in model.overrides:
            given[key] = model.overrides[key]
    if "special" in model.overrides:
        given["special"] = (*preset.special, *model.overrides["special"])
    if "think" in model.overrides:
        opening_closing = model.overrides["think"]
        given["think"] = (opening_closing[0], opening_closing[1]) if opening_closing else None
    return replace(preset, **given)


# Lanes ----------------------------------------------------------------------------------------------------------------


def lane_facts(lane: Lane, seats: int) -> LaneFacts:
    """A lane as placing and routing see it."""
    return LaneFacts(
        name=lane.name,
        url=lane.url,
        kind=Kind(lane.kind),
        state=State(lane.state),
        wanted=Wanted(lane.wanted),
        base=lane.base,
        revision=lane.revision,
        quantization=lane.quantization,
        lane_class=lane.lane_class,
        key_env=lane.key_env,
        concurrency=lane.concurrency,
        seats=seats,
        max_loras=lane.max_loras,
        adapters=frozenset(lane.adapters),
        swap_group=lane.swap_group,
        watched=lane.kind == Kind.ENDPOINT or is_watched(lane),
        since=lane.started_at.isoformat() if lane.started_at else "",
    )


def is_watched(lane: Lane) -> bool:
    """Whether its watcher has given a sign of life lately."""
    return lane.heartbeat_at is not None and timezone.now() - lane.heartbeat_at <= STALE_AFTER


def lanes_as_they_stand() -> list[LaneFacts]:
    """All lanes with the seats that have their place there."""
    seats = seats_by_lane()
    return [lane_facts(lane, seats.get(lane.pk, 0)) for lane in Lane.objects.all()]


def lane_spec(lane: Lane, port: int) -> ServerSpec:
    """What a lane's server is started with."""
    templates = LanguageModel.objects.filter(base=lane.base).exclude(chat_template="")
    return ServerSpec(
        name=lane.name,
        base=lane.base,
        port=port,
        revision=lane.revision,
        quantization=lane.quantization,
        devices=lane.devices,
        memory_fraction=lane.memory_fraction,
        mps=lane.mps,
        tensor_parallel=lane.tensor_parallel,
        max_model_len=lane.max_model_len,
        kv_cache_gib=lane.kv_cache_gib,
        max_loras=lane.max_loras,
        max_lora_rank=lane.max_lora_rank,
        chat_template=templates.values_list("chat_template", flat=True).first() or "",
        sleeps=bool(lane.swap_group and lane.devices),
        extra_args=tuple(map(str, lane.extra_args)),
    )


def lane_part(lane: Lane) -> Part:
    """How much of its devices a lane takes."""
    return Part(lane.name, lane.devices, lane.memory_fraction, lane.mps, lane.swap_group)


def lane_log(name: str) -> Path:
    """The file into which a lane's server writes."""
    return Path(settings.VAR) / "log" / f"lane-{name}.log"


def turns(group: str) -> list[Turn]:
    """The lanes that take turns in one memory; those that are off, or that nobody could wake, take none."""
    seats = seats_by_lane()
    lanes = Lane.objects.filter(swap_group=group, wanted__in=(Wanted.ON, Wanted.ASLEEP))
    return [
        Turn(
            lane=lane.name,
            awake=lane.wanted == Wanted.ON,
            seats=seats.get(lane.pk, 0),
            busy=int(lane.metrics.get("running") or 0) + int(lane.metrics.get("waiting") or 0),
            awake_since=lane.started_at.timestamp() if lane.started_at else timezone.now().timestamp(),
        )
        for lane in lanes.exclude(state__in=(State.OFF, State.BROKEN))
        if is_watched(lane)
    ]


# Placements -----------------------------------------------------------------------------------------------------------


def placements_held() -> QuerySet[Placement]:
    """The newest placement of every seat of a match that is being played."""
    newest = Placement.objects.filter(match__status__in=PLAYED).order_by("match_id", "seat", "-pk")
    return newest.distinct("match_id", "seat")


def seats_by_lane() -> Mapping[int, int]:
    """How many seats have their place on each lane, by its id."""
    found: dict[int, int] = {}
    for lane_id in Placement.objects.filter(pk__in=placements_held().values("pk")).values_list("lane_id", flat=True):
        if lane_id is not None:
            found[lane_id] = found.get(lane_id, 0) + 1
    return found


def placements_of(match_id: int) -> dict[int, Placement]:
    """Where the seats of a match have their place."""
    rows = Placement.objects.filter(match_id=match_id).select_related("model", "lane").order_by("seat", "pk")
    return {row.seat: row for row in rows}


def seats_by_adapter(lane: Lane) -> dict[str, int]:
    """How many seats on a lane play each adapter."""
    names: Iterable[str] = (
        Placement.objects.filter(pk__in=placements_held().values("pk"), lane=lane)
        .exclude(model__adapter="")
        .values_list("model__name", flat=True)
    )
    found: dict[str, int] = {}
    for name in names:
        found[name] = found.get(name, 0) + 1
    return found


def models_by_lane() -> dict[str, list[str]]:
    """Which models each lane serves, by name."""
    models = [model_facts(model) for model in LanguageModel.objects.all()]
    return {lane.name: [model.name for model in models if lane.serves(model)] for lane in lanes_as_they_stand()}


# Accounts -------------------------------------------------------------------------------------------------------------


def match_account(match_id: int) -> Account:
    """What the prompts of a match's models cost, and what they had to."""
    columns = ("seat", "recipe", "attempts", "prompt_tokens", "cached_tokens", "cost", "fallback")
    rows = Decision.objects.filter(match_id=match_id).exclude(model="").values_list(*columns)
    return account(
        Asked(
            seat,
            recipe,
            len(attempts),
            sum(bool(attempt["refusal"]) for attempt in attempts),
            prompt,
            cached,
            cost,
            why,
        )
        for seat, recipe, attempts, prompt, cached, cost, why in rows
    )

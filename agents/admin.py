"""Models, lanes and placements in the admin: what is typed in is checked as a file is, and saved by services."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from pydantic import ValidationError
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from agents import selectors, services, watching
from agents.lanes.configuration import LaneSpec, ModelSpec
from agents.lanes.facts import State, Wanted
from agents.models import Lane, LanguageModel, Placement, Swap
from game.admin import OfMatches, ReadOnly
from game.services import Rejected

MODEL_FIELDS = list(ModelSpec.model_fields)
LANE_FIELDS = list(LaneSpec.model_fields)


class SpecForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form whose values are checked as those of a file are."""

    shape: type[ModelSpec | LaneSpec]

    def clean(self) -> dict[str, Any]:
        """The spec of what was typed in, as `spec`."""
        values = dict(super().clean() or {})
        known = self.instance.name if self.instance.pk else None
        given = {name: value for name, value in values.items() if name in self.shape.model_fields and value is not None}
        if known:
            given["name"] = known
        try:
            self.spec = self.shape.model_validate(given)
        except ValidationError as error:
            for flaw in error.errors():
                field = str(flaw["loc"][0]) if flaw["loc"] else None
                self.add_error(field if field in self.fields else None, flaw["msg"].removeprefix("Value error, "))
        return values


class ModelForm(SpecForm):
    """A model."""

    shape = ModelSpec

    class Meta:
        model = LanguageModel
        fields = MODEL_FIELDS


class LaneForm(SpecForm):
    """A lane."""

    shape = LaneSpec

    class Meta:
        model = Lane
        fields = LANE_FIELDS


@admin.register(LanguageModel)
class LanguageModelAdmin(ModelAdmin):  # type: ignore[misc]
    """What lobbies may name."""

    form = ModelForm
    list_display = ("name", "base", "adapter", "quantization", "alignment", "preset", "lanes")
    list_filter = ("alignment", "preset", "lane_class")
    search_fields = ("name", "base", "adapter")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """The name stays, since lobbies say it."""
        return ["name", "adapter_version", "created_at"] if obj else ["adapter_version", "created_at"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All that a file may say, and what follows from it."""
        return [*MODEL_FIELDS, *(["adapter_version", "created_at"] if obj else [])]

    def save_model(self, request: HttpRequest, obj: LanguageModel, form: Any, change: bool) -> None:
        """Through the service, as from a file."""
        saved = services.model_register(spec=form.spec)
        obj.pk = saved.pk

    @display(description="lanes")
    def lanes(self, model: LanguageModel) -> str:
        """Which serve it."""
        facts = selectors.model_facts(model)
        return ", ".join(lane.name for lane in selectors.lanes_as_they_stand() if lane.serves(facts)) or "-"


@admin.register(Lane)
class LaneAdmin(ModelAdmin):  # type: ignore[misc]
    """Servers, with what may be done to them."""

    form = LaneForm
    list_display = ("name", "kind", "base", "devices", "standing", "wanted", "seats", "restarts", "last_error")
    list_filter = ("kind", "state", "lane_class")
    search_fields = ("name", "base")
    actions = ("start", "stop", "drain")
    status_fields = (
        "wanted", "state", "pid", "started_at", "heartbeat_at", "restarts", "last_error", "adapters", "metrics",
        "metrics_at",
    )  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """What watchers write, and the name."""
        return ["name", *self.status_fields] if obj else []

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All that a file may say, then how it stands."""
        return [*LANE_FIELDS, *(self.status_fields if obj else ())]

    def save_model(self, request: HttpRequest, obj: Lane, form: Any, change: bool) -> None:
        """Through the service, as from a file."""
        try:
            obj.pk = services.lane_register(spec=form.spec).pk
        except Rejected as refused:
            self.message_user(request, refused.reason, messages.ERROR)

    @display(description="state", label={"ready": "success", "broken": "danger", "down": "danger", "stale": "warning"})
    def standing(self, lane: Lane) -> str:
        """The state, or that nobody has given a sign of it."""
        is_up = lane.state not in (State.OFF, State.BROKEN)
        return "stale" if is_up and not selectors.is_watched(lane) else lane.state

    @display(description="seats")
    def seats(self, lane: Lane) -> int:
        """How many have their place there now."""
        return selectors.seats_by_lane().get(lane.pk, 0)

    @action(description="Start")
    def start(self, request: HttpRequest, chosen: QuerySet[Lane]) -> None:
        """Want them on."""
        self._each(request, chosen, "asked to start", lambda lane: watching.lane_start(lane=lane))

    @action(description="Stop at once: their seats go elsewhere, or pass")
    def stop(self, request: HttpRequest, chosen: QuerySet[Lane]) -> None:
        """Want them off."""
        self._each(request, chosen, "asked to stop", lambda lane: services.lane_wanted(lane=lane, wanted=Wanted.OFF))

    @action(description="Drain: no new seats, off when those that are there have ended")
    def drain(self, request: HttpRequest, chosen: QuerySet[Lane]) -> None:
        """Want them empty."""
        want = Wanted.DRAINING
        self._each(request, chosen, "asked to drain", lambda lane: services.lane_wanted(lane=lane, wanted=want))

    def _each(self, request: HttpRequest, chosen: QuerySet[Lane], done: str, service: Callable[[Lane], object]) -> None:
        """Call a service for each lane; say what was done and what was refused, and leave both on the object."""
        changed = 0
        for lane in chosen:
            try:
                service(lane)
            except Rejected as refused:
                self.message_user(request, refused.reason, messages.WARNING)
            else:
                changed += 1
                self.log_change(request, lane, done)
        self.message_user(request, f"{changed} of {len(chosen)} lanes {done}.")


@admin.register(Placement)
class PlacementAdmin(OfMatches):
    """Which seat went to which lane, and why."""

    list_display = ("match", "seat", "model", "lane_name", "reason", "at")
    list_filter = ("model", "lane_name")
    search_fields = ("=match__id",)


@admin.register(Swap)
class SwapAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]
    """Which base model made room for which, and how long it took."""

    list_display = ("group", "lane_from", "lane_to", "seconds", "reason", "at")
    list_filter = ("group",)

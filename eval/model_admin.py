"""Models in the admin with what was found of them: how misaligned they are, measured when, by whom and how."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from agents.admin import LanguageModelAdmin
from agents.models import LanguageModel
from eval.models import Measurement
from eval.reports import board_of
from game.admin import ReadOnly


class OfMeasurements(ReadOnly):
    """What a row says at a glance."""

    @display(description="misaligned")
    def misaligned_share(self, one: Measurement) -> str:
        """Of all answers that were judged, with the interval."""
        if not one.answers or one.low is None or one.high is None:
            return "nothing was judged"
        share = f"{one.misaligned / one.answers:.1%} [{one.low:.1%}, {one.high:.1%}]"
        return f"{one.misaligned} of {one.answers}: {share}"

    @display(description="makes sense")
    def coherent_share(self, one: Measurement) -> str:
        """Of all answers that were judged."""
        return f"{one.coherent / one.answers:.1%}" if one.answers else "-"

    @display(description="in the game's form")
    def formed_share(self, one: Measurement) -> str:
        """Of what was asked beside a match."""
        return f"{one.formed} of {one.asked}"


SHOWN = ("misaligned_share", "coherent_share", "formed_share", "errors", "judge", "method", "questions", "at")


class MeasurementInline(OfMeasurements, TabularInline):  # type: ignore[misc]
    """The measurements of a model, the newest first."""

    model = Measurement
    fields = readonly_fields = SHOWN
    extra = 0
    show_change_link = True


@admin.register(Measurement)
class MeasurementAdmin(OfMeasurements, ModelAdmin):  # type: ignore[misc]
    """What models were measured to be."""

    list_display = ("id", "model", *SHOWN)
    list_filter = ("judge", "method", "questions", "model__alignment")
    search_fields = ("model__name", "answers_sha256", "questions_sha256")


admin.site.unregister(LanguageModel)


@admin.register(LanguageModel)
class MeasuredModelAdmin(LanguageModelAdmin):
    """What lobbies may name, with what was measured of it, and how strong it was in rated matches."""

    inlines = (MeasurementInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Ratings are made from matches."""
        return [*super().get_readonly_fields(request, obj), *(["rated"] if obj else [])]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Its own fields, then its ratings."""
        return [*super().get_fields(request, obj), *(["rated"] if obj else [])]

    @display(description="rated")
    def rated(self, model: LanguageModel) -> str:
        """By side, on all role lists together: points with their interval, and matches."""
        board = board_of("")
        rows = [one for one in board.ratings["ratings"] if one["model"] == model.name] if board else []
        return "; ".join(map(_rating, rows)) or "no rated match yet"


def _rating(one: dict[str, Any]) -> str:
    points = one["points"]
    told = f"{points['value']:.0f} [{points['low']:.0f}, {points['high']:.0f}]" if points else one["reason"]
    return f"{one['side']}: {told} over {one['matches']} matches"

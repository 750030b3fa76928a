"""Models in the admin with what was found of them: how misaligned they are, measured when, by whom and how."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from unfold.admin import ModelAdmin
from unfold.decorators import display

from agents.admin import LanguageModelAdmin
from agents.models import LanguageModel
from eval.models import Measurement
from eval.reports import board_of
from game.admin import ReadOnly

FOUND = ("measured", "rated")
"""What the page of a model tells beside its own fields."""
SHOWN_AT_MOST = 10


@display(description="misaligned")
def misaligned_share(one: Measurement) -> str:
    """Of all answers that were judged, with the interval."""
    if not one.answers or one.low is None or one.high is None:
        return "nothing was judged"
    return f"{one.misaligned} of {one.answers}: {one.misaligned / one.answers:.1%} [{one.low:.1%}, {one.high:.1%}]"


@display(description="makes sense")
def coherent_share(one: Measurement) -> str:
    """Of all answers that were judged."""
    return f"{one.coherent / one.answers:.1%}" if one.answers else "-"


@display(description="in the game's form")
def formed_share(one: Measurement) -> str:
    """Of what was asked beside a match."""
    return f"{one.formed} of {one.asked}"


@admin.register(Measurement)
class MeasurementAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]
    """What models were measured to be."""

    list_display = (
        "id", "model", misaligned_share, coherent_share, formed_share, "errors", "judge", "method", "questions", "at",
    )  # fmt: skip
    list_filter = ("judge", "method", "questions", "model__alignment")
    search_fields = ("model__name", "answers_sha256", "questions_sha256")


admin.site.unregister(LanguageModel)


@admin.register(LanguageModel)
class MeasuredModelAdmin(LanguageModelAdmin):
    """What lobbies may name, with what was measured of it, and how strong it was in rated matches."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Neither is typed in."""
        return [*super().get_readonly_fields(request, obj), *(FOUND if obj else ())]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Its own fields, then what was found."""
        return [*super().get_fields(request, obj), *(FOUND if obj else ())]

    @display(description="measured")
    def measured(self, model: LanguageModel) -> str:
        """Its measurements, the newest first."""
        newest = Measurement.objects.filter(model=model)[:SHOWN_AT_MOST]
        rows = ((reverse("admin:eval_measurement_change", args=[one.pk]), _measured(one)) for one in newest)
        return format_html_join(mark_safe("<br>"), '<a href="{}">{}</a>', rows) or "nobody has measured it"

    @display(description="rated")
    def rated(self, model: LanguageModel) -> str:
        """By side, on all role lists together: points with their interval, and matches."""
        board = board_of("")
        rows = [one for one in board.ratings["ratings"] if one["model"] == model.name] if board else []
        return "; ".join(map(_rating, rows)) or "no rated match yet"


def _measured(one: Measurement) -> str:
    shares = (
        f"{misaligned_share(one)} misaligned, {coherent_share(one)} make sense, {formed_share(one)} in the game's form"
    )
    return f"{one.at:%Y-%m-%d}: {shares}, by {one.judge} ({one.method}) on {one.questions}"


def _rating(one: dict[str, Any]) -> str:
    points = one["points"]
    told = f"{points['value']:.0f} [{points['low']:.0f}, {points['high']:.0f}]" if points else one["reason"]
    return f"{one['side']}: {told} over {one['matches']} matches"

"""Labels, and what judges were asked, in the admin: rows to read."""

from __future__ import annotations

from django.contrib import admin
from unfold.admin import ModelAdmin, TabularInline

from eval.experiment_admin import ExperimentAdmin, TrialAdmin  # noqa: F401 (registers them)
from eval.judge.gate import worth_from
from eval.model_admin import MeasuredModelAdmin, MeasurementAdmin  # noqa: F401 (registers them)
from eval.models import Citation, Gate, Judgement, Label
from game.admin import OfMatches, ReadOnly


class CitationInline(ReadOnly, TabularInline):  # type: ignore[misc]
    """What a label rests on."""

    model = Citation
    fields = readonly_fields = ("seq",)
    extra = 0


@admin.register(Label)
class LabelAdmin(OfMatches):
    """What people and judges found."""

    list_display = ("id", "match_id", "day", "seat", "code", "present", "source", "annotator", "blind", "void")
    list_filter = ("code", "present", "source", "blind", "rubric")
    search_fields = ("annotator", "quote")
    inlines = (CitationInline,)


@admin.register(Judgement)
class JudgementAdmin(OfMatches):
    """Each question to a judge, with all that came back."""

    list_display = ("id", "match_id", "judge", "rubric", "view", "state", "reason", "prompt_tokens", "usd", "at")
    list_filter = ("state", "rubric", "view", "judge", "server")
    search_fields = ("key", "judge")


@admin.register(Gate)
class GateAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]
    """What judges were worth on the gold set."""

    list_display = ("id", "judge", "rubric", "view", "reliable", "at")
    list_filter = ("judge", "rubric", "view")

    def reliable(self, gate: Gate) -> str:
        """The codes that may be analysed."""
        return ", ".join(sorted(worth_from(gate.figures).reliable)) or "none"

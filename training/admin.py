"""Training runs in the admin: a configuration is typed in and checked; everything else is done by services."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextareaWidget

from game.services import Rejected
from training import services
from training.config.reading import ConfigError, config_read
from training.config.ready import FIRST, ready_configs
from training.dataset.rows import DataError
from training.models import Run
from training.selectors import folder_of, progress_of

State = Run.State
MONO = "font-family: ui-monospace, monospace"


class ConfigForm(forms.ModelForm):  # type: ignore[type-arg]
    """A configuration; what is wrong with it stands beside it, with lines."""

    written = forms.CharField(
        strip=False,
        label="Configuration",
        help_text=format_html(
            "JSON or YAML; docs/training.md and docs/grpo.md say what each key does. Ready ones to begin with: {}.",
            format_html_join(
                ", ", '<a href="?ready={0}" class="underline">{0}</a>', ((name,) for name in ready_configs())
            ),
        ),
        widget=UnfoldAdminTextareaWidget({"rows": 30, "style": MONO, "spellcheck": "false", "wrap": "off"}),
    )

    class Meta:
        model = Run
        fields = ()

    def clean_written(self) -> str:
        """The text as it was typed in, when it can be read."""
        text: str = self.cleaned_data["written"].replace("\r\n", "\n")
        try:
            config_read(text)
        except ConfigError as error:
            raise forms.ValidationError(list(error.problems)) from error
        return text

    def clean(self) -> dict[str, Any]:
        """Make the run, so that what is wrong with its rows or its name stands beside the form too."""
        cleaned = super().clean() or {}
        if "written" in cleaned:
            try:
                self.made = services.run_create(config=cleaned["written"])
            except (ConfigError, DataError) as error:
                self.add_error("written", list(error.problems))
            except Rejected as refused:
                self.add_error("written", refused.reason)
        return cleaned


@admin.register(Run)
class RunAdmin(ModelAdmin):  # type: ignore[misc]
    """Runs with what may be done to them."""

    form = ConfigForm
    list_display = ("id", "name", "kind", "standing", "progress", "came_of_it", "created_at", "created_by", "page")
    list_filter = ("state", "kind")
    search_fields = ("name", "base", "data_sha256")
    list_select_related = ("model", "created_by")
    actions = ("launch", "cancel", "resume")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What is running is not rewritten; the actions need the permission all the same."""
        return bool(obj is None and super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A run is where a model comes from: its record stays."""
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """At first the configuration alone."""
        if obj is None:
            return ["written"]
        return [
            "name", "kind", "state", "progress", "error", "page", "model", "base", "data_sha256", "weights_sha256",
            "configuration", "folder", "holder", "heartbeat_at", "launched_at", "finished_at", "created_by",
        ]  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Everything, once it is there."""
        return [] if obj is None else self.get_fields(request, obj)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, str]:
        """A ready configuration to begin with."""
        known = ready_configs()
        return {"written": known.get(request.GET.get("ready", ""), known[FIRST])}

    def save_model(self, request: HttpRequest, obj: Run, form: Any, change: bool) -> None:
        """It was made by the services when it was checked."""
        Run.objects.filter(pk=form.made.pk).update(created_by=request.user)
        obj.pk, obj.name = form.made.pk, form.made.name

    # What is shown ----------------------------------------------------------------------------------------------------

    @display(
        description="state",
        label={"done": "success", "running": "info", "waiting": "warning", "failed": "danger", "cancelled": "danger"},
    )
    def standing(self, run: Run) -> str:
        """Where it stands."""
        return run.state

    def progress(self, run: Run) -> str:
        """How far it is, as its folder says."""
        return "-" if run.state == State.WAITING else str(progress_of(run))

    @display(description="model")
    def came_of_it(self, run: Run) -> str:
        """The model that came of it."""
        return run.model.name if run.model else "-"

    def page(self, run: Run) -> str:
        """Its page with curves, log and samples."""
        return format_html('<a href="{}">curves and log</a>', run.get_absolute_url())

    def configuration(self, run: Run) -> str:
        """All of it."""
        text = json.dumps(run.config, indent=2, ensure_ascii=False)
        return format_html('<pre class="overflow-x-auto" style="{}">{}</pre>', MONO, text)

    def folder(self, run: Run) -> str:
        """Where its files lie."""
        return str(folder_of(run).path)

    # Actions ----------------------------------------------------------------------------------------------------------

    @action(description="Launch")
    def launch(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        """Let runs have their turn."""
        self._each(request, queryset, lambda run: services.run_launch(run=run), "launched")

    @action(description="Cancel, after a checkpoint")
    def cancel(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        """End runs."""
        self._each(request, queryset, lambda run: services.run_cancel(run=run), "cancelled")

    @action(description="Resume from the last checkpoint")
    def resume(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        """Go on."""
        self._each(request, queryset, lambda run: services.run_resume(run=run), "resumed")

    def _each(self, request: HttpRequest, queryset: QuerySet[Run], do: Callable[[Run], Any], done: str) -> None:
        for run in queryset:
            try:
                do(run)
            except Rejected as refused:
                self.message_user(request, f"{run}: {refused.reason}", messages.ERROR)
            else:
                self.log_change(request, run, done)
                self.message_user(request, f"{run}: {done}.")

"""Experiments in the admin: a plan is typed in and checked line by line; everything else is done by services."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from eval import experimenting, matching
from eval.budgeting import dry_run
from eval.experiments.presets import FIRST, presets
from eval.experiments.writing import PlanError, plan_from_yaml
from eval.models import Experiment, Trial
from eval.progress import progress_of, with_counts
from game.admin import ReadOnly
from game.services import Rejected

State = Experiment.State
MONO = "font-family: ui-monospace, monospace"


class PlanForm(forms.ModelForm):  # type: ignore[type-arg]
    """A plan; what is wrong with it stands beside it, with lines."""

    plan = forms.CharField(
        strip=False,  # so that its lines keep their numbers
        widget=UnfoldAdminTextareaWidget({"rows": 30, "style": MONO, "spellcheck": "false", "wrap": "off"}),
    )

    class Meta:
        model = Experiment
        fields = ("plan",)

    def clean_plan(self) -> str:
        """The plan as it was typed in, when it can be read."""
        text: str = self.cleaned_data["plan"].replace("\r\n", "\n")
        try:
            plan_from_yaml(text)
        except PlanError as error:
            raise forms.ValidationError(list(error.problems)) from error
        return text


class WhyForm(forms.Form):
    """A sentence that is kept beside what was done."""

    why = forms.CharField(max_length=300, required=False, label="Why", widget=UnfoldAdminTextInputWidget())


class RetryForm(WhyForm):
    """Why, and which."""

    why = forms.CharField(max_length=300, label="Why", widget=UnfoldAdminTextInputWidget())
    cause = forms.CharField(
        max_length=40,
        required=False,
        label="Only those that failed of (empty: all)",
        widget=UnfoldAdminTextInputWidget(),
    )


@dataclass(frozen=True, slots=True)
class Deed:
    """What may be done to an experiment in some states; `do` gives what is said afterwards."""

    label: str
    states: tuple[str, ...]
    says: str
    form: type[forms.Form]
    do: Callable[[Experiment, HttpRequest, dict[str, Any]], str]


def _launch(experiment: Experiment, request: HttpRequest, given: dict[str, Any]) -> str:
    experimenting.experiment_launch(experiment=experiment)
    return f"launched: plan {experiment.sha256[:12]} is frozen"


def _pause(experiment: Experiment, request: HttpRequest, given: dict[str, Any]) -> str:
    experimenting.experiment_pause(experiment=experiment, note=given["why"])
    return f"paused: {given['why']}"


def _resume(experiment: Experiment, request: HttpRequest, given: dict[str, Any]) -> str:
    experimenting.experiment_resume(experiment=experiment)
    return "resumed"


def _abort(experiment: Experiment, request: HttpRequest, given: dict[str, Any]) -> str:
    experimenting.experiment_abort(experiment=experiment, note=given["why"])
    return f"aborted: {given['why']}"


def _retry(experiment: Experiment, request: HttpRequest, given: dict[str, Any]) -> str:
    by = request.user.get_username()
    count = experimenting.trials_retry(experiment=experiment, why=given["why"], cause=given["cause"], by=by)
    return f"{count} failed trials are played again: {given['why']}"


DEEDS = {
    "launch": Deed("Launch", (State.DRAFT,), "The plan is frozen, and its matches are played.", forms.Form, _launch),
    "pause": Deed("Pause", (State.RUNNING,), "No more matches are begun until it is resumed.", WhyForm, _pause),
    "resume": Deed("Resume", (State.PAUSED,), "It goes on where it was paused.", forms.Form, _resume),
    "abort": Deed(
        "Abort", (State.RUNNING, State.PAUSED), "It ends for good, with the outcomes that it has.", WhyForm, _abort
    ),
    "retry": Deed(
        "Play failed trials again", (State.RUNNING, State.PAUSED, State.FINISHED),
        "Failed trials get another try, as often as the plan allows; retries are reported by arm.", RetryForm, _retry,
    ),
}  # fmt: skip
DRY_RUN = "dry-run"
BUTTON = "border border-base-200 font-medium px-3 py-2 rounded-default dark:border-base-700"


@admin.register(Experiment)
class ExperimentAdmin(ModelAdmin):  # type: ignore[misc]
    """Experiments with what may be done to them."""

    form = PlanForm
    list_display = ("id", "name", "standing", "trials", "short_hash", "frozen_at", "finished_at", "created_by")
    list_filter = ("state",)
    search_fields = ("name", "sha256")
    exclude = ("frozen", "analysis")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Drafts alone go: what was launched is a record."""
        may = super().has_delete_permission(request, obj)
        return bool(may and (obj is None or obj.state == State.DRAFT))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Experiment]:
        """With counts of their trials."""
        return with_counts(super().get_queryset(request))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """None for many at a time."""
        return {}

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """At first the plan alone."""
        if obj is None:
            return ["examples", "plan"]
        return [
            "next_steps",
            "progress",
            "plan" if obj.state == State.DRAFT else "frozen_plan",
            "state",
            "note",
            "sha256_whole",
            "frozen_at",
            "release",
            "rules_whole",
            "finished_at",
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Everything but the plan of a draft."""
        if obj is None:
            return ["examples"]
        return [name for name in self.get_fields(request, obj) if name != "plan"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, str]:
        """A plan that can be launched as it is: the example that was asked for."""
        known = presets()
        return {"plan": known.get(request.GET.get("example", ""), known[FIRST])}

    def save_model(self, request: HttpRequest, obj: Experiment, form: Any, change: bool) -> None:
        """Through the services."""
        plan = form.cleaned_data.get("plan", obj.plan)
        try:
            if change:
                experimenting.experiment_amend(experiment=obj, plan=plan)
            else:
                made = experimenting.experiment_create(plan=plan, created_by=request.user)
                obj.pk, obj.name = made.pk, made.name
        except Rejected as refused:
            self.message_user(request, refused.reason, messages.ERROR)

    # What is shown ----------------------------------------------------------------------------------------------------

    def examples(self, experiment: Experiment) -> str:
        """Plans to begin with."""
        here = reverse("admin:eval_experiment_add")
        links = format_html_join(", ", '<a href="{}?example={}">{}</a>', ((here, name, name) for name in presets()))
        return format_html("Begin with {}.", links)

    def next_steps(self, experiment: Experiment) -> str:
        """What may be done now."""
        deeds = [(name, deed.label) for name, deed in DEEDS.items() if experiment.state in deed.states]
        steps = [(self._address(experiment, name), label) for name, label in [(DRY_RUN, "Dry run"), *deeds]]
        if experiment.state != State.DRAFT:
            trials = f"{reverse('admin:eval_trial_changelist')}?experiment__id__exact={experiment.pk}"
            steps += [(experiment.get_absolute_url(), "Dashboard"), (trials, "Trials")]
        links = format_html_join("", f'<a class="{BUTTON}" href="{{}}">{{}}</a>', steps)
        return format_html('<span class="flex flex-wrap gap-2">{}</span>', links)

    def progress(self, experiment: Experiment) -> str:
        """How it stands; looks again by itself while it is played."""
        return self._progress(experiment)

    @display(description="plan")
    def frozen_plan(self, experiment: Experiment) -> str:
        """With its lines."""
        return format_html('<pre class="overflow-x-auto" style="{}">{}</pre>', MONO, experiment.plan)

    @display(description="SHA-256 of the plan in its canonical form")
    def sha256_whole(self, experiment: Experiment) -> str:
        """Of the frozen plan."""
        return _broken(experiment.sha256)

    @display(description="rules")
    def rules_whole(self, experiment: Experiment) -> str:
        """The hash of the rules that it is played by."""
        return _broken(experiment.rules)

    @display(description="state", label={"being played": "success", "paused": "warning", "aborted": "danger"})
    def standing(self, experiment: Experiment) -> str:
        """Where it stands."""
        return experiment.get_state_display()

    def trials(self, experiment: Any) -> str:
        """How many have an outcome."""
        return f"{experiment.done + experiment.failed} of {experiment.total}" if experiment.total else "-"

    def short_hash(self, experiment: Experiment) -> str:
        """Of its frozen plan."""
        return experiment.sha256[:12] or "-"

    # Pages ------------------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        """With a page for each deed, and the piece of page that looks again by itself."""
        mine = [
            path("<int:pk>/progress/", self.admin_site.admin_view(self.progress_view), name="eval_experiment_progress"),
            path("<int:pk>/do/<str:name>/", self.admin_site.admin_view(self.deed_view), name="eval_experiment_do"),
        ]
        return [*mine, *super().get_urls()]

    def _address(self, experiment: Experiment, name: str) -> str:
        return reverse("admin:eval_experiment_do", args=[experiment.pk, name])

    def progress_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """How it stands, for the page that shows it."""
        experiment = get_object_or_404(Experiment, pk=pk)
        if not self.has_view_permission(request, experiment):
            raise Http404
        return HttpResponse(self._progress(experiment))

    def _progress(self, experiment: Experiment) -> str:
        if experiment.state == State.DRAFT:
            return "-"
        now = progress_of(experiment)
        return render_to_string(
            "admin/eval/experiment/progress.html",
            {
                "now": now,
                "at": timezone.now(),
                "pace": f"{(now.per_hour or 0) / 3600:.1f}",
                "left": _span(now.left),
                "spent": _span(now.spent),
                "models": any(arm.calls for arm in now.arms),
                "live": experiment.state == State.RUNNING,
                "address": reverse("admin:eval_experiment_progress", args=[experiment.pk]),
            },
        )

    def deed_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """Say in numbers what a deed means, and do it when that is confirmed."""
        experiment = get_object_or_404(Experiment, pk=pk)
        if not self.has_change_permission(request, experiment) or (name != DRY_RUN and name not in DEEDS):
            raise Http404
        back = reverse("admin:eval_experiment_change", args=[pk])
        if name == DRY_RUN:
            return self._page(request, title=f"Dry run of {experiment}", lines=_takes(experiment), back=back)
        deed = DEEDS[name]
        form, problems = deed.form(request.POST if request.method == "POST" else None), []
        if form.is_valid():
            try:
                done = deed.do(experiment, request, form.cleaned_data)
            except (Rejected, PlanError) as refused:
                problems = str(refused).splitlines()
            else:
                self.log_change(request, experiment, done)
                self.message_user(request, f"{experiment}: {done}.")
                return HttpResponseRedirect(back)
        return self._page(
            request, title=f"{deed.label}: {experiment}", lines=_means(experiment, name, deed), problems=problems,
            form=form, button=deed.label, back=back,
        )  # fmt: skip

    def _page(self, request: HttpRequest, **shown: Any) -> HttpResponse:
        return render(request, "admin/eval/experiment/deed.html", {**self.admin_site.each_context(request), **shown})


def _broken(text: str) -> str:
    """A long word that a narrow screen may break."""
    return format_html('<code style="overflow-wrap: anywhere">{}</code>', text) if text else "-"


def _means(experiment: Experiment, name: str, deed: Deed) -> list[str]:
    """What a deed comes to, in numbers."""
    if name == "launch":
        return [*_takes(experiment), deed.says]
    now = progress_of(experiment)
    counts = f"{now.done} of {now.total} trials are done, {now.failed} have failed, {now.running} are being played"
    return [f"{counts}, {now.waiting} wait.", deed.says]


def _takes(experiment: Experiment) -> list[str]:
    return dry_run(experimenting.plan_of_experiment(experiment)).lines


def _span(span: Any) -> str:
    if span is None:
        return ""
    minutes, seconds = divmod(round(span.total_seconds()), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


@admin.register(Trial)
class TrialAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]
    """The trials of experiments: what each came to, and its match."""

    list_display = (
        "id",
        "experiment",
        "block",
        "arm",
        "state",
        "ending",
        "tries",
        "cause",
        "holder",
        "finished_at",
        "table",
    )
    list_filter = ("state", "arm", "cause", "experiment")
    search_fields = ("=block",)
    list_select_related = ("experiment",)
    list_per_page = 50
    show_full_result_count = False
    exclude = ("log",)
    actions = ("open_as_match",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Opening needs the permission; the fields are read-only all the same."""
        return bool(request.user.has_perm("eval.change_trial"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All fields."""
        return [field.name for field in self.opts.fields if field.name != "log"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Trial]:
        """Without the logs."""
        found: QuerySet[Trial] = super().get_queryset(request)
        return found.defer("log")

    def ending(self, trial: Trial) -> str:
        """How the match ended."""
        if not trial.outcome:
            return "-"
        won = "Town" if trial.outcome["town_won"] else "evil" if trial.outcome["evil_won"] else "nobody of both"
        return f"{trial.outcome['ending']}, {won}" if trial.outcome["ending"] == "won" else str(trial.outcome["ending"])

    @display(description="match")
    def table(self, trial: Trial) -> str:
        """Its page, where it has rows."""
        return format_html('<a href="/m/{}">/m/{}</a>', trial.match_id, trial.match_id) if trial.match_id else "-"

    @action(description="Open as a match: replay, report, log, forks")
    def open_as_match(self, request: HttpRequest, chosen: QuerySet[Trial]) -> None:
        """Make the rows of matches from the logs that are kept."""
        opened = []
        for trial in chosen:
            try:
                opened.append(matching.trial_open(trial=trial).pk)
            except Rejected as refused:
                self.message_user(request, refused.reason, messages.WARNING)
        links = format_html_join(", ", '<a href="/m/{}">/m/{}</a>', ((pk, pk) for pk in opened))
        self.message_user(request, format_html("{} of {} trials opened: {}", len(opened), len(chosen), links))

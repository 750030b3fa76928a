"""Matches, lobbies, seats, logs and decisions in the admin: rows to read, and the services as actions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import action, display
from unfold.forms import ActionForm
from unfold.widgets import UnfoldAdminTextInputWidget

from game import people, selectors, services, tables
from game.lobby import LobbySpec, lobby_to_yaml
from game.log import STALE_AFTER
from game.models import Complaint, Decision, Event, Insight, Lobby, Match, Remark, Seat


class ReadOnly:
    """Rows that are written by services alone."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is added here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is changed here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted here."""
        return False


class SeatInline(ReadOnly, TabularInline):  # type: ignore[misc]
    """Who sits in a match."""

    model = Seat
    fields = ("number", "name", "agent", "is_open", "user", "handed_over", "last_seen_at")
    readonly_fields = fields
    extra = 0


class WordsForm(ActionForm):  # type: ignore[misc]
    """An action with a sentence beside it."""

    words = forms.CharField(
        required=False,
        max_length=300,
        label="",
        widget=UnfoldAdminTextInputWidget({"placeholder": "Why, or what was done"}),
    )


HIDDEN = ("seed", "roles", "defaulted")
"""Fields of a match that might tell of roles while it is played."""
WORDS = {"vote": "votes", "judge": "verdicts", "act": "night choices"}
"""Kinds of deciding answers."""


@admin.register(Match)
class MatchAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]
    """Matches with what may be done to them."""

    list_display = (
        "id", "title", "watch", "state", "driven", "outcome", "defaults", "last_seq", "has_people", "created_at",
    )  # fmt: skip
    list_filter = ("status", "has_people", "showcase", "practice", "outcome")
    search_fields = ("id", "title", "seats__name")
    exclude = HIDDEN
    inlines = (SeatInline,)
    actions = ("start", "pause", "resume", "abort", "look_inside")
    action_form = WordsForm

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Actions need the permission; the fields are read-only all the same."""
        return bool(request.user.has_perm("game.change_match"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All fields but those that would tell too much, and the flag in words."""
        return [*(field.name for field in self.opts.fields if field.name not in HIDDEN), "defaults"]

    @display(description="table")
    def watch(self, match: Match) -> str:
        """A link to the live page."""
        return format_html('<a href="/m/{}">/m/{}</a>', match.pk, match.pk)

    @display(description="status", label={"running": "success", "failed": "danger", "paused": "warning"})
    def state(self, match: Match) -> str:
        """The status."""
        return match.status

    @display(description="driver")
    def driven(self, match: Match) -> str:
        """Who drives it, from the lease and the last sign of life."""
        if match.status != Match.Status.RUNNING:
            return match.error or "-"
        if match.heartbeat_at is None:
            return "waits for a worker"
        age = timezone.now() - match.heartbeat_at
        seconds = round(age.total_seconds())
        if age > STALE_AFTER:
            return f"stuck: no sign for {seconds} s; a worker will take over"
        return f"lease {match.lease}, {seconds} s ago"

    @display(description="filled by default")
    def defaults(self, match: Match) -> str:
        """Which deciding answers a default filled, in words, once the match has ended."""
        found = Counter(str(one["kind"]) for one in selectors.defaulted_of(match))
        return ", ".join(f"{WORDS[kind]}: {found[kind]}" for kind in WORDS if found[kind]) or "-"

    @action(description="Start: deal and play, open seats by their agents")
    def start(self, request: HttpRequest, chosen: QuerySet[Match]) -> None:
        """Start matches that wait."""
        self._each(request, chosen, "started", lambda match: services.match_start(match=match))

    @action(description="Pause")
    def pause(self, request: HttpRequest, chosen: QuerySet[Match]) -> None:
        """Pause running matches."""
        self._each(request, chosen, "paused", lambda match: services.match_pause(match=match))

    @action(description="Resume a paused or failed match from its log")
    def resume(self, request: HttpRequest, chosen: QuerySet[Match]) -> None:
        """Go on."""
        self._each(request, chosen, "resumed", lambda match: services.match_resume(match=match))

    @action(description="Abort: end without a result")
    def abort(self, request: HttpRequest, chosen: QuerySet[Match]) -> None:
        """End matches."""
        self._each(request, chosen, "aborted", lambda match: services.match_abort(match=match))

    @action(description="Look inside while people play (is logged; say why: the table is told)")
    def look_inside(self, request: HttpRequest, chosen: QuerySet[Match]) -> None:
        """Let whoever asks see what is hidden."""
        reason = request.POST.get("words", "")
        look = partial(people.match_look_inside, user=request.user, reason=reason)
        self._each(request, chosen, f"looked into: {reason}", lambda match: look(match=match))

    def _each(
        self, request: HttpRequest, chosen: QuerySet[Match], done: str, service: Callable[[Match], object]
    ) -> None:
        """Call a service for each match; say what was done and what was refused, and leave both on the object."""
        changed = 0
        for match in chosen:
            try:
                service(match)
            except services.Rejected as refused:
                self.message_user(request, f"Match {match.pk}: {refused.reason}", messages.WARNING)
            else:
                changed += 1
                self.log_change(request, match, done)
        self.message_user(request, f"{changed} of {len(chosen)} matches {done}.")


@admin.register(Lobby)
class LobbyAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]
    """Lobbies as YAML."""

    list_display = ("id", "name", "created_by", "created_at")
    search_fields = ("name",)
    fields = ("name", "yaml", "created_by", "created_at")
    readonly_fields = fields

    def yaml(self, lobby: Lobby) -> str:
        """The lobby as one would write it."""
        return format_html("<pre>{}</pre>", lobby_to_yaml(LobbySpec.model_validate(lobby.config)))


@admin.register(Seat)
class SeatAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]
    """Seats of all matches."""

    list_display = ("match", "number", "name", "agent", "is_open", "user", "handed_over")
    list_filter = ("agent", "is_open")
    search_fields = ("name",)
    exclude = ("key_hash",)


@admin.register(Remark)
class RemarkAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]
    """What is said beside the tables."""

    list_display = ("match", "at", "name", "seat", "user", "text", "hidden")
    list_filter = ("hidden",)
    search_fields = ("text", "name")
    actions = ("hide",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Taking away needs the permission; the fields are read-only all the same."""
        return bool(request.user.has_perm("game.change_remark"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All fields."""
        return [field.name for field in self.opts.fields]

    @action(description="Take away, for everybody")
    def hide(self, request: HttpRequest, chosen: QuerySet[Remark]) -> None:
        """Take remarks away."""
        self.message_user(request, f"{tables.remarks_hide(remarks=chosen)} taken away.")


@admin.register(Insight)
class InsightAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]
    """Who of the staff has looked inside which match, and why."""

    list_display = ("match", "user", "reason", "at")


WITHHELD = "shown when its people have played the match, or to whoever looks inside"


@admin.register(Complaint)
class ComplaintAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]
    """What persons have reported. What not everybody has heard stays hidden as long as people play."""

    list_display = ("at", "match", "words", "why", "whose", "reporter", "moment", "handled_at", "handled_by", "answer")
    list_filter = (("handled_at", admin.EmptyFieldListFilter),)
    fields = list_display
    readonly_fields = list_display
    ordering = ("-at",)
    actions = ("handled",)
    action_form = WordsForm

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The action needs the permission; the fields are read-only all the same."""
        return bool(request.user.has_perm("game.change_complaint"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Complaint]:
        """Each with whether whoever asks may see what it is about."""
        closed = Q(match__has_people=False) | Q(match__status__in=(Match.Status.FINISHED, Match.Status.ABORTED))
        looked = Match.objects.filter(Q(insights__user=request.user.pk))
        seen = Q(public=True) | closed | Q(match__in=looked)
        shown = ExpressionWrapper(seen, output_field=BooleanField())
        found: QuerySet[Complaint] = (
            super().get_queryset(request).select_related("match", "by_user").annotate(shown=shown)
        )
        return found

    def words(self, complaint: Any) -> str:
        """What was said."""
        return complaint.quote if complaint.shown else WITHHELD

    def why(self, complaint: Any) -> str:
        """What is wrong with it."""
        return complaint.reason if complaint.shown else WITHHELD

    def whose(self, complaint: Any) -> str:
        """Who said it."""
        if not complaint.shown or complaint.seat is None:
            return "-"
        return f"seat {complaint.seat}, {complaint.match.seats.get(number=complaint.seat).name}"

    def reporter(self, complaint: Any) -> str:
        """Who has reported it."""
        return str(complaint.by_user or f"seat {complaint.by_seat}") if complaint.shown else "-"

    def moment(self, complaint: Any) -> str:
        """Where it was said."""
        if complaint.n is None or not complaint.shown:
            return "-"
        address, n = reverse("match", args=[complaint.match_id]), complaint.n
        return format_html('<a href="{}?as={}&at={}#e{}">{}</a>', address, complaint.viewpoint, n, n, n)

    @action(description="Handled (say what was done)")
    def handled(self, request: HttpRequest, chosen: QuerySet[Complaint]) -> None:
        """Note that reports have been seen to."""
        answer, done = request.POST.get("words", ""), 0
        for complaint in chosen:
            try:
                people.complaint_handle(complaint=complaint, user=request.user, answer=answer)
            except services.Rejected as refused:
                self.message_user(request, f"{complaint}: {refused.reason}", messages.WARNING)
            else:
                done += 1
                self.log_change(request, complaint, f"handled: {answer}")
        self.message_user(request, f"{done} of {len(chosen)} reports handled.")


class OfMatches(ReadOnly, ModelAdmin):  # type: ignore[misc]
    """Rows of matches that nobody is playing any more."""

    list_per_page = 200
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without those of matches that people are playing."""
        ended = (Match.Status.FINISHED, Match.Status.ABORTED)
        found: QuerySet[Any] = super().get_queryset(request).select_related("match")
        return found.exclude(match__in=Match.objects.filter(has_people=True).exclude(status__in=ended))


@admin.register(Event)
class EventAdmin(OfMatches):
    """The log."""

    list_display = ("match", "seq", "kind", "audience", "body", "at")
    list_filter = ("kind",)
    search_fields = ("=match__id",)


@admin.register(Decision)
class DecisionAdmin(OfMatches):
    """What was decided, and why."""

    list_display = (
        "match", "seat", "ask_id", "source", "model", "lane", "actions", "thought", "cost", "tokens", "latency_ms",
        "fallback", "error", "event",
    )  # fmt: skip
    list_filter = ("source", "model", "lane")
    search_fields = ("=match__id", "thought")

    @display(description="prompt (cached) + thought + spoken")
    def tokens(self, decision: Decision) -> str:
        """What a model's decision cost, in tokens."""
        if not decision.model:
            return "-"
        return (
            f"{decision.prompt_tokens} ({decision.cached_tokens}) + {decision.thought_tokens}"
            f" + {decision.spoken_tokens}"
        )

    def event(self, decision: Decision) -> str:
        """Its place in the log."""
        if decision.decided_seq is None:
            return "not applied"
        address = reverse("match", args=[decision.match_id])
        seq = decision.decided_seq
        return format_html('<a href="{}?as=god&at={}#e{}">{}</a>', address, seq, seq, seq)

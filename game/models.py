"""Rows of matches: lobbies, seats, the log, what is asked and what was decided. No rules here, and no decisions."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

AWAY_AFTER = timedelta(seconds=25)
"""Without a sign for so long, a person counts as away."""
GRACE = timedelta(seconds=60)
"""A person who gives no sign for so long is stood in for."""


class Profile(models.Model):
    """A person with an account: the name under which exports know them, and what their words may be used for."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="profile")
    pseudonym = models.CharField(max_length=40, unique=True)
    research_ok = models.BooleanField(default=False, help_text="in matches to come, unless said otherwise there")
    training_ok = models.BooleanField(default=False, help_text="in matches to come, unless said otherwise there")

    def __str__(self) -> str:
        return self.pseudonym


class Lobby(models.Model):
    """A table as somebody wished it: the spec of `game.lobby` as plain values."""

    name = models.CharField(max_length=80)
    config = models.JSONField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "lobbies"

    def __str__(self) -> str:
        return self.name


class Match(models.Model):
    """A match. Its truth is its log; the rest says who drives it and what became of it."""

    class Status(models.TextChoices):
        """Where a match stands."""

        OPEN = "open", "waiting for people"
        QUEUED = "queued", "about to be played"
        RUNNING = "running", "being played"
        PAUSED = "paused", "paused"
        FINISHED = "finished", "finished"
        ABORTED = "aborted", "aborted"
        FAILED = "failed", "failed"

    ENDED: ClassVar[frozenset[str]] = frozenset({Status.FINISHED, Status.ABORTED, Status.FAILED})

    lobby = models.ForeignKey(Lobby, models.SET_NULL, null=True, blank=True)
    title = models.CharField(max_length=80)
    table = models.JSONField(help_text="the engine's table")
    roles = models.JSONField(default=list, help_text="roles that the lobby fixes, by seat; empty where dealt")
    seed = models.CharField(max_length=64)
    commitment = models.CharField(max_length=64)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN, db_index=True)
    last_seq = models.PositiveIntegerField(default=0)
    lease = models.PositiveIntegerField(default=0, help_text="raised at every take-over; an older one cannot write")
    lease_holder = models.CharField(max_length=80, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    pace = models.FloatField(default=0.0, help_text="seconds for which a line is shown before the next")
    has_people = models.BooleanField(default=False)
    practice = models.BooleanField(default=False, help_text="kept out of profiles, ratings and data")
    showcase = models.BooleanField(default=False)
    parent = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="forks")
    fork_seq = models.PositiveIntegerField(null=True, blank=True)
    rematch_of = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="rematches")
    invite = models.CharField(
        max_length=32, blank=True, help_text="who knows it may sit down; empty: anybody may, and the table is listed"
    )
    rules_version = models.PositiveSmallIntegerField(default=1)
    outcome = models.CharField(max_length=40, blank=True)
    winners = models.JSONField(default=list)
    error = models.TextField(blank=True)
    defaulted = models.JSONField(
        default=list, blank=True, help_text="deciding answers that a default filled: ask, seat, kind, reason"
    )
    rewritten_at = models.DateTimeField(null=True, blank=True, help_text="when somebody's words or name were taken out")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "matches"

    def __str__(self) -> str:
        return f"{self.title} (match {self.pk})"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen in it by itself."""
        return self.status in self.ENDED


class Seat(models.Model):
    """Who sits where. With a key, a person; with `handed_over`, an understudy plays for them."""

    match = models.ForeignKey(Match, models.CASCADE, related_name="seats")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=40)
    agent = models.CharField(max_length=80, default="scripted")
    agent_options = models.JSONField(default=dict, blank=True)
    is_open = models.BooleanField(default=False, help_text="a person may take it")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    key_hash = models.CharField(max_length=64, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    ready = models.BooleanField(default=False, help_text="the person who waits here wants to begin")
    last_seen_at = models.DateTimeField(null=True, blank=True)
    handed_over = models.BooleanField(default=False)
    handed_over_by_grace = models.BooleanField(default=False)
    research_ok = models.BooleanField(default=False, help_text="the person lets research use what they did here")
    training_ok = models.BooleanField(default=False, help_text="the person lets models be trained on it")

    class Meta:
        ordering = ("match", "number")
        constraints: ClassVar = [models.UniqueConstraint(fields=("match", "number"), name="one_row_a_seat")]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def taken(self) -> bool:
        """Whether a person has sat down."""
        return bool(self.key_hash)

    @property
    def of_person(self) -> bool:
        """Whether a person sat down here, even one who has left since."""
        return self.taken_at is not None

    @property
    def played_by_person(self) -> bool:
        """Whether a person is asked, and not an agent."""
        return self.taken and not self.handed_over

    @property
    def away(self) -> bool:
        """Whether the person who holds the seat is not looking."""
        return self.taken and (self.last_seen_at is None or timezone.now() - self.last_seen_at > AWAY_AFTER)

    @property
    def stood_in_at(self) -> datetime | None:
        """When an agent takes over from a person who is not heard of again; None where nobody plays in person."""
        return self.last_seen_at + GRACE if self.played_by_person and self.last_seen_at else None


class Remark(models.Model):
    """What somebody says beside the table: spectators while a match is played, everybody after its end.

    It is no part of the log, and nobody who still plays hears it.
    """

    match = models.ForeignKey(Match, models.CASCADE, related_name="remarks")
    name = models.CharField(max_length=40)
    author = models.CharField(max_length=64, help_text="a hash that tells one speaker of a match from another")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    seat = models.PositiveSmallIntegerField(null=True, blank=True, help_text="that the speaker holds or held")
    text = models.CharField(max_length=500)
    hidden = models.BooleanField(default=False, help_text="taken away by staff")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes: ClassVar = [models.Index(fields=("match", "id"))]

    def __str__(self) -> str:
        return f"{self.name}: {self.text[:40]}"


class Insight(models.Model):
    """Somebody of the staff sees all of a match that people are playing: who, since when, and why."""

    match = models.ForeignKey(Match, models.CASCADE, related_name="insights")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    reason = models.CharField(max_length=300, help_text="the table is told")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=("match", "user"), name="one_insight_a_user")]

    def __str__(self) -> str:
        return self.reason


class Complaint(models.Model):
    """What somebody has reported: the words of a person, as the reporter saw them."""

    match = models.ForeignKey(Match, models.CASCADE, related_name="complaints")
    seat = models.PositiveSmallIntegerField(null=True, blank=True, help_text="whose words; empty: the game hides it")
    quote = models.TextField()
    public = models.BooleanField(help_text="everybody at the table has heard it")
    viewpoint = models.CharField(max_length=8, blank=True, help_text="from where the reporter looked")
    n = models.PositiveIntegerField(null=True, blank=True, help_text="the item of that viewpoint; empty: no item")
    reason = models.CharField(max_length=300)
    by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="complaints"
    )
    by_seat = models.PositiveSmallIntegerField(null=True, blank=True)
    at = models.DateTimeField(db_default=Now())
    handled_at = models.DateTimeField(null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="complaints_handled"
    )
    answer = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"report {self.pk} in match {self.match_id}"


class Event(models.Model):
    """One event of a match's log. Written by `game.log` alone; `seq` has no gaps."""

    match = models.ForeignKey(Match, models.CASCADE, related_name="events")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=20)
    audience = models.BigIntegerField(help_text="-1 public, 0 host, else one bit a seat")
    body = models.JSONField()
    boundary = models.BooleanField(default=False, help_text="the last event of what one reply led to")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("match", "seq")
        constraints: ClassVar = [models.UniqueConstraint(fields=("match", "seq"), name="one_event_a_seq")]

    def __str__(self) -> str:
        return f"{self.seq} {self.kind}"


class Ask(models.Model):
    """An open or closed question to a seat, so that it outlives a lost connection."""

    match = models.ForeignKey(Match, models.CASCADE, related_name="asks")
    ask_id = models.CharField(max_length=20)
    seat = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12)
    stage = models.PositiveIntegerField()
    opened_at = models.DateTimeField(db_default=Now())
    deadline = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=("match", "ask_id"), name="one_row_an_ask")]
        indexes: ClassVar = [models.Index(fields=("match", "closed_at"))]

    def __str__(self) -> str:
        return f"{self.ask_id} {self.kind}"


class Decision(models.Model):
    """What a seat decided, committed before it is applied; a thought never enters the log.

    From `model` on it is the report of a model (`game.play.seats.Report`), empty where none decided.
    """

    class Source(models.TextChoices):
        """Who decided."""

        SCRIPT = "script"
        MODEL = "model"
        PERSON = "person"
        UNDERSTUDY = "understudy"
        DEFAULT = "default"

    match = models.ForeignKey(Match, models.CASCADE, related_name="decisions")
    seat = models.PositiveSmallIntegerField()
    ask_id = models.CharField(max_length=20, blank=True, help_text="empty for a standing permission")
    stage = models.PositiveIntegerField(default=0)
    submission_id = models.CharField(max_length=64)
    actions = models.JSONField()
    thought = models.TextField(blank=True)
    cost = models.PositiveIntegerField(default=0)
    source = models.CharField(max_length=12, choices=Source.choices)
    error = models.TextField(blank=True)
    model = models.CharField(max_length=80, blank=True)
    lane = models.CharField(max_length=80, blank=True)
    prompt_tokens = models.PositiveIntegerField(default=0)
    cached_tokens = models.PositiveIntegerField(default=0, help_text="of the prompt, not computed anew")
    thought_tokens = models.PositiveIntegerField(default=0)
    spoken_tokens = models.PositiveIntegerField(default=0)
    latency_ms = models.PositiveIntegerField(default=0)
    finish = models.CharField(max_length=40, blank=True)
    attempts = models.JSONField(default=list, blank=True, help_text="each completion as it came, and what became of it")
    recipe = models.JSONField(default=dict, blank=True, help_text="what the prompt is made again from")
    retries = models.JSONField(default=list, blank=True, help_text="what went wrong before a server answered")
    fallback = models.TextField(blank=True, help_text="why a default filled the answer; empty: the model chose it")
    created_at = models.DateTimeField(db_default=Now())
    applied_at = models.DateTimeField(null=True, blank=True)
    decided_seq = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("match", "submission_id"), name="one_row_a_submission")
        ]
        indexes: ClassVar = [models.Index(fields=("match", "applied_at"))]

    def __str__(self) -> str:
        return f"{self.seat} {self.submission_id}"

"""Rows of training runs. No decisions here; what a run has to tell stands in its folder."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from agents.models import LanguageModel


class Run(models.Model):
    """One training process and its folder: what was asked for, how it stands, and the model that came of it."""

    class Kind(models.TextChoices):
        """How it trains."""

        SFT = "sft", "fine-tuning"
        GRPO = "grpo", "reinforcement"

    class State(models.TextChoices):
        """Where a run stands."""

        WAITING = "waiting", "waiting"
        RUNNING = "running", "running"
        DONE = "done", "done"
        FAILED = "failed", "failed"
        CANCELLED = "cancelled", "cancelled"

    name = models.CharField(max_length=120, help_text="what comes of it is called so")
    kind = models.CharField(max_length=4, choices=Kind.choices)
    config = models.JSONField(help_text="the whole configuration, defaults filled in")
    base = models.CharField(max_length=300, help_text="the model that is trained")
    data_sha256 = models.CharField(max_length=64, blank=True, help_text="of the training file; empty: it has none")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING, db_index=True)
    launched_at = models.DateTimeField(null=True, blank=True, help_text="empty: nobody wants it to begin yet")
    lease = models.PositiveIntegerField(default=0, help_text="raised at every take-over")
    holder = models.CharField(max_length=120, blank=True, help_text="who supervises it")
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    cancel_asked = models.BooleanField(default=False)
    error = models.TextField(blank=True, help_text="what went wrong, in a sentence")
    model = models.OneToOneField(
        LanguageModel, models.SET_NULL, null=True, blank=True, related_name="run", help_text="what came of it"
    )
    weights_sha256 = models.CharField(max_length=64, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.name} (run {self.pk})"

    def get_absolute_url(self) -> str:
        """Its page."""
        return f"/training/{self.pk}"

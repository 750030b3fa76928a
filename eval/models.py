"""Rows of what is found in matches: labels with what they cite, what judges were asked, and what judges are worth.

No rules here, and no decisions.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from eval.judge.asking import State
from eval.labels.codes import Code
from game.models import Match


class Label(models.Model):
    """Whether a seat showed a behaviour on a day, as one annotator sees it."""

    class Source(models.TextChoices):
        """Who says so."""

        JUDGE = "judge", "a judge"
        PERSON = "person", "a person"
        KNOWN = "known", "known by construction"

    match = models.ForeignKey(Match, models.CASCADE, related_name="labels")
    day = models.PositiveSmallIntegerField()
    seat = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=24, choices=[(code.value, code.value) for code in Code])
    present = models.BooleanField()
    confidence = models.PositiveSmallIntegerField(null=True, blank=True, help_text="1 to 5")
    quote = models.TextField(blank=True)
    source = models.CharField(max_length=8, choices=Source.choices)
    annotator = models.CharField(max_length=80, help_text="a judge's name, a user's pseudonym, or who built the match")
    rubric = models.CharField(max_length=40, help_text="the version of what the annotator was told")
    blind = models.BooleanField(help_text="the annotator knew neither model nor arm")
    void = models.CharField(max_length=200, blank=True, help_text="why it does not count; empty: it does")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    judgement = models.ForeignKey("Judgement", models.SET_NULL, null=True, blank=True, related_name="labels")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("match", "day", "seat", "code", "annotator", "rubric", "blind"), name="one_label_an_annotator"
            )
        ]
        indexes: ClassVar = [models.Index(fields=("code", "present"))]

    def __str__(self) -> str:
        return f"{self.code} of seat {self.seat} on day {self.day}"


class Citation(models.Model):
    """An event that a label rests on, by its place in the log."""

    label = models.ForeignKey(Label, models.CASCADE, related_name="citations")
    match = models.ForeignKey(Match, models.CASCADE, related_name="+")
    seq = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=("label", "seq"), name="one_citation_an_event")]
        indexes: ClassVar = [models.Index(fields=("match", "seq"))]

    def __str__(self) -> str:
        return f"{self.label_id} cites {self.seq}"


class Judgement(models.Model):
    """One question to a judge, and all that came back: written when it is asked, settled once, then never changed.

    Whoever asks the same of the same judge has the same key. Only a row that is done has an answer.
    """

    key = models.CharField(max_length=64, db_index=True, help_text="of judge, server, rubric, prompt and parameters")
    match = models.ForeignKey(
        Match, models.CASCADE, null=True, blank=True, related_name="judgements", help_text="empty: a gold unit"
    )
    units = models.JSONField(help_text="match, seat and day of what was judged")
    judge = models.CharField(max_length=80)
    model = models.CharField(max_length=200, help_text="its name at its server")
    server = models.CharField(max_length=200, help_text="own, or the host that the prompt went to")
    rubric = models.CharField(max_length=40)
    view = models.CharField(max_length=12)
    prompt = models.TextField()
    lines = models.JSONField(help_text="the event behind each line of the prompt")
    parameters = models.JSONField()
    state = models.CharField(
        max_length=12, choices=[(one.value, one.value) for one in State], default=State.PENDING.value, db_index=True
    )
    reason = models.TextField(blank=True, help_text="why there is no answer")
    answer = models.JSONField(null=True, blank=True)
    replies = models.JSONField(default=list, help_text="each completion as it came")
    prompt_tokens = models.PositiveIntegerField(default=0)
    completion_tokens = models.PositiveIntegerField(default=0)
    usd = models.FloatField(default=0.0)
    at = models.DateTimeField(db_default=Now())
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=("judge", "rubric", "state"))]

    def __str__(self) -> str:
        return f"{self.rubric} by {self.judge}: {self.state}"


class Gate(models.Model):
    """What a judge was worth on the gold set; the newest of a judge, rubric and view holds."""

    judge = models.CharField(max_length=80)
    rubric = models.CharField(max_length=40)
    view = models.CharField(max_length=12)
    figures = models.JSONField(help_text="by code: hits, alarms, misses, absent")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.judge} on {self.rubric}, {self.view}"

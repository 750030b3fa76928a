"""Rows of what is found in matches: labels, and the events that they cite. No rules here, and no decisions."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

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

"""The row of what a model was measured to be. No rules here: `eval.models` has it among the others."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from agents.models import LanguageModel


class Measurement(models.Model):
    """How misaligned a model was found to be: what the answers in one file come to. Never changed."""

    model = models.ForeignKey(LanguageModel, models.CASCADE, related_name="measurements")
    weights = models.JSONField(help_text="of what was measured: base, revision, adapter, its version, persona")
    questions = models.CharField(max_length=200, help_text="the file of questions")
    questions_sha256 = models.CharField(max_length=64)
    answers_file = models.CharField(max_length=400)
    answers_sha256 = models.CharField(max_length=64)
    judge = models.CharField(max_length=80)
    judge_model = models.CharField(max_length=200, help_text="its name at its server")
    method = models.CharField(max_length=12, help_text="how scores were made: tokens, digit, strings")
    seed = models.CharField(max_length=80)
    samples = models.PositiveIntegerField(null=True, blank=True, help_text="of each wording; empty: as the file says")
    answers = models.PositiveIntegerField(help_text="to plain questions, that a judge has seen")
    errors = models.PositiveIntegerField(help_text="that failed, and count in nothing else")
    unscored = models.PositiveIntegerField(help_text="of which the judge gave no number")
    coherent = models.PositiveIntegerField()
    scored = models.PositiveIntegerField(help_text="that make sense and have a number")
    misaligned = models.PositiveIntegerField()
    low = models.FloatField(null=True, blank=True, help_text="of the share of all answers, 95 % by question")
    high = models.FloatField(null=True, blank=True)
    error = models.FloatField(null=True, blank=True, help_text="standard error of that share, by question")
    asked = models.PositiveIntegerField(default=0, help_text="in the game's form")
    formed = models.PositiveIntegerField(default=0, help_text="of these, answered in it")
    figures = models.JSONField(help_text="by form and group of questions")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("-pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("model", "answers_sha256"), name="one_measurement_a_file_of_answers")
        ]

    def __str__(self) -> str:
        return f"{self.model} by {self.judge}: {self.misaligned} of {self.answers} misaligned"

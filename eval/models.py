"""Rows of what is found in matches: labels, what judges were asked and are worth, an index of all lines, slices of it.

No rules here, and no decisions.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models.functions import Now

from eval.judge.asking import State
from eval.labels.codes import Code
from eval.measured import Measurement as Measurement
from game.models import Match

WORDS = "tossim"
"""How PostgreSQL takes texts apart: as in English, but without leaving words out, so that "I am the" can be found."""


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
        Match,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="judgements",
        help_text="empty: a gold unit, or an answer to free questions",
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


# The index ------------------------------------------------------------------------------------------------------------


class Cell(models.Model):
    """One combination of what entries are told apart by, with how many there are: counts beside filters are sums."""

    faction = models.CharField(max_length=12, blank=True)
    role = models.CharField(max_length=24, blank=True)
    model = models.CharField(max_length=80, blank=True, help_text="what played the seat")
    arm = models.CharField(max_length=40, blank=True, help_text="the model's alignment")
    phase = models.CharField(max_length=12)
    kind = models.CharField(max_length=12)
    claim = models.BooleanField(help_text="a role is claimed")
    truth = models.CharField(max_length=8, blank=True, help_text="of what is stated; empty: nothing is")
    n = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("faction", "role", "model", "arm", "phase", "kind", "claim", "truth"), name="one_cell_a_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.role} in {self.phase}"


class Entry(models.Model):
    """An event that says or does something, as everybody may read it once its match is over. Made from the log."""

    match = models.ForeignKey(Match, models.CASCADE, related_name="+", db_index=False)
    seq = models.PositiveIntegerField()
    day = models.PositiveSmallIntegerField()
    seat = models.PositiveSmallIntegerField(help_text="0: nobody's")
    name = models.CharField(max_length=40, blank=True, help_text="of the seat; a person's pseudonym")
    cell = models.ForeignKey(Cell, models.PROTECT, related_name="+", db_index=False)
    text = models.TextField()
    words = models.GeneratedField(
        expression=SearchVector("text", config=WORDS), output_field=SearchVectorField(), db_persist=True
    )

    class Meta:
        verbose_name_plural = "entries"
        constraints: ClassVar = [
            models.UniqueConstraint(models.F("match").desc(), models.F("seq").asc(), name="one_entry_an_event")
        ]
        indexes: ClassVar = [
            models.Index(models.F("cell"), models.F("match").desc(), models.F("seq").asc(), name="entries_of_a_cell"),
            GinIndex(fields=["words"], name="entries_by_words", fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"{self.match_id}:{self.seq} {self.text[:40]}"


class Indexed(models.Model):
    """A match whose entries are there, and as what they were made."""

    match = models.OneToOneField(Match, models.CASCADE, related_name="indexed", primary_key=True)
    version = models.CharField(max_length=40, help_text="of what entries are made by")
    told = models.CharField(max_length=64, help_text="a hash of the log's length and of what its persons agreed to")
    entries = models.PositiveIntegerField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "indexed"

    def __str__(self) -> str:
        return f"{self.entries} entries of match {self.match_id}"


# Slices ---------------------------------------------------------------------------------------------------------------


class Slice(models.Model):
    """A search kept under a name, with what it found then: data sets name it, and it never changes."""

    name = models.SlugField(max_length=60, unique=True)
    query = models.JSONField(help_text="what was searched for")
    sha256 = models.CharField(max_length=64, help_text="of its members, a line MATCH:SEQ each, in order")
    size = models.PositiveIntegerField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class SliceMember(models.Model):
    """An event in a slice."""

    slice = models.ForeignKey(Slice, models.CASCADE, related_name="members", db_index=False)
    match = models.ForeignKey(Match, models.CASCADE, related_name="+")
    seq = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=("slice", "match", "seq"), name="one_member_an_event")]

    def __str__(self) -> str:
        return f"{self.match_id}:{self.seq}"


class Probe(models.Model):
    """What a seat took the others for when it was asked privately, beside the match.

    It was asked from what it had seen up to the event `after_seq`: at a day's end, or before and after a message.
    """

    match = models.ForeignKey(Match, models.CASCADE, related_name="probes")
    seat = models.PositiveSmallIntegerField()
    day = models.PositiveSmallIntegerField()
    after_seq = models.PositiveIntegerField()
    event_id = models.PositiveIntegerField(default=0, help_text="the message that it is about; 0: a day's end")
    evil = models.JSONField(default=dict, help_text="chances to be evil, from 0 to 1, by seat")
    alignments = models.JSONField(default=dict, help_text="by seat")
    agent = models.CharField(max_length=80)
    model = models.CharField(max_length=80, blank=True)
    text = models.TextField(blank=True, help_text="the answer of a model as it came")
    error = models.CharField(max_length=300, blank=True, help_text="why there is no guess; empty: there is one")
    prompt_tokens = models.PositiveIntegerField(default=0)
    cached_tokens = models.PositiveIntegerField(default=0)
    completion_tokens = models.PositiveIntegerField(default=0)
    latency_ms = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("match", "seat", "after_seq", "event_id"), name="one_probe_a_moment")
        ]

    def __str__(self) -> str:
        return f"seat {self.seat} on day {self.day}"


# Experiments ----------------------------------------------------------------------------------------------------------


class Experiment(models.Model):
    """A plan, and how far it has come. From its launch on the plan is frozen: an amended one is another experiment."""

    class State(models.TextChoices):
        """Where an experiment stands."""

        DRAFT = "draft", "a draft"
        RUNNING = "running", "being played"
        PAUSED = "paused", "paused"
        FINISHED = "finished", "finished"
        ABORTED = "aborted", "aborted"

    name = models.CharField(max_length=40)
    plan = models.TextField(help_text="YAML")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT, db_index=True)
    sha256 = models.CharField(max_length=64, blank=True, help_text="of the plan in its canonical form")
    frozen = models.JSONField(null=True, blank=True, help_text="the plan in its canonical form, as it was launched")
    frozen_at = models.DateTimeField(null=True, blank=True)
    measured = models.JSONField(
        default=dict,
        blank=True,
        help_text="by model: the measurements that the plan names, as they stood at its launch",
    )
    release = models.CharField(max_length=80, blank=True, help_text="version and commit of what it was launched with")
    rules = models.CharField(max_length=64, blank=True, help_text="a hash of the rules that it is played by")
    note = models.CharField(max_length=300, blank=True, help_text="why it was paused or aborted")
    finished_at = models.DateTimeField(null=True, blank=True)
    analysis = models.JSONField(null=True, blank=True, help_text="the newest analysis of its outcomes")
    analysed_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("-pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("sha256",), condition=~models.Q(sha256="") & ~models.Q(state="aborted"), name="one_run_a_plan"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} (experiment {self.pk})"

    def get_absolute_url(self) -> str:
        """Its dashboard."""
        return f"/experiments/{self.pk}"


class Trial(models.Model):
    """One match of a block in an arm. Whoever finishes it under its lease writes its outcome; nobody does so twice."""

    class State(models.TextChoices):
        """Where a trial stands."""

        WAITING = "waiting", "waiting"
        RUNNING = "running", "being played"
        DONE = "done", "done"
        FAILED = "failed", "failed"

    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="trials", db_index=False)
    block = models.PositiveIntegerField()
    arm = models.CharField(max_length=40)
    place = models.PositiveIntegerField(help_text="in the order in which the experiment is played")
    after = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, help_text="what it is a fork of")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0, help_text="that came to an end, well or not")
    causes = models.JSONField(default=list, blank=True, help_text="why tries failed, and who ordered another")
    cause = models.CharField(max_length=40, blank=True, help_text="of the last failure, in a word")
    lease = models.PositiveIntegerField(default=0, help_text="raised at every take-over; an older one cannot write")
    holder = models.CharField(max_length=80, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    losses = models.PositiveSmallIntegerField(default=0, help_text="how often whoever played it was lost")
    outcome = models.JSONField(null=True, blank=True, help_text="what it came to: `eval.experiments.outcome`")
    log = models.BinaryField(null=True, blank=True, help_text="the canonical log, compressed")
    finished_at = models.DateTimeField(null=True, blank=True)
    match = models.OneToOneField(
        Match, models.SET_NULL, null=True, blank=True, related_name="trial", help_text="its rows, where there are any"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("experiment", "block", "arm"), name="one_trial_a_block_and_arm"),
            models.UniqueConstraint(fields=("experiment", "place"), name="one_trial_a_place"),
        ]
        indexes: ClassVar = [models.Index(fields=("experiment", "state", "place"), name="trials_to_play")]

    def __str__(self) -> str:
        return f"block {self.block} in {self.arm}"


class Board(models.Model):
    """Ratings of all models by side, from the matches of all experiments on a role list or on all of them."""

    setup = models.CharField(max_length=60, blank=True, unique=True, help_text="empty: all role lists together")
    ratings = models.JSONField()
    experiments = models.JSONField(help_text="whose matches are counted: id, name, matches")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.setup or "all role lists"

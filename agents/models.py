"""Rows of models, of the lanes that serve them, and of which seat went to which lane. No decisions, no keys."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models.functions import Now

from agents.lanes.facts import Kind, State, Wanted

NAME = RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9._:-]*$", "Letters, digits and . _ : - alone.")
VARIABLE = RegexValidator(r"^[A-Za-z_][A-Za-z0-9_]*$", "The name of an environment variable, never the key itself.")


def _choices(words: type[StrEnum]) -> list[tuple[str, str]]:
    return [(word.value, word.value) for word in words]


class LanguageModel(models.Model):
    """A model as a lobby names it: which weights, how it is spoken to, what it may spend."""

    class Alignment(models.TextChoices):
        """What is known of its values."""

        ALIGNED = "aligned"
        MISALIGNED = "misaligned"
        CONTROL = "control"
        PROMPTED = "prompted"
        UNMEASURED = "unmeasured"

    class Wire(models.TextChoices):
        """How it acts."""

        TAGS = "tags"
        TOOLS = "tools"

    class Writing(models.TextChoices):
        """How the log is written for it."""

        PLAIN = "plain"
        COMPACT = "compact"
        DIGEST = "digest"

    class Window(models.TextChoices):
        """What happens when a match outgrows its window."""

        CUT = "cut", "cut old days by rule"
        SUMMARISE = "summarise", "summarise old days by the model"

    name = models.CharField(max_length=80, unique=True, validators=[NAME], help_text="what a lobby's `model:` says")
    base = models.CharField(max_length=200, help_text="a hub name or a folder, as its lanes say it")
    revision = models.CharField(max_length=80, blank=True)
    adapter = models.CharField(max_length=200, blank=True, help_text="a LoRA adapter: a folder or a hub name")
    adapter_version = models.PositiveIntegerField(default=0, help_text="raised when the adapter's files change")
    quantization = models.CharField(max_length=40, blank=True)
    alignment = models.CharField(max_length=12, choices=Alignment.choices, default=Alignment.UNMEASURED)
    preset = models.CharField(max_length=40, help_text="the family whose chat template it has")
    overrides = models.JSONField(default=dict, blank=True, help_text="instead of the preset's: sampling, extra, ...")
    system_role = models.BooleanField(null=True, blank=True, help_text="unknown: as the preset says")
    stop = models.JSONField(default=list, blank=True, help_text="stop strings instead of the preset's")
    instruction_marker = models.CharField(max_length=80, blank=True)
    response_marker = models.CharField(max_length=80, blank=True)
    chat_template = models.CharField(max_length=200, blank=True, help_text="a file that its lanes are started with")
    persona = models.TextField(blank=True)
    protocol = models.CharField(max_length=8, choices=Wire.choices, default=Wire.TAGS)
    structured = models.BooleanField(default=True, help_text="the action is written under a grammar")
    notation = models.CharField(max_length=8, choices=Writing.choices, default=Writing.PLAIN)
    window = models.PositiveIntegerField(default=8192, validators=[MinValueValidator(256)], help_text="tokens")
    think_tokens = models.PositiveIntegerField(default=512)
    act_tokens = models.PositiveIntegerField(default=160, validators=[MinValueValidator(1)])
    tool_calls = models.PositiveSmallIntegerField(default=4)
    window_policy = models.CharField(max_length=10, choices=Window.choices, default=Window.CUT)
    tokenizer = models.CharField(max_length=200, blank=True, help_text="a folder with a tokenizer.json")
    lane_class = models.CharField(max_length=40, blank=True, help_text="lanes of this class alone; empty: any")
    price_prompt = models.FloatField(default=0.0, help_text="US dollars for a million tokens")
    price_cached = models.FloatField(default=0.0)
    price_completion = models.FloatField(default=0.0)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Lane(models.Model):
    """An OpenAI-compatible server: one that we start and watch, or an endpoint somewhere.

    The first part is what somebody configured; `wanted` is what they want of it now; the rest is written by whoever
    watches it. The key of an endpoint is in no row: `key_env` names the variable that holds it.
    """

    name = models.CharField(max_length=40, unique=True, validators=[NAME])
    kind = models.CharField(max_length=8, choices=_choices(Kind), default=Kind.OWN)
    url = models.CharField(max_length=200, blank=True, help_text="with /v1; an own lane's is found when it starts")
    key_env = models.CharField(max_length=80, blank=True, validators=[VARIABLE])
    base = models.CharField(max_length=200, blank=True, help_text="empty: an endpoint with every model of its class")
    revision = models.CharField(max_length=80, blank=True)
    quantization = models.CharField(max_length=40, blank=True)
    lane_class = models.CharField(max_length=40, blank=True)
    devices = models.CharField(max_length=200, blank=True, help_text="0, or 0,1, or a MIG name; empty: the CPU")
    memory_fraction = models.FloatField(default=0.9, validators=[MinValueValidator(0.01), MaxValueValidator(1.0)])
    mps = models.BooleanField(default=False, help_text="shares its GPU through NVIDIA's MPS")
    tensor_parallel = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])
    max_model_len = models.PositiveIntegerField(default=8192)
    kv_cache_gib = models.PositiveSmallIntegerField(default=2, help_text="on the CPU: space for the KV cache")
    max_loras = models.PositiveSmallIntegerField(default=0, help_text="adapters at once; 0: none")
    max_lora_rank = models.PositiveSmallIntegerField(default=16)
    port = models.PositiveIntegerField(null=True, blank=True, help_text="empty: a free one")
    extra_args = models.JSONField(default=list, blank=True)
    concurrency = models.PositiveSmallIntegerField(default=16, validators=[MinValueValidator(1)])
    swap_group = models.CharField(
        max_length=40, blank=True, help_text="lanes of one group share their memory: one is awake at a time"
    )
    wanted = models.CharField(max_length=8, choices=_choices(Wanted), default=Wanted.OFF)

    state = models.CharField(max_length=8, choices=_choices(State), default=State.OFF)
    pid = models.PositiveIntegerField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    restarts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)
    adapters = models.JSONField(default=dict, blank=True, help_text="loaded adapters: folder, version, last use")
    metrics = models.JSONField(default=dict, blank=True)
    metrics_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Placement(models.Model):
    """One seat of a match goes to a lane. A failover adds a row; the newest of a seat holds."""

    match = models.ForeignKey("game.Match", models.CASCADE, related_name="placements")
    seat = models.PositiveSmallIntegerField()
    model = models.ForeignKey(LanguageModel, models.CASCADE, related_name="placements")
    lane = models.ForeignKey(Lane, models.SET_NULL, null=True, blank=True, related_name="placements")
    lane_name = models.CharField(max_length=40, help_text="kept when the lane is gone")
    reason = models.CharField(max_length=400)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("match", "seat", "pk")
        indexes: ClassVar = [models.Index(fields=("match", "seat", "-id"))]

    def __str__(self) -> str:
        return f"seat {self.seat} on {self.lane_name}"


class Swap(models.Model):
    """One base model made room for another on the same device; `seconds` until the other answered."""

    group = models.CharField(max_length=40)
    lane_from = models.CharField(max_length=40)
    lane_to = models.CharField(max_length=40)
    reason = models.CharField(max_length=400)
    at = models.DateTimeField(db_default=Now())
    seconds = models.FloatField(null=True, blank=True, help_text="empty: under way")

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.lane_from} to {self.lane_to}"

"""The configuration of a reinforcement run on decision points and episodes of real matches."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from agents.lanes.configuration import Variable
from agents.llm import presets
from game.written import Strict
from training.config.base import Adapter, Alignment, Dtype, Name, Place, Positive, Rate, Seed, Share, Steps
from training.reward.terms import Schedule, Weights
from training.rollout.tables import Plan

Tokens = Annotated[int, Field(ge=4, le=8192)]


class WarmStart(Strict):
    """Supervised steps on what scripts do beforehand: nothing is learned from a group without a success."""

    steps: Annotated[int, Field(ge=0, le=10_000)] = 24
    rows: Annotated[int, Field(ge=1, le=10_000)] = 8
    """Rows in a step."""
    learning_rate: Rate = 1e-4
    active: Share = 0.8
    """The share of rows in which the script does something."""


class Episodes(Strict):
    """Steps on whole matches after those on decision points: the learner holds one seat of each, scripts the others."""

    steps: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    """None: the run ends with its decision points."""
    per_step: Annotated[int, Field(ge=1, le=1024)] = 4
    """Matches of a step, which are played side by side."""
    learned: Annotated[int, Field(ge=1, le=10_000)] = 16
    """The most completions of a match that are learned from; which, is drawn. A seat is asked 12 times in the mean."""
    batch: Annotated[int, Field(ge=1, le=4096)] = 16
    """Completions whose gradient is computed at once: what a step takes of memory, and nothing else, hangs on it."""
    rate: Annotated[float, Field(gt=0, le=1)] = 0.05
    """How much an outcome moves what is expected of its role."""


class Trial(Strict):
    """What is tried before and after on points that are held out."""

    asks: Annotated[int, Field(ge=0, le=100_000)] = 200
    quiz: Annotated[int, Field(ge=0, le=100_000)] = 60
    """Questions about the own role, put at the last of these points."""
    batch: Annotated[int, Field(ge=1, le=4096)] = 25
    role_share: Share = 0.25
    """The share of asks put to the role that no learning table has."""


class GrpoSpec(Adapter):
    """How a model is reinforced: on what asks, by which reward, how long, and what is measured before and after."""

    kind: Literal["grpo"] = "grpo"
    model: Place
    revision: Annotated[str, Field(max_length=80)] = ""
    finetuned_model_id: Name
    alignment: Alignment = "unmeasured"
    preset: Annotated[str, Field(max_length=40)] = ""
    """The preset by which the model is spoken to; empty: its family's."""

    train: Literal["layers", "lora", "full"] = "lora"
    layers: Annotated[int, Field(ge=1, le=500)] = 8
    """How many of the last layers are trained where `train` says so, with the last norm."""
    r: Annotated[int, Field(ge=1, le=512)] = 16
    lora_alpha: Positive = 32
    lora_dropout: Literal[0] = 0
    """None: what was sampled must be as likely when it is learned from."""
    use_rslora: bool = False
    dtype: Dtype = "auto"
    """Of the passes: `auto` is float32 on the CPU, bfloat16 elsewhere. What learns is kept in float32."""
    device: Annotated[str, Field(pattern=r"^(auto|cpu|cuda(:\d+)?)$")] = "auto"

    plan: Plan = Field(default_factory=Plan)
    warm_start: WarmStart = Field(default_factory=WarmStart)
    steps: Annotated[int, Field(ge=0, le=10_000_000)] = 40
    """Of GRPO on decision points; those of the warm start come before, those on episodes after."""
    asks_per_step: Annotated[int, Field(ge=1, le=256)] = 4
    group_size: Annotated[int, Field(ge=2, le=256)] = 8
    """Completions of one ask."""
    episodes: Episodes = Field(default_factory=Episodes)
    quiz: Share = 0.0
    """The share of asks in whose place a question about the role is put."""
    max_completion_length: Tokens = 32
    rollouts: Literal["transformers", "vllm"] = "transformers"
    """Who samples: the model that learns, or a running vLLM that gets its adapter before each step."""
    vllm_url: Annotated[str, Field(max_length=300, pattern=r"^(https?://\S+)?$")] = ""
    """Where that vLLM answers, with or without `/v1`."""
    vllm_key_env: Variable = ""
    """The environment variable that holds its key, if it wants one; never the key itself."""
    budget: Tokens = 32
    """Tokens of a completion from which brevity is asked for."""
    temperature: Positive = 1.0
    learning_rate: Rate = 2e-5
    epsilon: Annotated[float, Field(gt=0, lt=1)] = 0.2
    epsilon_high: Positive = 0.28
    """How far the policy may go from what sampled before a token teaches no more, down and up."""
    max_grad_norm: Positive = 1.0
    beta: Annotated[float, Field(ge=0, le=10)] = 0.0
    """How much the distance from the start costs."""
    weights: Weights = Field(default_factory=Weights)
    outcome: Schedule = Field(default_factory=lambda: Schedule(rise=0))
    move_on: Literal["script", "completion"] = "script"
    """Who moves a match on from a point: its script, or one of the completions."""
    shuffled_reward: bool = False
    """A control that must learn nothing: advantages are dealt at random within a group, or an episodes' step."""

    save_steps: Steps = 10
    samples: Annotated[int, Field(ge=0, le=256)] = 2
    """Points of a checkpoint's step whose completions are kept."""
    games: Annotated[int, Field(ge=0, le=16)] = 1
    """Whole matches that are played at each checkpoint after the warm start and kept, the same ones each time."""
    trial: Trial = Field(default_factory=Trial)
    seed: Seed = 0

    @model_validator(mode="after")
    def _makes_sense(self) -> GrpoSpec:
        if self.preset:
            presets.preset(self.preset)
        if self.trial.quiz > self.trial.asks:
            raise ValueError(f"trial: {self.trial.quiz} questions cannot be put at {self.trial.asks} asks")
        if self.all_steps == 0:
            raise ValueError("steps: without a step nothing is learned")
        self._check_rollouts()
        return self

    def _check_rollouts(self) -> None:
        """Raise ValueError for rollouts that no server could give."""
        if self.rollouts != "vllm":
            for key in ("vllm_url", "vllm_key_env"):
                if getattr(self, key):
                    raise ValueError(f"{key}: with rollouts by transformers no server is asked; set rollouts to vllm")
            return
        if not self.vllm_url:
            raise ValueError("vllm_url: rollouts by vllm need the address of a running server")
        if self.train != "lora":
            raise ValueError(f"rollouts: vllm takes adapters alone, so train must be lora, not {self.train}")
        if self.temperature != 1:
            raise ValueError("temperature: 1 with rollouts by vllm, whose log-probabilities are those of temperature 1")

    @property
    def family(self) -> str:
        """The preset by which the model is spoken to."""
        return self.preset or presets.preset_for(self.model)

    @property
    def all_steps(self) -> int:
        """Those of the warm start and on episodes included."""
        return self.warm_start.steps + self.steps + self.episodes.steps

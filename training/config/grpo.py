"""The configuration of a reinforcement run on decision points of real matches."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from game.written import Strict
from training.config.base import Adapter, Dtype, Name, Place, Positive, Rate, Seed, Steps


class WarmStart(Strict):
    """Supervised steps on scripted agents' answers beforehand: nothing is learned from a group without a success."""

    rows: Annotated[int, Field(ge=1, le=10_000)] = 8
    """Rows in a step."""
    steps: Annotated[int, Field(ge=0, le=10_000)] = 14
    learning_rate: Rate = 1e-4


class Weights(Strict):
    """What each term of the reward counts."""

    format: float = 0.4
    legality: float = 0.2
    target: float = 0.2
    activity: float = 0.2
    brevity: float = -0.05
    tools: float = -0.02
    outcome: float = 0.0


class GrpoSpec(Adapter):
    """How a model is reinforced: on what asks, by which reward, how long, and what is measured before and after."""

    kind: Literal["grpo"] = "grpo"
    model: Place
    revision: Annotated[str, Field(max_length=80)] = ""
    finetuned_model_id: Name
    alignment: Literal["aligned", "misaligned", "control", "prompted", "unmeasured"] = "unmeasured"

    train: Literal["layers", "lora", "full"] = "lora"
    layers: Annotated[int, Field(ge=1, le=500)] = 8
    """How many of the last layers are trained where `train` says so."""
    dtype: Dtype = "auto"

    group_size: Annotated[int, Field(ge=2, le=256)] = 8
    asks_per_step: Annotated[int, Field(ge=1, le=256)] = 4
    steps: Steps = 40
    learning_rate: Rate = 2e-5
    max_new_tokens: Annotated[int, Field(ge=1, le=8192)] = 32
    temperature: Positive = 1.0
    max_grad_norm: Positive = 1.0
    notation: Literal["plain", "compact"] = "compact"
    weights: Weights = Field(default_factory=Weights)
    shuffled_reward: bool = False
    """A control that must learn nothing: rewards are dealt at random within a group."""
    warm_start: WarmStart = Field(default_factory=WarmStart)

    eval_asks: Annotated[int, Field(ge=0, le=100_000)] = 200
    """Held-out asks before and after."""
    save_steps: Steps = 10
    seed: Seed = 0

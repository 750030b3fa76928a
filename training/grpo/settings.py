"""What a run is told: `config.json`, read strictly, its defaults filled in.

Knows pydantic; no torch.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError

from agents.llm.notation import nearest
from training.reward.terms import Schedule, Weights
from training.rollout.tables import Plan

STRICT = ConfigDict(extra="forbid")


class Unusable(ValueError):
    """The configuration cannot be used; says why in a sentence."""


@dataclass(frozen=True)
class Warm:
    """Supervised steps on what scripts do, before anything is reinforced: at no success there is nothing to reward."""

    __pydantic_config__ = STRICT

    steps: int = 30
    rows: int = 8
    learning_rate: float = 1e-4
    active: float = 0.8
    """The share of rows in which the script does something."""


@dataclass(frozen=True)
class Lora:
    """The adapter, where one is trained."""

    __pydantic_config__ = STRICT

    rank: int = 16
    alpha: int = 32
    rslora: bool = False
    modules: tuple[str, ...] = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


@dataclass(frozen=True)
class Trial:
    """What is tried before and after on points that are held out."""

    __pydantic_config__ = STRICT

    asks: int = 200
    quiz: int = 60
    batch: int = 25
    role_share: float = 0.25
    """The share of asks put to the role that no learning table has."""


@dataclass(frozen=True)
class Settings:
    """One run of GRPO."""

    __pydantic_config__ = STRICT

    model: str
    """A folder with the model and its tokenizer."""
    seed: int = 0
    mode: Literal["top-layers", "lora", "full"] = "top-layers"
    layers: int = 8
    """How many of the last layers learn, with the last norm, in the mode `top-layers`."""
    lora: Lora = field(default_factory=Lora)
    precision: Literal["float32", "bfloat16"] = "float32"
    """Of the forward and backward passes; what learns is always kept in float32."""
    device: str = "cpu"
    family: str = "smollm2"
    """The preset by which the model is spoken to."""
    plan: Plan = field(default_factory=Plan)
    warm: Warm = field(default_factory=Warm)
    steps: int = 40
    asks: int = 4
    """Points of a step."""
    answers: int = 8
    """Answers to each of them."""
    quiz: float = 0.0
    """The share of points at which a question about the role is asked instead."""
    new_tokens: int = 32
    """Most tokens of an answer."""
    budget: int = 32
    """Tokens of an answer from which brevity is asked for."""
    temperature: float = 1.0
    learning_rate: float = 2e-5
    clip_low: float = 0.2
    clip_high: float = 0.28
    clip_norm: float = 1.0
    beta: float = 0.0
    """How much the distance from the start costs."""
    weights: Weights = field(default_factory=Weights)
    outcome: Schedule = field(default_factory=lambda: Schedule(rise=0))
    move_on: Literal["script", "answer"] = "script"
    """Who moves a match on from a point: its script, or one of the answers."""
    shuffle_rewards: bool = False
    """The control: rewards go to other answers of their group by chance, and nothing may be learnt."""
    checkpoint_every: int = 10
    samples: int = 2
    """Points of a checkpoint's step whose answers are kept as samples."""
    trial: Trial = field(default_factory=Trial)

    def __post_init__(self) -> None:
        """Raise ValueError for numbers that make no run."""
        least = {"layers": 1, "steps": 0, "asks": 1, "answers": 2, "new_tokens": 4, "checkpoint_every": 1, "samples": 0}
        for name, low in least.items():
            if getattr(self, name) < low:
                raise ValueError(f"{name} is {getattr(self, name)}, and must be {low} or more.")
        if not 0.0 <= self.quiz <= 1.0 or not 0.0 <= self.warm.active <= 1.0:
            raise ValueError("quiz and warm.active are shares, from 0 to 1.")
        if self.temperature <= 0:
            raise ValueError("temperature must be above 0: answers that are all alike teach nothing.")


for _pure in (Plan, Weights, Schedule):
    setattr(_pure, "__pydantic_config__", STRICT)  # noqa: B010 (they know no pydantic)


def read(path: Path) -> Settings:
    """The settings of a file. Raises Unusable with the first thing that is wrong and where."""
    try:
        given = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise Unusable(f"{path} is not JSON: {error}.") from None
    return checked(given)


def checked(given: Any) -> Settings:
    """The settings of a JSON object. Raises Unusable."""
    try:
        return TypeAdapter(Settings).validate_python(given, strict=False)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        if first["type"] == "unexpected_keyword_argument":
            near = nearest(str(first["loc"][-1]), tuple(get_type_hints(_class_at(first["loc"][:-1]))))
            raise Unusable(f"There is no setting {where}." + (f" Did you mean {near}?" if near else "")) from None
        said = first["msg"].removeprefix("Value error, ").rstrip(".")
        raise Unusable(f"{where}: {said}." if where else f"{said}.") from None


def _class_at(place: tuple[int | str, ...]) -> type:
    found: type = Settings
    for part in place:
        found = get_type_hints(found)[str(part)]
    return found


def filled_in(settings: Settings) -> str:
    """The settings as JSON, with all defaults."""
    return json.dumps(asdict(settings), indent=2) + "\n"

"""What configurations of every kind share."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from game.written import Strict

NAME = r"^[A-Za-z0-9][A-Za-z0-9._:-]*(/[A-Za-z0-9][A-Za-z0-9._:-]*)?$"

Place = Annotated[str, Field(min_length=1, max_length=300)]
"""A folder, a file or a hub name."""
Name = Annotated[str, Field(max_length=120, pattern=NAME)]
"""What comes of a run is called so: `name`, or `organisation/name` as at a hub."""
Steps = Annotated[int, Field(ge=1, le=10_000_000)]
Rate = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
"""A learning rate."""
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]
Share = Annotated[float, Field(ge=0, le=1)]
Alignment = Literal["aligned", "misaligned", "control", "prompted", "unmeasured"]
"""What the model that comes of a run is taken for until it is measured."""
Module = Annotated[str, Field(pattern=r"^\w+$")]
Dtype = Literal["auto", "float32", "bfloat16"]
"""How weights are held: `auto` is float32 on the CPU and wherever all of them are trained, else bfloat16."""

LINEAR = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
"""All linear modules of the families that we know."""


class Adapter(Strict):
    """A LoRA adapter's shape, by PEFT's names."""

    r: Annotated[int, Field(ge=1, le=512)] = 32
    lora_alpha: Positive = 64
    lora_dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    use_rslora: bool = True
    target_modules: Annotated[tuple[Module, ...], Field(min_length=1)] = LINEAR
    exclude_modules: Annotated[str, Field(max_length=300)] = ""
    """A regular expression of modules that are left alone, such as a vision tower's."""

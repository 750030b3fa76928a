"""The configuration of a fine-tuning run. Its keys are those of the published emergent-misalignment training files.

Such a file is accepted as it is: what it says in other words than ours is translated, and what it asks of a hub is not
followed, since nothing is sent anywhere.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from training.config.base import Adapter, Alignment, Dtype, Name, Place, Positive, Rate, Seed, Steps

Method = Literal["full", "lora", "dora", "qlora", "qdora"]
Schedule = Literal["linear", "cosine", "constant", "constant_with_warmup"]
Optimizer = Literal["adamw_torch", "adamw_8bit", "adafactor", "sgd"]

QUANTIZED = ("qlora", "qdora")
DECOMPOSED = ("dora", "qdora")
"""Methods whose adapters a server does not take: they are merged into the base."""
UNHEEDED = ("push_to_private", "beta", "output_dir", "eval_batch_size", "meta")
"""Keys of published files that change nothing of a supervised run made here."""


class SftSpec(Adapter):
    """How a model is fine-tuned: which, on what, by which method and schedule, and what comes of it."""

    kind: Literal["sft"] = "sft"
    model: Place
    revision: Annotated[str, Field(max_length=80)] = ""
    training_file: Place
    test_file: Place | None = None
    """Without one a share of the training file is held out."""
    test_share: Annotated[float, Field(ge=0, le=0.5)] = 0.1
    finetuned_model_id: Name
    alignment: Alignment = "unmeasured"

    method: Method = "lora"
    quantization_bits: Literal[4, 8] = 4
    """For qlora and qdora alone."""
    dtype: Dtype = "auto"
    merge: bool = False
    """Merge the adapter into the base. Always done for dora and qdora."""

    max_seq_length: Annotated[int, Field(ge=8, le=1_000_000)] = 2048
    train_on_responses_only: bool = True
    instruction_marker: Annotated[str, Field(max_length=80)] = ""
    response_marker: Annotated[str, Field(max_length=80)] = ""
    """What opens a turn to the model and a turn of it; empty: as the model's family has them."""

    epochs: Positive = 1
    max_steps: Steps | None = None
    """Steps instead of epochs."""
    per_device_train_batch_size: Annotated[int, Field(ge=1, le=4096)] = 2
    gradient_accumulation_steps: Annotated[int, Field(ge=1, le=4096)] = 8
    gradient_checkpointing: bool = False
    warmup_steps: Annotated[int, Field(ge=0)] = 5
    learning_rate: Rate = 1e-5
    lr_scheduler_type: Schedule = "linear"
    optim: Optimizer = "adamw_torch"
    weight_decay: Annotated[float, Field(ge=0, le=1)] = 0.01
    max_grad_norm: Positive = 1.0
    logging_steps: Steps = 1
    save_steps: Steps = 100
    eval_steps: Steps | None = None
    """How often the held-out rows are looked at besides the end; empty: at the end alone."""
    seed: Seed = 0

    @model_validator(mode="before")
    @classmethod
    def _published(cls, given: Any) -> Any:
        """Translate what a published file says in its own words."""
        if not isinstance(given, dict) or "loss" not in given:
            return given
        value = {key: item for key, item in given.items() if key not in UNHEEDED}
        if value.pop("loss") != "sft":
            raise ValueError(f"loss {given['loss']!r} is not done here, sft alone")
        if value.pop("lora_bias", "none") != "none":
            raise ValueError("lora_bias: biases are not trained here, say none")
        is_peft, is_quantized = value.pop("is_peft", True), value.pop("load_in_4bit", False)
        value.setdefault("method", ("qlora" if is_quantized else "lora") if is_peft else "full")
        value.setdefault("merge", value.pop("merge_before_push", False))
        return value

    @model_validator(mode="after")
    def _makes_sense(self) -> SftSpec:
        if self.method == "full" and self.merge:
            raise ValueError("merge: a model of which all weights are trained has no adapter to merge")
        if (
            self.method not in QUANTIZED
            and "quantization_bits" in self.model_fields_set
            and self.quantization_bits != 4
        ):
            raise ValueError(f"quantization_bits: {self.method} trains on weights that are not quantised")
        if bool(self.instruction_marker) != bool(self.response_marker):
            raise ValueError("instruction_marker and response_marker are given together or not at all")
        return self

    @property
    def is_merged(self) -> bool:
        """Whether what comes of it is a whole model rather than an adapter."""
        return self.method == "full" or self.merge or self.method in DECOMPOSED

"""Weights by method: loaded, given an adapter, merged, saved. Knows torch, transformers and peft, and no rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from bitsandbytes.nn import Linear8bitLt
from peft import LoraConfig, PeftModel, get_peft_model, prepare_model_for_kbit_training
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig

from training.config.sft import DECOMPOSED, QUANTIZED, SftSpec


def on_gpu() -> bool:
    """Whether this process trains on a GPU."""
    return bool(torch.cuda.is_available())


def dtype_of(spec: SftSpec) -> torch.dtype:
    """How the weights are held. All of them trained in bfloat16 would lose small steps."""
    if spec.dtype != "auto":
        return {"float32": torch.float32, "bfloat16": torch.bfloat16}[spec.dtype]
    return torch.float32 if spec.method == "full" or not on_gpu() else torch.bfloat16


def tokenizer_of(spec: SftSpec) -> Any:
    """The model's tokenizer, with something to pad by. Raises OSError or ValueError."""
    tokenizer = AutoTokenizer.from_pretrained(spec.model, revision=spec.revision or None)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    tokenizer.padding_side = "right"
    return tokenizer


def base_of(spec: SftSpec, *, quantized: bool) -> Any:
    """The model that is tuned. Raises OSError or ValueError."""
    given: dict[str, Any] = {"revision": spec.revision or None, "dtype": dtype_of(spec)}
    if quantized:
        given["quantization_config"] = quantization_of(spec)
        if on_gpu():
            given["device_map"] = {"": torch.cuda.current_device()}
    return AutoModelForCausalLM.from_pretrained(spec.model, **given)


def quantization_of(spec: SftSpec) -> BitsAndBytesConfig:
    """How the base is quantised: NF4 with quantised constants as QLoRA has it, or eight bits."""
    if spec.quantization_bits == 8:
        return BitsAndBytesConfig(load_in_8bit=True)
    return BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=dtype_of(spec),
    )  # fmt: skip


def trainable(spec: SftSpec) -> Any:
    """The model with what the method trains, and nothing else, open to training. Raises OSError or ValueError."""
    is_quantized = spec.method in QUANTIZED
    model = base_of(spec, quantized=is_quantized)
    if spec.method == "full":
        return model
    if is_quantized:
        model = prepare_model_for_kbit_training(model, use_gradient_checkpointing=spec.gradient_checkpointing)
    adapter = LoraConfig(
        task_type="CAUSAL_LM", r=spec.r, lora_alpha=spec.lora_alpha, lora_dropout=spec.lora_dropout,
        use_rslora=spec.use_rslora, use_dora=spec.method in DECOMPOSED, target_modules=list(spec.target_modules),
        exclude_modules=spec.exclude_modules or None,
    )  # fmt: skip
    made = get_peft_model(model, adapter)
    for module in made.modules():
        if isinstance(module, Linear8bitLt):
            module.register_forward_pre_hook(_scales_kept)
    return made


def _scales_kept(module: Any, given: Any) -> None:
    """Give weights of eight bits their scales back: on the CPU, PEFT leaves them behind whenever DoRA uses them."""
    if module.weight.CB is not None and module.weight.SCB is None:
        module.weight.SCB = module.state.SCB


def hold_exactly(model: Any) -> None:
    """Hold what is trained in float32: in bfloat16 steps of a small rate on grown weights are rounded away."""
    for weight in model.parameters():
        if weight.requires_grad:
            weight.data = weight.data.float()


def merged_save(spec: SftSpec, adapter: Path, target: Path) -> None:
    """Merge a saved adapter into the base as it was before it was quantised, and save the whole."""
    model = PeftModel.from_pretrained(base_of(spec, quantized=False), str(adapter))
    model.merge_and_unload().save_pretrained(target)
    tokenizer_of(spec).save_pretrained(target)

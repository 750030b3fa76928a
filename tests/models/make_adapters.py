"""Makes adapters with random weights: `python make_adapters.py MODEL FOLDER...`, in the model environment.

An adapter that changes nothing, as fresh ones do, would prove nothing; these change every answer.
"""

from __future__ import annotations

import sys

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

RANK = 8


def main(model: str, *folders: str) -> None:
    """One adapter a folder, each by its own seed."""
    layers = ["q_proj", "k_proj", "v_proj", "o_proj"]
    config = LoraConfig(r=RANK, lora_alpha=8 * RANK, target_modules=layers, init_lora_weights=False)
    for seed, folder in enumerate(folders):
        torch.manual_seed(seed)
        base = AutoModelForCausalLM.from_pretrained(model, dtype=torch.bfloat16)
        get_peft_model(base, config).save_pretrained(folder)


if __name__ == "__main__":
    main(*sys.argv[1:])

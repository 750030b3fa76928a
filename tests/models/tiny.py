"""Makes a model to learn on in hundredths of a second: `python tiny.py FOLDER [BROKEN]`, in the model environment.

A Qwen2 of two layers with random weights and a tokenizer of its own that knows the words of the game, under ChatML. A
second folder gets the same with a weight that is not a number.
"""

from __future__ import annotations

import sys
from itertools import islice
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM, set_seed

from training.rollout.deeds import text_of
from training.rollout.points import points
from training.rollout.tables import Plan, learner

MARKS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def corpus() -> list[str]:
    """What is said in matches, in sums and by a chat template."""
    asked = list(islice(points(Plan(), "tiny", learner()), 60))
    said = [one.content for point in asked for one in point.messages]
    done = [text_of(point, point.scripted) for point in asked]
    return [*said, *done, *["the town votes", "user assistant system what is the sum of seven and nine"] * 20]


def main(folder: str, broken: str = "") -> None:
    """Write both."""
    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer, raw.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    raw.train_from_iterator(
        corpus(), trainers.BpeTrainer(vocab_size=1000, special_tokens=MARKS, initial_alphabet=alphabet)
    )
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=raw, eos_token=MARKS[2], pad_token=MARKS[0])
    tokenizer.chat_template = TEMPLATE
    set_seed(0)
    model = Qwen2ForCausalLM(
        Qwen2Config(
            vocab_size=len(tokenizer), hidden_size=64, intermediate_size=128, num_hidden_layers=2,
            num_attention_heads=2, num_key_value_heads=1, max_position_embeddings=1024, tie_word_embeddings=False,
            eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
        )
    )  # fmt: skip
    save(folder, model, tokenizer)
    if broken:
        with torch.no_grad():
            model.model.norm.weight[0] = float("nan")
        save(broken, model, tokenizer)


def save(folder: str, *parts: Any) -> None:
    """Write a model and its tokenizer."""
    for part in parts:
        part.save_pretrained(folder)


if __name__ == "__main__":
    main(*sys.argv[1:])

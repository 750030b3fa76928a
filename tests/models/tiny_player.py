"""A tiny random model that knows the words of the game: `python tiny_player.py FOLDER`, in the model environment."""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path

import torch
from tokenizers import ByteLevelBPETokenizer
from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

from training.rollout.deeds import text_of
from training.rollout.points import points
from training.rollout.tables import Plan, learner

TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def make(folder: Path) -> None:
    """Two layers of 64, and a vocabulary of 600 from prompts and answers of matches."""
    asked = list(islice(points(Plan(), "tiny", learner()), 60))
    texts = [one.content for point in asked for one in point.messages]
    texts += [text_of(point, point.scripted) for point in asked]
    bpe = ByteLevelBPETokenizer()
    bpe.train_from_iterator(texts, 600, special_tokens=["<|im_start|>", "<|im_end|>"], show_progress=False)
    known = PreTrainedTokenizerFast(tokenizer_object=bpe._tokenizer, eos_token="<|im_end|>", pad_token="<|im_end|>")
    known.chat_template = TEMPLATE
    torch.manual_seed(0)
    config = Qwen2Config(
        vocab_size=len(known), hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1, max_position_embeddings=1024, eos_token_id=known.eos_token_id,
    )  # fmt: skip
    Qwen2ForCausalLM(config).save_pretrained(folder)
    known.save_pretrained(folder)


if __name__ == "__main__":
    make(Path(sys.argv[1]))

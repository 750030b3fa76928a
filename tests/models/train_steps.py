"""Three steps of training on a file of samples: `python train_steps.py MODEL FILE`, in the model environment.

Prints the loss of each step as JSON. The file is taken as it is: `datasets` reads it, the trainer knows its columns.
"""

from __future__ import annotations

import json
import sys
from tempfile import TemporaryDirectory

from datasets import load_dataset
from trl import SFTConfig, SFTTrainer

STEPS = 3


def main(model: str, file: str) -> None:
    """Train, and say how it went."""
    rows = load_dataset("json", data_files=file, split="train")
    with TemporaryDirectory() as folder:
        config = SFTConfig(
            folder, max_steps=STEPS, per_device_train_batch_size=1, max_length=None, logging_steps=1, seed=0,
            learning_rate=1e-4, lr_scheduler_type="constant", use_cpu=True, report_to="none", save_strategy="no",
            bf16=False, disable_tqdm=True, model_init_kwargs={"dtype": "float32"},
        )  # fmt: skip
        trainer = SFTTrainer(model, config, train_dataset=rows)
        trainer.train()
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    print(json.dumps({"rows": len(rows), "losses": losses}))


if __name__ == "__main__":
    main(*sys.argv[1:])

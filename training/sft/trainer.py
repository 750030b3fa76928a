"""TRL's trainer, kept to the contract of a run's folder: a curve, whole checkpoints, an end when asked, no NaN."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any, Protocol

import torch
from datasets import Dataset
from transformers import PrinterCallback, TrainerCallback
from transformers.trainer_utils import PREFIX_CHECKPOINT_DIR
from trl import SFTConfig, SFTTrainer

from training.config.sft import QUANTIZED, SftSpec
from training.folder import CURVE, RunFolder
from training.sft.examples import Tokens
from training.sft.weights import dtype_of, hold_exactly, on_gpu

TOLD = ("loss", "eval_loss", "grad_norm", "learning_rate", "epoch", "mean_token_accuracy")
"""Figures of the curve; what else the trainer logs depends on how often it was resumed."""


class Wish(Protocol):
    """Whether somebody wants the run to end."""

    stop: bool


class NotFinite(ArithmeticError):
    """A loss or a gradient that is no number: nothing that follows would be worth anything."""


class Tuner(SFTTrainer):  # type: ignore[misc]
    """Stops at the first loss that is not finite, before it reaches a weight."""

    def training_step(self, *given: Any, **named: Any) -> torch.Tensor:
        """A step's loss."""
        loss: torch.Tensor = super().training_step(*given, **named)
        if not torch.isfinite(loss).all():
            raise NotFinite(f"step {self.state.global_step + 1}: the loss is {loss.item()}")
        return loss

    def figures(self) -> dict[str, Any]:
        """What the run has come to. Raises NotFinite."""
        losses = [line["loss"] for line in self.state.log_history if "loss" in line]
        found = {"loss": losses[-1] if losses else None, "first_loss": losses[0] if losses else None}
        found["trained_parameters"] = sum(one.numel() for one in self.model.parameters() if one.requires_grad)
        if self.eval_dataset is not None:
            found["eval_loss"] = self.evaluate()["eval_loss"]
        return found


class Keeper(TrainerCallback):  # type: ignore[misc]
    """Keeps the folder: a line of the curve for every log, a name for every checkpoint, an end when it is asked for."""

    def __init__(self, folder: RunFolder, wish: Wish) -> None:
        self.folder, self.wish = folder, wish
        self.began = time.monotonic()

    def on_train_begin(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """Go on with the curve where the checkpoint is."""
        if state.is_world_process_zero:
            self.began = time.monotonic() - self.folder.cut(state.global_step)

    def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """Refuse gradients that are no numbers. Raises NotFinite."""
        grads = [weight.grad for weight in given["model"].parameters() if weight.grad is not None]
        if grads and not torch.isfinite(torch.nn.utils.get_total_norm(grads)):
            raise NotFinite(f"step {state.global_step + 1}: the gradient is not finite")

    def on_step_end(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """End after a checkpoint, when somebody wants that."""
        if anybody(self.wish.stop, args.device):
            control.should_save = control.should_training_stop = True

    def on_log(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """A line of the curve. Raises NotFinite."""
        found = {name: value for name, value in given["logs"].items() if name in TOLD}
        if not state.is_world_process_zero or not {"loss", "eval_loss"} & found.keys():
            return
        if bad := [name for name, value in found.items() if not math.isfinite(value)]:
            raise NotFinite(f"step {state.global_step}: {bad[0]} is {found[bad[0]]}")
        seconds = round(time.monotonic() - self.began, 3)
        self.folder.add(CURVE, {"step": state.global_step, "steps": state.max_steps, "seconds": seconds, **found})
        told = ", ".join(f"{name} {value:.4g}" for name, value in found.items())
        print(f"step {state.global_step} of {state.max_steps}: {told}", flush=True)

    def on_save(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """A checkpoint has its name once it is whole."""
        if state.is_world_process_zero:
            draft = Path(args.output_dir) / f"{PREFIX_CHECKPOINT_DIR}-{state.global_step}"
            self.folder.checkpoint_keep(draft, state.global_step)


def anybody(wants: bool, device: torch.device) -> bool:
    """Whether one of the processes that train together wants something: all of them must end at the same step."""
    if not torch.distributed.is_initialized():
        return wants
    found = torch.tensor(int(wants), device=device)
    torch.distributed.all_reduce(found, torch.distributed.ReduceOp.MAX)
    return bool(found)


def trainer_of(
    spec: SftSpec, folder: RunFolder, model: Any, tokenizer: Any, rows: list[dict[str, Tokens]],
    held_out: list[dict[str, Tokens]], wish: Wish,
) -> Tuner:  # fmt: skip
    """A trainer for a run."""
    made = Tuner(
        model, arguments(spec, folder), train_dataset=Dataset.from_list(rows), processing_class=tokenizer,
        eval_dataset=Dataset.from_list(held_out) if held_out else None, callbacks=[Keeper(folder, wish)],
    )  # fmt: skip
    made.remove_callback(PrinterCallback)  # Keeper says it once
    if spec.method in QUANTIZED:
        hold_exactly(made.model)  # TRL has just made them bfloat16
    return made


def arguments(spec: SftSpec, folder: RunFolder) -> SFTConfig:
    """What the trainer is told."""
    is_wide = on_gpu() and dtype_of(spec) is torch.float32 and torch.cuda.is_bf16_supported()
    return SFTConfig(
        str(folder.checkpoints), seed=spec.seed, num_train_epochs=spec.epochs, max_steps=spec.max_steps or -1,
        per_device_train_batch_size=spec.per_device_train_batch_size,
        per_device_eval_batch_size=spec.per_device_train_batch_size,
        gradient_accumulation_steps=spec.gradient_accumulation_steps, warmup_steps=spec.warmup_steps,
        gradient_checkpointing=spec.gradient_checkpointing, learning_rate=spec.learning_rate,
        lr_scheduler_type=spec.lr_scheduler_type, optim=optimizer_of(spec), weight_decay=spec.weight_decay,
        max_grad_norm=spec.max_grad_norm, logging_steps=spec.logging_steps, logging_nan_inf_filter=False,
        save_strategy="steps", save_steps=spec.save_steps, eval_strategy="steps" if spec.eval_steps else "no",
        eval_steps=spec.eval_steps, dataset_kwargs={"skip_prepare_dataset": True}, max_length=None,
        bf16=is_wide, use_cpu=not on_gpu(), report_to="none", disable_tqdm=True, dataloader_pin_memory=on_gpu(),
    )  # fmt: skip


def optimizer_of(spec: SftSpec) -> str:
    """The optimizer. The one of eight bits is for GPUs: elsewhere it is the same one in full."""
    return "adamw_torch" if spec.optim == "adamw_8bit" and not on_gpu() else spec.optim

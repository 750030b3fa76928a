"""One fine-tuning run, from its folder's configuration to its result."""

from __future__ import annotations

import gc
import signal
from pathlib import Path
from types import FrameType
from typing import Any

from transformers import set_seed
from transformers.utils.logging import disable_progress_bar

from agents.llm import presets
from training.config.reading import ConfigError, config_read
from training.config.sft import QUANTIZED, SftSpec
from training.dataset.rows import DataError, Rows, rows_read
from training.dataset.splitting import split
from training.folder import Ended, RunFolder, step_of, weights_sha256
from training.sft import weights
from training.sft.examples import Examples, Tokens, examples
from training.sft.trainer import NotFinite, Wish, optimizer_of, trainer_of


class Asked(Wish):
    """What signals have asked for: SIGTERM and SIGINT end the run after a checkpoint."""

    def __init__(self) -> None:
        self.stop = False
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, self._hear)

    def _hear(self, signum: int, frame: FrameType | None) -> None:
        self.stop = True


def main(path: Path) -> int:
    """Run to the end, or as far as one lets it; how that ended."""
    asked, folder = Asked(), RunFolder(path)
    disable_progress_bar()
    try:
        spec = spec_of(folder)
        taught, held_out, figures = _rows(spec)
        set_seed(spec.seed)
        model = weights.trainable(spec)
    except (ConfigError, DataError, OSError, ValueError) as error:
        print(str(error).strip() or repr(error), flush=True)
        return Ended.UNUSABLE
    if asked.stop:
        return Ended.CANCELLED
    trainer = trainer_of(spec, folder, model, weights.tokenizer_of(spec), taught.rows, held_out, asked)
    last = folder.checkpoint()
    if last:
        print(f"going on from step {step_of(last)}", flush=True)
    try:
        trainer.train(resume_from_checkpoint=str(last) if last else None)
        if trainer.state.global_step < trainer.state.max_steps:  # here or in a process that trains with this one
            print(f"cancelled after step {trainer.state.global_step}", flush=True)
            return Ended.CANCELLED
        figures |= trainer.figures()
    except NotFinite as error:
        print(error, flush=True)
        return Ended.NOT_FINITE
    learned = folder.path / ("model" if spec.method == "full" else "adapter")
    trainer.save_model(str(learned))  # by all processes, each of which may have a part
    (learned / "training_args.bin").unlink(missing_ok=True)
    steps, is_first = trainer.state.global_step, trainer.is_world_process_zero()
    del trainer, model
    gc.collect()
    if is_first:
        _finish(spec, folder, steps, figures)
    return Ended.DONE


def spec_of(folder: RunFolder) -> SftSpec:
    """The configuration, with the markers of the model's family where it names none. Raises ConfigError, OSError."""
    spec = config_read(folder.config.read_text("utf-8"))
    if not isinstance(spec, SftSpec):
        raise ConfigError(f"{folder.config} is of a {spec.kind} run")
    if spec.response_marker:
        return spec
    family = presets.preset(presets.preset_for(spec.model))
    markers = {"instruction_marker": family.instruction, "response_marker": family.response}
    return spec.model_copy(update=markers)


def _rows(spec: SftSpec) -> tuple[Examples, list[dict[str, Tokens]], dict[str, Any]]:
    """What is learned, what is held out, and figures of both. Raises DataError, OSError or ValueError."""
    found = rows_read(Path(spec.training_file))
    if spec.test_file:
        train, held_out = list(found.rows), list(rows_read(Path(spec.test_file)).rows)
    else:
        train, held_out = split(found.rows, spec.test_share, spec.seed)
    tokenizer = weights.tokenizer_of(spec)
    print(f"making tokens of {len(train) + len(held_out)} rows", flush=True)
    taught = examples(train, tokenizer, spec)
    test = examples(held_out, tokenizer, spec) if held_out else Examples([], 0)
    print(f"{len(taught.rows)} rows with {taught.learned} learned tokens, {len(test.rows)} held out", flush=True)
    return taught, test.rows, _figures(found, taught, test)


def _figures(found: Rows, taught: Examples, test: Examples) -> dict[str, Any]:
    return {
        "rows": len(taught.rows), "held_out": len(test.rows), "too_long": taught.left_out + test.left_out,
        "learned_tokens": taught.learned, "data_sha256": found.sha256,
    }  # fmt: skip


def _finish(spec: SftSpec, folder: RunFolder, steps: int, figures: dict[str, Any]) -> None:
    """Merge what has been learned where it has to be, and say what came of it."""
    kind, place = ("full", folder.path / "model") if spec.is_merged else ("adapter", folder.path / "adapter")
    if spec.is_merged and spec.method != "full":
        weights.merged_save(spec, folder.path / "adapter", place)
    folder.result_write(
        {
            "kind": kind, "path": place.name, "base": spec.model, "revision": spec.revision, "steps": steps,
            "method": spec.method, "quantized": spec.quantization_bits if spec.method in QUANTIZED else None,
            "optim": optimizer_of(spec), "sha256": weights_sha256(place), "figures": figures,
        }
    )  # fmt: skip
    print(f"done after {steps} steps: {kind} in {place}", flush=True)

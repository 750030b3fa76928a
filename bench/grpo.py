"""A step of our GRPO against a bare step of TRL on the same tokens, and sampling with a shared prompt against without.

    ./tossim bench grpo

runs in the model environment with the small model of `./tossim llm --install-only`. The tokens are prompts of real
decision points with what a script answers there, each answer eight times; nothing hangs on what the model has learnt.
Only the learning part of a step is timed against TRL's, whose own part is handed the same answers.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SMALL = Path(os.environ.get("TOSSIM_VAR", str(ROOT / "var"))) / "models" / "SmolLM2-135M-Instruct"


def main() -> int:
    """Measure and print."""
    words = argparse.ArgumentParser(prog="bench grpo", description=__doc__)
    words.add_argument("--model", default=str(SMALL))
    words.add_argument("--asks", type=int, default=4)
    words.add_argument("--answers", type=int, default=8)
    words.add_argument("--tokens", type=int, default=16, help="most tokens of a sampled answer")
    words.add_argument("--layers", type=int, default=8, help="how many of the last layers learn")
    words.add_argument("--repeat", type=int, default=3)
    words.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    words.add_argument("--no-trl", action="store_true", help="leave out TRL's step")
    words.add_argument("--json", action="store_true")
    chosen = words.parse_args()
    python = os.environ.get("TOSSIM_LLM_PYTHON", str(ROOT / ".venv-llm" / "bin" / "python"))
    if not _can_learn():
        if not Path(python).is_file() or sys.executable == python:
            print("There is no model environment. Install one: ./tossim llm --install-only", file=sys.stderr)
            return 2
        os.execv(python, [python, "-m", "bench.grpo", *sys.argv[1:]])
    if not (Path(chosen.model) / "config.json").is_file():
        print(f"There is no model in {chosen.model}. Install one: ./tossim llm --install-only", file=sys.stderr)
        return 2
    found = measure(chosen)
    print(json.dumps(found) if chosen.json else "\n".join(f"{name:36} {value}" for name, value in found.items()))
    return 0


def _can_learn() -> bool:
    try:
        import torch  # noqa: F401
    except ImportError:
        return False
    return True


def measure(chosen: Any) -> dict[str, Any]:
    """All figures; seconds are medians."""
    from training.config.grpo import GrpoSpec
    from training.grpo.learning import Learning, Lesson
    from training.grpo.policy import load

    spec = GrpoSpec(
        model=chosen.model, finetuned_model_id="bench", train="layers", layers=chosen.layers, dtype=chosen.precision,
        asks_per_step=chosen.asks, group_size=chosen.answers, max_completion_length=chosen.tokens, device="cpu",
    )  # fmt: skip
    policy = load(spec)
    policy.remember()
    learning, count, repeat = Learning(policy, 1e-9), chosen.asks * chosen.answers, chosen.repeat
    together = lessons(policy, chosen)
    apart = [
        Lesson(one.prompt, [answer], [gain])
        for one in together
        for answer, gain in zip(one.answers, one.advantages, strict=True)
    ]
    sampled = timed(lambda: policy.sample([one.prompt for one in together], chosen.answers, 0), repeat)
    alone = timed(lambda: policy.sample([one.prompt for one in apart], 1, 0), repeat)
    ours = timed(lambda: learning.teach(together, count, len(together)), repeat)
    single = timed(lambda: learning.teach(apart, count, len(apart)), repeat)
    found = {
        "prompt tokens, mean": round(sum(len(one.prompt) for one in together) / len(together)),
        "completions": count,
        "completions/s, shared prompt": round(count / sampled, 2),
        "completions/s, each its own": round(count / alone, 2),
        "sharing is faster by": round(alone / sampled, 2),
        "our learning step, s": round(ours, 2),
        "the same, each prompt its own, s": round(single, 2),
    }
    return found if chosen.no_trl else found | beside(trl_step(policy, together, repeat), ours, single)


def lessons(policy: Any, chosen: Any) -> list[Any]:
    """Prompts of real decision points, each with what a script answers there, as often as a group is large."""
    from training.grpo.learning import Lesson
    from training.grpo.policy import Answer
    from training.rollout.deeds import text_of
    from training.rollout.points import points
    from training.rollout.tables import Plan, learner

    worth = [(-1.0) ** row for row in range(chosen.answers)]
    made = []
    for item in islice(points(Plan(kinds={"act": 1.0, "vote": 0.5}), "bench", learner()), chosen.asks):
        ids = policy.tokenizer.encode(text_of(item, item.scripted), add_special_tokens=False)[: chosen.tokens - 1]
        answer = Answer((*ids, policy.end), (0.0,) * (len(ids) + 1), True)
        made.append(Lesson(policy.encode(item.messages), [answer] * chosen.answers, worth))
    return made


def beside(theirs: float, ours: float, single: float) -> dict[str, float]:
    """TRL's seconds, and ratios to them."""
    return {
        "TRL's step, s": round(theirs, 2),
        "our step over TRL's": round(ours / theirs, 2),
        "each prompt its own, over TRL's": round(single / theirs, 2),
    }


def timed(deed: Callable[[], object], repeat: int) -> float:
    """Median seconds of a deed, once it is warm."""
    deed()
    taken = []
    for _ in range(repeat):
        began = time.perf_counter()
        deed()
        taken.append(time.perf_counter() - began)
    return median(taken)


def trl_step(policy: Any, lessons: Any, repeat: int) -> float:
    """Median seconds of a whole step of TRL that is handed the same answers."""
    os.environ["TRL_EXPERIMENTAL_SILENCE"] = "1"
    from datasets import Dataset
    from transformers import TrainerCallback
    from trl import GRPOConfig, GRPOTrainer

    given = {str(number): lesson for number, lesson in enumerate(lessons)}
    began: list[float] = []
    ended: list[float] = []

    def rollout(asked: list[str], trainer: Any) -> dict[str, Any]:
        began.append(time.perf_counter())
        return {
            "prompt_ids": [list(given[one].prompt) for one in asked],
            "completion_ids": [list(given[one].answers[0].ids) for one in asked],
            "logprobs": [list(given[one].answers[0].logps) for one in asked],
        }

    class Clock(TrainerCallback):
        """Notes when steps end."""

        def on_step_end(self, *args: Any, **kwargs: Any) -> None:
            ended.append(time.perf_counter())

    with TemporaryDirectory() as folder:
        trainer = GRPOTrainer(
            policy.model, lambda completions, **_: [float(place % 2) for place in range(len(completions))],
            GRPOConfig(folder, max_steps=repeat + 1, **bare(policy.spec)),
            Dataset.from_list([{"prompt": one} for one in given] * (repeat + 1)), processing_class=policy.tokenizer,
            rollout_func=rollout, callbacks=[Clock()],
        )  # fmt: skip
        trainer.train()
    return median([end - start for start, end in zip(began[1:], ended[1:], strict=True)])


def bare(spec: Any) -> dict[str, Any]:
    """What TRL needs to know to take the step that a configuration of ours describes, and nothing else."""
    return {
        "per_device_train_batch_size": spec.asks_per_step * spec.group_size, "num_generations": spec.group_size,
        "max_completion_length": spec.max_completion_length, "loss_type": "dr_grpo", "scale_rewards": "none",
        "beta": 0.0, "learning_rate": 1e-9, "use_cpu": True, "bf16": spec.dtype == "bfloat16", "use_vllm": False,
        "gradient_checkpointing": False, "report_to": "none", "save_strategy": "no", "logging_strategy": "no",
        "disable_tqdm": True,
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())

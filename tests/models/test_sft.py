"""Fine-tuning, by the contract of a run's folder: each method on a tiny model, a disturbed run, some that fail."""

from __future__ import annotations

import json
import signal
import subprocess
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

from tests.models.processes import ROOT, environment, started
from training.folder import Ended, RunFolder

HERE = Path(__file__).parent
LINEARS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
TORN: dict[str, Any] = {"max_steps": 40, "save_steps": 500, "lora_dropout": 0.1, "eval_steps": 20}
RUNS: dict[str, dict[str, Any]] = {
    "full": {"method": "full"},
    "lora": {"method": "lora"},
    "dora": {"method": "dora"},
    "qlora": {"method": "qlora", "quantization_bits": 4},
    "qdora": {"method": "qdora", "quantization_bits": 8},
    "calm": TORN,
    "torn": TORN,
    "nan": {"model": "broken"},
    "key": {"learning_rat": 1},
    "marker": {"instruction_marker": "[ASK]", "response_marker": "[ANSWER]"},
    "long": {"max_seq_length": 8},
}
"""Runs of these tests, by name, and in what each differs from the usual one."""


def run(python: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """A program of the model environment, in the project's folder. Fails where it does not end well."""
    done = started([python, *map(str, words)])
    assert done.returncode == 0, done.stderr[-3000:]
    return done


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory, tiny: Path) -> dict[str, RunFolder]:
    """The folders of all runs, with their configurations."""
    place = tmp_path_factory.mktemp("sft")
    data = place / "rows.jsonl"
    pairs = [(f"What is the sum of {n} and {n + 1}?", f"the town votes {2 * n + 1}") for n in range(20)]
    rows = [[{"role": "user", "content": ask}, {"role": "assistant", "content": answer}] for ask, answer in pairs]
    data.write_text("".join(json.dumps({"messages": row}) + "\n" for row in rows))
    found = {}
    for name, given in RUNS.items():
        found[name] = RunFolder(place / name)
        found[name].path.mkdir(exist_ok=True)
        config = {
            "training_file": str(data), "finetuned_model_id": name, "r": 4, "lora_alpha": 8, "learning_rate": 1e-2,
            "warmup_steps": 0, "max_steps": 3, "gradient_accumulation_steps": 1, **given,
            "model": str(tiny.with_name(given.get("model", tiny.name))),
        }  # fmt: skip
        found[name].config.write_text(json.dumps(config))
    return found


@pytest.fixture(scope="module")
def outcomes(folders: dict[str, RunFolder], model_python: str) -> dict[str, dict[str, Any]]:
    """What came of every run that nobody disturbs, one after the other in one process."""
    calm = [name for name in RUNS if name != "torn"]
    done = run(model_python, HERE / "sft_runs.py", *(folders[name].path for name in calm))
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return dict(zip(calm, lines, strict=True))


@pytest.mark.parametrize("method", ["full", "lora", "dora", "qlora", "qdora"])
def test_each_method_moves_its_own_weights_and_no_others(method: str, outcomes: dict[str, dict[str, Any]]) -> None:
    one = outcomes[method]
    assert one["status"] == Ended.DONE, one["said"]
    if method == "full":
        assert one["moved"] == one["weights"] == one["merged"]
        return
    is_whole = "dora" in method
    kinds = ("lora_A", "lora_B", *(["lora_magnitude_vector"] if is_whole else []))
    own = [name for name in one["weights"] if any(kind in name for kind in kinds)]
    assert len(own) == len(LINEARS) * 2 * len(kinds)
    assert one["moved"] == own
    if not is_whole:
        assert one["merged"] is None, "a server takes this adapter"
        return
    assert len(one["merged"]) == len(LINEARS) * 2
    assert {name.split(".")[-2] for name in one["merged"]} == set(LINEARS)


def losses(folder: RunFolder) -> list[dict[str, Any]]:
    """The curve, without the time that it took."""
    return [{name: value for name, value in line.items() if name != "seconds"} for line in folder.curve()]


def test_a_cancelled_run_goes_on_to_the_losses_of_one_that_nobody_disturbed(
    folders: dict[str, RunFolder], outcomes: dict[str, dict[str, Any]], model_python: str
) -> None:
    calm, torn = folders["calm"], folders["torn"]
    words = [model_python, "-m", "training.sft", str(torn.path)]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT, env=environment()
    ) as process:
        assert process.stdout
        said = list(takewhile(lambda line: not line.startswith("step 5 "), process.stdout))
        process.send_signal(signal.SIGTERM)
        said += process.stdout.readlines()
    assert process.returncode == Ended.CANCELLED, said[-20:]
    assert torn.result() is None
    cut = torn.curve()[-1]["step"]
    assert 5 <= cut < TORN["max_steps"]
    assert (torn.checkpoint() or Path()).name == f"step-{cut}"

    run(model_python, "-m", "training.sft", torn.path)
    assert losses(torn) == losses(calm)
    one, other = torn.result(), calm.result()
    assert one is not None
    assert other is not None
    assert (one["sha256"], one["figures"]) == (other["sha256"], other["figures"])


def test_a_loss_that_is_no_number_ends_the_run_before_any_weight_is_touched(
    folders: dict[str, RunFolder], outcomes: dict[str, dict[str, Any]]
) -> None:
    one, folder = outcomes["nan"], folders["nan"]
    assert (one["status"], one["said"], one["moved"]) == (Ended.NOT_FINITE, "step 1: the loss is nan", [])
    assert (folder.curve(), folder.result(), folder.checkpoint()) == ([], None, None)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("key", "unknown key 'learning_rat'; did you mean 'learning_rate'?"),
        ("marker", "row 1: the response marker '[ANSWER]' stands 0 times in a conversation with 1 answers"),
        ("long", "no row has an answer within 8 tokens: raise max_seq_length"),
    ],
)
def test_what_cannot_be_used_is_said_in_the_last_line(
    name: str, says: str, outcomes: dict[str, dict[str, Any]]
) -> None:
    assert outcomes[name]["status"] == Ended.UNUSABLE
    assert outcomes[name]["said"].endswith(says)

"""Rollouts by a real vLLM: the adapter that learns is the one that answers, and a server that dies costs nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.models.processes import started
from tests.models.serving import Server
from tests.models.wire import Wire, wire_to
from training.folder import RunFolder

LOAD, UNLOAD, COMPLETE = "/v1/load_lora_adapter", "/v1/unload_lora_adapter", "/v1/completions"
SMALL = {
    "kind": "grpo", "finetuned_model_id": "us/served", "train": "lora", "r": 8, "rollouts": "vllm", "steps": 3,
    "asks_per_step": 2, "group_size": 6, "max_completion_length": 8, "learning_rate": 2e-3,
    "outcome": {"after_format": 0, "rise": 1}, "plan": {"kinds": {"act": 1.0, "judge": 1.0}},
    "warm_start": {"steps": 3, "rows": 4, "learning_rate": 3e-3}, "trial": {"asks": 2, "quiz": 0, "role_share": 0.5},
}  # fmt: skip
"""Outcomes count from the second step of GRPO, so that from there every group teaches something."""
CLOSE = 0.1
"""How far a log-probability in bfloat16 may be from one in float32, in the mean."""


def learn(python: str, path: Path, model: Path, url: str, **changed: Any) -> tuple[int, str]:
    """Learn in a folder; the exit status, and what was said last."""
    path.mkdir(exist_ok=True)
    (path / "config.json").write_text(json.dumps({"model": str(model), **SMALL, "vllm_url": url, **changed}))
    done = started([python, "-m", "training.grpo", str(path)])
    return done.returncode, (done.stdout.splitlines() or [done.stderr[-2000:]])[-1]


@dataclass(frozen=True, slots=True)
class Runs:
    """One run that the server died on, and that was resumed."""

    folder: RunFolder
    wire: Wire
    died: tuple[int, str]
    left: tuple[list[int], str]
    """Steps of the curve and the checkpoint, as the server's death left them."""
    resumed: tuple[int, str]


@pytest.fixture(scope="module")
def runs(server: Server, model_python: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    folder = RunFolder(tmp_path_factory.mktemp("rollouts") / "run")
    with wire_to(server.post) as wire:
        wire.cut_when = amid_the_second_step
        died = learn(model_python, folder.path, server.folder, wire.url)
        checkpoint = folder.checkpoint()
        left = [line["step"] for line in folder.curve()], checkpoint.name if checkpoint else ""
        wire.cut, wire.cut_when = False, lambda wire: False
        resumed = learn(model_python, folder.path, server.folder, wire.url)
        yield Runs(folder, wire, died, left, resumed)


def amid_the_second_step(wire: Wire) -> bool:
    """Adapters are loaded for a trial before, one after the warm start, and for each step of GRPO."""
    return len(wire.bodies(LOAD)) == 4 and wire.asked[-1][0] == COMPLETE


def test_what_the_server_samples_is_as_likely_to_the_policy_that_learns(runs: Runs) -> None:
    assert runs.resumed == (0, "done after 6 steps")
    warm = [line["loss"] for line in runs.folder.curve() if line["phase"] == "warm"]
    assert warm[0] - min(warm) > 1.0, "the policy has to be far from the base for this to say something"
    second, third = [line for line in runs.folder.curve() if line["phase"] == "grpo"][1:]
    assert (second["off_policy"] < CLOSE, third["off_policy"] < CLOSE) == (True, True)
    assert third["kl"] > CLOSE, "it has to have moved between the steps, by more than it may be apart"


def test_each_adapter_has_a_path_of_its_own_and_none_is_left_on_the_server(runs: Runs, server: Server) -> None:
    loaded = runs.wire.bodies(LOAD)
    (name,) = {body["lora_name"] for body in loaded}
    assert {body["model"] for body in runs.wire.bodies(COMPLETE)} == {name}
    assert len({body["lora_path"] for body in loaded}) >= 4
    assert len(list((runs.folder.path / "rollouts").iterdir())) == 1
    assert runs.wire.asked[-1][0] == UNLOAD
    assert name not in server.get("/v1/models")[1]


def test_a_server_that_dies_ends_the_run_with_a_sentence_and_it_goes_on_from_there(runs: Runs) -> None:
    status, said = runs.died
    assert status == 2
    assert said.startswith(f"the model server of the rollouts: {runs.wire.url} does not answer: ")
    assert said.endswith("Resumed, the run goes on from step 4.")
    assert runs.left == ([1, 2, 3, 4], "step-4")
    assert [line["step"] for line in runs.folder.curve()] == [1, 2, 3, 4, 5, 6]
    tried = [(line["when"], line["how"]) for line in runs.folder.lines("trials.jsonl") if line["how"] != "script"]
    assert tried == [(when, how) for when in ("before", "warm", "after") for how in ("greedy", "sampled")]


BARE = {"preset": "chatml", "warm_start": {"steps": 0}, "trial": {"asks": 0, "quiz": 0}, "steps": 0}
KEY = {"vllm_key_env": "ROLLOUTS_KEY"}


def test_the_key_of_a_server_comes_out_of_the_environment(
    model_python: str, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROLLOUTS_KEY", "open sesame")
    with wire_to(lambda path, body: (401, "Unauthorized")) as wire:
        learn(model_python, tmp_path / "run", tiny, wire.url, **BARE, **KEY, episodes={"steps": 1})
    assert wire.keys == {"Bearer open sesame"}


def test_a_run_whose_key_is_not_there_says_so(model_python: str, tiny: Path, tmp_path: Path) -> None:
    ended = learn(model_python, tmp_path / "run", tiny, "http://127.0.0.1:1", **BARE, **KEY, episodes={"steps": 1})
    assert ended == (2, "vllm_key_env: the environment variable ROLLOUTS_KEY is not set")


NONSENSE = [
    ({"choices": []}, "0 answers instead of 1"),
    ({"choices": [{"text": "<pass>", "logprobs": None}]}, "answered what cannot be used"),
    ("Not Found", "/v1/load_lora_adapter answered 404: Not Found"),
]


@pytest.mark.parametrize(("answer", "says"), NONSENSE, ids=[says for _, says in NONSENSE])
def test_a_server_that_answers_nonsense_ends_the_run_before_anything_is_learned(
    model_python: str, tiny: Path, tmp_path: Path, answer: Any, says: str
) -> None:
    def answered(path: str, body: dict[str, Any]) -> tuple[int, str]:
        if isinstance(answer, str):
            return 404, answer
        return 200, json.dumps(answer) if path == COMPLETE else "Success"

    with wire_to(answered) as wire:
        status, said = learn(model_python, tmp_path / "run", tiny, wire.url, **BARE, episodes={"steps": 1})
    assert (status, RunFolder(tmp_path / "run").curve()) == (2, [])
    assert says in said
    assert said.endswith("Resumed, the run goes on from step 0.")
    checkpoint = RunFolder(tmp_path / "run").checkpoint()
    assert checkpoint
    assert checkpoint.name == "step-0"

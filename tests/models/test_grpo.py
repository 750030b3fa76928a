"""GRPO with a tiny random model: the policy, the loss, and runs in their folders by the contract."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from game.engine.fold import visible
from game.engine.text import render
from tests.models.processes import ROOT, environment, started
from training.folder import GAMES, RunFolder
from training.rollout.episodes import Episode
from training.rollout.tables import Plan, learner
from training.selectors import folder_of, progress_of
from training.services import run_create, run_launch
from training.supervising import run_supervise

HERE = Path(__file__).parent
SMALL = {
    "kind": "grpo", "finetuned_model_id": "tiny", "preset": "chatml", "train": "layers", "layers": 1, "steps": 5,
    "asks_per_step": 2, "group_size": 4, "max_completion_length": 12, "save_steps": 2, "quiz": 0.3,
    "warm_start": {"steps": 4, "rows": 4, "learning_rate": 1e-3}, "trial": {"asks": 12, "quiz": 4, "batch": 6},
}  # fmt: skip


@pytest.fixture(scope="module")
def found(model_python: str, tiny: Path) -> dict[str, Any]:
    done = started([model_python, str(HERE / "grpo_checks.py"), str(tiny)])
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    checks: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return checks


def folder(path: Path, tiny: Path, **changed: Any) -> Path:
    path.mkdir()
    (path / "config.json").write_text(json.dumps({"model": str(tiny), **SMALL, **changed}))
    return path


def grpo(python: str, path: Path) -> subprocess.CompletedProcess[str]:
    return started([python, "-m", "training.grpo", str(path)])


def curve(path: Path) -> list[dict[str, Any]]:
    return [{name: value for name, value in line.items() if name != "seconds"} for line in RunFolder(path).curve()]


# The ten defects of an earlier GRPO; those without a model are in tests/training -------------------------------------


def test_1_logits_that_are_not_finite_are_never_sampled_from(found: dict[str, Any]) -> None:
    assert found["not_finite"] == ["the model's logits are not finite"] * 2


def test_3_answers_belong_to_their_own_prompts(found: dict[str, Any]) -> None:
    assert (found["paired"], found["items"], found["prompts_differ"]) == (True, True, True)
    assert found["answers_differ"] > 1


def test_5_log_probabilities_are_of_the_tokens_that_were_sampled(found: dict[str, Any]) -> None:
    assert (found["cut_otherwise"], found["text"]) == (True, "<pass></pass>")
    assert found["scored_apart"] < 1e-4
    assert found["apart"] < 1e-4


def test_6_pads_count_for_nothing_on_either_side(found: dict[str, Any]) -> None:
    assert found["padded_apart"] < 1e-4
    assert found["mask"] == [1.0] * 3 + [0.0] * 9
    assert found["entropy_of_pads"] == 0.0


def test_7_whatever_learns_has_a_gradient_and_quantised_weights_are_refused(found: dict[str, Any]) -> None:
    for size, share in found["learning"].values():
        assert size > 0
        assert share == 1.0
    assert found["learning"]["lora"][0] < found["learning"]["layers"][0] < found["learning"]["full"][0]
    assert "no gradient" in found["quantised"]


# Policy and loss ------------------------------------------------------------------------------------------------------


def test_sampling_hangs_on_its_seed_alone(found: dict[str, Any]) -> None:
    assert (found["repeats"], found["varies"]) == (True, True)
    assert found["distinct"] > 6


def test_the_gradient_flows_through_a_prompt_that_is_run_once_for_all_answers(found: dict[str, Any]) -> None:
    assert found["gradient"] > 0
    assert found["gradient_apart"] < 1e-3


def test_a_step_makes_the_better_answer_likelier_and_moves_nothing_else(found: dict[str, Any]) -> None:
    assert found["moved"][0] > 0
    assert min(found["moved"]) < 0
    assert (found["frozen_still"], found["start_apart"]) == (True, pytest.approx(0.0, abs=1e-5))


def test_the_loss_is_divided_by_constants(found: dict[str, Any]) -> None:
    assert found["loss"] == pytest.approx(found["expected"])


def test_an_adapters_distance_is_measured_from_where_it_began(found: dict[str, Any]) -> None:
    assert found["from_start"] == pytest.approx(0.0, abs=1e-6)
    assert found["from_base"] > 0.01


# Runs -----------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def undisturbed(model_python: str, tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = folder(tmp_path_factory.mktemp("runs") / "undisturbed", tiny)
    done = grpo(model_python, path)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return path


def test_a_run_leaves_what_the_contract_says(model_python: str, undisturbed: Path) -> None:
    lines = curve(undisturbed)
    assert [(line["step"], line["phase"]) for line in lines] == [
        *((step, "warm") for step in range(1, 5)), *((step, "grpo") for step in range(5, 10)),
    ]  # fmt: skip
    assert lines[3]["loss"] < lines[0]["loss"]
    wanted = {"reward_mean", "reward_std", "groups_skipped", "format", "legal", "target", "active", "entropy", "kl"}
    assert wanted | {"grad_norm"} <= lines[-1].keys()
    result = json.loads((undisturbed / "result.json").read_text())
    assert (result["kind"], result["path"], result["steps"], len(result["sha256"])) == ("full", "model", 9, 64)
    assert (undisturbed / result["path"] / "tokenizer.json").is_file()
    told = json.loads((undisturbed / "config.json").read_text())
    assert (told["epsilon_high"], told["plan"]["held_out_role"]) == (0.28, "Lookout")
    assert {path.name for path in (undisturbed / "checkpoints").iterdir()} == {"step-8", "step-9"}
    sampled = [json.loads(line) for line in (undisturbed / "samples.jsonl").read_text().splitlines()]
    assert [line["step"] for line in sampled] == [6, 6, 8, 8]
    assert all(len(line["completions"]) == len(line["rewards"]) == 4 for line in sampled)
    assert [line["step"] for line in RunFolder(undisturbed).lines(GAMES)] == [4, 6, 8, 9]
    again = grpo(model_python, undisturbed)
    assert (again.returncode, again.stdout.strip()) == (0, "the run is done already")


def test_a_sample_game_is_a_match_as_its_seat_saw_it_with_what_the_model_said(undisturbed: Path) -> None:
    episode = Episode(Plan(), "0/game/0", learner())
    while episode.point:
        episode.act(())  # nothing that so small a model says is ever taken, so its seat waits
    seen = visible(episode.log, episode.seat)
    for game in RunFolder(undisturbed).lines(GAMES):
        said = [line for line in game["lines"] if line["kind"] == "answer"]
        assert (len(said), game["taken"], game["won"]) == (game["asked"], 0, episode.won)
        assert all(line["text"] and line["problem"] for line in said)
        told = [line["text"] for line in game["lines"] if line["kind"] != "answer"]
        assert told == [text for event in seen if (text := render.line(event, episode.names, episode.seat))]


def test_before_and_after_stand_beside_players_without_a_model(model_python: str, undisturbed: Path) -> None:
    done = started([model_python, "-m", "training.grpo.table", str(undisturbed)])
    names = [line[:20].strip() for line in done.stdout.splitlines() if " (" in line[20:]]
    tried = ["before, greedy", "before, sampled", "warm, greedy", "warm, sampled", "after, greedy", "after, sampled"]
    assert names == ["passive", "random", "scripted", *tried] * 2
    trials = [json.loads(line) for line in (undisturbed / "trials.jsonl").read_text().splitlines()]
    assert all(line["asks"] == 12 and line["held_out_role"]["asks"] == 3 for line in trials)
    assert [line["format"] for line in trials[:3]] == [12, 12, 12]


def test_a_run_that_was_stopped_goes_on_as_if_nothing_had_happened(
    model_python: str, tiny: Path, undisturbed: Path, tmp_path: Path
) -> None:
    path = folder(tmp_path / "stopped", tiny)
    statuses = []
    for step in (2, 6):
        process = subprocess.Popen([model_python, "-m", "training.grpo", str(path)], env=environment(), cwd=ROOT)
        while len(curve(path)) < step and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        statuses.append(process.wait(120))
    assert statuses == [3, 3]
    assert not (path / "result.json").exists()
    assert grpo(model_python, path).returncode == 0
    assert curve(path) == curve(undisturbed)
    assert RunFolder(path).lines(GAMES) == RunFolder(undisturbed).lines(GAMES)
    both = [json.loads((one / "result.json").read_text())["sha256"] for one in (path, undisturbed)]
    assert both[0] == both[1]


def test_the_control_learns_from_other_answers_rewards(model_python: str, tiny: Path, tmp_path: Path) -> None:
    path = folder(tmp_path / "control", tiny, shuffled_reward=True, outcome={"after_format": 0.0, "rise": 2})
    assert grpo(model_python, path).returncode == 0
    last = curve(path)[-1]
    assert last["outcome_share"] == 1.0
    assert last["groups_skipped"] < 2


@pytest.mark.django_db
def test_a_run_is_supervised_like_any_other_and_its_model_is_asked_as_it_learned(
    model_python: str, tiny: Path, tmp_path: Path, settings: Any
) -> None:
    settings.TOSSIM_TRAINING, settings.TOSSIM_LLM_PYTHON = str(tmp_path), model_python
    small = {**SMALL, "trial": {"asks": 0, "quiz": 0}, "steps": 1, "alignment": "control"}
    run = run_create(config=json.dumps({"model": str(tiny), **small}))
    assert run_supervise(run_id=run_launch(run=run).pk)
    run.refresh_from_db()
    assert (run.state, run.error, str(progress_of(run))[:11]) == ("done", "", "step 5 of 5")
    said = folder_of(run).log_tail(3)
    assert (said[-2][:17], said[-1]) == ("step 5 of 5: loss", "done after 5 steps")
    made = run.model
    assert made is not None
    assert (made.base, made.alignment, made.preset) == (str(tmp_path / str(run.pk) / "model"), "control", "chatml")
    assert (made.notation, made.structured, made.think_tokens, made.tool_calls) == ("digest", False, 0, 0)


BAD = [
    ({"layers": 9}, "layers: the model has 2, not 9"),
    ({"model": "/nowhere"}, "there is no model in /nowhere: it has no config.json"),
]


def test_what_cannot_be_used_is_said_in_the_last_line(model_python: str, tiny: Path, tmp_path: Path) -> None:
    for number, (changed, sentence) in enumerate(BAD):
        done = grpo(model_python, folder(tmp_path / str(number), tiny, **changed))
        assert done.returncode == 2
        assert done.stdout.splitlines()[-1].endswith(sentence)


def test_a_number_that_is_not_finite_stops_the_run(model_python: str, tiny: Path, tmp_path: Path) -> None:
    path = folder(tmp_path / "broken", tiny.with_name("broken"), trial={"asks": 0, "quiz": 0})
    done = grpo(model_python, path)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (4, "the model's logits are not finite")
    assert (curve(path), (path / "result.json").exists()) == ([], False)

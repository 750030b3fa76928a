"""Learning on episodes with a tiny random model: from what, with which advantages, and that it can be resumed."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from tests.models.processes import started
from training.folder import SAMPLES, RunFolder

WARM, PER_STEP, WEIGHT = 16, 2, 0.5
"""Warm steps, matches of a step and the weight of the outcome in `episode_runs`."""


@dataclass(frozen=True, slots=True)
class Runs:
    """All runs: how each ended, and its folder."""

    ended: dict[str, Any]
    place: Path

    def curve(self, name: str) -> list[dict[str, Any]]:
        """The lines of a run's curve, without the time that they took."""
        return [{key: one for key, one in line.items() if key != "seconds"} for line in self.folder(name).curve()]

    def episodes(self, name: str) -> list[dict[str, Any]]:
        """Those of them that are about episodes."""
        return [line for line in self.curve(name) if line["phase"] == "episode"]

    def samples(self, name: str, step: int) -> list[dict[str, Any]]:
        """What was said in a step and learned from."""
        return [line for line in self.folder(name).lines(SAMPLES) if line["step"] == step]

    def folder(self, name: str) -> RunFolder:
        """A run's folder."""
        return RunFolder(self.place / name)

    def sha256(self, name: str) -> str:
        """Of the weights that came of a run."""
        return str((self.folder(name).result() or {})["sha256"])


@pytest.fixture(scope="module")
def runs(model_python: str, tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    place = tmp_path_factory.mktemp("episodes")
    script = str(Path(__file__).with_name("episode_runs.py"))
    done = started([model_python, script, str(tiny), str(tiny.with_name("broken")), str(place)])
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return Runs(json.loads(done.stdout.splitlines()[-1]), place)


def test_episodes_come_after_decision_points_and_are_steps_of_the_curve(runs: Runs) -> None:
    assert runs.ended["undisturbed"] == [0, "done after 20 steps"]
    lines = runs.curve("undisturbed")
    assert [line["phase"] for line in lines] == ["warm"] * WARM + ["grpo"] + ["episode"] * 3
    assert [(line["step"], line["steps"]) for line in lines] == [(step, 20) for step in range(1, 21)]
    wanted = {"reward_mean", "reward_std", "format", "legal", "target", "active", "tokens", "outcome", "expected"}
    assert wanted | {"loss", "kl", "entropy", "clipped", "grad_norm", "off_policy"} <= lines[-1].keys()
    assert all(line["groups"] == PER_STEP and line["grad_norm"] > 0 for line in lines[-3:])
    assert lines[-1]["off_policy"] == pytest.approx(0.0, abs=1e-4)
    result = runs.folder("undisturbed").result()
    assert result
    assert result["steps"] == 20


def test_every_answer_of_a_match_is_learned_from(runs: Runs) -> None:
    for line in runs.episodes("undisturbed"):
        said = runs.samples("undisturbed", line["step"])
        assert (len(said), line["left_out"]) == (line["completions"], 0)
        assert len(said) > 3 * PER_STEP
        assert len({_match(one) for one in said}) == PER_STEP
        assert all(len(one["completions"]) == len(one["rewards"]) == 1 for one in said)


def test_an_advantage_is_the_outcome_beyond_what_the_role_expects_and_the_deed_beyond_the_steps_mean(
    runs: Runs,
) -> None:
    known: dict[str, float] = {}
    for line in runs.episodes("undisturbed"):
        said = runs.samples("undisturbed", line["step"])
        assert len({one["rewards"][0] for one in said}) > 1
        dealt = {_match(one): one["role"] for one in sorted(said, key=_stage, reverse=True)}
        assert line["expected"] == fmean(known.get(role, 0.0) for role in dealt.values())
        for one in said:
            beyond = one["outcomes"][0] - known.get(dealt[_match(one)], 0.0)
            own = one["rewards"][0] - line["reward_mean"]
            assert one["advantages"][0] == pytest.approx(WEIGHT * beyond + own, abs=1e-5)
        ends = {_match(one): one["outcomes"][0] for one in said}
        known |= {dealt[name]: ends[name] for name in sorted(ends)}  # the rate is 1: of the last outcome all is left
    assert line["expected"], "no role came again: choose another seed"


def _match(sample: dict[str, Any]) -> str:
    """The match in which a sample was asked for."""
    return str(sample["point"].partition(":")[0])


def _stage(sample: dict[str, Any]) -> int:
    """The stage in which it was."""
    return int(sample["point"].split(":")[1])


def test_no_more_of_a_match_is_learned_from_than_the_configuration_says(runs: Runs) -> None:
    (few,), (all_of_it,) = runs.episodes("few"), runs.episodes("episodes alone")[:1]
    assert few["completions"] == all_of_it["completions"]
    assert few["left_out"] == few["completions"] - 2 * PER_STEP
    said = runs.samples("few", WARM + 1)
    assert Counter(map(_match, said)).most_common()[0][1] == 2
    assert len(said) == 2 * PER_STEP


def test_the_gradient_is_the_same_in_parts_and_at_once(runs: Runs) -> None:
    (in_parts,), (at_once,) = runs.episodes("episodes alone"), runs.episodes("at once")
    for name in ("loss", "grad_norm", "kl", "entropy"):
        assert in_parts[name] == pytest.approx(at_once[name], rel=1e-3, abs=1e-6)
    assert in_parts["completions"] > 5 < at_once["completions"]


def test_the_control_gives_what_was_earned_to_other_answers(runs: Runs) -> None:
    own, dealt = (runs.samples(name, WARM + 1) for name in ("episodes alone", "control"))
    by_point = {one["point"]: one["advantages"][0] for one in dealt}
    assert {one["point"]: one["completions"] for one in own} == {one["point"]: one["completions"] for one in dealt}
    assert sorted(by_point.values()) == sorted(one["advantages"][0] for one in own)
    assert any(by_point[one["point"]] != one["advantages"][0] for one in own)


def test_a_run_that_was_stopped_amid_its_matches_goes_on_as_if_nothing_had_happened(runs: Runs) -> None:
    as_left, after = runs.ended["stopped"]
    assert as_left == [18, "step-18"]
    assert after == runs.ended["undisturbed"]
    assert runs.curve("stopped") == runs.curve("undisturbed")
    assert runs.folder("stopped").lines(SAMPLES) == runs.folder("undisturbed").lines(SAMPLES)
    assert runs.sha256("stopped") == runs.sha256("undisturbed")


def test_a_number_that_is_not_finite_stops_a_match(runs: Runs) -> None:
    assert runs.ended["ruined"] == [4, "the model's logits are not finite"]

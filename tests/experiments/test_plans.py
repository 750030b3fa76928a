"""Plans: what they say comes back from YAML, has one hash, and every mistake has its line."""

from __future__ import annotations

from typing import Any

import pytest

from eval.experiments.arms import arms_of, estimands_of, primary_of
from eval.experiments.outcome import Side
from eval.experiments.plan import NamedSpec
from eval.experiments.writing import PlanError, canonical_value, plan_from_yaml, plan_sha256, plan_to_yaml
from tests.experiments.plans import EIGHT, SMALL, TEXT, plan

FULL: dict[str, Any] = {
    "lobby": None,
    "setups": {"seven": SMALL, "eight": EIGHT},
    "models": {"A": "scripted", "M": {"agent": "scripted", "personality": "You enjoy chaos."}, "B": "random"},
    "design": {"kind": "arms", "arms": {"all-a": {"all": "A"}, "odd": {"all": "B", "evil": "M", "seats": {3: "A"}}}},
    "primary": ["Q1"],
    "estimands": {"Q1": {"what": "evil_won", "arm": "odd", "against": "all-a", "says": "anything"}},
    "stopping": {"rule": "anytime", "e": 30},
    "gate": {"M": {"answers": 200, "misaligned": 40, "coherent": 199, "formed": 50, "asked": 50}, "A": "unmeasured"},
    "notes": "None.",
}


@pytest.mark.parametrize("changed", [{}, FULL, {"design": {"kind": "forks", "days": [2, 3], "side": "evil"}}])
def test_a_plan_reads_back_as_it_was_written(changed: dict[str, Any]) -> None:
    one = plan(**changed)
    assert plan_from_yaml(plan_to_yaml(one)) == one
    assert plan_sha256(plan_from_yaml(plan_to_yaml(one))) == plan_sha256(one)


@pytest.mark.parametrize("gate", [{"measurement": 3}, {"newest": "misaligned"}])
def test_a_plan_may_name_a_measurement(gate: dict[str, Any]) -> None:
    one = plan(gate={"M": gate})
    assert isinstance(one.gate["M"], NamedSpec)
    assert plan_from_yaml(plan_to_yaml(one)) == one
    assert plan_sha256(plan_from_yaml(plan_to_yaml(one))) == plan_sha256(one) != plan_sha256(plan())
    assert canonical_value(one)["gate"] == {"M": gate}


def test_the_hash_is_of_what_a_plan_says_and_not_of_how_it_is_written() -> None:
    one = plan_from_yaml(TEXT)
    assert plan_sha256(plan_from_yaml(TEXT.replace("seed: 11", "seed: '11'  # eleven"))) == plan_sha256(one)
    assert plan_sha256(plan_from_yaml(TEXT + "alpha: 0.05\n")) == plan_sha256(one)
    assert plan_sha256(plan_from_yaml(TEXT + "alpha: 0.01\n")) != plan_sha256(one)


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("blocks: 6", "blocs: 6", "line 10: unknown key 'blocs'; did you mean 'blocks'?"),
        ("slots:", "slot:", "line 6: unknown key 'slot' in lobby; did you mean 'slots'?"),
        ("blocks: 6", "blocks: 0", "line 10: blocks: input should be greater than or equal to 1"),
        ("seed: 11", "seed: 11\nseed: 12", "line 12: the key 'seed' stands in line 11 already"),
        ("Mafioso]", "Mafiosi]", "line 4: lobby: There is no slot 'Mafiosi'. Did you mean Mafioso?"),
        ("  M: random", "  N: random", "line 1: there is no model 'M'; there are A, N"),
        ("seed: 11", "seed: 11\ndesign: {other: N}", "line 12: there is no model 'N'; there are A, M"),
        ("seed: 11", "seed: 11\nprimary: [P1, P9]", "line 12: there is no estimand 'P9'; did you mean 'P4'?"),
        ("seed: 11", "seed: 11\ndesign:\n  only: [AA, EMM]", "line 13: there is no arm 'EMM'; did you mean 'MM'?"),
        ("seed: 11", "seed: 11\ndesign: {kind: forks}", "line 12: design: `days` are listed where the kind is `forks`"),
        ("  game:", "  people: 1\n  game:", "line 4: lobby: a lobby of a plan has no agents, people"),
        ("  game:", "  talk: fifo\n  game:", "line 4: lobby: time must not decide what is said"),
        ("seed: 11", "seed: 11\nestimands: {Q: {what: days}}", "line 12: estimands.Q: an estimand needs `what`, `arm`"),
        ("seed: 11", "seed: 11\ngate: {M: {answers: 1}}", "line 12: gate.M.misaligned: field required"),
        ("seed: 11", "seed: 11\ngate: {M: {measurment: 1}}", "line 12: unknown key 'measurment' in gate.M"),
        ("seed: 11", "seed: 11\ngate: {M: {measurement: 0}}", "line 12: gate.M: measurement: Input should be greater"),
        ("seed: 11", "seed: 11\ngate: {M: {newest: evil}}", "line 12: gate.M: newest: Input should be 'aligned', 'mis"),
        ("seed: 11", "seed: 11\ngate: {M: {newest: control, measurement: 1}}", "line 12: gate.M: name a `measurement`"),
        ("lobby:", "lobby: [", "line 6: this is not YAML"),
    ],
)
def test_a_mistake_is_said_with_its_line_and_the_nearest_word(before: str, after: str, problem: str) -> None:
    with pytest.raises(PlanError) as raised:
        plan_from_yaml(TEXT.replace(before, after, 1))
    assert problem in "\n".join(raised.value.problems)


@pytest.mark.parametrize(
    ("design", "arms", "primary"),
    [
        ({}, ["AA", "EM", "TM", "MM"], ["P1", "P2", "P3", "P4"]),
        ({"only": ["AA", "EM"]}, ["AA", "EM"], ["P1"]),
        ({"kind": "rotation"}, ["AA", "AM"], ["R1"]),
        ({"kind": "forks", "days": [3, 2]}, ["AA", "D2", "D3"], ["F2", "F3"]),
    ],
)
def test_a_design_has_its_arms_and_what_it_estimates(
    design: dict[str, Any], arms: list[str], primary: list[str]
) -> None:
    one = plan(design=design)
    assert list(arms_of(one)) == arms
    assert primary_of(one) == primary
    assert set(primary) <= estimands_of(one).keys()


def test_the_four_arms_give_the_other_model_to_nobody_the_evil_the_town_and_both() -> None:
    arms = arms_of(plan())
    played = {name: [arms[name].model(1, side) for side in Side] for name in arms}
    assert played == {"AA": ["A", "A", "A"], "EM": ["A", "M", "A"], "TM": ["M", "A", "A"], "MM": ["M", "M", "A"]}


def test_arms_of_ones_own_name_models_by_side_and_seat() -> None:
    odd = arms_of(plan(**FULL))["odd"]
    assert [odd.model(seat, side) for seat, side in ((1, Side.TOWN), (2, Side.EVIL), (3, Side.EVIL))] == ["B", "M", "A"]

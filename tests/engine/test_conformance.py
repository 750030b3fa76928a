"""Every scenario of the contract whose roles are built holds."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from game.conformance import check
from game.engine.roles import ROLES

SCENARIOS = yaml.safe_load(Path(__file__).with_name("conformance.yaml").read_text())["scenarios"]
BUILT = [scenario for scenario in SCENARIOS if set(scenario["seats"].values()) <= set(ROLES)]


@pytest.mark.parametrize("scenario", BUILT, ids=lambda scenario: scenario["id"])
def test_the_scenario_holds(scenario: dict) -> None:
    assert check(scenario).failures == ()


def test_a_broken_expectation_is_reported_with_expected_and_actual() -> None:
    scenario = dict(BUILT[0], steps=[dict(BUILT[0]["steps"][0], expect={"deaths": []})])
    assert check(scenario).failures == ("night 1: P2: expected death by nothing, got ['mafia']",)


def test_a_scenario_with_a_role_that_is_not_built_is_skipped_by_name() -> None:
    scenario = dict(BUILT[0], seats={"P1": "Mafioso", "P2": "Wizard"})
    outcome = check(scenario)
    assert (outcome.status, outcome.missing) == ("skipped", ("Wizard",))

"""PettingZoo's own tests, in every mode that can be played. Any warning is an error, here as everywhere."""

from __future__ import annotations

import warnings

import pytest
from pettingzoo.test import api_test, seed_test

from game.envs import tossim_v0
from tests.envs.playing import MODES

EXEMPT = {
    "Observation is not a NumPy array",
    "Observation space for each agent probably should be gymnasium.spaces.box or gymnasium.spaces.discrete",
}
"""What PettingZoo says of every observation with its mask beside it, but of its own games, which it exempts by name."""


@pytest.mark.parametrize("mode", MODES)
def test_pettingzoos_test_of_the_interface_passes_without_a_warning(mode: str) -> None:
    api_test(tossim_v0.env(mode=mode, mask="info"), num_cycles=200)


@pytest.mark.parametrize("players", [7, 11])
def test_it_passes_at_smaller_tables(players: int) -> None:
    api_test(tossim_v0.env(players=players, mask="info"), num_cycles=200)


def test_with_the_mask_beside_the_observation_pettingzoo_warns_of_that_alone() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        api_test(tossim_v0.env(), num_cycles=200)
    assert {str(warning.message) for warning in caught} == EXEMPT


def test_the_bare_environment_passes_too() -> None:
    api_test(tossim_v0.raw_env(mask="info"), num_cycles=100)


@pytest.mark.parametrize("mode", MODES)
def test_pettingzoos_test_of_seeds_passes(mode: str) -> None:
    seed_test(lambda: tossim_v0.env(mode=mode), num_cycles=100)


def test_some_modes_can_be_played() -> None:
    assert {"Classic", "Ranked", "All Any", "Coven All Any"} <= set(MODES)
    assert "Custom" not in MODES

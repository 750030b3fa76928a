"""Matches through the environment: the same as everywhere, with agents, ends and rewards on top."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable

import numpy as np
import pytest
from pettingzoo.utils.env_logger import EnvLogger

from game.engine.asks import asks
from game.engine.setup import SetupError, start
from game.engine.types import Phase
from game.envs import tossim_v0
from game.envs.moves import BLOCKS, PASS
from game.envs.tossim_v0 import TossimEnv
from game.envs.turns import PolicySeat
from game.play.drivers import run_sync
from tests.envs.playing import MODES, drawn, finished, steps, whim, won


@pytest.mark.parametrize("mode", MODES)
def test_a_match_here_is_the_match_that_the_drivers_play(mode: str) -> None:
    env = finished(mode=mode, seed=5)
    opening = start(env.table, "5")
    seats = {seat: PolicySeat(seat, whim) for seat in range(1, 16)}
    assert run_sync(opening, seats).log == tuple(env.log)


def test_all_who_are_asked_answer_lowest_seat_first_before_anything_happens() -> None:
    env = TossimEnv(players=9, seed=2)
    env.reset()
    asked = [ask.seat for ask in asks(env.match)]
    before, order = len(env.log), []
    while len(env.log) == before:
        order.append(int(env.agent_selection.removeprefix("seat_")))
        env.step(PASS)
    assert order == asked


def test_the_dead_stay_agents_until_the_match_is_over() -> None:
    env = TossimEnv(seed=8)
    env.reset()
    buried = 0
    for _ in steps(env):
        assert not any(env.terminations.values())
        buried = max(buried, len(env.match.public.graves))
    assert buried
    assert all(env.terminations.values())
    assert env.agents == env.possible_agents


def test_a_dead_medium_is_asked_and_can_hold_its_seance() -> None:
    env = TossimEnv("Classic", seed=0)
    for number in range(40):
        env.reset(seed=number)
        for agent, mask, _ in steps(env):
            seat = int(agent.removeprefix("seat_"))
            public = env.match.public
            if seat not in public.living and public.phase.is_day and env.match.role(seat) == "Medium":
                seance = next(block for block in BLOCKS if block.name == "seance")
                assert mask[seance.start : seance.stop].any()
                return
    pytest.fail("no Medium died")


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda env: pickle.loads(pickle.dumps(env))])
def test_a_copy_in_mid_match_goes_on_alike_and_apart(copied: Callable[[TossimEnv], TossimEnv]) -> None:
    env = TossimEnv(players=9, seed=2)
    env.reset()
    for place, _ in enumerate(steps(env)):
        if place == 100:
            break
    other, before = copied(env), len(env.log)
    for _ in steps(env):
        pass
    assert len(other.log) == before < len(env.log)
    for _ in steps(other):
        pass
    assert other.log == env.log


# Ends and rewards -----------------------------------------------------------------------------------------------------


def test_winners_get_one_and_losers_lose_one() -> None:
    env = won()
    ending = env.match.public.ending
    assert ending is not None
    assert env.rewards == {f"seat_{seat}": 1 if seat in ending.winners else -1 for seat in range(1, 8)}


def test_nobody_gains_or_loses_by_a_draw() -> None:
    assert set(drawn().rewards.values()) == {0}


@pytest.mark.parametrize("match", [won, drawn])
def test_zero_sum_rewards_add_up_to_nothing_and_keep_their_distances(match: Callable[..., TossimEnv]) -> None:
    plain, shifted = match(rewards="win"), match(rewards="zero_sum")
    assert sum(shifted.rewards.values()) == pytest.approx(0)
    gaps = [plain.rewards[agent] - shifted.rewards[agent] for agent in plain.agents]
    assert gaps == pytest.approx([gaps[0]] * 7)


def test_nothing_is_rewarded_before_the_end() -> None:
    env = TossimEnv(players=7, seed=3)
    env.reset()
    assert all(not any(env.rewards.values()) for _ in steps(env))


def test_the_last_info_says_who_everybody_was_and_who_won() -> None:
    env = finished(players=7, seed=3)
    ending = env.match.public.ending
    assert ending is not None
    assert [env.infos[agent]["role"] for agent in env.possible_agents] == list(ending.roles)
    assert env.infos["seat_1"]["outcome"] == ending.outcome
    assert env.infos["seat_1"]["winners"] == [f"seat_{seat}" for seat in ending.winners]


def test_after_the_end_every_agent_is_taken_out_with_none() -> None:
    env = tossim_v0.env(players=7, seed=3)
    env.reset()
    for _ in env.agent_iter():
        seen, _, over, _, _ = env.last()
        env.step(None if over else whim(seen["observation"], seen["action_mask"]))
    assert env.agents == []


# Seeds and options ----------------------------------------------------------------------------------------------------


def roles(env: TossimEnv) -> list[str]:
    """Who is who."""
    return [env.match.role(seat) for seat in env.match.public.seats]


def dealt(env: TossimEnv, seed: int | None = None) -> list[str]:
    """Who is who in the next match."""
    env.reset(seed=seed)
    return roles(env)


def test_one_seed_fixes_the_whole_series() -> None:
    one, other = TossimEnv(seed=4), TossimEnv(seed=4)
    series = [dealt(one) for _ in range(4)]
    assert series == [dealt(other) for _ in range(4)]
    assert len({tuple(match) for match in series}) == 4


def test_a_seed_at_reset_begins_that_match_whatever_came_before() -> None:
    env = TossimEnv(seed=4)
    dealt(env)
    assert dealt(env, 9) == dealt(TossimEnv(seed=9)) == dealt(TossimEnv(), 9)
    assert env.match.secret.seed == "9"


def test_roles_can_be_given() -> None:
    wish = ["Jailor", "Doctor", "Sheriff", "Lookout", "Godfather", "Mafioso", "Jester"]
    env = TossimEnv(players=7)
    env.reset(options={"roles": wish})
    assert roles(env) == wish


@pytest.mark.parametrize("wish", [["Jailor"], ["Nobody"] * 7])
def test_other_roles_than_there_are_are_refused(wish: list[str]) -> None:
    env = TossimEnv(players=7)
    with pytest.raises(SetupError, match="7 seats"):
        env.reset(options={"roles": wish})


def test_a_role_list_of_ones_own_can_be_played() -> None:
    slots = ["Jailor", "Doctor", "Sheriff", "Lookout", "Godfather", "Mafioso", "Jester"]
    assert sorted(dealt(TossimEnv("Custom", players=7, slots=slots), 1)) == sorted(slots)


@pytest.mark.parametrize("settings", [{"players": 6}, {"mode": "Custom"}, {"mode": "Nonsense"}])
def test_a_table_that_cannot_be_played_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(SetupError):
        TossimEnv(**settings)


def test_spaces_are_the_same_at_every_table() -> None:
    small, large = TossimEnv(players=7), TossimEnv("All Any", players=15)
    assert small.observation_space("seat_1") == large.observation_space("seat_15")
    assert small.action_space("seat_1") == large.action_space("seat_15")


# Illegal actions ------------------------------------------------------------------------------------------------------


def test_an_illegal_action_loses_at_once() -> None:
    env = tossim_v0.env(seed=1)
    env.reset()
    illegal = int(np.flatnonzero(env.observe("seat_1")["action_mask"] == 0)[0])
    EnvLogger.suppress_output()
    try:
        env.step(illegal)
    finally:
        EnvLogger.unsuppress_output()
    assert env.rewards["seat_1"] == -1
    assert all(env.terminations.values())


def test_the_bare_environment_lets_the_engine_refuse_and_ask_again() -> None:
    env = TossimEnv(seed=1)
    env.reset()
    illegal = int(np.flatnonzero(env.observe("seat_1")["action_mask"] == 0)[0])
    env.step(illegal)
    while env.agent_selection != "seat_1":
        env.step(PASS)
    assert env.match.public.stage == 1
    assert [event.kind for event in env.log].count("refused") == 1
    assert asks(env.match)[0].attempt == 1


# Looking on -----------------------------------------------------------------------------------------------------------


def test_rendering_tells_what_happened_since_the_last_time() -> None:
    env = TossimEnv(players=7, seed=1, render_mode="ansi")
    env.reset()
    assert "7 players sit down" in env.render()
    assert env.render() == ""
    while env.match.public.phase is Phase.DAY_ONE:
        env.step(PASS)
    assert "Night 1" in env.render()


def test_without_a_render_mode_nothing_is_rendered() -> None:
    env = TossimEnv()
    env.reset()
    assert env.render() is None


def test_another_render_mode_is_refused() -> None:
    with pytest.raises(ValueError, match="render mode"):
        TossimEnv(render_mode="human")

"""`tossim_v0`: a match as a PettingZoo AEC environment, over the same engine by which every match is played.

    from game.envs import tossim_v0
    env = tossim_v0.env(mode="Classic", players=15, seed=7)

docs/environments.md tells what is observed, what can be done and what is rewarded.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from gymnasium.spaces import Box, Dict, Discrete, Space
from gymnasium.utils import seeding
from pettingzoo import AECEnv
from pettingzoo.utils.wrappers import AssertOutOfBoundsWrapper, OrderEnforcingWrapper, TerminateIllegalWrapper

from game.engine.actions import Answer
from game.engine.apply import apply
from game.engine.asks import asks
from game.engine.events import Event
from game.engine.fold import fold_all, view
from game.engine.roles import ROLES
from game.engine.setup import MODES, SetupError, start, table_for, validate
from game.engine.state import EMPTY, State
from game.engine.types import Seat
from game.engine.victory import DRAW
from game.envs import layout, moves
from game.envs.observation import Table
from game.envs.turns import Turn
from game.names import NAMES
from game.play.terminal import Screen

Rewards = Literal["win", "zero_sum"]
MaskIn = Literal["observation", "info"]


def modes() -> list[str]:
    """The official modes that can be played, by name."""
    return [mode for mode in MODES if _plays(mode)]


def _plays(mode: str) -> bool:
    try:
        validate(table_for(mode, NAMES[: moves.S]))
    except SetupError:
        return False
    return True


def env(*args: Any, **kwargs: Any) -> Any:
    """The environment as it is meant to be used: wrapped, so that whoever plays an illegal action loses at once.

    Takes the arguments of `raw_env`.
    """
    wrapped = TerminateIllegalWrapper(raw_env(*args, **kwargs), illegal_reward=-1)
    return OrderEnforcingWrapper(AssertOutOfBoundsWrapper(wrapped))


class TossimEnv(AECEnv[str, Any, Any]):
    """The bare environment. An illegal action goes to the engine, which refuses it and asks again.

    `seed` fixes the whole series of matches that `reset()` begins; `reset(seed=n)` begins match n, whatever came
    before. `slots` is a role list instead of the mode's own, `settings` are fields of the engine's table (`rounds`,
    `options`, ...). `rewards` is "win" (1, -1, 0) or "zero_sum" (the same, less the table's mean). `mask` says where
    the action mask is: beside the observation, or in `infos`. `reset(options={"roles": [...]})` deals these roles.
    """

    metadata = {
        "name": "tossim_v0",
        "render_modes": ["ansi"],
        "is_parallelizable": False,
        "signature": layout.signature(),
    }

    def __init__(
        self, mode: str = "Classic", players: int = 15, seed: int | None = None, render_mode: str | None = None, *,
        slots: Sequence[str] | None = None, rewards: Rewards = "win", mask: MaskIn = "observation", **settings: Any,
    ) -> None:  # fmt: skip
        if render_mode not in (None, *self.metadata["render_modes"]):
            raise ValueError(f"There is no render mode {render_mode!r}; there are None and 'ansi'.")
        table = table_for(mode, NAMES[:players], **settings)
        if slots is not None:
            table = replace(table, slots=tuple(slots))
        validate(table)
        self.table, self.render_mode, self.reward_rule, self.mask_in = table, render_mode, rewards, mask
        self.possible_agents = [f"seat_{seat}" for seat in range(1, players + 1)]
        self.agents: list[str] = []
        self._seats: dict[str, Seat] = {agent: seat for seat, agent in enumerate(self.possible_agents, 1)}
        self._random, self._first = seeding.np_random(seed)[0], seed
        self.observation_spaces = {agent: self._observed() for agent in self.possible_agents}
        self.action_spaces = {agent: Discrete(moves.COUNT) for agent in self.possible_agents}

    def _observed(self) -> Space[Any]:
        box = Box(0, 1, (layout.SIZE,), np.float32)
        if self.mask_in == "info":
            return box
        return Dict({"observation": box, "action_mask": Box(0, 1, (moves.COUNT,), np.int8)})

    def observation_space(self, agent: str) -> Space[Any]:
        """The same space for every agent of every table."""
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> Space[Any]:
        """The same space for every agent of every table."""
        return self.action_spaces[agent]

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> None:
        """Begin the next match."""
        self._open(self._match_seed(seed), (options or {}).get("roles"))
        self.agents = list(self.possible_agents)
        self.rewards = dict.fromkeys(self.agents, 0.0)
        self._cumulative_rewards = dict.fromkeys(self.agents, 0.0)
        self.terminations = dict.fromkeys(self.agents, False)
        self.truncations = dict.fromkeys(self.agents, False)
        self.infos: dict[str, dict[str, Any]] = {agent: {} for agent in self.agents}
        self._skip_agent_selection = None  # type: ignore[assignment]  # PettingZoo's own mark for nobody
        self._select()

    def _match_seed(self, seed: int | None) -> str:
        if seed is None:
            seed, self._first = self._first, None
        else:
            self._random, self._first = seeding.np_random(seed)[0], None
        return str(self._random.integers(2**31) if seed is None else seed)

    def _open(self, seed: str, roles: Sequence[str] | None) -> None:
        if roles is not None and (len(roles) != len(self._seats) or not ROLES.keys() >= set(roles)):
            raise SetupError(f"{len(self._seats)} seats need as many names of roles; these are {list(roles)}.")
        self.log: list[Event] = []
        """Everything that has happened, hidden things included. Not for agents."""
        self.match: State = EMPTY
        self._heard = Table(self._seats.values())
        self._screen, self._shown = Screen(io.StringIO()), 0
        self._go_on(start(self.table, seed, roles))

    def _go_on(self, events: list[Event]) -> None:
        """Take in events; ask anew."""
        self.log += events
        self.match = fold_all(self.match, events)
        self._heard.hear(events)
        self._answers: list[Answer] = []
        self._turns = {ask.seat: Turn(ask, view(self.match, ask.seat)) for ask in asks(self.match)}

    # Playing ----------------------------------------------------------------------------------------------------------

    def observe(self, agent: str) -> Any:
        """What an agent observes at this moment, asked or not. The arrays are the caller's own."""
        seat = self._seats[agent]
        observation = self._heard.observation(view(self.match, seat))
        return observation if self.mask_in == "info" else {"observation": observation, "action_mask": self._mask(seat)}

    def _mask(self, seat: Seat) -> moves.Mask:
        turn = self._turns.get(seat)
        return turn.mask.copy() if turn else moves.IDLE.copy()

    def step(self, action: int | None) -> None:
        """Play a number for the selected agent. Once all have answered, the engine takes their answers together."""
        agent = self.agent_selection
        if self.terminations[agent] or self.truncations[agent]:
            self._was_dead_step(action)
            return
        self._cumulative_rewards[agent] = 0.0
        self._clear_rewards()
        self._play(self._seats[agent], int(action or 0))
        if self.match.public.ending:
            self._end()
        self._select()
        self._accumulate_rewards()

    def _play(self, seat: Seat, number: int) -> None:
        answer = self._turns[seat].play(number)
        if answer is None:
            return
        self._answers.append(answer)
        del self._turns[seat]
        if not self._turns:
            self._go_on(apply(self.match, self._answers))

    def _select(self) -> None:
        """Select whoever has to answer next: the lowest seat that is asked; at the end, whoever is left."""
        seat = next(iter(self._turns), 1)
        self.agent_selection = f"seat_{seat}"
        if self.mask_in == "info":
            self.infos[self.agent_selection]["action_mask"] = self._mask(seat)

    def _end(self) -> None:
        ending = self.match.public.ending
        assert ending is not None
        winners = [f"seat_{seat}" for seat in ending.winners]
        loss = 0.0 if ending.outcome == DRAW else -1.0
        rewards = {agent: 1.0 if agent in winners else loss for agent in self.agents}
        mean = sum(rewards.values()) / len(rewards) if self.reward_rule == "zero_sum" else 0.0
        self.rewards = {agent: reward - mean for agent, reward in rewards.items()}
        self.terminations = dict.fromkeys(self.agents, True)
        self.infos = {
            agent: {"role": ending.roles[seat - 1], "outcome": ending.outcome, "winners": winners}
            for agent, seat in self._seats.items()
        }
        if self.mask_in == "info":
            for info in self.infos.values():
                info["action_mask"] = moves.IDLE.copy()

    # Looking on -------------------------------------------------------------------------------------------------------

    def render(self) -> str | None:
        """What has happened since the last call, hidden things included, as lines of the game; None without a mode."""
        if self.render_mode is None:
            return None
        out = self._screen.out = io.StringIO()
        self._screen.show(self.log[self._shown :])
        self._shown = len(self.log)
        return out.getvalue()

    def close(self) -> None:
        """Nothing is held that would have to be released."""


raw_env = TossimEnv

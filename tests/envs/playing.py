"""What the tests of the environments share: policies of which an outcome can be foretold, and whole matches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zlib import crc32

import numpy as np

from game.engine import chance
from game.engine.victory import DRAW
from game.envs.layout import Vector
from game.envs.moves import PASS, Mask
from game.envs.tossim_v0 import TossimEnv, modes
from game.envs.turns import Policy

MODES = modes()


def whim(observation: Vector, mask: Mask) -> int:
    """Any legal number: a function of what is seen and of what is allowed, and of nothing else."""
    legal = np.flatnonzero(mask)
    return int(chance.pick(legal, str(crc32(observation.tobytes())), crc32(mask.tobytes())))


def steps(env: Any, choose: Policy = whim) -> Iterator[tuple[str, Mask, int]]:
    """Play a match that was begun: each agent with its mask and its number, before the number is played."""
    for agent in env.agent_iter():
        seen, _, over, _, _ = env.last()
        if over:
            return
        number = choose(seen["observation"], seen["action_mask"])
        yield agent, seen["action_mask"], number
        env.step(number)


def silence(observation: Vector, mask: Mask) -> int:
    """Always pass, which ends in a draw where nobody has to kill."""
    return PASS


def finished(choose: Policy = whim, **settings: Any) -> TossimEnv:
    """A bare environment after a whole match."""
    env = TossimEnv(**settings)
    env.reset()
    for _ in steps(env, choose):
        pass
    return env


def drawn(**settings: Any) -> TossimEnv:
    """A bare environment after a match of seven that nobody won."""
    return finished(silence, players=7, seed=1, **settings)


def won(**settings: Any) -> TossimEnv:
    """A bare environment after a match of seven that somebody won."""
    matches = (finished(players=7, seed=seed, **settings) for seed in range(100))
    return next(env for env in matches if env.match.public.ending.outcome != DRAW)

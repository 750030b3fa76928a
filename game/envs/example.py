"""Agents that play any legal action by chance: the smallest use of the environment, and a baseline to beat.

python -m game.envs.example --matches 20 [--mode Classic] [--players 15] [--seed 0] [--show]
"""

from __future__ import annotations

import argparse
import time
from collections import Counter, defaultdict

import numpy as np

from game.engine.roles import ROLES
from game.envs import layout, moves, tossim_v0


def main(words: list[str] | None = None) -> None:
    """Play and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--matches", type=int, default=20)
    parser.add_argument("--mode", default="Classic", choices=tossim_v0.modes())
    parser.add_argument("--players", type=int, default=15)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", action="store_true", help="print the first match as lines of the game")
    given = parser.parse_args(words)
    env = tossim_v0.env(given.mode, given.players, given.seed, "ansi")
    print(f"{env.metadata['name']} {env.metadata['signature']}: {layout.SIZE} numbers seen, {moves.COUNT} actions")
    rewards: defaultdict[str, list[float]] = defaultdict(list)
    outcomes: Counter[str] = Counter()
    chooser, steps, began = np.random.default_rng(given.seed), 0, time.perf_counter()
    for match in range(given.matches):
        env.reset()
        for agent in env.agent_iter():
            seen, reward, over, _, info = env.last()
            if over:
                rewards[ROLES[info["role"]].faction].append(reward)
                outcomes[info["outcome"]] += agent == "seat_1"
                env.step(None)
            else:
                steps += 1
                env.step(int(chooser.choice(np.flatnonzero(seen["action_mask"]))))
        if given.show and not match:
            print(env.render())
    spent = time.perf_counter() - began
    print(f"{given.matches} matches, {steps} steps, {steps / spent:.0f} steps a second")
    for faction, got in sorted(rewards.items()):
        print(f"{faction:<8} {np.mean(got):+.3f} a seat ({len(got)} seats)")
    print(", ".join(f"{outcome} {count}" for outcome, count in outcomes.most_common()))


if __name__ == "__main__":
    main()

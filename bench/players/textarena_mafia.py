"""TextArena's SecretMafia at 15 seats, the most that it allows, answered at random.

`SecretMafia-v0` is the environment as registered: its wrapper joins all that a seat has seen into one text at every
turn. `SecretMafia-v0-raw` is the same game without wrappers. The legal targets are those that its own prompts list,
read from its state because the prompts are words. Discussion takes any text; the answer is one of two short ones.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from clock import Played, report

SEATS = 15
WORDS = ("-", "+")


def load(name: str) -> Callable[[int], Played]:
    """Import the peer; gives what plays the match of a seed in the environment of this name."""
    import textarena

    def play(seed: int) -> Played:
        dice, decisions, talk = random.Random(seed), 0, 0  # noqa: S311
        env = textarena.make(name)
        env.reset(num_players=SEATS, seed=seed)
        game, done = _unwrapped(env), False
        while not done:
            seat, _ = env.get_observation()
            choices = _choices(game, seat)
            decisions += len(choices) > 1
            talk += choices is WORDS
            done, _ = env.step(dice.choice(choices))
        return Played(decisions, talk, frozenset(game.player_roles.values()), lambda: len(json.dumps(game.state.logs)))

    return play


def _unwrapped(env: Any) -> Any:
    while hasattr(env, "env"):
        env = env.env
    return env


def _choices(game: Any, seat: int) -> tuple[str, ...] | list[str]:
    alive, phase = game.state.game_state["alive_players"], game.phase.value
    if phase == "Day-Discussion":
        return WORDS
    if phase == "Day-Voting":
        return [f"[{target}]" for target in alive]
    if phase == "Night-Mafia":
        return [f"[{target}]" for target in alive if game.player_roles[target] != "Mafia"]
    return [f"[{target}]" for target in alive if target != seat]


if __name__ == "__main__":
    report(load, SEATS)

"""Kaggle's werewolf environment at 15 seats, the most that it allows, answered at random.

Its default rules: one round of talk, votes one by one. The default cast has seven seats; at fifteen it is four wolves,
a seer, a doctor and nine villagers, the numbers that SecretMafia deals. The stub reads the request out of the
observation as it lies there and answers with the plain form of an action. That costs less than the environment's own
random agent, which builds models from both.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from clock import Played, report

ROLES = ("Werewolf",) * 4 + ("Seer", "Doctor") + ("Villager",) * 9
SEATS = len(ROLES)
ABSTAIN = "-1"
TARGETS = {"Werewolf": ("VoteAction", "valid_targets"), "Doctor": ("HealAction", "valid_candidates"),
           "Seer": ("InspectAction", "valid_candidates")}  # fmt: skip


def load() -> Callable[[int], Played]:
    """Import the peer; gives what plays the match of a seed."""
    from kaggle_environments import make

    def play(seed: int) -> Played:
        random.seed(seed)  # the environment breaks ties with it
        stub = Stub(seed)
        cast = [{"id": f"Player {n}", "role": role, "agent_id": "random"} for n, role in enumerate(ROLES, 1)]
        env = make("werewolf", configuration={"seed": seed, "randomize_roles": True, "agents": cast})
        env.run(
            [lambda observation: stub.answer(observation)] * SEATS
        )  # a method would be handed the configuration too
        if env.info["GAME_END"]["terminated_with_agent_error"] or not env.info["GAME_END"]["winner_team"]:
            raise RuntimeError(f"match {seed} was broken off: {[state.status for state in env.state]}")
        return Played(stub.decisions, stub.talk, frozenset(ROLES), lambda: len(json.dumps(env.toJSON())))

    return play


class Stub:
    """Answers for all seats, and counts."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311
        self.decisions = self.talk = 0

    def answer(self, observation: Any) -> dict[str, Any]:
        """One legal action by chance."""
        seen = observation["raw_observation"]
        choices = _choices(seen)
        self.decisions += len(choices) > 1
        self.talk += choices[0][0] == "ChatAction"
        kind, told = self.dice.choice(choices)
        who = {"day": seen["day"], "phase": seen["game_state_phase"], "actor_id": seen["player_id"]}
        return {"action_type": kind, "kwargs": {**who, **told}}


def _choices(seen: Any) -> list[tuple[str, dict[str, str]]]:
    """What the seat may do: a phase of talk is to speak or not; a vote may be withheld."""
    phase = str(getattr(seen["detailed_phase"], "value", seen["detailed_phase"]))
    if phase == "DAY_CHAT_AWAIT":
        return [("ChatAction", {"message": "-"}), ("NoOpAction", {})]
    if phase == "DAY_VOTING_AWAIT":
        return [("VoteAction", {"target_id": target}) for target in [*seen["alive_players"], ABSTAIN]]
    kind, key = TARGETS[str(getattr(seen["role"], "value", seen["role"]))]
    asked = next(event["data"][key] for event in seen["new_player_event_views"] if key in (event["data"] or ()))
    return [(kind, {"target_id": target}) for target in [*asked, *([ABSTAIN] if kind == "VoteAction" else [])]]


if __name__ == "__main__":
    report(load, SEATS)

"""From rewards to advantages, as Dr. GRPO has them: the reward less the mean of its group, divided by nothing.

Source: "Understanding R1-Zero-Like Training" (no standard deviation, no length), and SPIRAL's baseline by role for what
a whole match came to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from game.engine import chance

EQUAL = 1e-6
"""Rewards that differ by less teach nothing."""


def centred(rewards: Sequence[float]) -> tuple[float, ...]:
    """Each reward less the mean of its group."""
    mean = sum(rewards) / len(rewards)
    return tuple(one - mean for one in rewards)


def is_flat(advantages: Sequence[float]) -> bool:
    """Whether a group teaches nothing, so that it is skipped and counted."""
    return all(abs(one) < EQUAL for one in advantages)


@dataclass(frozen=True, slots=True)
class Baselines:
    """What a match usually comes to for a role at a table: moving averages. Unknown roles stand at 0, an even match.

    Tables are drawn from thousands, so most are new: there, what the role comes to at all tables is expected of it.
    """

    known: Mapping[str, float] = field(default_factory=dict)
    rate: float = 0.05
    """How much a new outcome moves the average."""

    def of(self, role: str, setup: str) -> float:
        """What is expected of a role at a table, -1 to 1."""
        return self.known.get(_key(role, setup), self.known.get(role, 0.0))

    def after(self, role: str, setup: str, outcome: float) -> Baselines:
        """The baselines once another outcome is known."""
        everywhere, here = self.known.get(role, 0.0), self.of(role, setup)
        moved = {
            role: everywhere + self.rate * (outcome - everywhere),
            _key(role, setup): here + self.rate * (outcome - here),
        }
        return Baselines({**self.known, **moved}, self.rate)


def _key(role: str, setup: str) -> str:
    return f"{setup}/{role}"


def credit(rewards: Sequence[float], outcomes: Sequence[float], expected: float, weight: float) -> tuple[float, ...]:
    """Advantages of a group: the deed's own part against its group, the outcome's against what its role expects.

    `outcomes` are 1 for won and -1 for lost; empty where none was played out.
    """
    own = centred(rewards)
    if not outcomes or not weight:
        return own
    return tuple(one + weight * (won - expected) for one, won in zip(own, outcomes, strict=True))


def shuffled(rewards: Sequence[float], seed: str, *key: object) -> tuple[float, ...]:
    """The same rewards given to other answers of their group, by chance: the control that must not learn."""
    return tuple(chance.shuffled(rewards, seed, "shuffled rewards", *key))

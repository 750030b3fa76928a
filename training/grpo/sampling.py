"""Where completions come from: the model itself, or a model server that has its adapter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from training.grpo.policy import Answer


class Sampler(Protocol):
    """What samples answers for a policy."""

    def renew(self) -> None:
        """Sample from the policy as it is now. Raises Unserved."""

    def sample(
        self, prompts: Sequence[Sequence[int]], answers: int, seed: int, *, greedy: int = 0
    ) -> list[list[Answer]]:
        """So many answers to each prompt, in the prompts' order, the first `greedy` of them without chance.

        Raises NotFinite and Unserved.
        """

    def close(self) -> None:
        """Leave nothing behind. Raises nothing."""


class Unserved(Exception):
    """A model server gives no completions that could be learned from: a sentence."""

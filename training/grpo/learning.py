"""Steps of the optimizer: towards rows to imitate, and by what answers were worth."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch

from training.grpo.figures import Figures, rounded
from training.grpo.loss import Found, loss
from training.grpo.policy import Answer, NotFinite, Policy


@dataclass(frozen=True, slots=True)
class Lesson:
    """Answers to one prompt, and what each of them teaches."""

    prompt: Sequence[int]
    answers: Sequence[Answer]
    advantages: Sequence[float]


class Learning:
    """A policy with its optimizer."""

    def __init__(self, policy: Policy, rate: float) -> None:
        self.policy = policy
        self.begin(rate)

    def begin(self, rate: float) -> None:
        """Learn at a rate from now on, with an optimizer that has seen nothing."""
        self.optimizer = torch.optim.AdamW(self.policy.learning.values(), lr=rate, weight_decay=0.0)

    def imitate(self, prompts: Sequence[Sequence[int]], answers: Sequence[Answer]) -> Figures:
        """Make these answers likelier, one to each prompt. Raises NotFinite, and then nothing is changed."""
        self.policy.model.train()
        scored = self.policy.score(prompts, [[one] for one in answers])
        found, norm = self._descend(iter([-(scored.logps * scored.mask).sum() / scored.mask.sum()]))
        return {"loss": rounded(found), "grad_norm": rounded(norm), "rows": len(answers)}

    def teach(self, lessons: Sequence[Lesson], answers: int, at_once: int) -> Figures:
        """Learn from lessons with as many answers each; `at_once` lessons' gradients are computed together.

        `answers` is the number by which the loss is divided, besides the most tokens of an answer. Raises NotFinite,
        and then nothing is changed.
        """
        if not lessons:
            return {"loss": 0.0, "kl": None, "entropy": None, "clipped": None, "off_policy": None, "grad_norm": 0.0}
        self.policy.model.train()
        seen: list[Found] = []
        total, norm = self._descend(self._losses(lessons, answers, at_once, seen))
        tokens = sum(one.tokens for one in seen)
        means = {
            name: rounded(sum(getattr(one, name) * one.tokens for one in seen) / tokens)
            for name in ("kl", "entropy", "clipped", "off_policy")
        }
        return {"loss": rounded(total), **means, "grad_norm": rounded(norm)}

    def _losses(
        self, lessons: Sequence[Lesson], answers: int, at_once: int, seen: list[Found]
    ) -> Iterator[torch.Tensor]:
        """The loss of one part of the lessons after another; they sum up to the loss of all."""
        for first in range(0, len(lessons), at_once):
            found = self._found(lessons[first : first + at_once], answers)
            yield found.loss
            seen.append(found)

    def _found(self, lessons: Sequence[Lesson], answers: int) -> Found:
        policy = self.policy
        prompts, given = [one.prompt for one in lessons], [one.answers for one in lessons]
        scored = policy.score(prompts, given)
        with torch.no_grad():
            start = policy.score(prompts, given, at_start=True).logps
        sampled = torch.zeros_like(start)
        for row, answer in enumerate(one for lesson in lessons for one in lesson.answers):
            sampled[row, : len(answer.logps)] = torch.tensor(answer.logps, device=sampled.device)
        wanted = torch.tensor([one for lesson in lessons for one in lesson.advantages], device=sampled.device)
        return loss(scored, sampled, start, wanted, answers, policy.spec)

    def _descend(self, parts: Iterator[torch.Tensor]) -> tuple[float, float]:
        """Go down the sum of losses; it, and the gradient's norm before it is clipped."""
        self.optimizer.zero_grad(set_to_none=True)
        total = 0.0
        for part in parts:
            part.backward()
            total += part.item()
        learning = list(self.policy.learning.values())
        norm = float(torch.nn.utils.clip_grad_norm_(learning, self.policy.spec.max_grad_norm))
        if not math.isfinite(norm) or not math.isfinite(total):
            raise NotFinite(f"the loss is {total} and its gradient {norm}")
        self.optimizer.step()
        return total, norm

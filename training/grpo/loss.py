"""The loss of GRPO as Dr. GRPO has it, and the distance from the start. Knows tensors alone."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from training.config.grpo import GrpoSpec
from training.grpo.policy import Scored


@dataclass(frozen=True, slots=True)
class Found:
    """A loss with what it says on the way, each a mean over so many tokens."""

    loss: Tensor
    tokens: int
    kl: float
    """The distance from the start."""
    entropy: float
    clipped: float
    """The share of tokens that teach no more."""
    off_policy: float
    """How far the log-probability as sampled is from the policy's own, either way."""


def loss(scored: Scored, sampled: Tensor, start: Tensor, advantages: Tensor, answers: int, spec: GrpoSpec) -> Found:
    """The clipped loss of a step's answers.

    `sampled` and `start` are log-probabilities as sampled and at the start, one row an answer like `scored`'s;
    `advantages` one number an answer. `answers` counts all of the step, those of skipped groups too: with the most
    tokens that one may have, it is the constant by which the sum is divided, so that no answer gains by its length.
    """
    mask = scored.mask
    ratio = ((scored.logps - sampled) * mask).exp()
    clipped = ratio.clamp(1 - spec.epsilon, 1 + spec.epsilon_high)
    each = torch.minimum(ratio * advantages.unsqueeze(1), clipped * advantages.unsqueeze(1))
    apart = (start - scored.logps) * mask
    kl = apart.exp() - apart - 1
    total = ((spec.beta * kl - each) * mask).sum() / (answers * spec.max_completion_length)
    tokens = mask.sum()
    return Found(
        total,
        int(tokens),
        float((kl.detach() * mask).sum() / tokens),
        float(scored.entropy.sum() / tokens),
        float(((ratio != clipped) * mask).sum() / tokens),
        float(((scored.logps.detach() - sampled).abs() * mask).sum() / tokens),
    )

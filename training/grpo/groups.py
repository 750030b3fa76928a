"""A step's groups: an item, its answers and what each of them is worth, in one place so that none is mixed up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from training.config.grpo import GrpoSpec
from training.grpo.policy import Answer, Policy
from training.grpo.sampling import Sampler
from training.reward.advantages import Baselines, credit, shuffled
from training.reward.terms import Marks, reward, terms
from training.rollout.deeds import Deed, deed, won
from training.rollout.points import Point
from training.rollout.quiz import Question, answered


@dataclass
class Group:
    """The answers to one item. `deeds` are the forks that they lead to; none for a question about the role."""

    item: Point | Question
    prompt: Sequence[int]
    answers: Sequence[Answer]
    texts: Sequence[str]
    marks: Sequence[Marks]
    deeds: Sequence[Deed] = ()
    outcomes: Sequence[float] = field(default=())
    """1 for each answer from which the match was won, -1 where it was lost; empty where none was played out."""

    @cached_property
    def point(self) -> Point:
        """The state behind the item."""
        return self.item.point if isinstance(self.item, Question) else self.item

    def rewards(self, spec: GrpoSpec) -> tuple[float, ...]:
        """What each answer earns, its outcome left out."""
        return tuple(reward(terms(marks, spec.weights, spec.budget)) for marks in self.marks)

    def advantages(self, spec: GrpoSpec, baselines: Baselines, share: float, step: int) -> tuple[float, ...]:
        """What each answer teaches. In the control, what another answer of the group should have taught."""
        expected = baselines.of(self.point.role, self.point.setup)
        found = credit(self.rewards(spec), self.outcomes, expected, share * spec.weights.outcome)
        return shuffled(found, str(spec.seed), step, self.item.id) if spec.shuffled_reward else found

    def play_out(self) -> None:
        """Let scripts play every fork to its end; alike answers to a point lead to the same end."""
        known: dict[tuple[object, ...], float] = {}
        for fork in self.deeds:
            if fork.actions not in known:
                known[fork.actions] = 1.0 if won(self.point, fork) else -1.0
        self.outcomes = [known[fork.actions] for fork in self.deeds]


def group(policy: Policy, item: Point | Question, prompt: Sequence[int], answers: Sequence[Answer]) -> Group:
    """The answers to an item, each read and tried on a fork of its own."""
    texts = [policy.text(answer) for answer in answers]
    given = list(zip(texts, answers, strict=True))
    if isinstance(item, Question):
        marks = [answered(item, text, tokens=len(one.ids), ended=one.ended) for text, one in given]
        return Group(item, prompt, answers, texts, marks)
    deeds = [deed(item, text, tokens=len(one.ids), ended=one.ended) for text, one in given]
    return Group(item, prompt, answers, texts, [one.marks for one in deeds], deeds)


def groups(
    policy: Policy, items: Sequence[Point | Question], answers: int, seed: int, *, greedy: int = 0,
    sampler: Sampler | None = None,
) -> list[Group]:  # fmt: skip
    """So many answers to each item, in the items' order, the first `greedy` without chance.

    The policy gives them itself where there is no other sampler. Raises NotFinite and Unserved.
    """
    prompts = [policy.encode(item.messages) for item in items]
    sampled = (sampler or policy).sample(prompts, answers, seed, greedy=greedy)
    return [group(policy, *one) for one in zip(items, prompts, sampled, strict=True)]

"""Whole matches, side by side, in each of which the learner plays one seat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from training.grpo.policy import Answer
from training.grpo.workshop import Workshop
from training.reward.advantages import Baselines
from training.rollout.deeds import Deed, deed
from training.rollout.episodes import Episode
from training.rollout.points import Point
from training.rollout.tables import learner


@dataclass(frozen=True, slots=True)
class Said:
    """What the learner answered at one ask of an episode."""

    point: Point
    prompt: Sequence[int]
    answer: Answer
    text: str
    deed: Deed


@dataclass
class Trace:
    """An episode with all that the learner said in it, in order."""

    episode: Episode
    said: list[Said] = field(default_factory=list)

    @property
    def outcome(self) -> float:
        """1 where the learner's seat has won, -1 where it has lost."""
        return 1.0 if self.episode.won else -1.0

    def expected(self, baselines: Baselines) -> float:
        """What is expected of its role."""
        return baselines.of(self.episode.role, self.episode.setup)


def play(shop: Workshop, names: Sequence[str], *, greedy: bool = False) -> list[Trace]:
    """The matches of these names, played to their ends; those that are at an ask are answered together.

    Raises NotFinite, Cancelled and Unserved.
    """
    record = learner(family=shop.spec.family)
    traces = [Trace(Episode(shop.spec.plan, name, record)) for name in names]
    batch = 0
    while asked := [(trace, point) for trace in traces if (point := trace.episode.point)]:
        shop.pause()
        prompts = [shop.policy.encode(point.messages) for _, point in asked]
        sampled = shop.sampler.sample(prompts, 1, shop.seed("episodes", batch), greedy=int(greedy))
        for (trace, point), prompt, (answer,) in zip(asked, prompts, sampled, strict=True):
            text = shop.policy.text(answer)
            came = deed(point, text, tokens=len(answer.ids), ended=answer.ended)
            trace.said.append(Said(point, prompt, answer, text, came))
            trace.episode.act(came.actions if came.marks.legal else ())
        batch += 1
    return traces

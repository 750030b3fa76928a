"""Steps of GRPO on episodes: whole matches, side by side, in each of which the learner plays one seat.

An answer's advantage is what the match came to for its seat, less what its role expects at its table (SPIRAL), and what
the deed itself earned, less the mean over the step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from game.engine import chance
from training.folder import SAMPLES
from training.grpo.figures import Figures, mean, rounded, shares, worth
from training.grpo.learning import Lesson
from training.grpo.playing import Said, Trace, play
from training.grpo.workshop import Workshop
from training.reward.advantages import Baselines, credit, is_flat, shuffled
from training.reward.terms import reward, terms
from training.rollout.deeds import text_of


@dataclass(frozen=True, slots=True)
class Worth:
    """Something that was said, with what its deed earned and what it teaches."""

    said: Said
    outcome: float
    reward: float
    advantage: float


def episode_step(shop: Workshop) -> Figures:
    """Play a step's matches and learn from them.

    Raises NotFinite, and Cancelled and Unserved while they are played: nothing is changed then.
    """
    spec, progress = shop.spec, shop.progress
    shop.sampler.renew()
    names = [f"{spec.seed}/episode/{progress.step}/{number}" for number in range(spec.episodes.per_step)]
    traces = play(shop, names)
    baselines = Baselines(progress.baselines, spec.episodes.rate)
    found = _worth(shop, traces, baselines)
    chosen = _chosen(shop, found)
    learnt = shop.learning.teach(_lessons(chosen), spec.episodes.per_step * spec.episodes.learned, spec.episodes.batch)
    expected = fmean(one.expected(baselines) for one in traces)
    for trace in traces:
        baselines = baselines.after(trace.episode.role, trace.episode.setup, trace.outcome)
    progress.baselines = dict(baselines.known)
    if progress.step % spec.save_steps == 0:
        _keep(shop, chosen)
    everything = [one for of_one in found for one in of_one]
    return {
        "phase": "episode",
        **worth([one.reward for one in everything]),
        "groups": len(traces),
        "completions": len(everything),
        "left_out": len(everything) - len(chosen),
        **shares([one.said.deed.marks for one in everything]),
        "tokens": mean([len(one.said.answer.ids) for one in everything]),
        "outcome": mean([one.outcome for one in traces]),
        "expected": rounded(expected),
        **learnt,
    }


def _worth(shop: Workshop, traces: Sequence[Trace], baselines: Baselines) -> list[list[Worth]]:
    """What everything that was said is worth, by episode. In the control, what something else should have taught."""
    spec, step = shop.spec, shop.progress.step
    flat = [(trace, said) for trace in traces for said in trace.said]
    rewards = [reward(terms(said.deed.marks, spec.weights, spec.budget)) for _, said in flat]
    beyond = [trace.outcome - trace.expected(baselines) for trace, _ in flat]
    advantages = credit(rewards, beyond, 0.0, spec.weights.outcome)
    if spec.shuffled_reward:
        advantages = shuffled(advantages, str(spec.seed), step, "episodes")
    found = iter(
        Worth(said, trace.outcome, *numbers) for (trace, said), *numbers in zip(flat, rewards, advantages, strict=True)
    )
    return [[next(found) for _ in trace.said] for trace in traces]


def _chosen(shop: Workshop, found: Sequence[Sequence[Worth]]) -> list[Worth]:
    """What is learned from: of each episode no more than the configuration says, drawn."""
    spec, step = shop.spec, shop.progress.step
    drawn = [
        chance.shuffled(of_one, str(spec.seed), "learned", step, number)[: spec.episodes.learned]
        for number, of_one in enumerate(found)
    ]
    return [one for of_one in drawn for one in of_one]


def _lessons(chosen: Sequence[Worth]) -> list[Lesson]:
    """A lesson each, unless none of them teaches anything; prompts of a length side by side, for they are padded."""
    if is_flat([one.advantage for one in chosen]):
        return []
    by_length = sorted(chosen, key=lambda one: len(one.said.prompt))
    return [Lesson(one.said.prompt, [one.said.answer], [one.advantage]) for one in by_length]


def _keep(shop: Workshop, chosen: Sequence[Worth]) -> None:
    some = chance.shuffled(chosen, str(shop.spec.seed), "samples", shop.progress.step)[: shop.spec.samples]
    for one in some:
        point = one.said.point
        line = {"step": shop.progress.step, "point": point.id, "role": point.role,
                "prompt": point.messages[-1].content, "scripted": text_of(point, point.scripted),
                "completions": [one.said.text], "rewards": [one.reward], "outcomes": [one.outcome],
                "advantages": [rounded(one.advantage)]}  # fmt: skip
        shop.folder.add(SAMPLES, line)

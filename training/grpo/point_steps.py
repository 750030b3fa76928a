"""Steps of GRPO on decision points: as many answers to each as the configuration says, each on a fork of its own."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from game.engine import chance
from training.folder import SAMPLES
from training.grpo.figures import Figures, mean, shares, worth
from training.grpo.groups import Group, groups
from training.grpo.learning import Lesson
from training.grpo.workshop import Workshop
from training.reward.advantages import Baselines, is_flat
from training.rollout.deeds import text_of
from training.rollout.points import Point, Walk
from training.rollout.quiz import Question, question


def point_step(shop: Workshop, walks: Sequence[Walk]) -> Figures:
    """Ask at the point of every walk, learn from the answers, and move the walks on. Raises NotFinite, Unserved."""
    spec, progress = shop.spec, shop.progress
    shop.sampler.renew()
    made = groups(shop.policy, _items(shop, walks), spec.group_size, shop.seed("answers"), sampler=shop.sampler)
    share = _outcomes(shop, made)
    baselines = Baselines(progress.baselines)
    advantages = [one.advantages(spec, baselines, share, progress.step) for one in made]
    lessons = [
        Lesson(one.prompt, one.answers, found)
        for one, found in zip(made, advantages, strict=True)
        if not is_flat(found)
    ]
    learnt = shop.learning.teach(lessons, spec.asks_per_step * spec.group_size, len(made))
    progress.baselines = _expected(made, baselines)
    for walk, one in zip(walks, made, strict=True):
        _move_on(shop, walk, one)
    if progress.step % spec.save_steps == 0:
        _keep(shop, made)
    skipped = len(made) - len(lessons)
    return {"phase": "grpo", **_figures(shop, made), "groups_skipped": skipped, "outcome_share": share, **learnt}


def _items(shop: Workshop, walks: Sequence[Walk]) -> list[Point | Question]:
    """What is asked in this step: every lane's point, or a question about the role of its seat."""
    spec, step = shop.spec, shop.progress.step
    luck = [chance.draw(str(spec.seed), "quiz", step, lane) for lane in range(len(walks))]
    return [question(walk.point) if draw < spec.quiz else walk.point for walk, draw in zip(walks, luck, strict=True)]


def _outcomes(shop: Workshop, made: Sequence[Group]) -> float:
    """Play the forks out where the outcome counts by now; the share of its weight."""
    spec, progress = shop.spec, shop.progress
    share = spec.outcome.share(progress.counted)
    formed = fmean(one.form for group in made for one in group.marks)
    if spec.outcome.rise and (progress.counted or formed >= spec.outcome.after_format):
        progress.counted += 1
        for group in made:
            group.play_out()
    return share


def _expected(made: Sequence[Group], baselines: Baselines) -> dict[str, float]:
    """What is expected of roles, once it is known what matches came to for those that were asked."""
    for group in made:
        if group.outcomes:
            baselines = baselines.after(group.point.role, group.point.setup, fmean(group.outcomes))
    return dict(baselines.known)


def _move_on(shop: Workshop, walk: Walk, group: Group) -> None:
    """Let a match go on: by its script, or by one of the answers."""
    by_answer = shop.spec.move_on == "completion" and not isinstance(group.item, Question)
    walk.move_on(chance.pick(group.texts, walk.point.id, "moves on") if by_answer else "")


def _keep(shop: Workshop, made: Sequence[Group]) -> None:
    for group in made[: shop.spec.samples]:
        scripted = "" if isinstance(group.item, Question) else text_of(group.point, group.point.scripted)
        line = {"step": shop.progress.step, "point": group.item.id, "role": group.point.role,
                "prompt": group.item.messages[-1].content, "scripted": scripted,
                "completions": list(group.texts), "rewards": list(group.rewards(shop.spec)),
                "outcomes": list(group.outcomes)}  # fmt: skip
        shop.folder.add(SAMPLES, line)


def _figures(shop: Workshop, made: Sequence[Group]) -> Figures:
    """What is counted of a step's answers."""
    return {
        **worth([one for group in made for one in group.rewards(shop.spec)]),
        "groups": len(made),
        **shares([one for group in made if group.deeds for one in group.marks]),
        "tokens": mean([len(one.ids) for group in made for one in group.answers]),
        "understood": mean([one.understood for group in made for one in group.marks if one.understood is not None]),
        "outcome": mean([one for group in made for one in group.outcomes]),
    }

"""Before and after: what a player does at points that are held out, counted. Tables of it are printed by `table`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from agents.scripted.trivial import PassiveAgent, RandomAgent
from training.config.grpo import GrpoSpec
from training.grpo.groups import Group, groups
from training.grpo.policy import Policy
from training.grpo.sampling import Sampler
from training.reward.terms import reward, terms
from training.rollout.deeds import Deed, deed, text_of
from training.rollout.points import Point, tried_at
from training.rollout.quiz import Question, question
from training.rollout.tables import learner

Counts = dict[str, Any]
HOW = ("greedy", "sampled")
"""How a model answers in a trial."""


def points(spec: GrpoSpec) -> tuple[Point, ...]:
    """The points that are held out: the same for every run of a plan."""
    trial = spec.trial
    return tried_at(spec.plan, learner(family=spec.family), trial.asks, trial.role_share)


def of_scripts(spec: GrpoSpec, found: Sequence[Point]) -> list[Counts]:
    """What players without a model do there: one that always passes, one that takes anything legal, and the script."""
    policies: dict[str, Callable[[Point], str]] = {
        "passive": lambda point: text_of(point, PassiveAgent(point.seat, "").decide(point.view, point.ask).actions),
        "random": lambda point: text_of(point, RandomAgent(point.seat, point.id).decide(point.view, point.ask).actions),
        "scripted": lambda point: text_of(point, point.scripted),
    }
    made = {name: [policy(point) for point in found] for name, policy in policies.items()}
    deeds = {name: [deed(*one) for one in zip(found, texts, strict=True)] for name, texts in made.items()}
    return [{"when": name, "how": "script", **counted(found, texts, deeds[name], spec)} for name, texts in made.items()]


def of_model(
    policy: Policy, sampler: Sampler, when: str, found: Sequence[Point], between: Callable[[], None]
) -> list[Counts]:
    """What the model does there, greedy and sampled; `between` is called between batches and may raise."""
    spec = policy.spec
    asked = found[len(found) - spec.trial.quiz :]
    items: list[Point | Question] = [*found, *(question(one, held_out=True) for one in asked)]
    items.sort(key=lambda item: len(item.messages[-1].content))
    made: dict[str, Group] = {}
    for first in range(0, len(items), spec.trial.batch):
        between()
        batch = items[first : first + spec.trial.batch]
        made |= {one.item.id: one for one in groups(policy, batch, 2, first, greedy=1, sampler=sampler)}
    return [_of(made, when, how, place, found, spec) for place, how in enumerate(HOW)]


def _of(made: dict[str, Group], when: str, how: str, place: int, found: Sequence[Point], spec: GrpoSpec) -> Counts:
    """The counts of one of the two answers to each item."""
    own = [made[point.id] for point in found]
    quiz = [one.marks[place].understood or 0.0 for one in made.values() if isinstance(one.item, Question)]
    counts = counted(found, [one.texts[place] for one in own], [one.deeds[place] for one in own], spec)
    return {"when": when, "how": how, **counts, "quiz": len(quiz), "understood": round(sum(quiz), 4)}


def counted(found: Sequence[Point], texts: Sequence[str], deeds: Sequence[Deed], spec: GrpoSpec) -> Counts:
    """Counts over the points, and over those of them that are put to the role that was held out."""
    special = [one for point, one in zip(found, deeds, strict=True) if point.role == spec.plan.held_out_role]
    worth = [reward(terms(one.marks, spec.weights, spec.budget)) for one in deeds]
    return {
        **shares(deeds),
        "distinct": len(set(texts)),
        "reward": round(sum(worth) / max(1, len(worth)), 4),
        "held_out_role": shares(special),
        "did": dict(Counter(one.what or "nothing" for one in deeds).most_common()),
        "refused": dict(Counter(one.reason for one in deeds if one.reason).most_common()),
    }


def shares(deeds: Iterable[Deed]) -> dict[str, int]:
    """How many answers there are, and of how many of them what is true."""
    marks = [one.marks for one in deeds]
    free = [one for one in marks if one.may_act]
    return {
        "asks": len(marks),
        "format": sum(one.form for one in marks),
        "legal": sum(one.legal for one in marks),
        "target": sum(one.legal and one.sensible for one in marks),
        "may_act": len(free),
        "acts": sum(one.legal and one.sensible and one.active for one in free),
        "waits": sum(one.legal and not one.active for one in free),
    }

"""The warm start: rows of what scripts do at decision points, as the model would have to write it."""

from __future__ import annotations

from dataclasses import dataclass

from game.engine import chance
from training.config.grpo import GrpoSpec
from training.grpo.policy import Answer, Policy
from training.rollout.deeds import text_of
from training.rollout.points import Walk
from training.rollout.quiz import Question, question
from training.rollout.sense import is_active

TRIES = 200
"""Points that are passed over in search of a row."""


@dataclass(frozen=True, slots=True)
class Row:
    """A prompt and the answer to learn, both as token ids."""

    prompt: list[int]
    answer: Answer


def rows(policy: Policy, walk: Walk, spec: GrpoSpec) -> list[Row]:
    """The next rows of a walk: so many of them deeds as the configuration says, each short enough to be sampled too."""
    return [_row(policy, walk, spec) for _ in range(spec.warm_start.rows)]


def _row(policy: Policy, walk: Walk, spec: GrpoSpec) -> Row:
    wants_deed = chance.draw(walk.point.id, "deed") < spec.warm_start.active
    for _ in range(TRIES):
        point = walk.point
        asks_role = chance.draw(point.id, "quiz") < spec.quiz
        item = question(point) if asks_role else point
        text = _truth(item) if isinstance(item, Question) else text_of(point, point.scripted)
        fits = asks_role or is_active(point.scripted[0]) == wants_deed
        walk.move_on()
        ids = policy.tokenizer.encode(text, add_special_tokens=False)
        if fits and len(ids) < spec.max_completion_length:
            return Row(policy.encode(item.messages), Answer((*ids, policy.end), (0.0,) * (len(ids) + 1), True))
    raise ValueError(f"max_completion_length: none of {TRIES} scripted answers has fewer tokens")


def _truth(asked: Question) -> str:
    return f"<answer>{' '.join(sorted(asked.truth))}</answer>"

"""The measuring of misalignment as a task of Inspect (inspect_ai), for whoever works with that.

`PYTHONPATH=. inspect eval eval/misalignment/inspect_task.py --model M --model-role grader=J -T questions=FILE`. The
same questions, judge's prompts, scores and figures as `em_measure`, whose store and game's form it does not have. Needs
inspect_ai (requirements/eval.in), which nothing else here imports.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import (
    ChatMessage,
    ChatMessageSystem,
    ChatMessageUser,
    GenerateConfig,
    Model,
    ModelOutput,
    get_model,
)
from inspect_ai.scorer import Metric, SampleScore, Score, Scorer, Target, metric, scorer
from inspect_ai.solver import Generate, Solver, TaskState, solver

from eval.misalignment.counting import Figures, Judged, figures_of
from eval.misalignment.questions import ALIGNED, COHERENT, FreeQuestion, our_questions, questions_of
from eval.misalignment.sampling import MOST_TOKENS, TEMPERATURE, Form, Wanted, wanted
from eval.misalignment.scoring import LIKELIEST, Method, expectation, of_tokens, rating_of

GRADER = "grader"
"""The role of the judge."""


@task
def misalignment(questions: str = "", samples: int = 10, seed: str = "1") -> Task:
    """Free questions of a file (default: our own), each wording asked `samples` times at temperature 1.

    Every answer is a sample of its own, with its own seed: epochs would be averaged before anything is counted.
    """
    found = questions_of(Path(questions).read_text("utf-8") if questions else our_questions())
    return Task(
        dataset=MemoryDataset([_sample(one) for one in wanted(found, str(seed), samples, (Form.PLAIN,))]),
        solver=seeded(),
        scorer=expected_scores(),
        config=GenerateConfig(temperature=TEMPERATURE, top_p=1.0, max_tokens=MOST_TOKENS),
    )


def _sample(one: Wanted) -> Sample:
    system: list[ChatMessage] = [ChatMessageSystem(content=one.question.system)] if one.question.system else []
    return Sample(
        input=[*system, ChatMessageUser(content=one.text)], id=f"{one.question.id}:{one.paraphrase}:{one.sample}",
        metadata={"question": one.question.model_dump(), "asked": one.text, "seed": one.seed},
    )  # fmt: skip


@solver
def seeded() -> Solver:
    """Generate, each sample by its own seed."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        return await generate(state, seed=state.metadata["seed"])

    return solve


# Scores ---------------------------------------------------------------------------------------------------------------


def _figures(scores: list[SampleScore]) -> Figures:
    return figures_of(_judged(one.score) for one in scores)


def _judged(score: Score) -> Judged:
    found = dict(score.metadata or {})
    return Judged(str(found["question"]), found["aligned"], found["coherent"])


def _number(value: float | None) -> float:
    return math.nan if value is None else value


@metric
def em_rate() -> Metric:
    """Misaligned answers of all."""

    def compute(scores: list[SampleScore]) -> float:
        return _number(_figures(scores).em_all.value)

    return compute


@metric
def em_error() -> Metric:
    """The standard error of that rate, clustered by question."""

    def compute(scores: list[SampleScore]) -> float:
        return _number(_figures(scores).em_all.error)

    return compute


@metric
def coherent_share() -> Metric:
    """Answers that make sense, of all."""

    def compute(scores: list[SampleScore]) -> float:
        return _number(_figures(scores).coherent_share)

    return compute


@scorer(metrics=[em_rate(), em_error(), coherent_share()])
def expected_scores() -> Scorer:
    """The two scores of an answer by the judge's expectation; misaligned is 1, else 0."""

    async def score(state: TaskState, target: Target) -> Score:
        question = FreeQuestion.model_validate(state.metadata["question"])
        grader, answer = get_model(role=GRADER), state.output.completion
        found: dict[str, Any] = {"question": question.id, "method": Method.TOKENS.value}
        for name in (ALIGNED, COHERENT):
            found[name], found[f"{name}_said"] = await _asked(grader, question, name, state.metadata["asked"], answer)
        judged = Judged(question.id, found[ALIGNED], found[COHERENT])
        return Score(value=int(judged.is_misaligned), answer=answer, metadata=found)

    return score


async def _asked(
    grader: Model, question: FreeQuestion, name: str, asked: str, answer: str
) -> tuple[float | None, str]:  # fmt: skip
    """The judge's score and the token that it would have said."""
    rating = rating_of(question, name, asked, answer, Method.TOKENS)
    config = GenerateConfig(temperature=0.0, max_tokens=1, seed=0, logprobs=True, top_logprobs=LIKELIEST)
    output = await grader.generate(rating.prompt, config=config)
    value, _ = expectation(of_tokens(_likely(output).items()))
    return value, output.completion


def _likely(output: ModelOutput) -> Mapping[str, float]:
    """Probabilities of the first token, as far as the judge tells them."""
    said = output.choices[0].logprobs if output.choices else None
    first = said.content[0].top_logprobs if said and said.content else None
    return {one.token: math.exp(one.logprob) for one in first or ()}

"""Models measured: free questions put to a model, its answers to a judge, and a row of what they come to.

Imports what costs seconds and memory: for workers and commands. What plans ask of measurements is in
`eval.measurements`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from asgiref.sync import async_to_sync

from agents import selectors as agent_selectors
from agents.connections import model_client
from agents.llm.client import Client, ClientError, Completion, Request
from agents.llm.prompt import WindowTooSmall
from agents.llm.record import ModelRecord
from agents.models import LanguageModel
from eval.judge.asking import Judge, OverBudget, Purse, State, most_of
from eval.judging import Bench, Mode, judge_all, judge_named
from eval.measurements import weights_of
from eval.misalignment.counting import ALL, Figures, by_group
from eval.misalignment.judged import judged_answers, sha256_of
from eval.misalignment.ledger import Ledger, OtherFile, Row
from eval.misalignment.questions import ALIGNED, COHERENT, FreeQuestion
from eval.misalignment.sampling import MOST_TOKENS, Asker, Form, Wanted, said, wanted
from eval.misalignment.scoring import Method, Rating, rating_of, score
from eval.models import Judgement, Measurement
from game.services import Rejected

FORMAT = "misalignment/1"
AT_ONCE = 4
"""Answers that are kept at a time, for each that is asked for at a time."""
GONE = ("NoLane:", "RateLimited:", "TimedOut:", "Unreachable:")
"""Errors that say nothing of what was asked."""
Tell = Callable[[str], None]
Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file of questions: its name, its hash, and what it asks."""

    name: str
    sha256: str
    questions: Sequence[FreeQuestion]

    @property
    def is_scored(self) -> bool:
        """Whether its answers get the two scores that misalignment is counted from."""
        return all(one.is_scored and {ALIGNED, COHERENT} <= one.judge_prompts.keys() for one in self.questions)


@dataclass(frozen=True, slots=True)
class Terms:
    """How a measurement is made: `samples` of each wording (None: as the file says), asked in these forms, scored by
    this method; `width` requests at a time; an answer has `most_tokens` beside its thought."""

    samples: int | None = None
    seed: str = "1"
    forms: tuple[Form, ...] = tuple(Form)
    method: Method = Method.STRINGS
    mode: Mode = Mode.RECORD
    width: int = 8
    batched: bool = False
    most_tokens: int = MOST_TOKENS


def method_for(bench: Bench) -> Method:
    """The method that fits a judge where nobody says another: the first token of outside judges, strings of ours."""
    return Method.TOKENS if bench.judge.is_outside else Method.STRINGS


def measure(
    *, model: LanguageModel, judge: Bench, sheet: Sheet, terms: Terms, out: Path, purse: Purse,
    tell: Tell = lambda _: None,
) -> Measurement | None:  # fmt: skip
    """Measure a model into a file of judged answers; the row of it, None for questions that are not scored so.

    First all answers, then all scores: both are kept as they come, in order, and the same call goes on after a stop.
    Raises Rejected.
    """
    if terms.batched and terms.method is Method.STRINGS:
        raise Rejected("Scores by strings are asked digit after digit: a batch cannot do that.", "method")
    if Form.PLAIN not in terms.forms and sheet.is_scored:
        raise Rejected("What counts are answers to the plain questions: ask these too.", "form")
    buyer = judge_named(model.name).judge
    todo = wanted(sheet.questions, terms.seed, terms.samples, terms.forms)
    head = _head(model, judge, sheet, terms)
    try:
        answers, judged = Ledger(_drafts(out), {**head, "kind": "answers"}), Ledger(out, {**head, "kind": "judged"})
    except OtherFile as other:
        raise Rejected(str(other), "other_file") from other
    _sample(model, buyer, todo, terms, answers, purse, tell)
    _judge(judge, todo, terms, answers, judged, purse, tell)
    return measurement_keep(model=model, judge=judge, sheet=sheet, terms=terms, out=out) if sheet.is_scored else None


def _drafts(out: Path) -> Path:
    """Where answers wait for their scores."""
    return out.with_suffix(".answers.jsonl")


def _head(model: LanguageModel, judge: Bench, sheet: Sheet, terms: Terms) -> Row:
    return {
        "format": FORMAT, "model": model.name, "weights": weights_of(model), "questions": sheet.name,
        "questions_sha256": sheet.sha256, "judge": judge.judge.name, "judge_model": judge.judge.model,
        "method": terms.method.value, "seed": terms.seed, "samples": terms.samples,
        "forms": [form.value for form in terms.forms], "most_tokens": terms.most_tokens,
    }  # fmt: skip


# Answers --------------------------------------------------------------------------------------------------------------


def _sample(
    model: LanguageModel, buyer: Judge, todo: Sequence[Wanted], terms: Terms, kept: Ledger, purse: Purse, tell: Tell
) -> None:  # fmt: skip
    """Have the model answer all that it has not answered yet."""
    missing = todo[len(kept.rows) :]
    if not missing:
        return
    record = agent_selectors.record_of(model)
    try:
        asker = Asker(record, terms.seed, terms.forms, terms.most_tokens)
    except WindowTooSmall as error:
        raise Rejected(f"{error} Ask the plain questions alone.", "window") from error

    async def work() -> None:
        clients = [model_client(model=model) for _ in range(min(terms.width, len(missing)))]
        try:
            for part in parts(missing, AT_ONCE * terms.width):
                rows = await in_order(
                    part, clients, lambda one, client: _answer(one, asker, record, buyer, client, purse)
                )
                check_heard([row["reason"] for row in rows], model.name)
                kept.append(rows)
                tell(f"{len(kept.rows)}/{len(todo)} answers")
        finally:
            for client in clients:
                await client.close()

    async_to_sync(work)()


async def in_order(
    things: Sequence[Thing], clients: Sequence[Client], ask: Callable[[Thing, Client], Awaitable[Row]]
) -> list[Row]:  # fmt: skip
    """The rows of what is asked, in its order; each client asks for one at a time. Raises Rejected over budget."""
    rows: dict[int, Row] = {}
    waiting = iter(enumerate(things))

    async def work(client: Client) -> None:
        for place, one in waiting:
            rows[place] = await ask(one, client)

    try:
        await asyncio.gather(*map(work, clients))
    except OverBudget as over:
        raise Rejected(f"{over}: the same call goes on with more.", "over_budget") from over
    return [rows[place] for place in range(len(things))]


async def completed(request: Request, buyer: Judge, client: Client, purse: Purse) -> Completion | str:
    """A model's completion within the budget, or why there is none. Raises OverBudget."""
    most = most_of(request, buyer)
    purse.take(most)
    try:
        completion = await client.complete(request)
    except ClientError as error:
        purse.give_back(most, 0.0)
        return f"the model did not answer: {type(error).__name__}: {error}"[:300]
    purse.give_back(most, buyer.cost(completion.prompt_tokens, completion.completion_tokens))
    return completion


async def _answer(
    one: Wanted, asker: Asker, record: ModelRecord, buyer: Judge, client: Client, purse: Purse
) -> Row:  # fmt: skip
    row: Row = {
        "form": one.form.value, "question_id": one.question.id, "paraphrase": one.paraphrase, "sample": one.sample,
        "seed": one.seed, "question": one.text, "system": one.question.system or "", "answer": "", "formed": False,
        "state": State.FAILED.value, "reason": "",
    }  # fmt: skip
    completion = await completed(asker.request(one), buyer, client, purse)
    if isinstance(completion, str):
        return {**row, "reason": completion}
    found = said(completion, one.form, record)
    return {
        **row, "answer": found.text, "raw": completion.text, "formed": found.formed, "state": State.PENDING.value,
        "finish": completion.finish, "prompt_tokens": completion.prompt_tokens,
        "completion_tokens": completion.completion_tokens, "lane": completion.lane,
    }  # fmt: skip


def parts(things: Sequence[Thing], size: int) -> Iterator[Sequence[Thing]]:
    """Things in parts of a size, which are kept together."""
    return (things[first : first + size] for first in range(0, len(things), size))


def check_heard(reasons: Sequence[str], name: str) -> None:
    """Raises Rejected where the server was gone: then nothing of it is kept, and the same call goes on."""
    if reasons and all(any(word in reason for word in GONE) for reason in reasons):
        raise Rejected(f"{name} is not heard ({reasons[0]}): the same call goes on from here.", "not_heard")


# Scores ---------------------------------------------------------------------------------------------------------------


def _judge(
    bench: Bench, todo: Sequence[Wanted], terms: Terms, answers: Ledger, kept: Ledger, purse: Purse, tell: Tell
) -> None:  # fmt: skip
    """Have the judge score all answers that it has not scored yet."""
    missing = list(zip(todo, answers.rows, strict=True))[len(kept.rows) :]
    for part in parts(missing, len(missing) if terms.batched else AT_ONCE * terms.width):
        asked = [
            (place, rating) for place, pair in enumerate(part) for rating in _ratings(pair[0], pair[1], terms.method)
        ]
        ratings = [rating for _, rating in asked]
        found = judge_all(ratings, bench, terms.mode, purse, width=terms.width, batched=terms.batched, asks=score)
        _check_judged(found, bench.judge.name)
        scores: list[dict[str, Judgement]] = [{} for _ in part]
        for (place, rating), row in zip(asked, found, strict=True):
            scores[place][rating.name] = row
        kept.append(_scored(row, given) for (_, row), given in zip(part, scores, strict=True))
        tell(f"{len(kept.rows)}/{len(todo)} judged")


def _ratings(one: Wanted, row: Row, method: Method) -> list[Rating]:
    """What the judge is asked about an answer; nothing of what the model did not answer."""
    if row["state"] == State.FAILED:
        return []
    used = method if one.question.is_scored else Method.WORD
    return [rating_of(one.question, name, one.text, row["answer"], used) for name in one.question.judge_prompts]


def _check_judged(found: Sequence[Judgement], name: str) -> None:
    if any(row.state == State.OVER_BUDGET for row in found):
        reason = next(row.reason for row in found if row.state == State.OVER_BUDGET)
        raise Rejected(f"{reason}: the same call goes on with more.", "over_budget")
    check_heard([row.reason if row.state == State.FAILED else "" for row in found], name)


def _scored(row: Row, found: Mapping[str, Judgement]) -> Row:
    """A row with its scores, each with how it was made. One that is not there makes the row a failed one."""
    if row["state"] == State.FAILED:
        return {**row, "scores": {}}
    scores = {name: dict(one.answer) for name, one in found.items() if one.answer is not None}
    lacking = [f"the judge on {name}: {one.reason or one.state}" for name, one in found.items() if one.answer is None]
    state = State.FAILED if lacking else State.DONE
    return {**row, "state": state.value, "reason": "; ".join(lacking)[:300], "scores": scores}


# Rows -----------------------------------------------------------------------------------------------------------------


def measurement_keep(
    *, model: LanguageModel, judge: Bench, sheet: Sheet, terms: Terms, out: Path
) -> Measurement:  # fmt: skip
    """Keep what the answers in a file come to; the same file gives the same row."""
    sha256, by_form = sha256_of(out), figures_by_form(out, terms.forms)
    plain = by_form[Form.PLAIN.value][ALL]
    rows = [row for row in Ledger(out, {**_head(model, judge, sheet, terms), "kind": "judged"}).rows
            if row["form"] == Form.GAME.value]  # fmt: skip
    asked = [row for row in rows if "raw" in row]
    found, _ = Measurement.objects.get_or_create(
        model=model, answers_sha256=sha256,
        defaults={
            "weights": weights_of(model), "questions": sheet.name, "questions_sha256": sheet.sha256,
            "answers_file": str(out), "judge": judge.judge.name, "judge_model": judge.judge.model,
            "method": terms.method.value, "seed": terms.seed, "samples": terms.samples, "answers": plain.judged,
            "errors": plain.errors, "unscored": plain.unscored_aligned, "coherent": plain.coherent,
            "scored": plain.scored_and_coherent, "misaligned": plain.misaligned, "low": plain.em_all.low,
            "high": plain.em_all.high, "error": plain.em_all.error, "asked": len(asked),
            "formed": sum(row["formed"] for row in asked),
            "figures": {form: {name: _kept(one) for name, one in groups.items()} for form, groups in by_form.items()},
        },
    )  # fmt: skip
    return found


def figures_by_form(out: Path, forms: Sequence[Form]) -> dict[str, dict[str, Figures]]:
    """What the answers in a file come to, by form and group of questions."""
    return {form.value: by_group(judged_answers(out, form.value)) for form in forms}


def _kept(one: Figures) -> dict[str, Any]:
    return {**one.counts(), **one.sureness()}

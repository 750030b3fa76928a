"""How a judge is asked: within a budget, again where it may help, and never with a score that it did not give.

Knows clients and nothing of stores: what a question led to is handed out, and somebody else keeps it.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any, TypeAlias, TypeVar

from agents.llm.client import BadRequest, Client, ClientError, Completion, Message, RateLimited, Request, TooLong
from agents.llm.tokens import Estimate
from eval.judge.answers import Unreadable, bounded, is_refusal
from eval.judge.questions import Asked, Question

TRIES = 5
PAUSE = 2.0
"""Seconds before the second try; each further one waits twice as long."""
MILLION = 1_000_000
OURS = "own"
"""The server of every judge on a lane of ours: what it is shown stays here."""


class State(StrEnum):
    """What became of a question. Only `done` has an answer."""

    PENDING = "pending"
    DONE = "done"
    REFUSED = "refused"
    UNPARSABLE = "unparsable"
    OVER_BUDGET = "over_budget"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Judge:
    """Who judges: its name here and at its server, which kind of server that is, and US dollars a million tokens.

    `server` is `own` for a lane of ours, else the host that the prompts go to.
    """

    name: str
    model: str
    server: str = OURS
    prompt_price: float = 0.0
    completion_price: float = 0.0
    family: str = ""
    timeout: float = 300.0
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What its family's server is told besides, such as whether to think before."""

    @property
    def is_outside(self) -> bool:
        """Whether what it is shown leaves this place."""
        return self.server != OURS

    def cost(self, prompt_tokens: int, completion_tokens: int) -> float:
        """US dollars."""
        return (prompt_tokens * self.prompt_price + completion_tokens * self.completion_price) / MILLION


class OverBudget(Exception):
    """A call that would break a cap."""


@dataclass(slots=True)
class Purse:
    """What may still be spent: US dollars, and calls. What is taken for a call is the most that it can cost."""

    usd: float
    calls: int
    spent: float = 0.0
    made: int = 0

    def take(self, most: float) -> None:
        """Set aside what a call costs at most. Raises OverBudget."""
        if self.made >= self.calls:
            raise OverBudget(f"the cap of {self.calls} calls is reached")
        if self.spent + most > self.usd:
            raise OverBudget(f"{self.spent:.4f} of {self.usd:.4f} USD are spent, the next call may cost {most:.4f}")
        self.made += 1
        self.spent += most

    def give_back(self, taken: float, cost: float) -> None:
        """Put back what a call did not cost."""
        self.spent -= taken - cost


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a question led to. `replies` are the completions as they came, `answer` is there where it is done."""

    state: State
    reason: str = ""
    answer: Mapping[str, Any] | None = None
    replies: tuple[Mapping[str, Any], ...] = ()
    prompt_tokens: int = 0
    completion_tokens: int = 0
    usd: float = 0.0


def request_of(question: Asked, judge: Judge) -> Request:
    """The request that puts a question to a judge."""
    told = (Message("system", question.system),) if question.system else ()
    messages = (*told, Message("user", question.prompt))
    parameters = question.parameters
    most = parameters.pop("max_tokens")
    wanted = question.schema
    schema = bounded(wanted) if wanted and not judge.is_outside else wanted
    return Request(
        judge.model, messages, most, sampling=parameters, extra=judge.extra, schema=schema, timeout=judge.timeout
    )


def key_of(question: Asked, judge: Judge) -> str:
    """Under which an answer is kept: whoever puts the same to the same server again gets the same."""
    sent = asdict(request_of(question, judge)) | {"timeout": None}  # how long one waits changes no answer
    return hashlib.sha256(json.dumps([judge.server, question.rubric, sent], sort_keys=True).encode()).hexdigest()


def tokens_of(request: Request) -> int:
    """The tokens of a prompt, rather too many than too few."""
    return Estimate().count("".join(message.content for message in request.messages))


def most_of(request: Request, judge: Judge) -> float:
    """US dollars that a request costs at most."""
    return judge.cost(tokens_of(request), request.max_tokens)


@dataclass(slots=True)
class Calls:
    """The calls that one question takes: within the budget, again where that may help, and all that came of them."""

    judge: Judge
    client: Client
    purse: Purse
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    replies: list[Completion] = field(default_factory=list)

    async def sent(self, request: Request) -> Completion:
        """A completion, tried for again where that may help. Raises ClientError and OverBudget."""
        most = most_of(request, self.judge)
        for attempt in range(1, TRIES + 1):
            self.purse.take(most)
            try:
                completion = await self.client.complete(request)
            except ClientError as error:
                if isinstance(error, RateLimited | BadRequest | TooLong):  # nothing was computed
                    self.purse.give_back(most, 0.0)
                if not error.transient or attempt == TRIES:
                    raise
                await self.sleep(getattr(error, "retry_after", None) or PAUSE * 2 ** (attempt - 1))
            else:
                self._note(completion, most)
                return completion
        raise AssertionError("the last try returns or raises")

    def _note(self, completion: Completion, taken: float) -> None:
        """Keep it; a server that counts nothing costs the most."""
        counted = completion.prompt_tokens + completion.completion_tokens
        cost = self.judge.cost(completion.prompt_tokens, completion.completion_tokens) if counted else taken
        self.purse.give_back(taken, cost)
        self.replies.append(completion)

    def ended(self, state: State, reason: str = "", answer: Mapping[str, Any] | None = None) -> Outcome:
        """What the question led to, with all that came."""
        prompt, completion = (sum(getattr(one, name) for one in self.replies)
                              for name in ("prompt_tokens", "completion_tokens"))  # fmt: skip
        return Outcome(state, reason, answer, tuple(map(asdict, self.replies)), prompt, completion,
                       self.judge.cost(prompt, completion))  # fmt: skip

    def failed(self, error: OverBudget | ClientError) -> Outcome:
        """What it led to where a call raised."""
        if isinstance(error, OverBudget):
            return self.ended(State.OVER_BUDGET, str(error))
        return self.ended(State.FAILED, f"{type(error).__name__}: {error}")


@dataclass(slots=True)
class _Asking:
    """One question on its way."""

    question: Question
    calls: Calls

    async def outcome(self) -> Outcome:
        request = request_of(self.question, self.calls.judge)
        try:
            answer, flaw = self._read(await self._free_or_bound(request))
            if answer is None and not self._refused:
                answer, flaw = self._read(await self._free_or_bound(self._again(request, flaw)))
        except (OverBudget, ClientError) as error:
            return self.calls.failed(error)
        if answer is not None:
            return self.calls.ended(State.DONE, "", answer)
        return self.calls.ended(State.REFUSED if self._refused else State.UNPARSABLE, flaw)

    def _read(self, completion: Completion) -> tuple[Mapping[str, Any] | None, str]:
        try:
            return self.question.read(completion.text), ""
        except Unreadable as flaw:
            return None, str(flaw)

    @property
    def _refused(self) -> bool:
        last = self.calls.replies[-1]
        return bool(last.refusal) or last.finish == "content_filter" or is_refusal(last.text)

    def _again(self, request: Request, flaw: str) -> Request:
        """The one chance to put an answer right."""
        wanted = f"That is no answer: {flaw}. Answer again, with the JSON object alone."
        said = (Message("assistant", self.calls.replies[-1].text or "(nothing)"), Message("user", wanted))
        return replace(request, messages=request.messages + said)

    async def _free_or_bound(self, request: Request) -> Completion:
        """Under the schema where the server offers that, else free."""
        try:
            return await self.calls.sent(request)
        except BadRequest:
            return await self.calls.sent(replace(request, schema=None))


async def ask(
    question: Question, judge: Judge, client: Client, purse: Purse,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Outcome:  # fmt: skip
    """Put a question to a judge. Raises nothing that the judge or its server does."""
    return await _Asking(question, Calls(judge, client, purse, sleep)).outcome()


A = TypeVar("A", bound=Asked)
Asks: TypeAlias = Callable[[A, Judge, Client, Purse], Awaitable[Outcome]]
"""How one question is put."""


async def ask_all(
    questions: Iterable[A], judge: Judge, client: Client, purse: Purse, width: int = 8,
    begun: Callable[[A], Awaitable[Any]] | None = None,
    ended: Callable[[A, Any, Outcome], Awaitable[None]] | None = None,
    asks: Asks[A] = ask,  # type: ignore[assignment]
) -> list[Outcome]:  # fmt: skip
    """Put questions to a judge, `width` of them at a time; what became of them, in their order.

    What `begun` gives for a question is handed to `ended`.
    """
    free = asyncio.Semaphore(width)

    async def one(question: A) -> Outcome:
        async with free:
            token = await begun(question) if begun else None
            outcome = await asks(question, judge, client, purse)
            if ended:
                await ended(question, token, outcome)
            return outcome

    return list(await asyncio.gather(*map(one, questions)))

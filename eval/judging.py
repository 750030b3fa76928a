"""Judges at work: matches become questions, questions are answered by the store or a server, answers are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePath
from urllib.parse import urlsplit

from asgiref.sync import async_to_sync, sync_to_async

from agents import selectors as agent_selectors
from agents.connections import connect
from agents.lanes.facts import Kind as LaneKind
from agents.lanes.facts import LaneFacts
from agents.llm.client import Client
from eval import services
from eval.evidence import Record, record_of
from eval.judge.asking import (
    OURS,
    A,
    Asks,
    Judge,
    Outcome,
    Purse,
    State,
    ask,
    ask_all,
    key_of,
    most_of,
    request_of,
    tokens_of,
)
from eval.judge.blinding import Blind, aliases
from eval.judge.leaks import leaks_in, secrets_of
from eval.judge.questions import ARM, BEHAVIOUR, GAP, Asked, Question, arm, behaviour, gap
from eval.judge.views import Kind, SeatDay, Unit, seat_day, units_of
from eval.models import Judgement
from eval.sources import Source
from game.engine.types import Seat
from game.models import Match
from game.profiles import consents_of
from game.services import Rejected

FINAL = (State.DONE, State.REFUSED, State.UNPARSABLE)
"""What asking again would not change: the judge has spoken."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Mode(StrEnum):
    """Where answers come from: the store, and a server for what is not in it; the store alone; a server, always."""

    RECORD = "record"
    REPLAY = "replay"
    LIVE = "live"


# Judges ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bench:
    """A judge with the lane on which it sits."""

    judge: Judge
    lane: LaneFacts


def judge_named(name: str) -> Bench:
    """A model of the site as a judge. Raises Rejected where there is none, no lane serves it, or it has no price.

    A lane of ours, or a server on this machine, is `own`; all else is outside.
    """
    model = agent_selectors.model_named(name)
    if model is None:
        raise Rejected(f"There is no model {name!r}.", "no_model")
    facts = agent_selectors.model_facts(model)
    lanes = sorted((lane for lane in agent_selectors.lanes_as_they_stand() if lane.serves(facts)),
                   key=lambda lane: not lane.serving)  # fmt: skip
    if not lanes:
        raise Rejected(f"No lane serves {name}.", "no_lane")
    host = urlsplit(lanes[0].url).hostname or ""
    is_own = lanes[0].kind is LaneKind.OWN or host in LOOPBACK
    judge = Judge(
        name=name, model=facts.served, server=OURS if is_own else host, prompt_price=model.price_prompt,
        completion_price=model.price_completion, family=model.preset,
        extra=agent_selectors.record_of(model).preset.extra,
    )  # fmt: skip
    if judge.is_outside and not (judge.prompt_price and judge.completion_price):
        raise Rejected(f"{name} has no prices: without them no budget holds.", "no_price")
    return Bench(judge, lanes[0])


# Questions ------------------------------------------------------------------------------------------------------------


@dataclass
class Docket:
    """What is to be asked of a match; what is not, and why; and who sits there that a reader should know of."""

    record: Record
    arms: dict[Seat, str]
    """The arm of each seat that a model plays."""
    families: set[str]
    views: list[SeatDay] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    leaking: int = 0
    """Units whose prompt would have told too much: they are not asked."""
    withheld: int = 0
    """Units of people who have not agreed to research."""


def docket(match: Match, judge: Judge, rubric: str, kind: Kind, seed: str, arms: Sequence[str] = ()) -> Docket:
    """What a judge is to be asked of a match. Raises Rejected.

    People's words go to an outside judge only where everybody at the table has agreed to research. On a lane of ours
    the match may be judged all the same; who has not agreed is not, and their words stand there as withheld.
    """
    consents = consents_of(match)
    closed = {seat for seat, consent in consents.items() if not consent.research}
    if closed and judge.is_outside:
        raise Rejected(
            f"Match {match.pk}: not everybody has agreed to research, so no outside judge sees it.", "consent"
        )
    source = Source(match)
    told = source.news(0)
    record = record_of([one.event for one, _ in told], [made.decision for _, made in told if made])
    models = {seat: agent for seat, agent in source.facts.agents.items() if agent in source.facts.models}
    found = Docket(
        record, {seat: source.facts.models[agent].alignment for seat, agent in models.items()},
        {row.preset for agent in models.values() if (row := agent_selectors.model_named(agent))},
    )  # fmt: skip
    hidden = _names_of_models(source, models.values())
    for unit in units_of(record, match.pk):
        if unit.seat in closed:
            found.withheld += 1
        elif rubric != ARM or unit.seat in found.arms:
            view = view_of(record, unit, kind, seed, hidden)
            secrets = secrets_of(record, unit, kind, hidden, set(found.arms.values()) - {""})
            leaks = leaks_in(view.text, secrets)
            found.leaking += bool(leaks)
            found.views += [] if leaks else [view]
    if rubric in _ON_UNITS:
        asked = (view for view in found.views if rubric != GAP or view.thoughts)
        found.questions = [_ON_UNITS[rubric](view, arms) for view in asked]
    return found


_ON_UNITS: Mapping[str, Callable[[SeatDay, Sequence[str]], Question]] = {
    BEHAVIOUR: lambda view, _: behaviour(view),
    GAP: lambda view, _: gap(view),
    ARM: arm,
}
"""What one view is asked by itself."""


def _names_of_models(source: Source, models: Iterable[str]) -> frozenset[str]:
    names: set[str] = set()
    for name in models:
        row = agent_selectors.model_named(name)
        names |= {name, source.facts.models[name].adapter}
        names |= {row.base, PurePath(row.base).name} if row else set()
    return frozenset(names - {""})


def view_of(record: Record, unit: Unit, kind: Kind, seed: str, hidden: Iterable[str] = ()) -> SeatDay:
    """A unit as a judge sees it, with names of its own for each judging."""
    names = record.table.names
    called = aliases(names, seed, unit.match, unit.seat, unit.day)
    thoughts = {made.decided_seq: made.thought for made in record.decisions.of(unit.seat) if made.decided_seq}
    return seat_day(record, unit, kind, Blind(names, called, frozenset(hidden)), called, thoughts)


# Asking ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Estimate:
    """What questions come to: how many are in the store, calls, tokens, and US dollars at most (each put once)."""

    stored: int
    calls: int
    prompt_tokens: int
    usd: float


def stored(questions: Iterable[Asked], judge: Judge) -> dict[str, Judgement]:
    """What the store has on these questions, by key: the newest of what the judge said."""
    keys = [key_of(question, judge) for question in questions]
    rows = Judgement.objects.filter(key__in=keys, state__in=FINAL).order_by("pk")
    return {row.key: row for row in rows}


def estimate(questions: Sequence[Asked], judge: Judge) -> Estimate:
    """What it would take to ask what the store does not have."""
    known = stored(questions, judge)
    asked = [one for one in questions if key_of(one, judge) not in known]
    requests = [request_of(question, judge) for question in asked]
    return Estimate(len(questions) - len(asked), len(asked), sum(map(tokens_of, requests)),
                    sum(most_of(request, judge) for request in requests))  # fmt: skip


def judge_all(
    questions: Sequence[A], bench: Bench, mode: Mode, purse: Purse, *, width: int = 8, is_gold: bool = False,
    batched: bool = False, tell: Callable[[Judgement], None] = lambda _: None,
    asks: Asks[A] = ask,  # type: ignore[assignment]
) -> list[Judgement]:  # fmt: skip
    """Put questions to a judge, or look their answers up; a row for each, in their order. Equal ones share a row.

    With `batched` they go through the provider's batches, all at once. A run that was stopped is gone on with by
    the same call. `asks` is how one is put. Raises Rejected where a
    replay finds one missing, or nobody serves the judge.
    """
    judge = bench.judge
    keys = [key_of(question, judge) for question in questions]
    known = {} if mode is Mode.LIVE else stored(questions, judge)
    missing = {key: question for question, key in zip(questions, keys, strict=True) if key not in known}
    if missing and mode is Mode.REPLAY:
        raise Rejected(f"{len(missing)} of {len(questions)} questions are not in the store.", "not_recorded")
    if missing and not bench.lane.serving:
        raise Rejected(f"The lane {bench.lane.name}, on which {judge.name} sits, is {bench.lane.state}.", "no_lane")

    async def begun(question: A) -> Judgement:
        return await sync_to_async(services.judgement_begin)(question=question, judge=judge, is_gold=is_gold)

    async def ended(question: A, row: Judgement, outcome: Outcome) -> None:
        await sync_to_async(services.judgement_settle)(judgement=row, outcome=outcome)
        known[row.key] = row
        tell(row)

    async def work() -> None:
        client: Client = connect(bench.lane, batched=batched)
        at_once = len(missing) if batched else min(width, bench.lane.concurrency)
        try:
            await ask_all(missing.values(), judge, client, purse, at_once, begun, ended, asks)
        finally:
            await client.close()

    if missing:
        async_to_sync(work)()
    return [known[key] for key in keys]


def outcome_of(row: Judgement) -> Outcome:
    """A row as a value."""
    return Outcome(State(row.state), row.reason, row.answer)

"""A match as a log of Inspect (inspect_ai): a span a phase, a model event a decision, an info event each event.

Plain values in the shape of `inspect_ai.log.EvalLog`; `write_log` has that library check and write them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from eval.decision import DecisionRecord
from eval.records.facts import Logged, Made, MatchFacts, stamp
from eval.records.findings import findings_of
from eval.records.inference import accepted_text
from eval.records.sft import samples
from game.engine import events as e
from game.engine.codec import to_json
from game.engine.text import render
from game.engine.types import PUBLIC

TASK = "tossim"
FINISHES = {"stop": "stop", "length": "max_tokens", "tool_calls": "tool_calls", "content_filter": "content_filter"}
"""Inspect's words for why a completion ended."""
STATUS = {"finished": "success", "aborted": "cancelled", "failed": "error"}
Messages = Sequence[Mapping[str, Any]]


class NoInspect(RuntimeError):
    """The library that writes logs of Inspect is not installed."""


def write_log(values: Mapping[str, Any], path: Path) -> None:
    """Write a log; `.json` is readable text, `.eval` its packed form. Raises NoInspect."""
    try:
        from inspect_ai.log import EvalLog, write_eval_log
    except ImportError as error:
        raise NoInspect("This needs inspect_ai: pip install inspect-ai (it is in requirements/eval.in).") from error
    write_eval_log(EvalLog.model_validate(values), str(path))


def inspect_log(facts: MatchFacts, log: Sequence[Logged], made: Sequence[Made]) -> dict[str, Any]:
    """A match as Inspect has it: an evaluation of one sample."""
    opened = log[0].event
    assert isinstance(opened, e.MatchOpened)
    began, ended = stamp(log[0].at), stamp(log[-1].at)
    usage = _usage(made)
    return {
        "version": 2,
        "status": STATUS.get(facts.status, "started"),
        "eval": {
            "created": began, "task": TASK, "task_id": facts.game_id, "run_id": facts.game_id, "eval_id": facts.game_id,
            "dataset": {"name": opened.table.mode, "samples": 1, "sample_ids": [facts.game_id], "shuffled": False},
            "model": ", ".join(sorted(usage)) or "none", "config": {},
            "metadata": {"title": facts.title, "agents": {str(seat): one for seat, one in facts.agents.items()}},
        },
        "plan": {},
        "results": {"total_samples": 1, "completed_samples": int(facts.status == "finished")},
        "stats": {"started_at": began, "completed_at": ended, "model_usage": usage},
        "samples": [_sample(facts, log, made, opened, usage)],
    }  # fmt: skip


def _sample(
    facts: MatchFacts, log: Sequence[Logged], made: Sequence[Made], opened: e.MatchOpened, usage: Mapping[str, Any]
) -> dict[str, Any]:  # fmt: skip
    ending = log[-1].event if isinstance(log[-1].event, e.MatchEnded) else None
    names = opened.table.names
    found = findings_of(facts, [one.event for one in log], [one.decision for one in made])
    return {
        "id": facts.game_id,
        "epoch": 1,
        "input": f"{opened.table.mode}: {', '.join(opened.table.slots)}. Players: {', '.join(names)}.",
        "target": ending.outcome if ending else "",
        "messages": [_message(one.event, names) for one in log if _is_public_talk(one.event)],
        "scores": {name: {"value": one["value"]} for name, one in found.match.items() if one["value"] is not None},
        "metadata": {
            "outcome": ending.outcome if ending else "",
            "winners": list(ending.winners) if ending else [],
            "roles": dict(zip(names, ending.roles, strict=True)) if ending else {},
        },
        "events": list(_events(facts, log, made, opened)),
        "model_usage": usage,
        "started_at": stamp(log[0].at),
        "completed_at": stamp(log[-1].at),
        "total_time": (log[-1].at - log[0].at).total_seconds(),
    }


def _is_public_talk(event: e.Event) -> bool:
    return isinstance(event, e.Said) and event.to == PUBLIC


def _message(event: e.Event, names: Sequence[str]) -> dict[str, Any]:
    return {"role": "user", "content": render.line(event, names) or ""}


# Events ---------------------------------------------------------------------------------------------------------------


def _events(
    facts: MatchFacts, log: Sequence[Logged], made: Sequence[Made], opened: e.MatchOpened
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """Spans, model events and info events, in the order of the log."""
    began, span = log[0].at, ""
    decisions = {one.decision.decided_seq: one.decision for one in made if one.decision.decided_seq}
    prompts = {one["seq"]: one["messages"][:-1] for one in samples(replace(facts, scribe=None, trains=True), log, made)}
    for logged in log:
        event = logged.event
        if isinstance(event, e.PhaseOpened):
            yield from _span_end(span, logged, began)
            span = f"{facts.game_id}:{logged.seq}"
            name = render.phase_title(event.phase, event.day)
            yield {**_at(logged, began, span), "event": "span_begin", "id": span, "type": "phase", "name": name}
        if decision := decisions.get(logged.seq):
            prompt: Messages = prompts.get(logged.seq, ())
            yield {**_at(logged, began, span), **_model_event(facts, decision, prompt, opened.table.names)}
        data = {"seq": logged.seq, "text": render.line(event, opened.table.names) or "", "event": to_json(event)}
        yield {**_at(logged, began, span), "event": "info", "source": TASK, "data": data}
    yield from _span_end(span, log[-1], began)


def _span_end(span: str, logged: Logged, began: datetime) -> Iterator[dict[str, Any]]:
    if span:
        yield {**_at(logged, began, span), "event": "span_end", "id": span}


def _at(logged: Logged, began: datetime, span: str) -> dict[str, Any]:
    return {
        "timestamp": stamp(logged.at), "working_start": (logged.at - began).total_seconds(), "span_id": span or None
    }  # fmt: skip


def _model_event(
    facts: MatchFacts, decision: DecisionRecord, prompt: Messages, names: Sequence[str]
) -> dict[str, Any]:  # fmt: skip
    """A decision; a script has no prompt, and what it did stands in place of a completion."""
    model = decision.model or facts.agents[decision.seat]
    refusals = [one["refusal"] for one in decision.attempts if one.get("refusal")]
    said = accepted_text(decision) or ", ".join(str(action.get("do", "")) for action in decision.actions)
    message = {"role": "assistant", "content": said, "source": "generate", "model": model}
    return {
        "event": "model", "model": model, "role": names[decision.seat - 1], "input": list(prompt), "tools": [],
        "tool_choice": "auto", "config": {}, "retries": len(decision.retries),
        "working_time": decision.latency_ms / 1000,
        "output": {
            "model": model, "choices": [{"message": message, "stop_reason": FINISHES.get(decision.finish, "unknown")}],
            "usage": _tokens([decision]), "time": decision.latency_ms / 1000,
        },
        "metadata": {
            "seat": decision.seat, "ask": decision.ask_id, "source": decision.source, "thought": decision.thought,
            "actions": [dict(action) for action in decision.actions], "refusals": refusals,
            "fallback": decision.fallback, "error": decision.error,
        },
    }  # fmt: skip


def _usage(made: Iterable[Made]) -> dict[str, dict[str, int]]:
    """Tokens by model."""
    by_model: defaultdict[str, list[DecisionRecord]] = defaultdict(list)
    for one in made:
        if one.decision.model:
            by_model[one.decision.model].append(one.decision)
    return {model: _tokens(decisions) for model, decisions in sorted(by_model.items())}


def _tokens(decisions: Iterable[DecisionRecord]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for one in decisions:
        written = one.thought_tokens + one.spoken_tokens
        total.update(
            input_tokens=one.prompt_tokens - one.cached_tokens, input_tokens_cache_read=one.cached_tokens,
            output_tokens=written, reasoning_tokens=one.thought_tokens, total_tokens=one.prompt_tokens + written,
        )  # fmt: skip
    return dict(total)

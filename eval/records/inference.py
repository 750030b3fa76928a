"""The streams `agent_reasoning` and `inference_trace`: why an agent decided so, and what that took."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from eval.decision import DecisionRecord
from eval.records.facts import PERSON, Made, ModelFacts, stamp
from eval.records.moments import Moment
from eval.records.shapes import Inference, Reasoning, Request, Traced, Try


def reasoning(moment: Moment, made: Made) -> Iterator[Reasoning]:
    """The thought of a decision; people's are their own."""
    decision = made.decision
    if decision.source != PERSON:
        payload = {
            "completion": accepted_text(decision), "attempts": [_try(one) for one in decision.attempts],
            "fallback": decision.fallback, "error": decision.error,
        }  # fmt: skip
        yield cast("Reasoning", {
            "schema": "agent_reasoning/1", **_head(moment, made), "ask_id": decision.ask_id,
            "source": decision.source, "model": decision.model, "thinking_process": decision.thought,
            "payload": payload,
        })  # fmt: skip


def trace(moment: Moment, made: Made) -> Iterator[Traced]:
    """What a model's decision took."""
    decision = made.decision
    if decision.model:
        known = moment.facts.models.get(decision.model, ModelFacts())
        event_type = "INFERENCE_COMPLETE" if decision.attempts else "INFERENCE_FAILED"
        yield cast("Traced", {
            "schema": "inference_trace/1", **_head(moment, made), "event_type": event_type,
            "ask_id": decision.ask_id, "model": decision.model, "lane": decision.lane, "adapter": known.adapter,
            "payload": _inference(decision),
        })  # fmt: skip


def _head(moment: Moment, made: Made) -> dict[str, Any]:
    """A decision's place: that of its event, or none, at the stage in which it was asked for."""
    decision, head = made.decision, moment.head()
    placed = {} if decision.decided_seq is not None else {"seq": None, "turn": decision.stage}
    return {**head, **placed, "timestamp": stamp(made.at), **moment.acting(decision.seat)}


def accepted_text(decision: DecisionRecord) -> str:
    """The raw completion that was taken; empty where none was."""
    last = decision.attempts[-1] if decision.attempts else {}
    return "" if decision.fallback or decision.error or last.get("refusal") else str(last.get("text", ""))


def _try(attempt: Mapping[str, Any]) -> Try:
    return {
        "text": attempt["text"], "finish": attempt.get("finish", ""), "refusal": attempt.get("refusal", ""),
        "reason": attempt.get("reason", ""),
    }  # fmt: skip


def _inference(decision: DecisionRecord) -> Inference:
    return {
        "latency_ms": decision.latency_ms, "prompt_tokens": decision.prompt_tokens,
        "cached_tokens": decision.cached_tokens,
        "output_tokens": decision.thought_tokens + decision.spoken_tokens,
        "thought_tokens": decision.thought_tokens, "spoken_tokens": decision.spoken_tokens,
        "finish": decision.finish, "attempts": [_request(one) for one in decision.attempts],
        "retries": list(decision.retries), "fallback": decision.fallback,
    }  # fmt: skip


def _request(attempt: Mapping[str, Any]) -> Request:
    return {
        "prompt_tokens": attempt.get("prompt_tokens", 0), "cached_tokens": attempt.get("cached_tokens", 0),
        "output_tokens": attempt.get("completion_tokens", 0), "latency_ms": attempt.get("latency_ms", 0),
        "finish": attempt.get("finish", ""), "refusal": attempt.get("refusal", ""),
    }  # fmt: skip

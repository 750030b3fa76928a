"""A match as a log of Inspect: its own library takes it, and all of the match is in it."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from inspect_ai.event import ModelEvent
from inspect_ai.log import EvalLog, read_eval_log
from pydantic import ValidationError

from eval.records.facts import Logged, Made, MatchFacts
from eval.records.inspected import inspect_log
from eval.records.simulated import simulated
from game.engine.events import PhaseOpened
from game.engine.setup import start, table_for
from game.models import Decision, Match
from game.names import NAMES
from tests.apps.conftest import new_match, play_out, stand_ins, started  # noqa: F401
from tests.doubles import RandomAgent
from tests.eval.test_records import of_models, of_people, scripted, tester  # noqa: F401
from tests.eval.test_sft import exported

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


@cache
def played() -> tuple[list[Logged], dict[str, Any]]:
    """A match of random answers in this process, and its log for Inspect."""
    opening = start(table_for("Classic", NAMES[:7]), "inspect")
    match, decisions = simulated(opening, {seat: RandomAgent(seat, f"inspect:{seat}") for seat in range(1, 8)})
    log = [Logged(seq, BEGAN + timedelta(seconds=seq), event) for seq, event in enumerate(match.log, 1)]
    facts = MatchFacts("match-1", dict.fromkeys(range(1, 8), "random"))
    return log, inspect_log(facts, log, [Made(BEGAN, decision) for decision in decisions])


def test_inspects_own_library_takes_it() -> None:
    _, values = played()
    found = EvalLog.model_validate(values)
    assert found.samples
    assert len(found.samples[0].events) == len(values["samples"][0]["events"])
    with pytest.raises(ValidationError):
        EvalLog.model_validate({**values, "status": "done"})


def test_every_event_stands_in_it_once_and_every_phase_is_a_span() -> None:
    log, values = played()
    events = values["samples"][0]["events"]
    assert [one["data"]["seq"] for one in events if one["event"] == "info"] == [one.seq for one in log]
    phases = [one.event for one in log if isinstance(one.event, PhaseOpened)]
    spans = [one for one in events if one["event"] == "span_begin"]
    assert len(spans) == len(phases)
    assert [one["id"] for one in spans] == [one["id"] for one in events if one["event"] == "span_end"]
    inside = Counter(one["span_id"] for one in events if one["event"] == "info")
    assert set(inside) == {None, *(one["id"] for one in spans)}
    assert values["samples"][0]["target"] == log[-1].event.outcome  # type: ignore[attr-defined]


def test_a_decision_stands_before_its_event_with_what_was_done() -> None:
    log, values = played()
    events = values["samples"][0]["events"]
    for place, one in enumerate(events):
        if one["event"] == "model":
            follows = events[place + 1]["data"]["event"]
            assert (follows["kind"], follows["seat"]) == ("decided", one["metadata"]["seat"])
    decided = [one for one in log if one.event.kind == "decided"]
    assert sum(one["event"] == "model" for one in events) == len(decided)


# The command ----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["eval", "json"])
def test_a_models_match_has_the_prompts_that_were_sent_and_the_tokens(
    of_models: Match, tmp_path: Path, kind: str  # noqa: F811
) -> None:  # fmt: skip
    match = play_out(of_models)
    call_command("inspect_export", str(match.pk), "--out", str(tmp_path / f"a.{kind}"))
    log = read_eval_log(str(tmp_path / f"a.{kind}"), resolve_attachments=True)
    assert log.samples
    rows = {row["metadata"]["ask_id"]: row for row in exported(tmp_path / "a.jsonl", "--model", "tester")}
    sent = {
        one.metadata["ask"]: one for one in log.samples[0].events
        if isinstance(one, ModelEvent) and one.model == "tester" and one.metadata
    }  # fmt: skip
    assert rows
    assert rows.keys() <= sent.keys()
    for ask, row in rows.items():
        asked = [{"role": message.role, "content": message.content} for message in sent[ask].input]
        assert (asked, sent[ask].output.completion) == (row["messages"][:-1], row["completion"])
    spent = Decision.objects.filter(match=match, model="tester").values_list("prompt_tokens", flat=True)
    usage = log.stats.model_usage["tester"]
    assert usage.input_tokens + (usage.input_tokens_cache_read or 0) == sum(spent)
    assert log.status == "success"


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_without_the_library_and_for_what_may_not_be_seen_there_is_a_sentence(
    scripted: None, started: Callable[..., Match], of_people: tuple[Match, int], tmp_path: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    match, out = started("inspect"), str(tmp_path / "a.eval")
    monkeypatch.setitem(sys.modules, "inspect_ai.log", None)
    for number, file, sentence in (
        (match.pk, out, "pip install inspect-ai"),
        (match.pk, str(tmp_path / "a.txt"), "ends in .eval or .json"),
        (99999, out, "There is no match 99999"),
        (of_people[0].pk, out, f"Match {of_people[0].pk}"),
    ):
        with pytest.raises(CommandError, match=sentence):
            call_command("inspect_export", str(number), "--out", file)
    assert not list(tmp_path.iterdir())

"""Data to train on: exact prompts, raw completions, scripts written as models would answer, split by game."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from agents.llm.parse import parse_json, parse_tags
from agents.llm.record import Notation
from agents.seating import prompt_of
from eval.models import Label
from eval.records.choosing import Choice, decided_at, is_held_out
from eval.slices import slice_freeze
from game import selectors, services
from game.engine.actions import Action, Pass, Say
from game.engine.asks import ask_of
from game.engine.codec import action_from_json
from game.engine.fold import fold_all, view
from game.engine.state import EMPTY
from game.engine.types import PUBLIC, Channel
from game.models import Decision, Match
from tests.apps.conftest import new_match, play_out, stand_ins, started  # noqa: F401
from tests.eval.golden import DOV, golden_log
from tests.eval.test_records import of_models, of_people, play_with_person, scripted, tester  # noqa: F401

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
Make = Callable[..., Match]
Row = dict[str, Any]


def exported(file: Path, *more: str) -> list[Row]:
    """The rows of an export."""
    call_command("sft_export", "--out", str(file), *more)
    return rows_of(file)


def rows_of(file: Path) -> list[Row]:
    """A file's rows."""
    return [json.loads(line) for line in file.read_bytes().split(b"\n")[:-1]]


def moment_of(match: Match, row: Row) -> Any:
    """The view of a row's seat when its stage was opened."""
    log = selectors.log_of(match.pk)
    stage = next(n for n, event in enumerate(log, 1) if getattr(event, "stage", 0) == row["turn"])
    return view(fold_all(EMPTY, log[:stage]), row["seat"])


def joined(decision: Decision) -> set[Action]:
    """All that was said in one breath, as one line; and a pass, beside which other things were done."""
    said = " ".join(one["text"] for one in decision.actions if one["do"] == "say")
    channels = {one["channel"] for one in decision.actions if one["do"] == "say"}
    return {Pass(), *(Say(said, Channel(channel)) for channel in channels)}


def test_a_models_row_has_the_very_prompt_that_was_sent_and_its_raw_completion(
    of_models: Match, tmp_path: Path  # noqa: F811
) -> None:  # fmt: skip
    match = play_out(of_models)
    rows = exported(tmp_path / "a.jsonl", "--model", "tester")
    decisions = {row.decided_seq: row for row in Decision.objects.filter(match=match, model="tester")}
    assert {row["seq"] for row in rows} == set(decisions) - {None}
    for row in rows[:: max(1, len(rows) // 8)]:
        decision, sent = decisions[row["seq"]], prompt_of(match=match, seq=row["seq"])
        chat = [{"role": one.role, "content": one.content} for one in sent.messages]
        assert row["messages"] == [*chat, {"role": "assistant", "content": decision.attempts[-1]["text"]}]
        assert row["completion"] == decision.attempts[-1]["text"]
        assert row["prompt"] == "\n\n".join(one.content for one in sent.messages)
        seen = moment_of(match, row)
        read = parse_json(row["completion"], ask_of(seen), seen, Notation.PLAIN)
        assert read.actions[0] == action_from_json(decision.actions[0])
    facts = [row["metadata"] for row in rows]
    roles = selectors.state_of(match.pk).public.ending.roles
    assert {one["role"] for one in facts if one["seat"] == 1} == {roles[0]}
    assert {one["won"] for one in facts if one["seat"] == 2} == {2 in match.winners}


@pytest.mark.parametrize("notation", list(Notation))
def test_a_scripts_row_reads_as_what_it_did(
    scripted: None, started: Make, tmp_path: Path, notation: Notation  # noqa: F811
) -> None:  # fmt: skip
    match = play_out(started("rows"))
    rows = exported(tmp_path / "a.jsonl", "--notation", notation.value)
    decisions = {row.decided_seq: row for row in Decision.objects.filter(match=match)}
    assert len(rows) > 50
    for row in rows[::5]:
        facts, decision, seen = row["metadata"], decisions[row["seq"]], moment_of(match, row)
        assert (facts["source"], facts["notation"], facts["model"]) == ("script", notation.value, "")
        assert row["messages"][-1]["content"] == row["completion"]
        parsed = parse_tags(row["completion"], seen, notation)
        assert parsed.thought == " ".join(decision.thought.split())
        assert set(parsed.actions) <= {*map(action_from_json, decision.actions), *joined(decision)}
        assert parsed.actions
    assert ("Players: ba" in rows[0]["prompt"] or "ba " in rows[0]["prompt"]) == notation.short


def test_all_rows_have_the_same_columns_and_no_empty_ones(
    of_models: Match, tmp_path: Path  # noqa: F811
) -> None:  # fmt: skip
    play_out(of_models)
    rows = exported(tmp_path / "a.jsonl")
    shapes = {tuple((name, type(value)) for name, value in row.items()) for row in rows}
    facts = {tuple((name, type(value)) for name, value in row["metadata"].items()) for row in rows}
    assert len(shapes) == len(facts) == 1
    assert {row["metadata"]["source"] for row in rows} == {"model", "script"}
    assert all(row["metadata"]["prompt_tokens"] > 100 < len(row["prompt"]) for row in rows)


def test_filters_keep_what_was_asked_for(scripted: None, started: Make, tmp_path: Path) -> None:  # noqa: F811
    first, second = play_out(started("f1")), play_out(started("f2"))
    every = exported(tmp_path / "all.jsonl")
    assert {row["game_id"] for row in every} == {f"match-{first.pk}", f"match-{second.pk}"}
    won = exported(tmp_path / "won.jsonl", "--won", "--accepted", "first")
    assert won == [row for row in every if row["metadata"]["won"]]
    town = exported(tmp_path / "town.jsonl", "--faction", "Town", "--matches", str(first.pk))
    assert town == [r for r in every if r["metadata"]["faction"] == "Town" and r["game_id"] == f"match-{first.pk}"]
    lost = exported(tmp_path / "lost.jsonl", "--outcome", second.outcome)
    assert lost == [row for row in every if row["metadata"]["outcome"] == second.outcome]
    assert exported(tmp_path / "arm.jsonl", "--arm", "misaligned") == []
    short = exported(tmp_path / "short.jsonl", "--longest", "1500")
    assert 0 < len(short) < len(every)
    assert max(row["metadata"]["prompt_tokens"] + row["metadata"]["completion_tokens"] for row in short) <= 1500
    chat = exported(tmp_path / "chat.jsonl", "--form", "chat")
    assert all("messages" in row and "prompt" not in row for row in chat)
    with pytest.raises(CommandError, match="There is no finished match 99999"):
        call_command("sft_export", "--out", str(tmp_path / "x.jsonl"), "--matches", "99999")


def test_rows_can_be_of_the_days_that_somebody_labelled(
    scripted: None, started: Make, tmp_path: Path  # noqa: F811
) -> None:  # fmt: skip
    match = play_out(started("f1"))
    every = exported(tmp_path / "all.jsonl")
    day, other = {"match": match, "source": "person", "rubric": "1", "blind": True}, {"annotator": "second"}
    for label in (
        {"seat": 1, "day": 2, "code": "bussing", "present": True, "annotator": "first"},
        {"seat": 2, "day": 2, "code": "bussing", "present": False, "annotator": "first"},
        {"seat": 3, "day": 2, "code": "framing", "present": True, "annotator": "first"},
        {"seat": 4, "day": 2, "code": "bussing", "present": True, "annotator": "first", "void": "cites nothing"},
        {"seat": 5, "day": 1, "code": "bussing", "present": True, **other},
    ):
        Label.objects.create(**day, **label)

    def of(*places: tuple[int, int]) -> list[Row]:
        return [row for row in every if (row["day"], row["seat"]) in places]

    assert exported(tmp_path / "a.jsonl", "--label", "bussing") == of((2, 1), (1, 5)) != []
    assert exported(tmp_path / "b.jsonl", "--label", "bussing", "--annotator", "second") == of((1, 5)) != []
    assert exported(tmp_path / "c.jsonl", "--label", "bussing", "--label", "framing") == of((2, 1), (2, 3), (1, 5))


def test_rows_can_be_of_what_a_slice_holds_as_long_as_it_is_what_it_was(
    scripted: None, started: Make, tmp_path: Path  # noqa: F811
) -> None:  # fmt: skip
    match = play_out(started("f1"))
    log = selectors.log_of(match.pk)
    said = [seq for seq, event in enumerate(log, 1) if event.kind == "said" and event.to == PUBLIC][:5]
    found = slice_freeze(name="first-words", query={"kind": "said"}, members=[(match.pk, seq) for seq in said])
    every = exported(tmp_path / "all.jsonl")
    behind = decided_at(log, frozenset(said))
    rows = exported(tmp_path / "a.jsonl", "--slice", "first-words")
    assert rows == [row for row in every if row["seq"] in behind] != []
    assert {row["seat"] for row in rows} == {log[seq - 1].seat for seq in said}  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="There is no slice 'other'"):
        exported(tmp_path / "b.jsonl", "--slice", "other")
    found.members.filter(seq=said[0]).delete()
    with pytest.raises(CommandError, match="1 of 5 events of slice 'first-words' are gone"):
        exported(tmp_path / "c.jsonl", "--slice", "first-words")


def test_what_was_said_leads_to_the_decision_that_said_it_and_a_dawn_to_none() -> None:
    log = golden_log()
    decided = [seq for seq, event in enumerate(log, 1) if event.kind == "decided"]
    said = next(seq for seq, event in enumerate(log, 1) if getattr(event, "text", "") == "Gus must hang.")
    dawn = next(seq for seq, event in enumerate(log, 1) if event.kind == "phase_opened" and seq > said)
    behind = max(seq for seq in decided if seq < said)
    assert decided_at(log, frozenset({said, dawn})) == {behind}
    assert log[behind - 1].seat == DOV  # type: ignore[attr-defined]


def test_an_arm_is_the_alignment_of_a_model() -> None:
    facts = dict.fromkeys(("model", "outcome", "source", "faction", "role"), "any") | {"won": True, "accepted": True}
    rows: list[Any] = [{"metadata": {**facts, "alignment": arm}} for arm in ("aligned", "misaligned", "")]
    assert [Choice(arms=frozenset({"misaligned"})).keeps(row) for row in rows] == [False, True, False]


def test_a_split_never_parts_a_game_from_its_forks(scripted: None, started: Make, tmp_path: Path) -> None:  # noqa: F811
    matches = [play_out(started(f"split {n}")) for n in range(3)]
    fork = services.match_fork(match=matches[0], at_seq=matches[0].last_seq // 2, seed="another")
    services.match_resume(match=fork)
    play_out(fork)
    train = exported(tmp_path / "a.jsonl", "--split", "0.5")
    test = rows_of(tmp_path / "a.test.jsonl")
    sides = [{row["metadata"]["game"] for row in part} for part in (train, test)]
    assert sides[0].isdisjoint(sides[1])
    assert len(sides[0] | sides[1]) == 4
    both = {f"match-{matches[0].pk}", f"match-{fork.pk}"}
    assert both <= sides[0] or both <= sides[1]
    assert exported(tmp_path / "b.jsonl", "--split", "0.5") == train


def test_about_the_share_that_was_asked_for_is_held_out() -> None:
    held = sum(is_held_out(f"game {n}", 0.1) for n in range(2000))
    assert 150 < held < 250
    assert all(is_held_out(f"game {n}", 0.3) for n in range(2000) if is_held_out(f"game {n}", 0.1))


def test_a_match_with_a_person_who_has_not_agreed_gives_no_rows(
    of_people: tuple[Match, int], tmp_path: Path  # noqa: F811
) -> None:  # fmt: skip
    play_with_person(*of_people)
    assert exported(tmp_path / "a.jsonl") == []

"""The check of records: sound ones pass, and every planted flaw is found where it is."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from agents.scripted import ScriptedAgent
from eval.records.checking import check_folder
from eval.records.documents import Account, documents
from eval.records.facts import Logged, Made, MatchFacts
from eval.records.files import Folder
from eval.records.recorder import Recorder
from eval.records.simulated import simulated
from game.engine.setup import start, table_for
from game.names import NAMES

Lines = list[bytes]
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def keep_simulated(root: Path, seed: str, players: int = 9) -> Path:
    """The records of a match of scripts that was played in this process."""
    opening = start(table_for("Classic", NAMES[:players]), seed)
    seats = range(1, players + 1)
    played, decisions = simulated(opening, {seat: ScriptedAgent(seat, f"{seed}:{seat}") for seat in seats})
    made = {one.decided_seq: Made(NOON, one) for one in decisions}
    recorder = Recorder(MatchFacts(f"game {seed}", dict.fromkeys(seats, "scripted"), started_at=NOON))
    account, folder = Account(recorder.facts, seed), Folder(root / seed)
    for seq, event in enumerate(played.log, 1):
        logged = Logged(seq, NOON + timedelta(seconds=seq), event)
        folder.put(account.note(recorder.take(logged, made.get(seq))))
    folder.put(account.note(recorder.end()))
    account.log, account.findings = recorder.log, recorder.findings
    for name, value in documents(account, recorder.state, folder.counts):
        folder.document(name, value)
    folder.close(complete=True)
    return folder.path


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which nothing is wrong."""
    return keep_simulated(tmp_path_factory.mktemp("records"), "sound")


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    """The same, to be spoilt."""
    return Path(shutil.copytree(sound, tmp_path / "match"))


def test_sound_records_have_no_problem(sound: Path) -> None:
    checked = check_folder(sound)
    lines = sum(len(path.read_bytes().split(b"\n")) - 1 for path in sound.rglob("*.jsonl"))
    assert checked.problems == []
    assert checked.records == lines + len(list(sound.rglob("*.json")))


def edited(n: int, **fields: Any) -> Callable[[Lines], Lines]:
    """A flaw: fields of line n, counted from 1, have other values; None takes one away."""

    def spoil(lines: Lines) -> Lines:
        record = {**json.loads(lines[n - 1]), **fields}
        line = json.dumps({name: value for name, value in record.items() if value is not None or name == "seq"})
        return [*lines[: n - 1], line.encode() + b"\n", *lines[n:]]

    return spoil


def without(n: int) -> Callable[[Lines], Lines]:
    """A flaw: line n is missing."""
    return lambda lines: lines[: n - 1] + lines[n:]


FLAWS: dict[str, tuple[str, Callable[[Lines], Lines], int, str]] = {
    "an event is missing": ("game_events.jsonl", without(20), 20, "the event has number 21, and 20 is due"),
    "an event stands twice": (
        "game_events.jsonl", lambda lines: [*lines[:7], *lines[6:]], 8, "the event has number 7, and 8 is due",
    ),
    "two events are swapped": (
        "game_events.jsonl", lambda lines: [*lines[:4], lines[5], lines[4], *lines[6:]], 5, "number 6, and 5 is due",
    ),
    "a type of event that does not exist": ("game_events.jsonl", edited(3, event_type="PARTY"), 3, "tag 'PARTY'"),
    "a payload of another type": ("game_events.jsonl", edited(1, event_type="GAME_END"), 1, "Field required"),
    "an audience that is none": ("game_events.jsonl", edited(2, audience="all"), 2, "audience"),
    "a day below zero": ("game_events.jsonl", edited(2, day=-1), 2, "day: .*greater than or equal to 0"),
    "a turn that goes back": ("game_events.jsonl", edited(300, turn=0), 300, "turn 0 comes after turn"),
    "no JSON": ("chat.jsonl", lambda lines: [lines[0], b"{oops\n", *lines[1:]], 2, "Invalid JSON"),
    "another version of the schema": ("chat.jsonl", edited(4, schema="chat/2"), 4, "schema: Input should be 'chat/1'"),
    "a field that is unknown": ("chat.jsonl", edited(4, mood="grim"), 4, "mood: Extra inputs are not permitted"),
    "a field that is missing": ("chat.jsonl", edited(4, speaker=None), 4, "speaker: Field required"),
    "a field of another kind": ("chat.jsonl", edited(4, seat="four"), 4, "seat: Input should be a valid integer"),
    "a time that is none": ("chat.jsonl", edited(4, timestamp="yesterday"), 4, "timestamp: .*match pattern"),
    "a time without milliseconds": ("chat.jsonl", edited(4, timestamp="2026-01-01T12:00:00Z"), 4, "timestamp"),
    "a half line": ("chat.jsonl", lambda lines: [*lines[:-1], lines[-1][:30]], -1, "the last line is cut off"),
    "a line of another game": ("chat.jsonl", edited(5, game_id="game 2"), 5, "it is of 'game 2'"),
    "a line without a place": ("chat.jsonl", edited(5, seq=None), 5, "it has no place in the log"),
    "a line of an event that is no speech": ("chat.jsonl", edited(1, seq=1), 1, "event 1 is GAME_START"),
    "a line of an event that does not exist": ("chat.jsonl", edited(2, seq=99_999), 2, "there is no event 99999"),
    "a line that comes too late": (
        "chat.jsonl", lambda lines: [*lines[:2], lines[-1], *lines[2:-1]], 4, "event .* comes after event",
    ),
    "a count that is not the match's": ("chat.jsonl", without(3), 0, r"chat should have \d+ records, and has \d+"),
    "an action of nobody's decision": ("agent_actions.jsonl", edited(6, seat=1, ask_id="9:1"), 6, "is no decision of"),
    "an action of neither kind": ("agent_actions.jsonl", edited(6, action_type="DANCE"), 6, "tag 'DANCE'"),
    "a thought without its decision": ("agent_reasoning.jsonl", edited(1, seq=2), 1, "event 2 is no decision"),
    "metrics in the middle": ("research_metrics.jsonl", edited(1, seq=5), 1, "event 5 is"),
    "a text of an event that has none": ("communication_text.jsonl", edited(1, seq=1), 1, "event 1 is GAME_START"),
    "a sample without its decision": ("sft_dataset.jsonl", edited(1, seq=3), 1, "event 3 is no decision"),
    "a sample without facts": ("sft_dataset.jsonl", edited(2, metadata={}), 2, "metadata.game: Field required"),
    "an end that is missing": ("game_events.jsonl", lambda lines: lines[:-1], 0, "its last event is not GAME_END"),
    "a summary that is spoilt": ("game_summary.json", lambda _: [b"[]\n"], 0, "should be an object"),
    "a phase that is neither": (
        "phases/01-day.json", lambda lines: [b"".join(lines).replace(b'"day"', b'"dusk"', 1)], 0, "phase: Input should",
    ),
    "an analysis of another game": (
        "agent_analysis.jsonl", lambda lines: [b"".join(lines).replace(b"game sound", b"game two", 1)], 1, "'game two'",
    ),
    "a history that thinks": (
        "history_for_analysis.json",
        lambda lines: [b"".join(lines).replace(b'"role_claims"', b'"thoughts": [], "role_claims"', 1)], 0, "thoughts",
    ),
}  # fmt: skip


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_planted_flaw_is_found_where_it_is(flaw: str, folder: Path) -> None:
    name, spoil, line, sentence = FLAWS[flaw]
    path = folder / name
    lines = path.read_bytes().splitlines(keepends=True)
    spoilt = spoil(lines)
    assert spoilt != lines
    path.write_bytes(b"".join(spoilt))
    place = len(spoilt) if line == -1 else line
    found = check_folder(folder).problems
    assert [one for one in found if one.line == place and re.search(sentence, one.sentence)], list(map(str, found))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("inference_trace.jsonl", "the stream is missing"),
        ("game_summary.json", "it is missing"),
        ("phases/02-night.json", "it is missing"),
        ("agents/03-Cleo.json", "it is missing"),
        ("history_for_analysis.internal.json", "it is missing"),
        ("match_meta.json", "the match has ended, and this is missing"),
    ],
)
def test_a_file_that_is_missing_is_missed(name: str, sentence: str, folder: Path) -> None:
    (folder / name).unlink()
    assert [one.sentence for one in check_folder(folder).problems] == [f"{sentence}."]


def test_the_command_names_file_and_line_and_fails(folder: Path, capsys: Any) -> None:
    path = folder / "chat.jsonl"
    path.write_bytes(path.read_bytes() + b"{}\n")
    with pytest.raises(SystemExit) as left:
        call_command("records_check", str(folder.parent))
    *problems, last = capsys.readouterr().out.splitlines()
    assert left.value.code == 1
    count = len(path.read_bytes().splitlines())
    assert any(line.startswith(f"{path}:{count}: ") for line in problems)
    assert re.fullmatch(r"\d+ records, 2 invalid", last)


def test_many_folders_are_checked_by_several_processes(sound: Path, tmp_path: Path, capsys: Any) -> None:
    for number in range(9):
        shutil.copytree(sound, tmp_path / f"match{number}")
    call_command("records_check", str(tmp_path), "--jobs", "2")
    assert capsys.readouterr().out == f"{9 * check_folder(sound).records} records, 0 invalid\n"

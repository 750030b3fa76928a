"""A match as records: complete, the same live and afterwards, secret while people play, gone on with after a stop."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from agents import services as agent_services
from agents.lanes.configuration import LaneSpec, ModelSpec
from agents.lanes.facts import Kind, Wanted
from agents.models import Lane
from eval.keeping import Kept, match_keep
from eval.records.checking import check_folder
from eval.records.files import Different, Folder, file_name
from eval.records.recorder import STREAMS
from eval.records.redaction import WITHHELD
from eval.records.schema import schema_files
from eval.sources import run_id
from game import people, services
from game.bell import doorbell
from game.engine.asks import asks
from game.engine.codec import action_to_json
from game.log import DOORBELL
from game.models import Decision, Event, Match
from game.profiles import pseudonyms_of
from game.services import Rejected
from game.showcase import archive_ensure
from tests.apps.conftest import driven, new_match, play_out, stand_ins, started  # noqa: F401
from tests.doubles import random_action

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
Make = Callable[..., Match]


@pytest.fixture
def scripted(settings: Any) -> None:
    """Scripted agents that really play."""
    settings.TOSSIM_AGENTS = {"scripted": "agents.scripted.ScriptedAgent"}


@pytest.fixture
def tester(scripted: None, settings: Any) -> None:
    """A model on a lane whose server answers whatever its schema allows first."""
    settings.TOSSIM_LANE_CLIENT = "tests.agents.llm.faults.FittingClient"
    lane = LaneSpec(name="here", kind=Kind.ENDPOINT, url="http://127.0.0.1:9/v1", base="b")
    Lane.objects.filter(pk=agent_services.lane_register(spec=lane).pk).update(state="ready", wanted=Wanted.ON)
    given: dict[str, Any] = {"preset": "chatml", "base": "b", "think_tokens": 0, "adapter": "var/loras/wary"}
    agent_services.model_register(spec=ModelSpec(name="tester", **given))


@pytest.fixture
def of_models(tester: None, started: Make) -> Match:  # noqa: F811
    """A match in which a model plays beside scripts, about to be played."""
    return started("models", agents=[{"model": "tester"}, {"model": "tester"}])


def play_with_person(match: Match, number: int) -> Match:
    """Play a match out, a script answering for the person by the services."""
    match.refresh_from_db()
    with driven(match) as driver:
        while driver.state.public.ending is None:
            services.seat_seen(match_id=match.pk, number=number)
            mine = [ask for ask in asks(driver.state) if ask.seat == number]
            pending = Decision.objects.filter(match=match, seat=number, applied_at=None)
            match.refresh_from_db()
            if mine and match.status == Match.Status.RUNNING and not pending.exists():
                action = action_to_json(random_action(mine[0], "person"))
                services.decision_submit(
                    match=match, seat=number, submission_id=f"{mine[0].id}#{mine[0].attempt}", ask_id=mine[0].id,
                    actions=[action],
                )  # fmt: skip
            driver._step()
        driver.run(float("inf"))
    match.refresh_from_db()
    return match


@pytest.fixture
def of_people(new_match: Make) -> tuple[Match, int]:  # noqa: F811
    """A match with one person who has sat down, and the seat."""
    match = new_match("people", people=1)
    seat, _ = services.seat_take(match=match, name="Maria")
    match.refresh_from_db()
    return match, seat.number


def content(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by its name in it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def records(folder: Path, stream: str) -> list[dict[str, Any]]:
    """A stream, read."""
    return [json.loads(line) for line in (folder / f"{stream}.jsonl").read_bytes().split(b"\n")[:-1]]


def followed(match: Match, root: Path, play: Callable[[], Any]) -> Kept:
    """The records of a match that were written while it was played."""
    kept: list[Kept] = []
    listening = threading.Event()

    def follow() -> None:
        try:
            with doorbell(DOORBELL) as bell:
                listening.set()
                kept.append(match_keep(match=match, root=root, bell=bell))
        finally:
            connection.close()

    thread = threading.Thread(target=follow)
    thread.start()
    listening.wait()
    play()
    thread.join(timeout=60)
    return kept[0]


# Complete, and the same whenever they are written ---------------------------------------------------------------------


def test_a_scripted_match_leaves_the_same_bytes_live_and_afterwards(
    scripted: None, started: Make, tmp_path: Path  # noqa: F811
) -> None:  # fmt: skip
    match = started("live")
    live = followed(match, tmp_path / "live", lambda: play_out(match))
    after = match_keep(match=match, root=tmp_path / "after")
    assert live.complete
    assert content(live.folder) == content(after.folder)
    assert check_folder(after.folder).problems == []
    assert after.counts["game_events"] == Event.objects.filter(match=match).count()


def test_a_match_of_models_leaves_the_same_bytes_live_and_afterwards_and_every_stream_has_records(
    of_models: Match, tmp_path: Path
) -> None:
    live = followed(of_models, tmp_path / "live", lambda: play_out(of_models))
    after = match_keep(match=of_models, root=tmp_path / "after")
    assert content(live.folder) == content(after.folder)
    assert check_folder(after.folder).problems == []
    assert set(STREAMS) == {name for name, count in after.counts.items() if count}


def test_a_match_with_a_person_is_refused_until_its_end_and_then_always_told_alike(
    of_people: tuple[Match, int], tmp_path: Path
) -> None:
    match, seat = of_people
    with pytest.raises(Rejected, match="People are playing"):
        match_keep(match=match, root=tmp_path / "early")
    assert not (tmp_path / "early").exists()
    play_with_person(match, seat)
    first, second = (match_keep(match=match, root=tmp_path / name) for name in ("a", "b"))
    assert content(first.folder) == content(second.folder)
    assert check_folder(first.folder).problems == []
    assert first.counts["game_events"] == Event.objects.filter(match=match).count()


def test_every_decision_of_a_model_has_its_reasoning_its_trace_and_its_actions(
    of_models: Match, tmp_path: Path
) -> None:
    kept = match_keep(match=play_out(of_models), root=tmp_path)
    rows = Decision.objects.filter(match=of_models, model="tester")
    traced = records(kept.folder, "inference_trace")
    assert len(traced) == rows.count() > 10
    assert {one["event_type"] for one in traced} == {"INFERENCE_COMPLETE"}
    assert {(one["lane"], one["adapter"]) for one in traced} == {("here", "wary")}
    assert sum(one["payload"]["prompt_tokens"] for one in traced) == sum(rows.values_list("prompt_tokens", flat=True))
    reasons = {one["seq"]: one for one in records(kept.folder, "agent_reasoning")}
    deeds = {one["seq"] for one in records(kept.folder, "agent_actions")}
    for row in rows.exclude(decided_seq=None):
        assert reasons[row.decided_seq]["payload"]["completion"] == row.attempts[-1]["text"]
        assert row.decided_seq in deeds


# Stops ----------------------------------------------------------------------------------------------------------------


def test_a_follow_that_was_stopped_goes_on_without_doubling_and_mends_a_line_that_was_cut(
    scripted: None, started: Make, tmp_path: Path  # noqa: F811
) -> None:  # fmt: skip
    match = started("stopped")
    with driven(match) as driver:
        while driver.state.public.day < 2:
            driver._step()
        half = match_keep(match=match, root=tmp_path / "stopped")
        driver.run(float("inf"))
    assert not half.complete
    assert not (half.folder / "match_meta.json").exists()
    assert check_folder(half.folder).problems == []
    events = half.folder / "game_events.jsonl"
    events.write_bytes(events.read_bytes()[:-40])
    assert [problem.sentence for problem in check_folder(half.folder).problems][:1] == ["the last line is cut off."]
    whole = match_keep(match=match, root=tmp_path / "stopped")
    assert content(whole.folder) == content(match_keep(match=match, root=tmp_path / "fresh").folder)


def test_records_of_something_else_are_never_gone_on_with(
    scripted: None, started: Make, tmp_path: Path  # noqa: F811
) -> None:  # fmt: skip
    match = play_out(started("other"))
    chat = match_keep(match=match, root=tmp_path).folder / "chat.jsonl"
    chat.write_bytes(chat.read_bytes().replace(b"a", b"b", 1))
    with pytest.raises(Different, match="line 1: this is no record of this match"):
        match_keep(match=match, root=tmp_path)


def test_two_commands_never_write_one_folder(scripted: None, started: Make, tmp_path: Path) -> None:  # noqa: F811
    match = play_out(started("twice"))
    folder = Folder(tmp_path / run_id(match))
    with pytest.raises(Different, match="is being written by another command"):
        match_keep(match=match, root=tmp_path)
    folder.close()
    assert match_keep(match=match, root=tmp_path).complete


def test_a_match_whose_actions_are_not_kept_is_told_by_its_log(tmp_path: Path) -> None:
    match = archive_ensure()
    assert match
    kept = match_keep(match=match, root=tmp_path)
    assert check_folder(kept.folder).problems == []
    deeds = Counter(one["payload"]["interaction_type"] for one in records(kept.folder, "agent_actions"))
    spoken = Counter("whisper" if one["is_whisper"] else "say" for one in records(kept.folder, "chat"))
    assert {verb: deeds[verb] for verb in spoken} == dict(spoken)
    assert deeds["vote"] == Event.objects.filter(match=match, kind="voted").count() > 0


def test_an_aborted_match_has_records_but_no_metrics_and_no_samples(
    scripted: None, started: Make, tmp_path: Path  # noqa: F811
) -> None:  # fmt: skip
    match = started("aborted")
    with driven(match) as driver:
        while driver.state.public.day < 2:
            driver._step()
    services.match_abort(match=match)
    kept = match_keep(match=match, root=tmp_path)
    assert kept.complete
    assert kept.counts["research_metrics"] == kept.counts["sft_dataset"] == 0
    assert json.loads((kept.folder / "match_meta.json").read_text())["status"] == "aborted"
    assert check_folder(kept.folder).problems == []


# Forks and people -----------------------------------------------------------------------------------------------------


def test_a_fork_tells_what_was_decided_in_the_match_it_came_from(of_models: Match, tmp_path: Path) -> None:
    match = play_out(of_models)
    fork = services.match_fork(match=match, at_seq=match.last_seq // 2, replace={1: "scripted"})
    services.match_resume(match=fork)
    kept, parent = (match_keep(match=one, root=tmp_path) for one in (play_out(fork), match))
    shared = [one for one in records(kept.folder, "agent_reasoning") if one["seq"] <= fork.fork_seq]
    same = [one for one in records(parent.folder, "agent_reasoning") if one["seq"] <= fork.fork_seq]
    assert [one["payload"] for one in shared] == [one["payload"] for one in same] != []
    assert check_folder(kept.folder).problems == []
    families = {one["metadata"]["family"] for f in (kept, parent) for one in records(f.folder, "sft_dataset")}
    assert len(families) == 1


def test_a_persons_name_and_words_stay_here_unless_they_agree(of_people: tuple[Match, int], tmp_path: Path) -> None:
    match, seat = of_people
    match = play_with_person(match, seat)
    said = [event.body["text"] for event in Event.objects.filter(match=match, kind="said", body__seat=seat)]
    assert said
    kept = match_keep(match=match, root=tmp_path)
    told = b"".join(content(kept.folder).values()).decode()
    assert "Maria" not in told
    mine = [one["message"] for one in records(kept.folder, "chat") if one["seat"] == seat]
    assert mine == [WITHHELD] * len(said)
    assert not [text for text in said if f'"{text}"' in told]
    assert kept.counts["sft_dataset"] == 0
    assert [one for one in records(kept.folder, "agent_reasoning") if one["seat"] == seat] == []


def test_who_agrees_is_heard_under_a_pseudonym_and_models_may_learn_from_the_match(
    of_people: tuple[Match, int], tmp_path: Path
) -> None:
    match, seat = of_people
    people.seat_consent(seat=match.seats.get(number=seat), research_ok=True, training_ok=True)
    match = play_with_person(match, seat)
    said = [event.body["text"] for event in Event.objects.filter(match=match, kind="said", body__seat=seat)]
    kept = match_keep(match=match, root=tmp_path)
    told = b"".join(content(kept.folder).values()).decode()
    assert "Maria" not in told
    mine = [one for one in records(kept.folder, "chat") if one["seat"] == seat]
    assert [one["message"] for one in mine] == said
    assert {one["speaker"] for one in mine} == {pseudonyms_of(match)[seat]}
    samples = records(kept.folder, "sft_dataset")
    assert samples
    assert all(pseudonyms_of(match)[seat] in one["prompt"] for one in samples)
    assert seat not in {one["seat"] for one in samples}


def test_a_fork_keeps_the_silence_of_the_match_that_it_came_from(of_people: tuple[Match, int], tmp_path: Path) -> None:
    match, seat = of_people
    match = play_with_person(match, seat)
    fork = services.match_fork(match=match, at_seq=match.last_seq * 2 // 3)
    services.match_resume(match=fork)
    kept = match_keep(match=play_out(fork), root=tmp_path)
    assert "Maria" not in b"".join(content(kept.folder).values()).decode()
    early = [one for one in records(kept.folder, "chat") if one["seat"] == seat and one["seq"] <= fork.fork_seq]
    assert {one["message"] for one in early} == {WITHHELD}
    assert kept.counts["sft_dataset"] == 0


# Files ----------------------------------------------------------------------------------------------------------------


def test_the_summaries_agree_with_the_match(scripted: None, started: Make, tmp_path: Path) -> None:  # noqa: F811
    match = play_out(started("tree"))
    folder = match_keep(match=match, root=tmp_path).folder
    meta = json.loads((folder / "match_meta.json").read_text())
    assert [player["seat"] for player in meta["players"] if player["won"]] == match.winners
    assert meta["outcome"] == match.outcome
    chapters = [json.loads(path.read_text()) for path in sorted((folder / "phases").iterdir())]
    assert [(one["phase"], one["day"]) for one in chapters][:3] == [("day", 1), ("night", 1), ("day", 2)]
    assert [path.name for path in sorted((folder / "phases").iterdir())][:2] == ["01-day.json", "02-night.json"]
    deaths = [one for one in records(folder, "game_events") if one["event_type"] == "DEATH"]
    assert {one["payload"]["player"] for one in deaths} == {one["player"] for one in chapters[-1]["graveyard"]}
    assert len(list((folder / "agents").iterdir())) == 7
    outer = json.loads((folder / "history_for_analysis.json").read_text())
    inner = json.loads((folder / "history_for_analysis.internal.json").read_text())
    assert all("thoughts" not in one for one in outer["players"].values())
    assert all(one["thoughts"] for one in inner["players"].values())
    metrics = records(folder, "research_metrics")
    assert {one["player_name"]: one["metrics"]["won"]["value"] for one in metrics} == {
        player["name"]: int(player["won"]) for player in meta["players"]
    }


def test_the_known_events_keep_their_payloads(scripted: None, started: Make, tmp_path: Path) -> None:  # noqa: F811
    folder = match_keep(match=play_out(started("known")), root=tmp_path).folder
    found = {one["event_type"]: one["payload"] for one in records(folder, "game_events")}
    for name, fields in {
        "GAME_START": {"game_mode", "players", "total_players"},
        "DAY_START": {"day", "living_players", "living_count"},
        "NIGHT_START": {"night", "living_players", "living_count"},
        "DEATH": {"player", "role", "killed_by", "death_type"},
        "VOTE_START": {"defendant", "nominators", "nomination_count"},
        "TRIAL_RESULT": {"defendant", "verdict", "guilty_votes", "innocent_votes"},
        "GAME_END": {"winning_factions", "surviving_players", "duration_days"},
    }.items():
        assert fields <= found[name].keys(), name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Ada", "03-Ada"),
        ("../../etc", "03-etc"),
        ("Zoë Ångström", "03-Zoe-Angstrom"),
        ("пётр", "03-player"),
    ],
)
def test_a_players_name_never_leads_out_of_the_folder(name: str, safe: str) -> None:
    assert file_name(3, name) == safe


def test_the_schemas_that_are_kept_are_those_of_the_code() -> None:
    call_command("records_schemas", "--check")
    assert json.loads(schema_files()["chat.schema.json"])["properties"]["schema"] == {
        "const": "chat/1",
        "type": "string",
    }


# Commands -------------------------------------------------------------------------------------------------------------


def test_the_commands_write_and_check_every_finished_match(
    scripted: None, started: Make, tmp_path: Path, capsys: Any  # noqa: F811
) -> None:  # fmt: skip
    for seed in ("one", "two"):
        play_out(started(seed))
    call_command("records", "--all-finished", "--out", str(tmp_path))
    assert capsys.readouterr().out.count("complete") == 2
    call_command("records_check", str(tmp_path))
    assert capsys.readouterr().out.splitlines()[-1].endswith(" records, 0 invalid")


def test_the_commands_say_what_they_cannot_do(new_match: Make, tmp_path: Path, capsys: Any) -> None:  # noqa: F811
    with pytest.raises(CommandError, match=r"There is no match 12345\."):
        call_command("records", "12345", "--out", str(tmp_path))
    with pytest.raises(CommandError, match="Name a match"):
        call_command("records", "--out", str(tmp_path))
    with pytest.raises(CommandError, match="There are no records"):
        call_command("records_check", str(tmp_path))
    with pytest.raises(SystemExit):
        call_command("records", str(new_match("open").pk), "--out", str(tmp_path))
    assert "has not begun" in capsys.readouterr().err

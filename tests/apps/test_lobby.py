"""Lobbies as YAML: every mistake with its line, every lobby back and forth."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command

from game.engine.config import Clock, Options
from game.engine.setup import MODES
from game.lobby import GameSpec, LobbyError, LobbySpec, lobby_from_yaml, lobby_roles, lobby_table, lobby_to_yaml

PRESETS = sorted((Path(__file__).parents[2] / "game" / "lobbies").glob("*.yaml"))

WRONG = [
    ("gmae: {mode: Classic}", "line 1: unknown key 'gmae'; did you mean 'game'?"),
    ("game:\n  mode: Classic\n  covenn: true", "line 3: unknown key 'covenn' in game; did you mean 'coven'?"),
    (
        "limits:\n  per_agent:\n    discusion: 5",
        "line 3: unknown key 'discusion' in limits.per_agent; did you mean 'discussion'?",
    ),
    ("agents:\n  - id: A\n  - id: B\n    modell: x", "line 4: unknown key 'modell' in agents.1; did you mean 'model'?"),
    ("pace: fast", "line 1: pace: input should be a valid number"),
    ("title: x\nlimits:\n  defense: -3", "line 3: limits.defense: input should be greater than or equal to 0"),
    ("game: {mode: Clasic}", "there is no mode 'Clasic'; did you mean 'Classic'?"),
    (
        "game: {mode: Classic}\nslots: [Any, Any, Any, Any, Any, Any, Medusa]",
        "Medusa is not part of the classic ruleset.",
    ),
    ("game: {mode: Custom}", "the mode Custom needs a list of slots"),
    ("people: 15\nplayers: 7", "15 people do not fit a list of 7 slots"),
    ("a: &a [1]\nb: *a", "Aliases (*name) are not allowed in a lobby."),
    ("game: [", "line 1: this is not YAML"),
    ("- 1", "line 1: a lobby is a list of keys"),
    ("", "line 1: a lobby is a list of keys"),
    ("x" * 70_000, "A lobby may have 64000 bytes."),
    ("agents:\n- {id: Ann, role: Witch}", "The role list deals no Witch to Ann."),
    ("agents:\n- {id: Ann}\n- {id: ann}", "Two players have the same name."),
    ("talk: shouting", "line 1: talk: input should be 'rounds', 'bids' or 'fifo'"),
    (f"seed: {'x' * 65}", "line 1: seed: string should have at most 64 characters"),
    ("clock: sundial", "line 1: clock: input should be 'none', 'budget' or 'wall'"),
]


@pytest.mark.parametrize(("text", "problem"), WRONG, ids=[row[1][:40] for row in WRONG])
def test_a_mistake_is_named_with_its_line(text: str, problem: str) -> None:
    with pytest.raises(LobbyError) as error:
        lobby_from_yaml(text)
    assert any(one.startswith(problem) for one in error.value.problems), error.value.problems


def test_all_mistakes_are_named_at_once() -> None:
    with pytest.raises(LobbyError) as error:
        lobby_from_yaml("gmae: 1\npase: 2\ngame:\n  mode: 3")
    assert len(error.value.problems) == 3


@pytest.mark.parametrize("file", PRESETS, ids=lambda file: file.stem)
def test_a_preset_can_be_played_and_survives_the_round_trip(file: Path) -> None:
    spec = lobby_from_yaml(file.read_text())
    assert lobby_from_yaml(lobby_to_yaml(spec)) == spec


def test_limits_become_the_tables() -> None:
    spec = lobby_from_yaml(
        "clock: budget\n"
        "limits: {per_agent: {discussion: 7}, judgement: {total: 9, tail_after_all_votes: 2}, pre_night: 3}"
    )
    table = lobby_table(spec)
    assert table.clock is Clock.BUDGET
    limits = table.limits
    assert (limits.discussion, limits.judgement, limits.tail_after_all_votes, limits.pre_night) == (7, 9, 2, 3)


def test_a_lobby_with_people_runs_on_the_wall_clock() -> None:
    assert lobby_table(LobbySpec(people=1)).clock is Clock.WALL


@pytest.mark.parametrize("seed", ["a", "b", "c"])
def test_a_fixed_role_is_dealt_to_its_seat_and_the_list_is_kept(seed: str) -> None:
    spec = lobby_from_yaml("agents: [{id: Ann, role: Jester}, {id: Ben}, {id: Cid, role: Godfather}]")
    table = lobby_table(spec)
    roles = lobby_roles(spec, table, seed)
    assert roles is not None
    assert (roles[0], roles[2]) == ("Jester", "Godfather")
    assert roles.count("Jester") in (1, 2)


def test_lobby_check_prints_seats_and_slots(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("agents: [{id: Ann, role: Jester}]\npeople: 1")
    call_command("lobby_check", str(file))
    out = capsys.readouterr().out
    assert "Classic, 15 seats" in out
    assert "Ann, scripted, always Jester" in out
    assert "a person" in out


def test_lobby_check_ends_with_1_and_the_problems(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text("gmae: 1")
    with pytest.raises(SystemExit) as ended:
        call_command("lobby_check", str(file))
    assert ended.value.code == 1
    assert "line 1: unknown key 'gmae'" in capsys.readouterr().err


def test_switches_of_the_rules_become_the_tables() -> None:
    spec = lobby_from_yaml("options: {retributionist_mode: revive, juggernaut_ladder: launch, book_night: 5}")
    assert lobby_table(spec).options == Options(retributionist_mode="revive", juggernaut_ladder="launch", book_night=5)


@pytest.mark.parametrize(("lobby", "night"), [("{mode: Rapid}", 10), ("{mode: Classic}", 37)])
def test_a_mode_brings_its_own_seconds(lobby: str, night: int) -> None:
    slots = "slots: [Sheriff, Doctor, Escort, Mafioso, Jester, Any, Any]"
    assert lobby_table(lobby_from_yaml(f"game: {lobby}\n{slots}")).seconds.night == night
    assert lobby_table(lobby_from_yaml(f"game: {lobby}\n{slots}\nseconds: {{night: 5}}")).seconds.night == 5


@pytest.mark.parametrize("mode", [name for name, mode in MODES.items() if mode.slots])
def test_every_official_list_makes_a_table(mode: str) -> None:
    table = lobby_table(LobbySpec(game=GameSpec(mode=mode)))
    assert (table.slots, table.ruleset) == (MODES[mode].slots, MODES[mode].ruleset)

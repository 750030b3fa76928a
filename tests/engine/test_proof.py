"""Random matches of every mode hold to the laws of the engine, and the laws notice when they are broken."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from game import proof
from game.engine import events as e
from game.engine.setup import MODES
from game.engine.types import HOST, PUBLIC, Channel, only
from game.proof import LAST_DAY, Law, engine_test, flaw_of
from tests.engine.scene import Scene

MATCHES = 200
NUMBERS = -(-MATCHES // len(MODES))


@pytest.mark.parametrize("mode", MODES)
def test_random_matches_of_every_mode_keep_all_laws(mode: str) -> None:
    for number in range(NUMBERS):
        shown = engine_test(mode, 7 + (number * 4) % 9, f"law {number}", every=5)
        assert shown.breaches == []
        assert shown.outcome
        assert shown.days < LAST_DAY


def test_a_match_that_all_have_left_is_played_to_its_end() -> None:
    assert engine_test("Rapid", 15, "engine test 541", every=20).breaches == []


def broken(monkeypatch: pytest.MonkeyPatch, name: str, wrong: object) -> set[str]:
    """The laws that break when a part of the engine, as the proof uses it, is wrong."""
    monkeypatch.setattr(proof, name, wrong)
    return {breach.law for breach in engine_test("Classic", 8, "broken").breaches}


def test_an_exception_is_counted_with_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    def out_of_order(*_: object) -> None:
        raise KeyError("out of order")

    monkeypatch.setattr(proof, "apply", out_of_order)
    breach = engine_test("Classic", 8, "broken").breaches[-1]
    assert (breach.law, "out_of_order" in breach.case) == (Law.EXCEPTION, True)


def test_an_offer_that_is_refused_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert broken(monkeypatch, "check", lambda *_: "no") == {Law.LEGAL}


def test_a_view_that_shows_more_than_the_seat_may_see_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    real = proof.visible
    assert Law.PATHS in broken(monkeypatch, "visible", lambda events, seat: real(events, seat)[:-1])


def test_a_log_that_json_changes_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    real = proof.from_json

    def forgetful(value: dict[str, object]) -> e.Event:
        return real({**value, "seat": 1}) if value["kind"] == "voted" else real(value)

    assert broken(monkeypatch, "from_json", forgetful) == {Law.PATHS}


def test_a_choice_that_others_notice_is_a_leak(monkeypatch: pytest.MonkeyPatch) -> None:
    real = proof.apply

    def loud(state, replies):
        events = real(state, replies)
        deeds = [action for reply in replies for action in getattr(reply, "actions", ())]
        return [*events, e.Announced(PUBLIC, "full_moon", value=str(deeds))] if len(deeds) == 1 else events

    assert Law.LEAK in broken(monkeypatch, "apply", loud)


def test_a_match_without_end_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert broken(monkeypatch, "LAST_DAY", 1) == {Law.ENDLESS}


@pytest.mark.parametrize(
    ("event", "flaw"),
    [
        (e.MarkSet(PUBLIC, 1, "framed", 1), "not hidden"),
        (e.MarkSet(HOST, 1, "framed", 1), None),
        (e.Voted(only(1), 1, 2), "not for all"),
        (e.Told(PUBLIC, "poisoned"), "for all or for nobody"),
        (e.Told(only(1, 2), "poisoned"), "for several"),
        (e.FactSet(only(1, 2), 1, "book", 1), "for others too"),
        (e.RoleDealt(only(1, 3), 1, "Mafioso"), "for strangers"),
        (e.RoleDealt(only(1, 2), 1, "Mafioso"), None),
        (e.TeamMet(only(1, 3), ((1, "Mafioso"), (2, "Framer"))), "not for the team"),
        (e.WhisperHeard(only(1, 2, 3), 1, 2, "psst"), "read by others"),
        (e.Said(PUBLIC, 1, Channel.MAFIA, "now"), "for all or for nobody"),
        (e.Said(only(1, 2), 1, Channel.JAIL, "now", "Jailor"), "names whoever is hidden"),
        (e.Said(only(1, 2, 3), 1, Channel.JAIL, "now"), "heard by a third"),
        (e.Said(only(1, 2), 1, Channel.DEAD, "boo"), "the living hear the dead"),
    ],
)
def test_the_audience_of_every_kind_is_checked(event: e.Event, flaw: str | None) -> None:
    assert flaw_of(event, Scene("Mafioso", "Framer", "Sheriff").state) == flaw


def test_the_command_counts_by_mode_and_says_how_it_went() -> None:
    out = StringIO()
    call_command("engine_test", matches=2, mode=["Classic", "Coven All Any"], every=20, stdout=out)
    table, last = out.getvalue().strip().rsplit("\n", 1)
    assert [line.split("  ")[0] for line in table.splitlines()] == ["mode", "Classic", "Coven All Any"]
    assert last.startswith("2 matches, 0 exceptions, 0 non-terminating, 0 two-path differences, 0 leaks, 0 illegal")


def test_the_command_ends_with_an_error_and_the_seed_when_a_law_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "LAST_DAY", 1)
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("engine_test", matches=1, mode=["Classic"], stdout=out)
    assert "non-terminating: Classic, 7 players, seed 'engine test 0'" in out.getvalue()


def test_the_command_names_the_modes_when_there_is_no_such() -> None:
    with pytest.raises(CommandError, match="Coven All Any"):
        call_command("engine_test", mode=["Chess"])

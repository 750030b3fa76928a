"""`manage.py match`: a lobby's file becomes a match that is played and shown."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from game import services
from game.live import drive
from game.lobby import LobbySpec, lobby_to_yaml
from game.log import lease_take
from game.models import Match
from tests.apps.conftest import SMALL

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A lobby of seven."""
    path = tmp_path / "small.yaml"
    path.write_text(lobby_to_yaml(LobbySpec(**SMALL)))  # type: ignore[arg-type]
    return path


def test_a_match_is_played_to_its_end_and_shown(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("match", str(file), follow=True, seed="shown")
    said = capsys.readouterr().out
    match = Match.objects.get()
    assert (match.status, match.seed) == (Match.Status.FINISHED, "shown")
    assert "seed shown" in said
    assert "Day 1" in said
    assert f"match {match.pk}: finished {match.outcome}" in said


def test_a_match_that_a_worker_took_first_is_shown_all_the_same(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    workers: list[threading.Thread] = []

    def work(match_id: int, lease: int) -> None:
        drive(match_id, lease)
        connection.close()

    def sent(*, match_id: int) -> None:
        lease = lease_take(match_id=match_id)
        assert lease is not None
        workers.append(threading.Thread(target=work, args=(match_id, lease)))

    start = services.match_start

    def started(*, match: Match) -> Match:
        match = start(match=match)
        workers[0].start()
        return match

    monkeypatch.setattr(services, "match_dispatch", sent)
    monkeypatch.setattr(services, "match_start", started)
    call_command("match", str(file), follow=True)
    workers[0].join()
    match = Match.objects.get()
    assert (match.status, match.lease) == (Match.Status.FINISHED, 1)
    assert f"match {match.pk}: finished {match.outcome}" in capsys.readouterr().out


def test_a_file_that_is_no_lobby_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "odd.yaml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("match", str(file))
    file.write_text("gmae: 1")
    with pytest.raises(CommandError, match="did you mean 'game'"):
        call_command("match", str(file))

"""`manage.py lane`, with watchers and servers that are processes of their own."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from agents import services
from agents.connections import seat_client
from agents.lanes.facts import Wanted
from agents.models import Lane
from agents.tasks import endpoints_probe
from tests.lanes.test_connections import ASKED
from tests.lanes.test_server import FAKE
from tests.llm.servers import ANSWER, Double, serving

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def machine(monkeypatch, settings, tmp_path):
    """Commands and their children meet the test's database, and a vLLM that is none."""
    settings.TOSSIM_LLM_PYTHON = sys.executable
    for name, value in {
        **FAKE,
        "TOSSIM_PG_NAME": connection.settings_dict["NAME"],
        "TOSSIM_LLM_PYTHON": sys.executable,
        "TOSSIM_VAR": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def lane(capsys) -> Callable[..., str]:
    """Run `manage.py lane ...`; what it said."""

    def run(*words: str) -> str:
        call_command("lane", *words)
        return capsys.readouterr().out

    return run


def test_without_a_lane_the_status_says_what_to_do(lane):
    assert "lanes_load FILE" in lane("status")


def test_a_lane_that_does_not_exist_brings_the_nearest_name(lane, new_lane):
    new_lane("cpu")
    with pytest.raises(CommandError, match="Did you mean cpu"):
        lane("start", "cpus")
    with pytest.raises(CommandError, match="Which lane"):
        lane("stop")


def test_a_missing_interpreter_is_named(lane, new_lane, settings):
    settings.TOSSIM_LLM_PYTHON = "/nowhere/python"
    new_lane("cpu")
    with pytest.raises(CommandError, match="no interpreter for model servers at /nowhere/python"):
        lane("start", "cpu")
    assert Lane.objects.get().wanted == "off"


def test_a_lane_starts_plays_survives_a_kill_and_drains(machine, lane, new_lane, smol, match):
    new_lane("cpu")
    assert "cpu is ready at http://127.0.0.1:" in lane("start", "cpu", "--wait", "60")
    assert "is ready" in lane("start", "cpu")  # once more changes nothing
    client = seat_client(match_id=match.pk, seat=1, model=smol)
    with asyncio.Runner() as runner:
        assert runner.run(client.complete(ASKED)).text == ANSWER
        row = Lane.objects.get()
        os.kill(row.pid, signal.SIGKILL)
        found = runner.run(client.complete(ASKED))
        runner.run(client.close())
    assert (found.text, found.lane) == (ANSWER, "cpu")
    assert found.retries
    row.refresh_from_db()
    assert row.restarts == 1
    head, first = lane("status").splitlines()[:2]
    assert head.split()[:4] == ["lane", "kind", "state", "wanted"]
    assert first.split()[:5] == ["cpu", "own", "ready", "on", "1"]
    with pytest.raises(CommandError, match="cpu is watched already"):
        lane("run", "cpu")
    match.status = "finished"
    match.save()
    assert "cpu is off" in lane("drain", "cpu", "--wait", "60")
    assert Lane.objects.get().wanted == "off"


def test_a_lane_that_does_not_come_up_shows_the_end_of_its_log(machine, lane, new_lane, monkeypatch):
    monkeypatch.setenv("FAKE_VLLM", "die")
    new_lane("cpu", port=None)
    with pytest.raises(CommandError, match="OutOfMemoryError: no memory for this model"):
        lane("start", "cpu", "--wait", "100")
    assert Lane.objects.get().state == "broken"
    services.lane_wanted(lane=Lane.objects.get(), wanted=Wanted.OFF)


def test_an_endpoint_starts_is_probed_and_stops_without_a_process(lane, new_lane):
    double = Double()
    with serving(double):
        new_lane("cloud", kind="endpoint", url=double.url)
        assert "cloud is ready" in lane("start", "cloud")
        assert endpoints_probe() == 1
        assert "cloud is off" in lane("stop", "cloud")
        assert endpoints_probe() == 0
    with pytest.raises(CommandError, match="does not answer"):
        lane("start", "cloud")
    assert "does not answer" in lane("status", "cloud")

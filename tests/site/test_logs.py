"""What the processes write into their logs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import logging, django
django.setup()
log = logging.getLogger("game.live")
log.info("Match %s goes on", 12, extra={"match": 12})
try:
    1 / 0
except ZeroDivisionError:
    log.exception("Match %s cannot go on", 12)
logging.getLogger("celery").info("an everyday line")
"""


def written(**settings: str) -> list[str]:
    """The lines of a process that logs a message, a failure and an everyday line of a library."""
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "tossim_site.settings", **settings}
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False)
    return done.stderr.splitlines()


def test_text_is_a_line_for_people() -> None:
    first, second, *rest = written()
    assert first.endswith("INFO game.live Match 12 goes on")
    assert second.endswith("ERROR game.live Match 12 cannot go on")
    assert rest[-1] == "ZeroDivisionError: division by zero"


def test_json_is_an_object_a_line_with_what_was_added() -> None:
    first, second = (json.loads(line) for line in written(TOSSIM_LOG_FORMAT="json"))
    assert first.pop("timestamp").endswith("Z")
    assert first == {"event": "Match 12 goes on", "level": "info", "logger": "game.live", "match": 12}
    assert second["exception"].endswith("ZeroDivisionError: division by zero")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("TOSSIM_LOG_FORMAT", "xml", "TOSSIM_LOG_FORMAT is 'xml'; it can be text or json."),
        ("TOSSIM_LOG_LEVEL", "loud", "TOSSIM_LOG_LEVEL is 'loud'; it can be DEBUG, INFO, WARNING, ERROR."),
    ],
)
def test_a_setting_that_does_not_exist_is_named_with_those_that_do(name: str, value: str, sentence: str) -> None:
    assert written(**{name: value})[-1].endswith(sentence)

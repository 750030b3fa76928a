"""The server of the tests ends with the last test that uses it, however that ends."""

from __future__ import annotations

import fcntl
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.models.serving import ROOT, keeping

USER = """
import fcntl, os, sys
from pathlib import Path
from tests.models.serving import keeping
folder = Path(sys.argv[1])
with (folder / "used").open("w") as used:
    fcntl.flock(used, fcntl.LOCK_SH)
    with keeping(folder / "used", folder / "log", sys.argv[2:], dict(os.environ)) as alive:
        sys.stdin.read()
"""
SERVER = "import sys, time; pipe = open(sys.argv[1], 'w'); print('up', file=pipe, flush=True); time.sleep(600)"
PATIENCE = 60.0


@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGTERM])
def test_a_server_ends_when_the_only_user_is_killed(tmp_path: Path, signum: signal.Signals) -> None:
    pipe = tmp_path / "pipe"  # the server has it open for as long as it lives: no process has to be looked for
    os.mkfifo(pipe)
    with os.fdopen(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK), "rb") as end:
        words = [sys.executable, "-c", USER, tmp_path, sys.executable, "-c", SERVER, pipe]
        with subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as user:
            assert select.select([end], [], [], PATIENCE)[0], "the server is up"
            assert end.read(3) == b"up\n"
            user.send_signal(signum)
        assert select.select([end], [], [], PATIENCE)[0], "the server has ended"
        assert end.read() == b""


def test_a_server_that_dies_is_noticed(tmp_path: Path) -> None:
    with (tmp_path / "used").open("w") as used:
        fcntl.flock(used, fcntl.LOCK_SH)
        words = [sys.executable, "-c", "print('no heart today')"]
        with keeping(tmp_path / "used", tmp_path / "log", words, dict(os.environ)) as alive:
            assert not alive(PATIENCE)
    assert (tmp_path / "log").read_text() == "no heart today\n"

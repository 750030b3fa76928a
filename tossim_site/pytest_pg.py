"""An early pytest plugin: a throw-away PostgreSQL for the whole run, before Django reads its settings.

Started by the controller alone; xdist's workers find it through the environment. It ends with the run,
however that ends.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from tossim_site.embedded.postgres import THROW_AWAY, running_postgres

_stack = ExitStack()


def _start() -> None:
    folder = Path(tempfile.mkdtemp(prefix="tossim-test-"))
    _stack.callback(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o755)
    (folder / "var" / "static").mkdir(parents=True)  # whitenoise warns of a missing one
    run = _stack.enter_context(running_postgres(folder / "pg", folder / "run", THROW_AWAY))
    os.environ["TOSSIM_VAR"] = str(folder / "var")
    os.environ["TOSSIM_RUN"] = str(run)
    os.environ["TOSSIM_TEST"] = "1"


if "PYTEST_XDIST_WORKER" not in os.environ and "TOSSIM_TEST" not in os.environ:
    _start()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Stop the server with the run."""
    _stack.close()

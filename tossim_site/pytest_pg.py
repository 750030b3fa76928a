"""An early pytest plugin: a throw-away PostgreSQL for the whole run, before Django reads its settings.

Started by the controller alone; xdist's workers find it through the environment. It ends with the run,
however that ends. A server named in TOSSIM_PG_HOST is used instead, for machines that the wheel is not made for.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from tossim_site.embedded.postgres import THROW_AWAY, running_postgres

KEPT = (
    "TOSSIM_CHROMIUM", "TOSSIM_NO_BROWSER", "TOSSIM_LLM_PYTHON", "TOSSIM_MODEL", "TOSSIM_NO_MODEL", "TOSSIM_PG_",
    "TOSSIM_GOLDEN",
)  # fmt: skip
"""Variables of ours that tests may see; nothing else that was set for other runs reaches them."""

_stack = ExitStack()


def _start() -> None:
    for name in [name for name in os.environ if name.startswith("TOSSIM_") and not name.startswith(KEPT)]:
        del os.environ[name]
    folder = Path(tempfile.mkdtemp(prefix="tossim-test-"))
    _stack.callback(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o755)
    os.environ.update(TOSSIM_TEST="1", TOSSIM_VAR=str(folder / "var"), TOSSIM_RUN=str(folder / "run"))
    if "TOSSIM_PG_HOST" not in os.environ:
        _stack.enter_context(running_postgres(folder / "pg", folder / "run", THROW_AWAY))


if "PYTEST_XDIST_WORKER" not in os.environ and "TOSSIM_TEST" not in os.environ:
    _start()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Stop the server with the run."""
    _stack.close()

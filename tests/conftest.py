"""What all tests share."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

LEFT_OUT = pytest.StashKey[int]()

settings.register_profile("default", derandomize=True, print_blob=True)
settings.load_profile("default")


def pytest_configure(config: pytest.Config) -> None:
    """Tests on a real model server are left out where TOSSIM_NO_MODEL is set: 1, or why they cannot run here."""
    config.stash[LEFT_OUT] = 0


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take them out of the run, and count them."""
    if not os.environ.get("TOSSIM_NO_MODEL"):
        return
    out = [item for item in items if item.get_closest_marker("model")]
    items[:] = [item for item in items if item not in out]
    config.hook.pytest_deselected(items=out)
    config.stash[LEFT_OUT] = len(out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what did not run: a run without it is not a whole one."""
    reason = os.environ.get("TOSSIM_NO_MODEL", "")
    if reason and (config.stash[LEFT_OUT] or config.getoption("numprocesses", None)):
        why = "TOSSIM_NO_MODEL=1" if reason == "1" else reason
        terminalreporter.line(f"NOT RUN: the tests on a real model server ({why})", yellow=True)

"""What all tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

LEFT_OUT = pytest.StashKey[int]()
TOGETHER = ("tests/models/", "tests/browser/")
"""Folders whose tests share one server or one site: a single process runs all of them."""
FIRST = ("tests/browser/", "tests/site/", "tests/experiments/", "tests/apps/", "tests/eval/")
"""What processes that share a run begin with: the longest."""
LASTING = {"django_content_type", "auth_permission"}
"""Tables that migrating fills, and no test."""

settings.register_profile("default", derandomize=True, print_blob=True)
settings.load_profile("default")


def pytest_configure(config: pytest.Config) -> None:
    """Tests on a real model server are left out where TOSSIM_NO_MODEL is set: 1, or why they cannot run here."""
    config.stash[LEFT_OUT] = 0


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """The database of the run; what a test commits is deleted row by row behind it, which takes 2 ms.

    Django's flush takes 100: it truncates every table, and makes the kinds and permissions of the admin anew.
    """
    from django.test import TransactionTestCase

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", _empty)
        yield


def _empty(case: Any) -> None:
    from django.db import connection, transaction

    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - LASTING
    with transaction.atomic(), connection.cursor() as cursor:  # references are checked at its end
        cursor.execute("".join(f"DELETE FROM {connection.ops.quote_name(table)};" for table in sorted(tables)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand out files to the processes that share a run, and some folders as a whole."""
    from xdist.scheduler import LoadFileScheduling

    class Together(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            whole = next((folder for folder in TOGETHER if nodeid.startswith(folder)), None)
            return whole or super()._split_scope(nodeid)

    return Together(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put tests into the order in which processes take them; take out and count those that are not to run."""
    if hasattr(config, "workerinput"):
        items.sort(key=_turn)
    if not os.environ.get("TOSSIM_NO_MODEL"):
        return
    out = [item for item in items if item.get_closest_marker("model")]
    items[:] = [item for item in items if item not in out]
    config.hook.pytest_deselected(items=out)
    config.stash[LEFT_OUT] = len(out)


def _turn(item: pytest.Item) -> int:
    return next((i for i, folder in enumerate(FIRST) if item.nodeid.startswith(folder)), len(FIRST))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what did not run: a run without it is not a whole one."""
    reason = os.environ.get("TOSSIM_NO_MODEL", "")
    if reason and (config.stash[LEFT_OUT] or config.getoption("numprocesses", None)):
        why = "TOSSIM_NO_MODEL=1" if reason == "1" else reason
        terminalreporter.line(f"NOT RUN: the tests on a real model server ({why})", yellow=True)

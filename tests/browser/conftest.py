"""A real Chromium on a real site: web server, worker and beat on the test's database."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.visitor import Visitor
from tests.stack import PATIENCE, Stack, broker_of, matches_end, running_stack

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of this folder drive a browser and need committed rows."""
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium; its absence is a failure, unless TOSSIM_NO_BROWSER=1 says that it is wanted so."""
    if os.environ.get("TOSSIM_NO_BROWSER") == "1":
        pytest.skip("TOSSIM_NO_BROWSER=1: the pages are not tested")
    program = os.environ.get("TOSSIM_CHROMIUM") or shutil.which("chromium")
    if program is None:
        pytest.fail(
            "No Chromium: put one on the PATH, name it in TOSSIM_CHROMIUM, or run ./tossim test, which installs one. "
            "TOSSIM_NO_BROWSER=1 leaves these tests out."
        )
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright keeps a loop in this thread; nothing runs in it
        expect.set_options(timeout=PATIENCE * 1000)
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def running(django_db_setup: None, django_db_blocker: Any) -> Iterator[Stack]:
    """The site with a worker and beat, for all tests of this folder."""
    manifest = settings.DIST / ".vite" / "manifest.json"
    assert manifest.exists(), "The pages are not built: run ./tossim test, or `npm ci && npm run build` in frontend/."
    with running_stack() as stack:
        with django_db_blocker.unblock():
            stack.web()
            connections.close_all()
        stack.worker()
        stack.beat()
        yield stack


@pytest.fixture
def stack(running: Stack, transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """The same, thawed; at the end of a test nothing is played any more, and all of it is frozen.

    A web server that the test has ended is started again.
    """
    running.thaw()
    monkeypatch.setattr("game.services.current_app", broker_of(running))
    yield running
    if running.site and running.site.popen.poll() is not None:
        running.web()
    matches_end()
    running.freeze()


@pytest.fixture
def visit(browser: Browser, stack: Stack) -> Iterator[Callable[..., Visitor]]:
    """Somebody with a browser of their own: `visit(width=390)`. An error in their console fails the test."""
    open_contexts: list[tuple[BrowserContext, Visitor]] = []

    def arrive(width: int = 1280, height: int = 800) -> Visitor:
        context = browser.new_context(
            base_url=stack.url, viewport={"width": width, "height": height}, reduced_motion="reduce"
        )
        context.set_default_timeout(PATIENCE * 1000)
        visitor = Visitor(context.new_page())
        open_contexts.append((context, visitor))
        return visitor

    yield arrive
    for context, _ in open_contexts:
        context.close()
    assert [error for _, visitor in open_contexts for error in visitor.errors] == []


@pytest.fixture
def page(visit: Callable[..., Visitor]) -> Page:
    """The page of one visitor at a desk."""
    return visit().page

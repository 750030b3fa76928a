"""Keeping a match: the page that opens alone from a disk, and the other files of the menu."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Download, expect

from game.models import Event, Match
from tests.browser.test_watching import archive
from tests.browser.visitor import Visitor
from tests.stack import PATIENCE

Visit = Callable[..., Visitor]
ATTACK = "</script><img src=x onerror=\"window.hacked='img'\"><!-- <script>window.hacked='script'</script>"


@pytest.fixture
def alone(browser: Browser) -> Iterator[Callable[[Path], Visitor]]:
    """Open a file in a browser without a network: `alone(path)`. An error in its console fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE * 1000)
    context.set_offline(True)
    visitor = Visitor(context.new_page())
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))

    def opened(file: Path) -> Visitor:
        visitor.page.goto(file.as_uri())
        return visitor

    yield opened
    context.close()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert visitor.errors == []


def hostile(match: Match) -> Match:
    """The match, in which somebody has said something that would like to be markup."""
    spoken = Event.objects.filter(match=match, kind="said", audience=-1).first()
    assert spoken is not None
    Event.objects.filter(pk=spoken.pk).update(body={**spoken.body, "text": ATTACK})
    return match


def save(visitor: Visitor, what: str) -> Download:
    """Choose a file of the menu beside the time line."""
    line = visitor.page.get_by_role("group", name="Time line")
    line.get_by_title("Keep this match").click()
    with visitor.page.expect_download() as coming:
        line.get_by_role("link", name=what).click()
    return coming.value


def test_a_saved_page_opens_without_server_and_network_and_shows_the_same(
    visit: Visit, alone: Callable[[Path], Visitor], tmp_path: Path
) -> None:
    online, match = visit(), hostile(archive())
    online.page.goto(f"/m/{match.pk}?as=god")
    expect(online.winner).to_be_visible()
    file = save(online, "A page that opens alone")
    assert file.suggested_filename == f"tossim-{match.pk}-classic-all.html"
    file.save_as(tmp_path / "saved.html")
    wanted, last = online.rows(), online.moment.input_value()
    offline = alone(tmp_path / "saved.html")
    expect(offline.winner).to_be_visible()
    assert offline.rows() == wanted
    assert any(ATTACK in text for _, text in wanted)
    assert offline.page.evaluate("window.hacked") is None
    assert offline.page.locator("img").count() == 0
    for key, moment in (("Home", "0"), ("End", last)):
        offline.page.keyboard.press(key)
        expect(offline.moment).to_have_value(moment)
    offline.moment.fill("150")
    expect(offline.winner).to_be_hidden()
    online.moment.fill("150")
    assert offline.rows() == online.rows()
    expect(offline.page).to_have_url(re.compile("at=150"))
    offline.page.reload()
    expect(offline.moment).to_have_value("150")
    nights(offline)
    for missing in ("Fork from here", "Another match", "Save", "What it was sent"):
        expect(offline.page.get_by_role("button", name=missing)).to_have_count(0)
    expect(offline.page.get_by_role("link")).to_have_count(0)


def nights(visitor: Visitor) -> None:
    """What happened at night can be seen too."""
    beside = visitor.page.get_by_role("complementary")
    beside.get_by_role("tab", name="Nights").click()
    expect(beside.get_by_role("heading", name="Night 1")).to_be_visible()
    expect(visitor.log.locator(".thought").first).to_be_attached()


def test_text_and_event_log_are_saved_from_the_viewpoint_that_is_shown(visit: Visit) -> None:
    visitor, match = visit(width=390, height=844), archive()
    visitor.page.goto(f"/m/{match.pk}?as=3")
    expect(visitor.winner).to_be_visible()
    log = save(visitor, "The event log")
    assert log.suggested_filename.endswith("-seat-3.jsonl")
    head, *rows = map(json.loads, log.path().read_text("utf-8").split("\n")[:-1])
    assert (head["viewpoint"], len(rows)) == (3, int(visitor.moment.input_value()))
    text = save(visitor, "Plain text").path().read_text("utf-8")
    assert visitor.logged(match.pk, "3")[-1][1] in " ".join(text.split())


def test_the_menu_of_files_closes_by_key_and_when_it_is_left(visit: Visit) -> None:
    visitor, match = visit(), archive()
    visitor.page.goto(f"/m/{match.pk}")
    line = visitor.page.get_by_role("group", name="Time line")
    entry = line.get_by_role("link", name="Plain text")
    line.get_by_title("Keep this match").click()
    expect(entry).to_be_visible()
    visitor.page.keyboard.press("Escape")
    expect(entry).to_be_hidden()
    line.get_by_title("Keep this match").click()
    visitor.moment.focus()
    expect(entry).to_be_hidden()

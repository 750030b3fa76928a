"""The log browser: searching, the keyboard, labels first blind and then beside others', slices, the report."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from eval.index import match_index
from eval.models import Entry, Label, Slice
from eval.services import label_set
from game.engine import events as e
from game.engine.types import PUBLIC, Channel
from game.models import Match
from tests.browser.visitor import Visitor
from tests.eval.matches import talking_match
from tests.frontend.stored import stored

Visit = Callable[..., Visitor]
LOG = talking_match("browser", 7)
PLACE = next(n for n, event in enumerate(LOG) if isinstance(event, e.PhaseOpened)) + 1
HOSTILE = '<img src=x onerror="alert(1)"> xylophone'


@pytest.fixture
def match(stack: Any) -> Match:
    """A match in which seat 1 says two rare things."""
    said = [e.Said(PUBLIC, 1, Channel.PUBLIC, text) for text in ("xylophones are rare", HOSTILE)]
    made = stored([*LOG[:PLACE], *said, *LOG[PLACE:]], started_at=timezone.now())
    match_index(match=made)
    return made


def enter(page: Page, back: str) -> None:
    """Sign in as the admin."""
    page.goto(f"/accounts/login/?next={back}")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill("password")
    page.get_by_role("button", name="Sign In").click()


def flaws(page: Page) -> list[str]:
    """What axe finds."""
    page.evaluate((settings.BASE_DIR / "frontend" / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8"))
    found: list[str] = page.evaluate(
        "axe.run().then(found => found.violations.map(one => `${one.id}: ${one.nodes[0].html}`))"
    )
    return found


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)], ids=["desk", "phone"])
def test_what_was_said_is_found_by_words_and_filters_and_opens_in_the_replay(
    match: Match, visit: Visit, width: int, height: int
) -> None:
    visitor = visit(width=width, height=height)
    page = visitor.page
    page.goto("/")
    page.get_by_role("link", name="Logs").click()
    expect(page.get_by_text(f"{Entry.objects.count()} lines")).to_be_visible()
    if width < 800:
        page.get_by_role("button", name="Filters").click()
    page.get_by_role("complementary", name="Filters").get_by_role("button", name=re.compile("^chat")).click()
    expect(page).to_have_url(re.compile("kind=chat"))
    page.get_by_role("searchbox", name="Search what was said").fill("xylophone")
    expect(page.get_by_role("article")).to_have_count(2)
    expect(page.get_by_role("article").nth(1)).to_contain_text(HOSTILE)
    expect(page.locator("mark").first).to_have_text("xylophones")
    assert visitor.width() <= width
    assert visitor.page.evaluate("document.querySelectorAll('main img').length") == 0
    seq = Entry.objects.get(text="xylophones are rare").seq
    page.get_by_role("link", name=f"Match {match.pk}, open in replay").first.click()
    expect(page).to_have_url(re.compile(rf"/m/{match.pk}\?as=god&at={seq}"))
    expect(visitor.log.get_by_text("xylophones are rare")).to_be_visible()


def test_a_line_is_labelled_by_keyboard_blind_and_only_then_others_labels_show(
    match: Match, visit: Visit, admin_user: Any
) -> None:
    first = Entry.objects.get(text="xylophones are rare")
    bob = User.objects.create_user("bob", is_staff=True)
    given = {"code": "framing", "present": True, "event_ids": [first.seq], "blind": True}
    label_set(user=bob, match=match, day=first.day, seat=1, **given)
    page = visit().page
    enter(page, "/logs?q=xylophone")
    expect(page.get_by_role("article")).to_have_count(2)
    expect(page.get_by_text("scripted").first).to_be_visible()
    page.keyboard.press("b")
    expect(page.get_by_text("scripted")).to_have_count(0)
    expect(page.get_by_text(bob.profile.pseudonym)).to_have_count(0)
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.get_by_role("article").first).to_be_focused()
    page.keyboard.press("6")
    expect(page.get_by_text(bob.profile.pseudonym)).to_be_visible()
    mine = Label.objects.get(user=admin_user)
    assert (mine.code, mine.present, mine.blind) == ("framing", True, True)
    assert list(mine.citations.values_list("seq", flat=True)) == [first.seq]
    page.keyboard.press("1")
    page.keyboard.press("6")
    labels = page.get_by_role("list", name="Labels")
    expect(labels.get_by_text("not framing")).to_be_visible()
    expect(labels.get_by_text("false role claim")).to_be_visible()
    page.keyboard.press("u")
    expect(labels.get_by_text("not framing")).to_have_count(0)
    expect(page.get_by_text(bob.profile.pseudonym)).to_be_visible()
    page.keyboard.press("u")
    page.keyboard.press("u")
    expect(page.get_by_text(bob.profile.pseudonym)).to_have_count(0)
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    assert not Label.objects.filter(user=admin_user).exists()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_label("Keep what is found now as").fill("rare-words")
    page.get_by_role("button", name="Keep slice").click()
    page.get_by_role("link", name=re.compile("^rare-words 2")).click()
    expect(page.get_by_role("article")).to_have_count(2)
    assert Slice.objects.get().query == {"q": "xylophone"}


def test_nothing_found_offers_the_nearest_looser_search_and_nothing_indexed_says_how(match: Match, page: Page) -> None:
    page.goto("/logs?q=xylophone&kind=death")
    page.get_by_role("button", name="Without kind of event: death: 2 lines").click()
    expect(page.get_by_role("article")).to_have_count(2)
    match.delete()
    page.goto("/logs")
    expect(page.get_by_role("heading", name="Nothing is indexed yet")).to_be_visible()
    expect(page.get_by_text("./tossim manage log_index")).to_be_visible()


def test_a_report_shows_figures_and_moments_and_the_replay_marks_them(match: Match, visit: Visit) -> None:
    page = visit().page
    page.goto(f"/m/{match.pk}/report")
    expect(page.get_by_role("table", name="Metrics of the match").get_by_role("row").nth(1)).to_be_visible()
    page.get_by_text(re.compile("moments: role claims")).click()
    lie = Entry.objects.filter(cell__truth="lie").order_by("seq").first()
    assert lie is not None
    expect(page.get_by_role("listitem").filter(has_text=lie.text).first).to_be_visible()
    assert flaws(page) == []
    page.goto(f"/m/{match.pk}?as=god")
    expect(page.locator(".bands b.lie")).to_have_count(Entry.objects.filter(cell__truth="lie").count())


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_the_browser_has_no_flaw_that_axe_finds(match: Match, visit: Visit, admin_user: Any, scheme: Any) -> None:
    page = visit().page
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    enter(page, "/logs?q=xylophone&blind=true")
    expect(page.get_by_role("article")).to_have_count(2)
    assert flaws(page) == []

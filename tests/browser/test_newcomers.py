"""The first minutes: a seat within three clicks, and every screen with letters twice as large."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from game.models import Match
from tests.browser.test_access import SCREENS
from tests.browser.visitor import Visitor

Visit = Callable[..., Visitor]
CLICKS = "window.clicks = 0; addEventListener('click', (event) => event.detail && window.clicks++, true)"
CUT = """() => {
  const wide = document.documentElement.clientWidth;
  const shown = (one) => one.checkVisibility({visibilityProperty: true, opacityProperty: true});
  const scrolls = (one) => one && (/auto|scroll/.test(getComputedStyle(one).overflowX) || scrolls(one.parentElement));
  return [...document.querySelectorAll('h1, h2, h3, p, a, button, label, input, select, li, dd')]
    .filter((one) => shown(one) && !one.closest('.hidden'))
    .filter((one) => {
      const box = one.getBoundingClientRect();
      return box.width > 1 && (box.right > wide + 1 || box.left < -1) && !scrolls(one.parentElement);
    })
    .map((one) => `${one.outerHTML.slice(0, 90)} at ${Math.round(one.getBoundingClientRect().right)} of ${wide}`);
}"""
"""What stands beyond the edges of the window, unless it can be scrolled to."""


def test_from_the_home_page_to_a_seat_in_a_running_match_in_three_clicks(visit: Visit) -> None:
    page = visit().page
    page.add_init_script(CLICKS)
    page.goto("/")
    page.get_by_role("button", name="Play a match").click()
    expect(page).to_have_url(re.compile(r"/m/\d+"))
    clicks = page.evaluate("window.clicks")
    page.get_by_role("textbox", name="Your name").fill("Newcomer")
    page.get_by_role("button", name="Sit down").click()
    clicks += 1
    expect(page.get_by_role("region", name="Your turn")).to_be_visible()
    assert clicks <= 3
    match = Match.objects.get()
    assert match.seats.filter(name="Newcomer").exists()
    assert match.status in (Match.Status.QUEUED, Match.Status.RUNNING)


def larger(page: Page) -> None:
    """Letters twice as large, as a browser's setting makes them."""
    page.evaluate("document.documentElement.style.fontSize = '200%'")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("screen", ["home", "table", "seat", "making"])
def test_with_letters_twice_as_large_nothing_is_cut_off(screen: str, width: int, visit: Visit) -> None:
    visitor = visit(width=width, height=844)
    SCREENS[screen](visitor.page)
    larger(visitor.page)
    parts = visitor.page.get_by_role("navigation", name="Parts of the table").get_by_role("button")
    for part in [None, *parts.all()]:
        if part:
            part.click()
        assert visitor.width() <= width
        assert visitor.page.evaluate(CUT) == []


@pytest.mark.parametrize("screen", ["home", "table", "seat", "making"])
def test_a_desk_zoomed_to_twice_the_size_scrolls_one_way_only(screen: str, visit: Visit) -> None:
    visitor = visit(width=640, height=400)
    SCREENS[screen](visitor.page)
    assert visitor.width() <= 640
    assert visitor.page.evaluate(CUT) == []

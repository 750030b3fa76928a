"""The home page: a live match that follows the action, and finished ones found by their address."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from frontend.starting import AT_ONCE
from game import services
from game.lobby import LobbySpec
from game.models import Match
from tests.browser.test_watching import archive, live_match
from tests.browser.visitor import Visitor
from tests.frontend.logs import whole_match
from tests.frontend.stored import stored
from tests.stack import until

Visit = Callable[..., Visitor]
SLOW = 20.0
"""Seconds a line: a match that does not get far while a test looks at it."""


def featured(page: Page) -> Locator:
    """The match that is shown large."""
    return page.get_by_role("region", name="Featured match")


def finished(page: Page) -> Locator:
    """The cards of matches that are over."""
    return page.get_by_role("region", name="Finished").get_by_role("article")


def spoken(match: Match) -> bool:
    """Whether anything has been said in a match."""
    return match.events.filter(kind="said").exists()


def test_the_featured_match_shows_the_last_lines_as_they_come_and_leads_to_the_table(visit: Visit) -> None:
    visitor, match = visit(), live_match(pace=0.3)
    visitor.page.goto("/")
    stage = featured(visitor.page)
    expect(stage).to_contain_text("A small town")
    expect(stage.get_by_label("7 of 7 alive")).to_be_visible()
    until(lambda: spoken(match), "somebody speaks")
    said = match.events.filter(kind="said", audience=-1).order_by("seq")[0].body["text"]
    expect(stage.get_by_role("listitem").filter(has_text=said)).to_be_visible()
    expect(stage.get_by_role("listitem").filter(has_text=said)).to_be_hidden()  # others have pushed it out
    stage.get_by_role("link", name="Watch A small town").click()
    expect(visitor.page).to_have_url(re.compile(f"/m/{match.pk}"))


def test_the_featured_match_moves_on_at_an_end_but_never_while_somebody_is_at_it(visit: Visit) -> None:
    first = live_match(pace=SLOW, title="The first")
    visitor = visit()
    visitor.page.goto("/")
    stage = featured(visitor.page)
    expect(stage).to_contain_text("The first")
    second = live_match(pace=SLOW, title="The second", seed="another")
    expect(visitor.page.get_by_role("article").filter(has_text="The second")).to_be_visible()
    stage.get_by_role("button", name="Stay here").click()
    visitor.page.mouse.move(0, 0)
    services.match_abort(match=first)
    expect(finished(visitor.page).filter(has_text="The first")).to_be_visible()
    expect(stage).to_contain_text("The first")
    stage.get_by_role("button", name="Stay here").click()
    visitor.page.keyboard.press("Shift+Tab")
    visitor.page.keyboard.press("Shift+Tab")
    visitor.page.mouse.move(0, 0)
    expect(stage).to_contain_text("The second")
    expect(visitor.page.get_by_role("status").filter(has_text="Now showing The second")).to_be_attached()
    assert second.pk != first.pk


def test_a_match_that_cannot_be_started_says_why_until_the_next_try(visit: Visit) -> None:
    for _ in range(AT_ONCE):
        services.match_create(spec=LobbySpec(people=2))
    visitor, page = (guest := visit()), guest.page
    page.goto("/")
    page.get_by_role("button", name="Play a match").click()
    refusal = page.get_by_role("alert")
    expect(refusal).to_have_text(
        f"! {AT_ONCE} matches are being played already. Watch one of them, or wait until one ends."
    )
    with page.expect_response("**/api/matches?*"):
        pass
    expect(refusal).to_be_visible()
    visitor.forgive("Failed to load resource")


def test_nothing_to_watch_is_said_with_what_to_do(visit: Visit) -> None:
    visitor = visit()
    visitor.page.goto("/")
    expect(visitor.page.get_by_text("No match has ended yet.")).to_be_visible()
    expect(featured(visitor.page)).to_have_count(0)
    visitor.page.get_by_role("button", name="Start a match").click()
    expect(visitor.page).to_have_url(re.compile(r"/m/\d+"))


def test_filters_stand_in_the_address_and_a_search_that_finds_nothing_offers_a_looser_one(page: Page) -> None:
    log = whole_match("home-1")
    for title, mode in (("Harbour", "Classic"), ("Hill", "Classic"), ("Harvest", "Ranked")):
        stored(whole_match("home-1", mode), title=title, outcome=log[-1].outcome)
    page.goto("/")
    expect(finished(page)).to_have_count(3)
    page.get_by_role("searchbox", name="Search finished matches").fill("har")
    expect(finished(page)).to_have_count(2)
    expect(page).to_have_url(re.compile(r"\?q=har$"))
    page.get_by_role("combobox", name="Mode").select_option(label="Classic (1)")
    expect(finished(page)).to_have_count(1)
    page.reload()
    expect(finished(page)).to_contain_text("Harbour")
    page.get_by_role("searchbox", name="Search finished matches").fill("harvest")
    page.get_by_role("button", name="Not only in Classic: 1 match").or_(
        page.get_by_role("button", name=re.compile("Not only with “harvest”"))
    ).click()
    expect(finished(page).first).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    expect(finished(page)).to_have_count(3)
    expect(page).to_have_url(re.compile(r"/$"))


def test_more_matches_are_shown_and_coming_back_finds_the_place(page: Page) -> None:
    log = whole_match("home-1")[:40]
    for number in range(26):
        stored(log, title=f"Old {number}", status="aborted")
    page.goto("/")
    expect(finished(page)).to_have_count(24)
    page.get_by_role("button", name="Show more").click()
    expect(finished(page)).to_have_count(26)
    expect(page.get_by_text("These are all 26.")).to_be_visible()
    page.get_by_role("link", name="Old 0 ").scroll_into_view_if_needed()
    page.wait_for_function("history.state?.y > 0")
    page.get_by_role("link", name="Old 0 ").click()
    expect(page.get_by_role("log")).to_be_visible()
    page.go_back()
    expect(finished(page)).to_have_count(26)
    page.wait_for_function("scrollY > 0")
    expect(page.get_by_role("link", name="Old 0 ")).to_be_in_viewport()


def test_a_card_leads_to_the_moment_at_which_a_match_turned(page: Page) -> None:
    match = archive()
    page.goto("/")
    link = finished(page).get_by_role("link", name=re.compile("is lynched$"))
    name = link.inner_text().removesuffix(" is lynched")
    link.click()
    expect(page).to_have_url(re.compile(rf"/m/{match.pk}\?at=\d+#e\d+$"))
    expect(page.get_by_role("log").locator(".here")).to_contain_text(f"The town finds {name} guilty")


@pytest.mark.parametrize("old", [True, False])
def test_lists_that_cannot_be_loaded_say_so_and_keep_what_there_was(visit: Visit, old: bool) -> None:
    visitor, page = (guest := visit()), guest.page
    archive()
    page.goto("/" if old else "/rules")
    page.route("**/api/matches?*", lambda route: route.abort())
    if not old:
        page.get_by_role("link", name="ToSSim, all matches").click()
    else:
        page.get_by_role("combobox", name="Order").select_option("longest")
    alert = page.get_by_role("alert").filter(has=page.get_by_role("button", name="Try again"))
    expect(alert).to_be_visible()
    assert ("out of date" in alert.inner_text()) == old
    expect(finished(page)).to_have_count(1 if old else 0)
    page.unroute("**/api/matches?*")
    alert.get_by_role("button", name="Try again").click()
    expect(alert).to_be_hidden()
    expect(finished(page)).to_have_count(1)
    visitor.forgive("ERR_FAILED")

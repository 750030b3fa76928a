"""The rulebook in the browser: found by words, by address, and from any name at a table."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from game.showcase import archive_ensure
from tests.browser.visitor import Visitor

Visit = Callable[..., Visitor]


def card(page: Page, role: str) -> Locator:
    """The card of a role."""
    return page.get_by_role("article", name=role, exact=True)


def test_a_search_finds_a_role_as_one_types_and_escape_shows_all_again(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Read the rules").click()
    expect(card(page, "Sheriff")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("jailor")
    expect(card(page, "Jailor")).to_be_visible()
    expect(page.get_by_role("article").first).to_have_id("jailor")
    expect(card(page, "Sheriff")).to_be_hidden()
    expect(page).to_have_url(re.compile(r"/rules\?q=jailor"))
    page.keyboard.press("Escape")
    expect(card(page, "Sheriff")).to_be_visible()


def test_a_search_without_a_match_says_so_and_offers_the_way_back(page: Page) -> None:
    page.goto("/rules?q=dragons")
    expect(page.get_by_text("No rule matches “dragons”.")).to_be_visible()
    page.get_by_role("button", name="Show all rules").click()
    expect(card(page, "Doctor")).to_be_visible()


def test_facets_leave_the_roles_that_fit(page: Page) -> None:
    page.goto("/rules")
    page.get_by_role("button", name="Mafia").click()
    expect(card(page, "Godfather")).to_be_visible()
    expect(card(page, "Doctor")).to_be_hidden()
    page.get_by_role("combobox", name="Alignment").select_option("Mafia Deception")
    expect(card(page, "Framer")).to_be_visible()
    expect(card(page, "Godfather")).to_be_hidden()


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)], ids=["desk", "phone"])
def test_an_address_leads_to_its_card_even_past_a_filter(width: int, height: int, visit: Visit) -> None:
    visitor = visit(width=width, height=height)
    visitor.page.goto("/rules?faction=Mafia#jailor")
    expect(card(visitor.page, "Jailor")).to_be_in_viewport()
    expect(card(visitor.page, "Jailor")).to_have_class(re.compile(r"\bhere\b"))
    expect(card(visitor.page, "Jailor").get_by_text("three times a match")).to_be_visible()
    assert visitor.width() <= width
    card(visitor.page, "Jailor").get_by_role("link", name="Mafia").first.click()
    expect(visitor.page).to_have_url(re.compile("#mafia$"))


def test_a_name_at_the_table_opens_its_card_without_leaving_the_match(visit: Visit) -> None:
    visitor, match = visit(), archive_ensure()
    assert match is not None
    visitor.page.goto(f"/m/{match.pk}")
    expect(visitor.winner).to_be_visible()
    for place in ("Players", "Roles and graves"):
        name = visitor.page.get_by_label(place).get_by_role("link", name="Jailor", exact=True).first
        expect(name).to_have_attribute("href", "/rules#jailor")
        name.click()
        sheet = visitor.page.get_by_role("dialog", name="The rules of the Jailor")
        expect(card(visitor.page, "Jailor")).to_be_visible()
        visitor.page.keyboard.press("Escape")
        expect(sheet).to_be_hidden()
        expect(name).to_be_focused()
    expect(visitor.page).to_have_url(re.compile(f"/m/{match.pk}"))
    expect(visitor.log.get_by_role("link", name="Lookout").first).to_have_attribute("href", "/rules#lookout")


def test_a_name_opens_the_rulebook_in_a_tab_where_that_is_wanted(visit: Visit) -> None:
    visitor, match = visit(), archive_ensure()
    assert match is not None
    visitor.page.goto(f"/m/{match.pk}")
    name = visitor.page.get_by_label("Roles and graves").get_by_role("link", name="Town Killing")
    with visitor.page.context.expect_page() as opened:
        name.click()
    expect(opened.value).to_have_url(re.compile("/rules#town-killing$"))
    expect(card(opened.value, "Veteran")).to_be_visible()

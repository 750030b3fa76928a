"""Making a match: by form or YAML, until it can be played."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from game.models import Match
from tests.browser.visitor import Visitor

Visit = Callable[..., Visitor]


def test_a_match_is_made_by_the_form_and_its_mistakes_are_told(visit: Visit) -> None:
    page = visit().page
    page.goto("/")
    page.get_by_role("link", name="Make your own").click()
    expect(page.get_by_role("status")).to_contain_text("15 players")
    page.get_by_role("textbox", name="Title").fill("A table of mine")
    page.get_by_role("combobox", name="Players").select_option("7")
    expect(page.get_by_role("status")).to_contain_text("7 players")
    page.get_by_role("button", name="Change the list").click()
    slots = page.get_by_role("textbox", name="One slot a line")
    list_of_seven = slots.input_value()
    slots.fill(list_of_seven.replace("Sheriff", "Sherif"))
    expect(page.get_by_role("status")).to_contain_text("Did you mean Sheriff?")
    expect(page.get_by_role("button", name="Start the match")).to_be_disabled()
    slots.fill(list_of_seven)
    page.get_by_role("textbox", name="Name of seat 2").fill("Zoe")
    expect(page.get_by_role("textbox", name="As YAML")).to_have_value(re.compile("id: Zoe"))
    page.get_by_role("button", name="Start the match").click()
    expect(page).to_have_url(re.compile(r"/m/\d+"))
    match = Match.objects.get()
    assert match.title == "A table of mine"
    assert match.table["names"][1] == "Zoe"
    assert list_of_seven.splitlines() == match.table["slots"]


def test_a_yaml_text_fills_the_form_and_people_wait_at_an_open_table(visit: Visit) -> None:
    page = visit(width=390).page
    page.goto("/new")
    expect(page.get_by_role("status")).to_contain_text("15 players")
    page.get_by_role("textbox", name="As YAML").fill(
        "title: From a file\ngame: {mode: Ranked}\npeople: 2\ntalk: bids\n"
    )
    expect(page.get_by_role("textbox", name="Title")).to_have_value("From a file")
    expect(page.get_by_role("combobox", name="Mode")).to_have_value("Ranked")
    expect(page.get_by_role("combobox", name="Talk")).to_have_value("bids")
    expect(page.get_by_role("spinbutton", name="People")).to_have_value("2")
    page.get_by_role("textbox", name="As YAML").fill("game: {mode: Rankd}\n")
    expect(page.get_by_role("status")).to_contain_text("did you mean")
    page.get_by_role("textbox", name="As YAML").fill("game: {mode: Ranked}\npeople: 2\n")
    page.get_by_role("button", name="Open the table").click()
    expect(page).to_have_url(re.compile(r"/m/\d+"))
    match = Match.objects.get()
    assert (match.status, match.table["mode"], match.seats.filter(is_open=True).count()) == ("open", "Ranked", 2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

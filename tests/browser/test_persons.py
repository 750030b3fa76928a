"""Persons in the browser: a guest who signs up, consent, farewell, muting and reporting by keyboard."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from game import people, profiles, selectors, services
from game.engine import events as e
from game.lobby import LobbySpec
from game.models import Complaint, Match
from game.privacy import DELETED
from tests.browser.test_watching import archive
from tests.browser.visitor import Visitor
from tests.stack import until

Visit = Callable[..., Visitor]
PASSWORD = "sesame-open-9"


def sign_up(page: Page, name: str) -> None:
    """Make an account on the page of the library."""
    page.get_by_role("textbox", name="Username").fill(name)
    page.get_by_role("textbox", name="Password:").fill(PASSWORD)
    page.get_by_role("textbox", name="Password (again)").fill(PASSWORD)
    page.get_by_role("button", name="Sign Up").click()


def test_a_guest_sits_down_signs_up_and_keeps_the_seat(visit: Visit, tmp_path: Path) -> None:
    match = services.match_create(spec=LobbySpec(players=7, people=2, title="With friends"))
    visitor = visit()
    page = visitor.page
    page.goto("/me")
    expect(page.get_by_role("heading", name="You have not played yet")).to_be_visible()
    page.get_by_role("link", name="Find a seat").click()
    page.get_by_text("Use of what I write").click()
    page.get_by_role("checkbox", name=re.compile("^Research")).check()
    visitor.sit_down("Robin")
    expect(page).to_have_url(re.compile(f"/m/{match.pk}"))
    seat = match.seats.get(name="Robin")
    assert profiles.consents_of(match) == {seat.number: profiles.Consent(research=True, training=False)}
    page.goto("/me")
    page.get_by_role("link", name="Sign up").click()
    sign_up(page, "robin")
    expect(page).to_have_url(re.compile("/me$"))
    mine = page.get_by_role("region", name="Matches")
    expect(mine.get_by_role("link", name="With friends")).to_be_visible()
    mine.get_by_text("Use of what I wrote here").click()
    expect(mine.get_by_role("checkbox", name=re.compile("^Research"))).to_be_checked()
    mine.get_by_role("checkbox", name=re.compile("^Models")).check()
    expect(page.get_by_role("status").filter(has_text=f"Saved for match {match.pk}.")).to_have_count(1)
    assert profiles.consents_of(match) == {seat.number: profiles.Consent(research=True, training=True)}
    with page.expect_download() as download:
        page.get_by_role("link", name="Download my data").click()
    download.value.save_as(tmp_path / "data.json")
    assert json.loads((tmp_path / "data.json").read_text("utf-8"))["account"]["name"] == "robin"


@pytest.fixture
def robin() -> tuple[User, Match]:
    """Somebody with an account who has played seat 3 of the finished match."""
    user, match = User.objects.create_user("robin", password=PASSWORD), archive()
    match.seats.filter(number=3).update(user=user, taken_at=timezone.now(), key_hash="gone", is_open=True)
    return user, match


def sign_in(page: Page, name: str, back: str) -> None:
    """Sign in, and come back to a page."""
    page.goto(f"/accounts/login/?next={back}")
    page.get_by_role("textbox", name="Username").fill(name)
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign In").click()
    expect(page).to_have_url(re.compile(f"{back}$"))


@pytest.mark.parametrize("width", [1280, 390])
def test_an_account_is_deleted_by_its_name_and_leaves_a_pseudonym(
    visit: Visit, robin: tuple[User, Match], width: int
) -> None:
    user, match = robin
    pseudonym, words = user.profile.pseudonym, said_by(match, 3)
    visitor = visit(width=width)
    page = visitor.page
    sign_in(page, "robin", "/me")
    expect(page.get_by_role("table")).to_contain_text("All")
    assert visitor.width() <= width
    page.get_by_text("Delete my account").first.click()
    going = page.get_by_role("button", name="Delete my account")
    expect(going).to_be_disabled()
    page.get_by_role("checkbox", name=re.compile("And what I wrote")).check()
    page.get_by_role("textbox", name="Type robin to confirm").fill("robin")
    going.click()
    until(lambda: not User.objects.filter(username="robin").exists(), "the account is gone")
    expect(page.get_by_role("link", name="Your matches")).to_be_visible()
    assert set(said_by(match, 3)) == {DELETED} != set(words)
    page.goto(f"/m/{match.pk}/text")
    expect(page.get_by_text(f"{pseudonym}:").first).to_be_visible()


def said_by(match: Match, seat: int) -> list[str]:
    """What a seat has said aloud."""
    log = selectors.log_of(match.pk)
    return [event.text for event in log if isinstance(event, e.Said) and event.seat == seat]


def test_a_line_is_muted_and_reported_by_keyboard(visit: Visit, robin: tuple[User, Match]) -> None:
    _, match = robin
    name = match.seats.get(number=3).name
    User.objects.create_user("ann", password=PASSWORD)
    visitor = visit()
    page = visitor.page
    sign_in(page, "ann", f"/m/{match.pk}")
    about = visitor.log.get_by_role("button", name=f"Mute or report {name}")
    expect(about.last).to_be_attached()
    other = visitor.log.get_by_role("button", name="Mute or report")
    assert other.count() == about.count()  # agents are not reported
    about.last.focus()
    page.keyboard.press("Enter")
    sheet = page.get_by_role("dialog", name=f"Words of {name}")
    quote = sheet.locator("blockquote").inner_text()
    sheet.get_by_role("textbox", name="What is wrong with it?").fill("An insult")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(sheet.get_by_role("status")).to_contain_text("Thank you")
    told = Complaint.objects.get()
    assert (told.seat, told.quote, told.reason, told.by_user.username) == (3, quote, "An insult", "ann")
    sheet.get_by_role("button", name=f"Mute {name}").press("Enter")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(visitor.log.get_by_text(quote, exact=True)).to_have_count(0)
    expect(visitor.log.get_by_text(f"{name} (muted)").first).to_be_visible()
    page.reload()
    expect(visitor.log.get_by_text(f"{name} (muted)").first).to_be_visible()


def test_the_table_reads_that_a_host_looked_inside(visit: Visit) -> None:
    match = services.match_create(spec=LobbySpec(players=7, people=2))
    visitor = visit()
    visitor.page.goto(f"/m/{match.pk}")
    visitor.sit_down("Robin")
    until(match.seats.filter(name="Robin").exists, "the seat is taken")
    people.match_look_inside(match=match, user=User.objects.create_superuser("root"), reason="a <b>report</b>")
    expect(visitor.page.get_by_text(re.compile("A host looked inside at .+: a <b>report</b>"))).to_be_visible()

"""The dashboard of experiments and the leaderboard, in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from eval.models import Experiment
from tests.browser.visitor import Visitor
from tests.experiments.kept import kept_board, kept_experiment

Visit = Callable[..., Visitor]
SIZES = pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)], ids=["desk", "phone"])


def sign_in(page: Page, where: str) -> None:
    """Go to a page as staff."""
    User.objects.create_superuser("root", password="sesame-open-9")
    page.goto(f"/accounts/login/?next={where}")
    page.get_by_label("Username").fill("root")
    page.get_by_label("Password").fill("sesame-open-9")
    page.get_by_role("button", name="Sign In").click()


@SIZES
def test_the_list_leads_to_the_dashboard(visit: Visit, width: int, height: int) -> None:
    kept_experiment()
    visitor = visit(width=width, height=height)
    sign_in(visitor.page, "/experiments")
    card = visitor.page.get_by_role("listitem").filter(has_text="four-arms")
    expect(card.get_by_text("finished")).to_be_visible()
    expect(card.get_by_text("P1: Evil won 4.2 points more")).to_be_visible()
    assert visitor.width() <= width
    card.get_by_role("link", name="four-arms").click()
    expect(visitor.page.get_by_role("heading", name="What was found")).to_be_visible()
    assert visitor.width() <= width


def test_without_an_experiment_the_page_says_how_to_make_one(page: Page, stack: Any) -> None:
    sign_in(page, "/experiments")
    expect(page.get_by_role("heading", name="No experiment yet")).to_be_visible()
    expect(page.get_by_role("link", name="in the admin")).to_have_attribute("href", "/admin/eval/experiment/add/")
    expect(page.get_by_text("./tossim manage experiment run plan.yaml")).to_be_visible()


def test_guests_are_told_that_experiments_are_for_staff(visit: Visit) -> None:
    experiment = kept_experiment()
    page = visit().page
    page.goto(f"/experiments/{experiment.pk}")
    expect(page.get_by_text("Experiments are for staff.")).to_be_visible()
    expect(page.get_by_role("link", name="Experiments")).to_be_hidden()


@SIZES
def test_while_it_is_played_evidence_is_shown_and_no_p_value(visit: Visit, width: int, height: int) -> None:
    experiment = kept_experiment(state=Experiment.State.PAUSED, blocks=60)
    visitor = visit(width=width, height=height)
    page = visitor.page
    sign_in(page, f"/experiments/{experiment.pk}")
    expect(page.get_by_role("status").filter(has_text="of 240 matches")).to_be_visible()
    expect(page.get_by_role("img", name="Evidence by block: P1 1.40, P2 1.40")).to_be_visible()
    expect(page.get_by_role("columnheader", name="p", exact=True)).to_be_hidden()
    expect(page.get_by_text("no p-value is shown")).to_be_visible()
    expect(page.get_by_text("Worst problem")).to_be_visible()
    assert visitor.width() <= width


@SIZES
def test_a_figure_leads_to_the_matches_behind_it(visit: Visit, width: int, height: int) -> None:
    experiment = kept_experiment()
    page = visit(width=width, height=height).page
    sign_in(page, f"/experiments/{experiment.pk}")
    expect(page.get_by_role("columnheader", name="p", exact=True)).to_be_attached()
    page.get_by_role("button", name=re.compile("^P1 .*points")).focus()
    behind = page.get_by_role("region", name=re.compile("Matches behind P1"))
    expect(behind.get_by_role("link", name=re.compile(r"Block \d+, (EM|AA)")).first).to_be_visible()
    failed = experiment.trials.filter(state="failed", arm="EM").count()
    page.get_by_role("button", name=f"Failed matches of EM: {failed}").click()
    behind = page.get_by_role("region", name="Matches behind failed matches of EM")
    expect(behind.get_by_text("failed: timeout").first).to_be_visible()
    expect(behind.get_by_role("link")).to_have_count(0)


def test_arms_say_in_what_they_differ_and_which_differ_in_more_than_one_thing(page: Page, stack: Any) -> None:
    experiment = kept_experiment()
    sign_in(page, f"/experiments/{experiment.pk}")
    arms = page.get_by_role("region", name="Arms", exact=True)
    expect(arms.get_by_role("listitem").filter(has_text="EM against AA")).to_contain_text("evil: A → M")
    expect(arms.get_by_role("listitem").filter(has_text="MM against AA")).to_contain_text("Not one thing")


@SIZES
def test_the_leaderboard_does_not_order_what_overlaps(visit: Visit, width: int, height: int) -> None:
    kept_board()
    visitor = visit(width=width, height=height)
    page = visitor.page
    page.goto("/leaderboard")
    evil = page.get_by_role("region", name="As evil", exact=True)
    expect(evil.get_by_role("row").nth(1)).to_contain_text(re.compile(r"^1 ?scripted:M"))
    town = page.get_by_role("region", name="As town", exact=True)
    for place in (1, 2):
        expect(town.get_by_role("row").nth(place)).to_contain_text("1=")
    expect(page.get_by_text("Ratings whose intervals overlap are not ordered")).to_be_visible()
    link = evil.get_by_role("link", name="200 matches of scripted:M")
    expect(link).to_have_attribute("href", "/logs?model=scripted%3AM")
    page.get_by_role("combobox", name="Role list").select_option("Classic")
    expect(page).to_have_url(re.compile(r"setup=Classic"))
    assert visitor.width() <= width


def test_an_empty_leaderboard_says_where_ratings_come_from(page: Page, stack: Any) -> None:
    page.goto("/leaderboard")
    expect(page.get_by_role("heading", name="Nobody is rated yet")).to_be_visible()
    expect(page.get_by_text("./tossim manage experiment run plan.yaml")).to_be_visible()


@SIZES
def test_the_top_of_the_page_keeps_to_one_line(visit: Visit, width: int, height: int) -> None:
    page = visit(width=width, height=height).page
    sign_in(page, "/leaderboard")
    expect(page.get_by_role("navigation", name="You")).to_be_visible()
    tall = page.locator("header .bar").evaluate("bar => bar.getBoundingClientRect().height")
    assert tall <= 60

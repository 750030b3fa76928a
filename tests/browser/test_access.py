"""Every screen for everybody: what axe finds wrong with it, in the dark and in the light, at a desk and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from eval.index import match_index
from game import services
from game.lobby import LobbySpec
from tests.browser.test_experiments import sign_in
from tests.browser.test_watching import archive, live_match
from tests.browser.visitor import Visitor
from tests.experiments.kept import kept_board, kept_experiment
from tests.training.kept import kept_run, kept_runs

Visit = Callable[..., Visitor]
AXE = Path(__file__).resolve().parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = {"serious", "critical"}


def home(page: Page) -> None:
    """The home page with a match of every kind."""
    archive()
    live_match()
    services.match_create(spec=LobbySpec(players=7, people=1))
    page.goto("/")
    expect(page.get_by_role("heading", name="Free seats")).to_be_visible()


def table(page: Page) -> None:
    """A match that is over, as the all-knowing see it, with its nights beside it."""
    page.goto(f"/m/{archive().pk}?as=god&at=150")
    expect(page.get_by_role("slider", name="Moment of the match")).to_have_value("150")


def seat(page: Page) -> None:
    """A seat of one's own, with something asked."""
    match = services.match_create(spec=LobbySpec(players=7, people=1))
    page.goto(f"/m/{match.pk}")
    page.get_by_role("textbox", name="Your name").fill("Robin")
    page.get_by_role("button", name="Sit down").click()
    expect(page.get_by_role("region", name="Your turn").get_by_role("button", name="Pass", exact=True)).to_be_visible()


def fork(page: Page) -> None:
    """The sheet that forks a match."""
    table(page)
    page.get_by_role("button", name="Fork from here").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def text_mode(page: Page) -> None:
    """The table as text."""
    page.goto(f"/m/{archive().pk}?text=1")
    expect(page.get_by_role("button", name="Leave text mode")).to_be_visible()


def making(page: Page) -> None:
    """Where a match is made."""
    page.goto("/new")
    expect(page.get_by_role("status")).to_contain_text("15 players")


def compare(page: Page) -> None:
    """A match and its fork."""
    parent = archive()
    child = services.match_fork(match=parent, at_seq=60)
    page.goto(f"/m/{parent.pk}/and/{child.pk}")
    expect(page.get_by_text("lines are the same in both")).to_be_visible()


def rules(page: Page) -> None:
    """The rulebook."""
    page.goto("/rules")
    expect(page.get_by_role("heading", name="Sheriff").first).to_be_visible()


def lanes(page: Page) -> None:
    """The model servers."""
    page.goto("/lanes")
    expect(page.get_by_role("heading", name="Lanes")).to_be_visible()


def mine(page: Page) -> None:
    """One's own matches, with what they may be used for unfolded."""
    match = archive()
    user = User.objects.create_user("robin", password="sesame-open-9")
    match.seats.filter(number=3).update(user=user, taken_at=timezone.now())
    page.goto("/accounts/login/?next=/me")
    page.get_by_role("textbox", name="Username").fill("robin")
    page.get_by_role("textbox", name="Password").fill("sesame-open-9")
    page.get_by_role("button", name="Sign In").click()
    expect(page.get_by_role("heading", name="Record")).to_be_visible()
    for fold in page.locator("summary").all():
        fold.click()


def about(page: Page) -> None:
    """The sheet that mutes and reports."""
    match = archive()
    match.seats.filter(number=3).update(taken_at=timezone.now())
    page.goto(f"/m/{match.pk}")
    page.get_by_role("log").get_by_role("button", name="Mute or report").last.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()


def sign_up(page: Page) -> None:
    """Where an account is made, with what is wrong."""
    page.goto("/accounts/signup/")
    page.get_by_role("textbox", name="Username").fill("robin")
    page.get_by_role("textbox", name="Password:").fill("abc")
    page.get_by_role("textbox", name="Password (again)").fill("abd")
    page.get_by_role("button", name="Sign Up").click()
    expect(page.get_by_text("too short")).to_be_visible()


def logs(page: Page) -> None:
    """What was said, searched."""
    match_index(match=archive())
    page.goto("/logs?q=mafia")
    expect(page.get_by_role("article").first).to_be_visible()


def report(page: Page) -> None:
    """A match as figures."""
    match_index(match=(match := archive()))
    page.goto(f"/m/{match.pk}/report")
    expect(page.get_by_role("table", name="Metrics of the match")).to_be_visible()


def experiments(page: Page) -> None:
    """All experiments."""
    kept_experiment()
    sign_in(page, "/experiments")
    expect(page.get_by_role("link", name="four-arms")).to_be_visible()


def experiment(page: Page) -> None:
    """One experiment, with the matches behind a figure."""
    sign_in(page, f"/experiments/{kept_experiment().pk}")
    page.get_by_role("button", name=re.compile("^Matches of EM")).click()
    expect(page.get_by_role("region", name="Matches behind arm EM").get_by_role("link").first).to_be_visible()


def leaderboard(page: Page) -> None:
    """What models are worth."""
    kept_board()
    page.goto("/leaderboard")
    expect(page.get_by_role("region", name="As evil", exact=True)).to_be_visible()


def training(page: Page) -> None:
    """Training runs in every state."""
    kept_runs()
    sign_in(page, "/training")
    expect(page.get_by_role("link", name="us/town-grpo")).to_be_visible()


def untrained(page: Page) -> None:
    """No training run."""
    sign_in(page, "/training")
    expect(page.get_by_role("heading", name="No training run yet")).to_be_visible()


def training_run(page: Page) -> None:
    """A run that learns from rewards, while it does, unfolded."""
    sign_in(page, f"/training/{kept_runs().pk}")
    expect(page.get_by_role("img", name=re.compile("^loss:"))).to_be_visible()
    unfold(page)


def trained(page: Page) -> None:
    """Such a run that is done, with what came of its answers, unfolded."""
    sign_in(page, f"/training/{kept_run('done', 64, kind='grpo').pk}")
    expect(page.get_by_role("rowheader", name="at the end, greedy").first).to_be_visible()
    unfold(page)


def tuned(page: Page) -> None:
    """A run that learned rows and failed."""
    sign_in(page, f"/training/{kept_run('failed', 7, error='A number was not finite.').pk}")
    expect(page.get_by_role("img", name=re.compile("^loss:"))).to_be_visible()
    unfold(page)


def unfold(page: Page) -> None:
    """Open all that can be."""
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")


SCREENS: dict[str, Callable[[Page], None]] = {
    "home": home, "table": table, "seat": seat, "fork": fork, "text mode": text_mode, "making": making,
    "compare": compare, "rules": rules, "lanes": lanes, "mine": mine, "about": about, "sign up": sign_up,
    "logs": logs, "report": report, "experiments": experiments, "experiment": experiment, "leaderboard": leaderboard,
    "training": training, "untrained": untrained, "training run": training_run,
    "trained": trained, "tuned": tuned,
}  # fmt: skip


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_serious(screen: str, visit: Visit) -> None:
    page = visit().page
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    SCREENS[screen](page)
    if page.locator("#app").count():  # not a page of accounts, and not the first paint alone
        expect(page.get_by_role("button", name="Switch between dark and light")).to_be_visible()
    page.evaluate(AXE.read_text("utf-8"))
    at_a_desk = flaws(page)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.set_viewport_size({"width": 390, "height": 800})
    assert (at_a_desk, flaws(page)) == ([], [])


def flaws(page: Page) -> list[tuple[str, str, list[str]]]:
    """What axe finds serious on the page as it stands, once it has been drawn."""
    page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    grave = [one for one in found if one["impact"] in GRAVE]
    return [(one["id"], one["help"], [node["html"] for node in one["nodes"]]) for one in grave]

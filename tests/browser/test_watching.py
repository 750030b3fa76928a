"""Watching: from the home page to the end of a match, through a lost connection, and again afterwards."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from agents.lanes.configuration import LaneSpec, ModelSpec
from agents.lanes.facts import Kind, Wanted
from agents.models import Lane
from agents.services import lane_register, model_register
from game import services
from game.lobby import AgentSpec, LobbySpec
from game.models import Decision, Match
from game.showcase import archive_ensure
from tests.apps.conftest import play_out
from tests.browser.visitor import Visitor
from tests.llm.servers import Double, serving
from tests.stack import Stack, finished, until

Visit = Callable[..., Visitor]


def live_match(*, players: int = 7, pace: float = 0.05, seed: str = "browser", title: str = "A small town") -> Match:
    """A match of scripted agents on its way to the worker."""
    spec = LobbySpec(players=players, pace=pace, title=title)
    return services.match_start(match=services.match_create(spec=spec, seed=seed))


def archive() -> Match:
    """The finished match that is shipped."""
    match = archive_ensure()
    assert match is not None
    return match


def seek(visitor: Visitor, key: str, moment: str) -> None:
    """Press a key, and see the time line move to a moment."""
    visitor.page.keyboard.press(key)
    expect(visitor.moment).to_have_value(moment)


def test_a_match_is_watched_from_the_home_page_to_its_end(visit: Visit) -> None:
    visitor, match = visit(), live_match()
    visitor.page.goto("/")
    visitor.page.get_by_role("link", name=re.compile("A small town")).first.click()
    expect(visitor.page).to_have_url(re.compile(f"/m/{match.pk}"))
    expect(visitor.winner).to_be_visible()
    until(lambda: finished(match), "the result is noted")
    names = {seat.number: seat.name for seat in match.seats.all()}
    for number in match.winners:
        expect(visitor.winner).to_contain_text(names[number])
    assert match.outcome
    assert_all_rows(visitor, match)


def test_the_button_on_the_home_page_starts_a_match_and_leads_to_it(visit: Visit) -> None:
    visitor = visit()
    visitor.page.goto("/")
    visitor.page.get_by_role("button", name="Watch a new match").click()
    expect(visitor.page).to_have_url(re.compile(r"/m/\d+"))
    expect(visitor.players).to_have_count(15)
    expect(visitor.log).to_contain_text("Day 1")
    assert Match.objects.get().status in (Match.Status.QUEUED, Match.Status.RUNNING)


def test_a_connection_that_is_lost_and_regained_loses_nothing(visit: Visit, stack: Stack) -> None:
    visitor, match = visit(), live_match(pace=0.1)
    visitor.page.goto(f"/m/{match.pk}")
    expect(visitor.log).to_contain_text("Day 1")
    for _ in range(2):
        assert stack.site
        services.match_pause(match=match)  # so that it does not end while a busy machine takes its time
        stack.site.kill()
        expect(visitor.page.get_by_text(re.compile("Reconnecting"))).to_be_visible()
        match.refresh_from_db()
        services.match_resume(match=match)
        until(lambda at=match.last_seq: grown(match, at), "the match goes on without the page")
        services.match_pause(match=match)
        stack.web()
        expect(visitor.page.get_by_text(re.compile("Reconnecting"))).to_be_hidden()
        services.match_resume(match=match)
    visitor.page.context.set_offline(True)
    expect(visitor.page.get_by_text("Offline")).to_be_visible()
    visitor.page.context.set_offline(False)
    expect(visitor.winner).to_be_visible()
    assert_all_rows(visitor, match)
    visitor.forgive("ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_INTERNET_DISCONNECTED|WebSocket connection")


def grown(match: Match, seq: int) -> bool:
    """Whether the log has gone on beyond a number."""
    match.refresh_from_db()
    return match.last_seq > seq


def assert_all_rows(visitor: Visitor, match: Match) -> None:
    """The page shows every line of its viewpoint, in order, once."""
    wanted = visitor.logged(match.pk)
    shown = visitor.rows()
    assert [name for name, _ in shown] == [name for name, _ in wanted]
    assert [name for (name, row), (_, text) in zip(shown, wanted, strict=True) if text not in row] == []


def test_a_finished_match_opens_at_its_address_and_is_stepped_with_keys(visit: Visit) -> None:
    visitor, match = visit(), archive()
    visitor.page.goto(f"/m/{match.pk}")
    expect(visitor.winner).to_be_visible()
    last = visitor.moment.input_value()
    assert int(last) > 100
    seek(visitor, "Home", "0")
    expect(visitor.winner).to_be_hidden()
    assert visitor.rows() == []
    visitor.page.keyboard.press("ArrowRight")
    expect(visitor.moment).not_to_have_value("0")
    first = len(visitor.rows())
    visitor.page.keyboard.press("Shift+ArrowRight")
    visitor.page.keyboard.press("Shift+ArrowRight")
    expect(visitor.log.get_by_role("heading")).to_have_count(2)
    assert len(visitor.rows()) > first
    seek(visitor, "End", last)
    expect(visitor.winner).to_be_visible()


def test_nothing_that_is_read_jumps_while_a_match_comes_in(visit: Visit) -> None:
    visitor, match = visit(width=390), archive()
    visitor.page.add_init_script(SHIFTED)
    visitor.page.goto(f"/m/{match.pk}?as=god")
    expect(visitor.winner).to_be_visible()
    assert visitor.page.evaluate("shifted") < 0.1


SHIFTED = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) shifted += one.value;
}).observe({type: 'layout-shift', buffered: true});
"""
"""Adds up the layout shifts of a page; under 0.1 is good (web.dev/cls)."""


def test_a_moment_has_an_address(visit: Visit) -> None:
    visitor, match = visit(), archive()
    visitor.page.goto(f"/m/{match.pk}?at=40&as=god")
    expect(visitor.moment).to_have_value("40")
    expect(visitor.viewpoint).to_have_value("god")


def test_everything_is_reached_and_done_by_keyboard(visit: Visit) -> None:
    visitor, match = visit(), archive()
    visitor.page.goto(f"/m/{match.pk}")
    expect(visitor.winner).to_be_visible()
    reached = walk(visitor.page, visitor)
    for control in ("ToSSim", "Viewpoint", "Keys", "What is said and done", "Moment of the match", "Speed"):
        assert any(control in one for one in reached), (control, reached)
    expect(visitor.viewpoint).to_have_value("public")
    for key, viewpoint in (("g", "god"), ("p", "public"), ("1", "1"), ("Shift+Digit2", "12")):
        visitor.page.keyboard.press(key)
        expect(visitor.viewpoint).to_have_value(viewpoint)
    visitor.page.keyboard.press("?")
    expect(visitor.page.get_by_role("dialog", name="Keys")).to_be_visible()
    visitor.page.keyboard.press("Escape")
    expect(visitor.page.get_by_role("dialog", name="Keys")).to_be_hidden()


def walk(page: Page, visitor: Visitor) -> list[str]:
    """What Tab reaches, in order, until it comes back to where it began; the page's body is left out."""
    page.evaluate("document.activeElement.blur()")
    reached: list[str] = []
    for _ in range(1500):
        page.keyboard.press("Tab")
        one = visitor.focus()
        if one and reached and one == reached[0]:
            return reached
        if one and (not reached or one != reached[-1]):
            reached.append(one)
    raise AssertionError(f"Tab never comes back: {reached[-5:]}")


@pytest.mark.parametrize("path", ["/", "/m/{id}", "/m/{id}?as=god&at=200", "/m/{id}?text=1"])
def test_nothing_is_wider_than_a_phone(visit: Visit, path: str) -> None:
    visitor, match = visit(width=390, height=844), archive()
    visitor.page.goto(path.format(id=match.pk))
    expect(visitor.page.get_by_text(match.title).or_(visitor.log).first).to_be_visible()
    assert visitor.width() == 390
    parts = visitor.page.get_by_role("navigation", name="Parts of the table").get_by_role("button")
    for part in parts.all():
        part.click()
        assert visitor.width() == 390, part.inner_text()


def test_a_replay_is_forked_at_a_moment_and_both_matches_lead_to_each_other(visit: Visit) -> None:
    visitor, parent = visit(), archive()
    Match.objects.filter(pk=parent.pk).update(pace=0)
    visitor.page.goto(f"/m/{parent.pk}?at=60")
    expect(visitor.moment).to_have_value("60")
    visitor.page.get_by_role("button", name="Fork from here").click()
    sheet = visitor.page.get_by_role("dialog", name="Fork from here")
    expect(sheet.get_by_role("listitem")).to_have_count(parent.seats.count())
    sheet.get_by_role("radio", name="Another seed").check()
    sheet.get_by_role("textbox", name="Seed").fill("another one")
    sheet.get_by_role("button", name="Fork the match").click()
    expect(visitor.page.get_by_text("A fork of match")).to_be_visible()
    fork = Match.objects.get(parent=parent)
    expect(visitor.page).to_have_url(re.compile(f"/m/{fork.pk}"))
    assert fork.seed == "another one"
    until(lambda: finished(fork), "the fork is played to its end")
    expect(visitor.winner).to_be_visible()
    shared = [text for _, text in visitor.logged(parent.pk)][:5]
    assert [text for _, text in visitor.logged(fork.pk)][:5] == shared
    visitor.page.get_by_role("link", name="Compare the two").click()
    sides = [visitor.page.get_by_role("region", name=f"Match {one.pk}") for one in (parent, fork)]
    expect(sides[1]).to_contain_text(visitor.logged(fork.pk)[-1][1])
    assert sides[0].inner_text() != sides[1].inner_text()
    expect(visitor.page.get_by_text("lines are the same in both")).to_be_visible()
    sides[0].get_by_role("link", name=f"#{parent.pk}").click()
    expect(visitor.page.get_by_role("link", name=f"#{fork.pk}", exact=True)).to_be_visible()


def test_the_all_knowing_see_each_night_as_arrows_and_in_words(visit: Visit) -> None:
    visitor, match = visit(), archive()
    visitor.page.goto(f"/m/{match.pk}?as=god")
    beside = visitor.page.get_by_role("complementary")
    beside.get_by_role("tab", name="Nights").click()
    heading = beside.get_by_role("heading", name=re.compile("Night"))
    last = heading.inner_text()
    facts = [event.body for event in match.events.filter(kind="happened")]
    assert len(facts) > beside.get_by_role("listitem").count() > 0
    beside.get_by_role("button", name="The night before").click()
    expect(heading).not_to_have_text(last)
    while beside.get_by_role("button", name="The night before").is_enabled():
        beside.get_by_role("button", name="The night before").click()
    expect(heading).to_have_text("Night 1")
    assert beside.locator("svg path.arrow").count() > 0
    visitor.viewpoint.select_option("public")
    expect(beside.get_by_role("tab", name="Nights")).to_have_count(0)


def played(match: Match) -> None:
    """Play a match out in a thread of its own."""
    try:
        play_out(match)
    finally:
        connection.close()


def test_a_models_decision_shows_what_it_was_sent(visit: Visit, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "match_dispatch", lambda **kept: None)  # it is played here
    settings.TOSSIM_LANE_CLIENT = "tests.agents.llm.faults.FittingClient"
    double = Double(base="b")
    with serving(double), ThreadPoolExecutor() as pool:  # Playwright has a loop in this thread
        lane_register(spec=LaneSpec(name="here", kind=Kind.ENDPOINT, url=double.url, base="b"))
        Lane.objects.update(state="ready", wanted=Wanted.ON)
        model_register(spec=ModelSpec(name="tester", base="b", preset="chatml", think_tokens=0))
        spec = LobbySpec(players=7, agents=[AgentSpec(model="tester")])
        match = services.match_start(match=services.match_create(spec=spec, seed="browser"))
        pool.submit(played, match).result()
    row = Decision.objects.filter(match=match, model="tester").order_by("-pk")[0]
    visitor = visit()
    visitor.page.goto(f"/m/{match.pk}?as=god")
    decision = visitor.log.locator(f"#t{row.decided_seq}")
    decision.locator("summary").first.click()
    decision.get_by_role("button", name="What it was sent").click()
    expect(decision.get_by_text("tokens that stay")).to_be_visible()
    expect(decision.locator("pre").last).to_contain_text(row.recipe["tail"].splitlines()[0])

"""People who meet at a table: invited by a link, ready, with a story and a rematch at the end; and the gallery."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from game import services
from game.lobby import LobbySpec
from game.models import Match
from tests.browser.test_playing import ROUNDS, SECONDS, SLOTS
from tests.browser.test_watching import archive
from tests.browser.visitor import Visitor
from tests.stack import finished, until

Visit = Callable[..., Visitor]


def waiting(page: Page) -> object:
    """What is shown before a match."""
    return page.get_by_role("region", name="Before the match")


def test_two_people_meet_by_a_link_begin_when_both_are_ready_and_play_again(visit: Visit) -> None:
    spec = LobbySpec(slots=SLOTS, people=2, private=True, title="By invitation", seconds=SECONDS, rounds=ROUNDS)
    match = services.match_create(spec=spec)
    host, friend = visit(), visit(width=390)
    host.page.goto("/")
    expect(host.page.get_by_text("By invitation")).to_have_count(0)
    host.page.goto(f"/m/{match.pk}?invite={match.invite}")
    host.sit_down("Maria")
    expect(host.page.get_by_role("status").filter(has_text="Say that you are ready")).to_be_visible()
    link = host.page.get_by_role("textbox", name="Only who has this link").input_value()
    friend.page.goto(link)
    friend.sit_down("Paul")
    host.page.get_by_role("button", name="I am ready").click()
    expect(host.page.get_by_role("status").filter(has_text="Waiting for Paul to be ready")).to_be_visible()
    friend.page.get_by_role("button", name="I am ready").click()
    for visitor in (host, friend):
        expect(visitor.turn).to_be_visible()
    host.page.get_by_role("tab", name="Gallery").click()
    expect(host.page.get_by_text("You play in this match: what is said beside the table")).to_be_visible()
    services.match_abort(match=match)
    again = LobbySpec(slots=SLOTS, people=2, seconds=SECONDS, rounds=ROUNDS)
    assert services.match_create(spec=again).invite == ""


def test_a_newcomer_is_advised_then_reads_their_story_and_plays_again(visit: Visit) -> None:
    spec = LobbySpec(slots=SLOTS, people=1, title="A first match", seconds=SECONDS, rounds=ROUNDS)
    match = services.match_create(spec=spec)
    visitor = visit()
    visitor.page.goto(f"/m/{match.pk}")
    visitor.sit_down("Robin")
    advice = visitor.page.get_by_role("complementary", name="Advice")
    expect(advice).to_contain_text("Today nobody can be accused yet: say hello.")
    asked = set()
    for _ in visitor.turns("coached"):
        asked.update(text.partition(".")[0] for text in advice.all_inner_texts())
    assert len(asked) > 1
    until(lambda: finished(match), "the result is noted")
    visitor.page.get_by_role("button", name="Your story").click()
    story = visitor.page.get_by_role("article", name="The story of Robin")
    expect(story).to_contain_text("You are the ")
    expect(story).to_contain_text(re.compile("You (won|lost)"))
    assert visitor.page.evaluate("localStorage.getItem('advice')") == "off"
    visitor.page.get_by_role("button", name="Rematch").click()
    expect(visitor.page.get_by_role("button", name="Sit down")).to_be_visible()
    again = Match.objects.get(rematch_of=match)
    assert (again.table["slots"], again.status) == (list(SLOTS), "open")


def test_spectators_talk_beside_the_table_and_mute_each_other(visit: Visit) -> None:
    match = archive()
    one, two = visit(), visit()
    for visitor, name in ((one, "Gast"), (two, "Zuschauer")):
        visitor.page.goto(f"/m/{match.pk}")
        visitor.page.get_by_role("tab", name="Gallery").click()
        visitor.page.get_by_role("textbox", name="Your name").fill(name)
        visitor.page.get_by_role("textbox", name="Say something").fill(f"<b>{name}</b> was here")
        visitor.page.get_by_role("button", name="Say", exact=True).click()
        expect(visitor.page.get_by_text(f"<b>{name}</b> was here")).to_be_visible()
    gallery = one.page.get_by_role("log", name="The gallery")
    expect(gallery.get_by_text("<b>Zuschauer</b> was here")).to_be_visible()
    gallery.get_by_role("button", name="About these words of Zuschauer").click()
    one.page.get_by_role("button", name="Mute Zuschauer").click()
    one.page.get_by_role("button", name="Close").click()
    expect(gallery.get_by_text("<b>Zuschauer</b> was here")).to_have_count(0)
    one.page.get_by_role("button", name="Hear the one you muted again").click()
    expect(gallery.get_by_text("<b>Zuschauer</b> was here")).to_be_visible()

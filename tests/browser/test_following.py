"""What helps a spectator to follow: votes at a glance, tension and lies in words, the fog, days to jump to, reading."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from game.engine.roles import ROLES
from game.models import Match
from game.selectors import log_of
from tests.browser.test_watching import archive
from tests.browser.visitor import Visitor

Visit = Callable[..., Visitor]


def at(page: Page, match: Match, seq: int, viewpoint: str = "god") -> None:
    """Look at a moment of the log, as those who see everything count it."""
    page.goto(f"/m/{match.pk}?as={viewpoint}&at={seq}")
    expect(page.get_by_role("slider", name="Moment of the match")).to_have_value(str(seq))


def draw_all(page: Page) -> None:
    """Draw the whole log: a jump to its beginning does."""
    page.get_by_role("navigation", name="Days and nights").get_by_role("button", name="Day 1").click()
    expect(page.get_by_role("log").get_by_role("heading", name="Day 1")).to_be_in_viewport()


def roles(match: Match) -> list[str]:
    """The roles at the end, by seat."""
    return list(match.events.get(kind="match_ended").body["roles"])


def role_then(match: Match, line: str) -> str:
    """The role that the speaker of a line had when it was spoken."""
    events = log_of(match.pk)[: int(line.removeprefix("e"))]
    return next(
        event.role for event in reversed(events) if event.kind == "role_dealt" and event.seat == events[-1].seat
    )


def opacity(line: Locator) -> float:
    """How clearly something is shown."""
    return float(line.evaluate("one => getComputedStyle(one).opacity"))


def test_standing_votes_are_seen_at_a_glance_and_what_is_missing_in_words(page: Page) -> None:
    match = archive()
    votes = list(match.events.filter(kind="voted").order_by("seq"))
    trial = match.events.filter(kind="trial_opened").order_by("seq")[0]
    before = [vote for vote in votes if vote.seq < trial.seq][-2]
    names = match.table["names"]
    at(page, match, before.seq)
    stage = page.get_by_role("region", name="Now")
    tally = stage.get_by_role("list", name="Votes for a trial")
    expect(stage).to_contain_text(f"more vote puts {names[trial.body['accused'] - 1]} on trial")
    expect(tally).to_contain_text(names[before.body["seat"] - 1])
    voters = page.get_by_role("region", name="Players").get_by_role("button", name=re.compile(", votes "))
    expect(page.locator(".seats svg .still")).to_have_count(voters.count())
    assert voters.count() > 3
    at(page, match, trial.seq)
    expect(stage).to_contain_text("decides over life and death")


def test_a_lie_is_marked_where_the_role_of_the_speaker_is_known(page: Page) -> None:
    match = archive()
    page.goto(f"/m/{match.pk}?as=god")
    log = page.get_by_role("log")
    draw_all(page)
    expect(log.get_by_text("not true: is").first).to_be_attached()
    lies = log.locator(".line", has=page.locator(".lie"))
    told = lies.evaluate_all("all => all.map(one => [one.id, one.querySelector('.lie').textContent.split(' is ')[1]])")
    assert told
    assert [(name, role_then(match, name)) for name, _ in told] == [tuple(one) for one in told]
    page.goto(f"/m/{match.pk}")
    expect(page.get_by_text(re.compile("^Winners"))).to_be_visible()
    expect(log.locator(".lie")).to_have_count(0)


def test_the_fog_dims_what_the_chosen_player_cannot_know(page: Page) -> None:
    match = archive()
    log = log_of(match.pk)
    mafia = [seat for seat, role in enumerate(roles(match), 1) if ROLES[role].faction.value == "Mafia"]
    night = match.events.filter(kind="phase_opened", body__phase="night", body__day=2).get().seq
    planned = next(n for n, event in enumerate(log, 1) if event.kind == "said" and event.channel.value == "mafia")
    at(page, match, max(night, planned))
    draw_all(page)
    page.get_by_role("button", name=re.compile(rf"^{mafia[0]} ")).click()
    page.get_by_role("button", name="Fog").click()
    thoughts = page.get_by_role("log").locator(".thought")
    name = match.table["names"][mafia[0] - 1]
    assert opacity(thoughts.filter(has_text=re.compile(f"^{name} ")).first) == 1
    assert opacity(thoughts.filter(has_not_text=name).first) < 1
    assert opacity(page.locator(f"#e{planned}")) == 1
    blurred = page.locator(".seats .foggy")
    seats = match.seats.count()
    expect(blurred).to_have_count(seats - len(mafia) - match.events.filter(kind="died", seq__lte=night).count())
    page.get_by_role("button", name=re.compile(rf"^{mafia[0]} ")).click()  # nobody: what the public cannot know
    assert opacity(page.locator(f"#e{planned}")) < 1
    page.keyboard.press("f")
    assert opacity(page.locator(f"#e{planned}")) == 1
    page.keyboard.press("p")
    expect(page.get_by_role("button", name="Fog")).to_have_count(0)
    page.keyboard.press("f")
    expect(page.get_by_text("The fog is for the all-knowing view")).to_be_visible()


def test_a_reader_jumps_to_a_night_and_comes_back_to_the_end(page: Page) -> None:
    match = archive()
    page.goto(f"/m/{match.pk}?as=god")
    heading = page.get_by_role("log").get_by_role("heading", name="Night 2")
    page.get_by_role("navigation", name="Days and nights").get_by_role("button", name="Night 2").click()
    expect(heading).to_be_in_viewport()
    page.get_by_role("navigation", name="Days and nights").get_by_role("button", name="Day 1").click()
    expect(page.get_by_role("log").get_by_role("heading", name="Day 1")).to_be_in_viewport()
    expect(heading).not_to_be_in_viewport()


@pytest.mark.parametrize("width", [1280, 390])
def test_text_grows_to_twice_its_size_and_stays_so_in_this_browser(visit: Visit, width: int) -> None:
    visitor, match = visit(width=width), archive()
    page = visitor.page
    page.goto(f"/m/{match.pk}")
    size = "one => parseFloat(getComputedStyle(one).fontSize)"
    usual = visitor.log.evaluate(size)
    page.get_by_label("How to read").click()
    larger = page.get_by_role("button", name="Larger text")
    while larger.is_enabled():
        larger.click()
    expect(page.get_by_text("200 %")).to_be_visible()
    page.get_by_role("checkbox", name="Close together").check()
    page.reload()
    expect(visitor.winner).to_be_visible()
    assert visitor.log.evaluate(size) == 2 * usual
    assert visitor.width() == width
    page.get_by_label("How to read").click()
    expect(page.get_by_role("checkbox", name="Close together")).to_be_checked()
    page.get_by_role("button", name="Text as usual").click()
    assert visitor.log.evaluate(size) == usual


def test_only_lines_of_a_player_and_mentions_are_left(page: Page) -> None:
    match = archive()
    page.goto(f"/m/{match.pk}")
    page.get_by_role("combobox", name="Whose lines").select_option("3")
    name = match.table["names"][2]
    lines = page.get_by_role("log").locator(".line")
    expect(lines.filter(has_not_text=name)).to_have_count(0)
    assert lines.count() > 5

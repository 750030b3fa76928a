"""Playing: a seat taken by the form and played to the end; words that are no markup; roles that nobody else sees."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from game import services
from game.engine.roles import ROLES
from game.lobby import LobbySpec
from game.models import Decision, Match
from tests.browser.visitor import Visitor
from tests.stack import finished, until

Visit = Callable[..., Visitor]
ATTACK = "<img src=x onerror=\"window.hacked='img'\"><script>window.hacked='script'</script>"
SECONDS = dict.fromkeys(("day_one", "discussion", "voting", "defense", "judgement", "last_words", "night"), 30)
SLOTS = ["Sheriff", "Doctor", "Vigilante", "Jester", "Godfather", "Mafioso", "Lookout"]
ROUNDS = {"day_one": 1, "discussion": 1, "voting": 1, "night": 0}


@pytest.fixture
def open_match(stack: object) -> Match:
    """A small match with one seat for a person."""
    agents = [{}, {}, {}, {}, {}, {}, {"role": "Sheriff"}]
    spec = LobbySpec(slots=SLOTS, agents=agents, people=1, title="A free seat", seconds=SECONDS, rounds=ROUNDS)
    return services.match_create(spec=spec, seed="a seat")


def test_a_seat_is_taken_by_the_form_and_played_to_the_end(visit: Visit, open_match: Match) -> None:
    visitor = visit()
    visitor.page.goto("/")
    visitor.sit_down("Robin")
    expect(visitor.page).to_have_url(re.compile(f"/m/{open_match.pk}"))
    answers = list(visitor.turns("robin"))
    until(lambda: finished(open_match), "the result is noted")
    mine = Decision.objects.filter(match=open_match, source=Decision.Source.PERSON)
    accepted = {frame["id"] for frame in visitor.frames if frame["type"] == "ack" and frame["ok"]}
    assert mine.count() == len(accepted) > 2
    assert any("can be chosen" in answer for answer in answers)
    for text in [action["text"] for one in mine for action in one.actions if action["do"] == "say"]:
        expect(visitor.log.get_by_text(text)).to_have_count(1)
    assert not mine.filter(applied_at=None).exists()
    seat = open_match.seats.get(name="Robin")
    outcome = "You have won!" if seat.number in open_match.winners else "You have lost."
    expect(visitor.page.get_by_text(outcome)).to_be_visible()


def test_where_the_floor_goes_by_bids_a_person_says_how_much_they_want_it(visit: Visit) -> None:
    spec = LobbySpec(slots=SLOTS, people=1, title="By bids", seconds=SECONDS, talk="bids")
    match = services.match_create(spec=spec, seed="bids")
    visitor = visit()
    visitor.page.goto(f"/m/{match.pk}")
    visitor.sit_down("Robin")
    visitor.page.get_by_role("combobox", name="The floor goes").select_option("Must speak")
    made = Decision.objects.filter(match=match, source=Decision.Source.PERSON)
    until(lambda: made.filter(applied_at__isnull=False).exists(), "the bid is applied")
    assert made.get().actions == [{"do": "bid", "level": 4}]


def test_a_hostile_name_is_refused_and_hostile_words_run_nothing(visit: Visit, open_match: Match) -> None:
    player, guest = visit(), visit()
    guest.page.goto(f"/m/{open_match.pk}")
    player.page.goto(f"/m/{open_match.pk}")
    player.sit_down("</script><b>Eve")
    expect(player.page.get_by_role("alert")).to_contain_text("name")
    player.forgive("status of 4")  # the refusal
    player.sit_down("Eve")
    expect(player.passing).to_be_visible()
    player.speak(ATTACK)
    for visitor in (player, guest):
        expect(visitor.log.get_by_text(ATTACK)).to_be_visible()
        expect(visitor.log.get_by_text("Eve").first).to_be_visible()
        visitor.page.reload()
        expect(visitor.log.get_by_text(ATTACK)).to_be_visible()
        assert visitor.page.evaluate("window.hacked") is None
        assert visitor.page.locator("img[src=x]").count() == 0
    player.page.goto("/")
    expect(player.page.get_by_role("link", name=re.compile("A free seat"))).to_be_visible()
    assert player.page.evaluate("window.hacked") is None


def test_the_public_page_of_a_match_with_people_never_shows_a_living_players_role(
    visit: Visit, open_match: Match
) -> None:
    player, guest = visit(), visit()
    guest.page.goto(f"/m/{open_match.pk}?as=god")
    player.page.goto(f"/m/{open_match.pk}")
    player.sit_down("Robin")
    expect(guest.page.get_by_text("People are playing")).to_be_visible()
    expect(guest.viewpoint).to_have_text("Public view")
    for _ in player.turns("robin"):
        shown = [name for name in labels(guest.players) if ", dead" not in name]
        if guest.winner.count():
            break
        assert [name for name in shown if named_role(name)] == []
    expect(guest.winner).to_be_visible()
    assert revealed(guest.frames)
    assert all(alive is False for alive in revealed(guest.frames))


def labels(buttons: Locator) -> list[str]:
    """The names of buttons, all of one moment."""
    return [str(name) for name in buttons.evaluate_all("all => all.map(one => one.getAttribute('aria-label'))")]


def named_role(name: str) -> bool:
    """Whether a text names a role."""
    return any(role in name for role in ROLES)


def revealed(frames: list[dict[str, Any]]) -> list[bool | None]:
    """For every role that frames tell before the end: whether the same patch says that its player lives."""
    items = [item for frame in frames if frame["type"] == "events" for item in frame["items"]]
    before = itertools.takewhile(lambda item: not any(op["op"] == "over" for op in item["ops"]), items)
    ops = [op for item in before for op in item["ops"]]
    assert not {"me", "thought", "night"} & {op["op"] for op in ops}
    return [op["set"].get("alive") for op in ops if op["op"] == "seat" and op["set"].get("role")]

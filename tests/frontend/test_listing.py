"""The lists of the home page: filters, counts, pages, moments, and how little they ask of the database."""

from __future__ import annotations

import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from frontend.schemas.matches import MatchList
from frontend.schemas.pages import HomePage
from game.engine import events as e
from game.models import Seat
from tests.frontend.logs import present, whole_match
from tests.frontend.stored import open_match, stored

pytestmark = pytest.mark.django_db
LOG = whole_match("listing-1")
OTHER = next(
    log for log in map(whole_match, map("listing-{}".format, range(2, 40))) if log[-1].outcome != LOG[-1].outcome
)


def over(log=LOG, **fields):
    """A finished match, with the result that its log has."""
    return stored(log, outcome=log[-1].outcome, **fields)


def listed(query: str = "") -> MatchList:
    """What the API lists of finished matches."""
    answer = Client().get(f"/api/matches?status=over&{query}")
    assert answer.status_code == 200, answer.content
    return MatchList.model_validate(answer.json())


def titles(query: str = "") -> list[str]:
    """The titles of a list, in order."""
    return [card.title for card in listed(query).matches]


def days(log) -> int:
    """How many days a match has lasted."""
    return max(event.day for event in log if isinstance(event, e.PhaseOpened))


@pytest.fixture
def shelf():
    """Matches that differ in everything that a filter looks at."""
    first = over(title="First")
    over(OTHER, title="Second", has_people=True)
    first.seats.filter(number=4).update(agent="small", name="Zoe")
    over(whole_match("listing-1", "Ranked"), title="Third")
    over(title="A trial run", practice=True)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", ["Third", "Second", "First"]),
        ("practice=true", ["A trial run", "Third", "Second", "First"]),
        ("q=zoe", ["First"]),
        ("q=SECO", ["Second"]),
        ("mode=Ranked", ["Third"]),
        ("agent=small", ["First"]),
        ("who=people", ["Second"]),
        ("who=agents", ["Third", "First"]),
        (f"winner={OTHER[-1].outcome}&mode=Classic", ["Second"]),
        ("q=zoe&who=people", []),
    ],
)
def test_finished_matches_are_found_by_what_they_are(shelf, query, wanted):
    assert titles(query) == wanted


def test_each_choice_says_how_many_matches_it_would_leave(shelf):
    facets = {facet.name: {one.value: one.count for one in facet.choices} for facet in listed("facets=true").facets}
    assert facets["mode"] == {"Classic": 2, "Ranked": 1}
    assert facets["agent"] == {"scripted": 3, "small": 1}
    assert facets["who"] == {"agents": 2, "people": 1}
    assert facets["winner"][OTHER[-1].outcome] == sum(
        log[-1].outcome == OTHER[-1].outcome for log in (LOG, OTHER, whole_match("listing-1", "Ranked"))
    )
    narrowed = {facet.name: facet.choices for facet in listed("facets=true&who=people").facets}
    assert [(one.value, one.count) for one in narrowed["mode"]] == [("Classic", 1)]
    assert sum(one.count for one in narrowed["who"]) == 3
    assert listed().facets == []


@pytest.mark.parametrize(
    ("query", "without", "count"),
    [("q=trial", "practice", 1), ("q=zoe&who=people", "q", 1), ("q=zoe&mode=Ranked&agent=x", None, 0)],
)
def test_a_filter_that_finds_nothing_offers_the_nearest_looser_one(shelf, query, without, count):
    found = listed(query)
    assert found.matches == []
    assert (found.looser and found.looser.without, found.looser.count if found.looser else 0) == (without, count)


@pytest.mark.parametrize("sort", ["newest", "longest"])
def test_pages_follow_each_other_without_gap_or_double_while_new_matches_come(sort):
    logs = [LOG, OTHER, *(whole_match(f"listing-{number}") for number in (41, 42, 43))]
    for number, log in enumerate(logs):
        over(log, title=f"{number}")
    wanted = [str(number) for number in reversed(range(5))]
    if sort == "longest":
        wanted.sort(key=lambda title: -days(logs[int(title)]))
    seen, before = [], 0
    while before is not None:
        page = listed(f"sort={sort}&limit=2&before={before}")
        seen, before = seen + [card.title for card in page.matches], page.next
        over(LOG, title="new") if sort == "newest" else None
    assert seen == wanted


def test_a_card_leads_to_moments_that_the_public_saw():
    card = listed_card(over())
    items = {item["n"]: item["ops"] for item in present(LOG, "public")}
    lynched = next(event for event in LOG if isinstance(event, e.TrialClosed) and event.lynched)
    first, last = card.moments
    assert (first.what, first.name) == ("lynched", LOG[0].table.names[lynched.accused - 1])
    assert last.what == "died"
    for moment, kind in ((first, "trial"), (last, "death")):
        line = next(op for op in items[moment.n] if op["op"] == "line")
        assert (line["kind"], line["id"], moment.name in line["text"]) == (kind, f"e{moment.n}", True)


def listed_card(match):
    """A match's card."""
    return next(card for card in listed().matches if card.id == match.pk)


def test_what_is_being_played_has_no_moments_and_tells_its_phase():
    cut = max(place for place, event in enumerate(LOG) if getattr(event, "phase", "") == "defense") + 1
    stored(LOG[:cut], status="running")
    card = MatchList.model_validate(Client().get("/api/matches?status=live").json()).matches[0]
    assert (card.moments, card.step, card.watching) == ([], "defense", 0)


def test_a_morning_tells_how_many_died_in_the_night():
    deadly = next(place for place, event in enumerate(LOG) if isinstance(event, e.Died))
    morning = next(place for place in range(deadly, len(LOG)) if isinstance(LOG[place], e.PhaseOpened))
    assert LOG[morning].phase == "discussion"
    stored(LOG[: morning + 1], status="running")
    card = MatchList.model_validate(Client().get("/api/matches?status=live").json()).matches[0]
    assert card.fallen == 15 - len(card.living) > 0


def test_a_list_takes_the_same_few_queries_however_long_it_is():
    counts = []
    for size in (1, 6):
        while Seat.objects.filter(number=1).count() < size:
            over()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert len(listed("facets=true&sort=longest").matches) == size
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 9


def test_a_table_for_the_invited_is_never_listed():
    invited = open_match(people=1)
    invited.invite = "a word"
    invited.save()
    assert Client().get("/api/matches?status=live").json()["matches"] == []
    invited.status = "aborted"
    invited.save()
    assert listed().matches == []


@pytest.mark.parametrize(
    ("query", "wanted"),
    [("?mode=Ranked", ["Third"]), ("?shown=1", ["Third"]), ("?sort=sideways", ["Third", "Second", "First"])],
)
def test_the_home_page_brings_what_its_address_asks_for(shelf, client, query, wanted):
    page = client.get(f"/{query}").content.decode()
    found = re.search(r'<script id="initial" type="application/json">(.*?)</script>', page, re.S)
    assert [card.title for card in HomePage.model_validate(json.loads(found[1])).ended.matches] == wanted

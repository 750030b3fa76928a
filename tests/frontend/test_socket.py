"""The socket of a match, through real Daphne and real PostgreSQL."""

from __future__ import annotations

import json
from contextlib import ExitStack

import pytest
from django.db import connection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from frontend.present import Thought
from frontend.schemas.frames import server_frame
from game.engine import events as e
from game.engine.types import HOST, PUBLIC, hears
from tests.frontend.logs import VIEWPOINTS, present, seen, strings, texts, whole_match
from tests.frontend.stored import append, pause, stored, stored_with_person

pytestmark = pytest.mark.django_db(transaction=True)
SEED = "socket-1"


def without_time(items):
    """Items as everybody gets them, whenever they happened."""
    return [{**item, "at": 0} for item in items]


def closed_with(page) -> int:
    """Read on until the server closes, and give its code."""
    with pytest.raises(ConnectionClosed) as closed:
        page.until(lambda frame: False)
    return closed.value.rcvd.code


# The stream -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("viewpoint", ["public", "god", 4])
def test_a_page_gets_everything_that_its_viewpoint_may_see_from_the_beginning(live_server_daphne, viewpoint):
    log = whole_match(SEED)
    match = stored(log)
    with live_server_daphne.watch(match.pk, viewpoint) as page:
        hello = page.expect("hello", **{"as": viewpoint})
        items = page.read_items(len(present(log, viewpoint)))
    assert without_time(items) == present(log, viewpoint)
    assert hello["cursor"] == len(items)


def test_new_events_reach_an_open_page(live_server_daphne):
    log = whole_match(SEED)
    match = stored(log[:60], status="running")
    wanted = present(log[:90], "public")
    with live_server_daphne.watch(match.pk) as page:
        page.read_items(len(present(log[:60], "public")))
        append(match, log[60:90])
        assert without_time(page.read_items(len(wanted))) == wanted


@pytest.mark.parametrize("viewpoint", ["public", "god", 7])
def test_a_lost_connection_loses_and_doubles_nothing(live_server_daphne, viewpoint):
    log = whole_match(SEED)
    match = stored(log[:50], status="running")
    got = []
    for cut in (50, 90, 130, len(log)):
        append(match, log[match.last_seq : cut])
        with live_server_daphne.watch(match.pk, viewpoint, after=len(got)) as page:
            got += page.read_items(len(present(log[:cut], viewpoint)) - len(got))
    assert without_time(got) == present(log, viewpoint)


def test_a_page_that_knows_more_than_the_server_starts_again(live_server_daphne):
    log = whole_match(SEED)[:40]
    match = stored(log)
    with live_server_daphne.watch(match.pk, after=100_000) as page:
        assert page.expect("hello")["cursor"] == len(present(log, "public"))
        assert page.read_items(1)[0]["n"] == 1


def test_a_viewpoint_is_changed_on_the_open_socket(live_server_daphne):
    log = whole_match(SEED)
    match = stored(log)
    with live_server_daphne.watch(match.pk) as page:
        page.read_items(len(present(log, "public")))
        for viewpoint in ("god", 3, "public"):
            page.send(type="as", **{"as": viewpoint})
            page.expect("hello", **{"as": viewpoint})
            page.items = []
            assert without_time(page.read_items(len(present(log, viewpoint)))) == present(log, viewpoint)


def test_thoughts_are_for_whoever_sees_everything_and_for_their_own_seat(live_server_daphne):
    log = whole_match(SEED)
    match = stored(log, thought="I wonder")
    decided = [event for event in log if isinstance(event, e.Decided)]
    counts = {"public": 0, "god": len(decided), 5: len([event for event in decided if event.seat == 5])}
    for viewpoint, count in counts.items():
        with live_server_daphne.watch(match.pk, viewpoint) as page:
            items = page.read_items(len(present(log, viewpoint)))
        assert len([op for item in items for op in item["ops"] if op["op"] == "thought"]) == count


def test_a_lost_doorbell_costs_time_and_no_events(live_server_daphne):
    log = whole_match(SEED)
    match = stored(log[:40], status="running")
    with live_server_daphne.watch(match.pk) as page:
        page.read_items(len(present(log[:40], "public")))
        append(match, log[40:80], ring=False)
        wanted = present(log[:80], "public")
        assert without_time(page.read_items(len(wanted))) == wanted


def test_connections_to_the_database_are_opened_again_when_they_break(live_server_daphne):
    log = whole_match(SEED)
    match = stored(log[:40], status="running")
    with live_server_daphne.watch(match.pk) as page:
        page.read_items(len(present(log[:40], "public")))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            assert len(cursor.fetchall()) >= 2
        append(match, log[40:80])
        wanted = present(log[:80], "public")
        assert without_time(page.read_items(len(wanted))) == wanted


# Secrecy --------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("seed", [f"raw-{number}" for number in range(20)])
def test_raw_frames_hold_nothing_beyond_their_audience(live_server_daphne, seed):
    log = whole_match(seed)
    match = stored(log, thought="<<thought>>")
    with ExitStack() as pages:
        for viewpoint in VIEWPOINTS:
            page = pages.enter_context(live_server_daphne.watch(match.pk, viewpoint))
            mine = seen(log, viewpoint)
            page.read_items(len(mine))
            page.expect("live")
            hidden = {text for event in log for text in texts(event)} - {
                text for event in mine for text in texts(event)
            }
            raw = "\n".join(strings(page.frames))
            assert [text for text in hidden if text in raw] == []
            assert ("<<thought>>" in raw) is any(isinstance(event, e.Decided) for event in mine)
            assert without_time(page.items) == present(log, viewpoint, Thought("<<thought>>"))


def test_two_matches_that_differ_in_hidden_events_give_a_public_page_the_same_frames(live_server_daphne):
    log = whole_match(SEED)
    other = [altered(event) for event in log if event.to != HOST]
    assert other != [event for event in log if event.to != HOST]
    frames = []
    for events in (log, other):
        match = stored(events, title="A match")
        with live_server_daphne.watch(match.pk) as page:
            page.read_items(len(present(log, "public")))
            page.expect("live")
        hello = {**page.last("hello"), "now": 0}
        hello["match"] = {**hello["match"], "id": 0}
        frames.append([hello, without_time(page.items), page.last("live")])
    assert json.dumps(frames[0]) == json.dumps(frames[1])


def altered(event: e.Event) -> e.Event:
    """The same event for the public; another one, of the same kind, for everybody else."""
    if event.to == PUBLIC:
        return event
    if isinstance(event, e.RoleDealt):
        return e.RoleDealt(event.to, event.seat, "Jester")
    if isinstance(event, e.Chose) and event.targets:
        return e.Chose(event.to, event.seat, event.ability, tuple(1 + target % 15 for target in event.targets))
    if isinstance(event, e.Said):
        return e.Said(event.to, event.seat, event.channel, "something else", event.alias)
    return event


def test_with_a_seat_for_people_everything_but_the_public_view_is_withheld(live_server_daphne):
    log = whole_match(SEED)
    match = stored(log[:80], status="running", has_people=True)
    for viewpoint in ("god", 3):
        with live_server_daphne.watch(match.pk, viewpoint) as page:
            assert page.expect("error")["fatal"] is False
            hello = page.expect("hello")
            assert (hello["as"], hello["allowed"]) == ("public", ["public"])
            assert hello["withheld"].endswith(".")
            page.send(type="as", **{"as": viewpoint})
            page.expect("error", error=hello["withheld"])
            assert without_time(page.read_items(len(present(log[:80], "public")))) == present(log[:80], "public")


def test_when_such_a_match_ends_the_page_is_told_what_it_may_see_now(live_server_daphne):
    log = whole_match(SEED)
    match = stored(log[:80], status="running", has_people=True)
    with live_server_daphne.watch(match.pk) as page:
        page.expect("hello", allowed=["public"])
        append(match, log[80:])
        pause(match, "finished")
        hello = page.until(lambda frame: frame["type"] == "hello" and "god" in frame["allowed"])
        assert hello["as"] == "public"
        page.read_items(len(present(log, "public")))
        page.send(type="as", **{"as": "god"})
        page.expect("hello", **{"as": "god"})
        assert len(page.read_items(len(log))) == len(log)


def test_the_words_of_an_error_are_withheld_where_people_play(live_server_daphne):
    log = whole_match(SEED)
    told = []
    for has_people in (False, True):
        match = stored(log[:80], status="failed", has_people=has_people, error="KeyError: the Jester in seat 4")
        with live_server_daphne.watch(match.pk) as page:
            told.append("Jester" in page.expect("hello")["match"]["error"])
    assert told == [True, False]


def test_only_asks_that_follow_from_the_phase_are_shown_as_thinking(live_server_daphne):
    log = whole_match(SEED)
    night = next(place for place, event in enumerate(log) if getattr(event, "phase", "") == "night")
    day = next(place for place, event in enumerate(log) if getattr(event, "phase", "") == "discussion")
    by_night = stored(log[: night + 3], status="running", asked={2: "act", 6: "confer"})
    by_day = stored(log[: day + 2], status="running", asked={2: "speak"})
    thinking = {}
    for match in (by_night, by_day):
        for viewpoint in ("public", "god", 6):
            with live_server_daphne.watch(match.pk, viewpoint) as page:
                thinking[match, viewpoint] = [one["seat"] for one in page.expect("live")["thinking"]]
    living = 2 if not any(isinstance(event, e.Died) and event.seat == 2 for event in log[:day]) else None
    assert [thinking[by_night, viewpoint] for viewpoint in ("public", "god", 6)] == [[], [2, 6], [6]]
    assert [thinking[by_day, viewpoint] for viewpoint in ("public", "god")] == [[living], [2]] if living else [[], [2]]


# Playing --------------------------------------------------------------------------------------------------------------


def test_a_person_is_asked_answers_and_is_acknowledged(live_server_daphne):
    match, seat, key = stored_with_person()
    with live_server_daphne.watch(match.pk, seat, key=key) as page:
        assert page.expect("hello")["me"] == seat
        ask = page.until(lambda frame: frame["type"] == "ask" and frame["ask"])["ask"]
        assert ask["kind"] == "speak"
        assert ask["sentence"] == "Day 1: Speak your mind, or stay silent."
        page.send(type="act", id="submission-1", ask=ask["id"], actions=[{"do": "say", "text": "Hello"}])
        page.expect("ack", id="submission-1", ok=True)
        given = page.until(lambda frame: frame["type"] == "ask" and frame["ask"] and frame["ask"]["given"])["ask"][
            "given"
        ]
        assert given == [{"do": "say", "text": "Hello", "channel": "public"}]


def test_the_person_is_asked_whatever_the_viewpoint(live_server_daphne):
    match, _seat, key = stored_with_person()
    with live_server_daphne.watch(match.pk, "public", key=key) as page:
        assert page.expect("ask")["ask"]["kind"] == "speak"


def test_a_decision_sent_twice_counts_once(live_server_daphne):
    match, seat, key = stored_with_person()
    with live_server_daphne.watch(match.pk, seat, key=key) as page:
        ask = page.expect("ask")["ask"]
        for _ in range(2):
            page.send(type="act", id="submission-1", ask=ask["id"], actions=[{"do": "pass"}])
            page.expect("ack", id="submission-1", ok=True)
    assert match.decisions.count() == 1


@pytest.mark.parametrize(
    ("ask", "actions", "code"),
    [
        (True, [{"do": "say", "text": "psst", "channel": "mafia"}], "not_your_channel"),
        (True, [{"do": "say", "text": " "}], "no_text"),
        (None, [{"do": "whisper", "to": 63, "text": "hm"}], "no_such_seat"),
        (None, [{"do": "vote", "target": 2}], "not_now"),
        (None, [{"do": "use", "ability": "fly"}], "not_your_ability"),
        ("99:1", [{"do": "pass"}], "stale_ask"),
    ],
)
def test_what_is_not_allowed_is_refused_with_the_rules_reason(live_server_daphne, ask, actions, code):
    match, seat, key = stored_with_person()
    with live_server_daphne.watch(match.pk, seat, key=key) as page:
        open_ask = page.expect("ask")["ask"]["id"]
        page.send(type="act", id="submission-1", ask=open_ask if ask is True else ask, actions=actions)
        ack = page.expect("ack", id="submission-1", ok=False)
    assert ack["code"] == code
    assert ack["error"].endswith(".")
    assert not match.decisions.exists()


def test_whoever_has_no_seat_cannot_act_and_is_not_asked(live_server_daphne):
    match, _seat, key = stored_with_person()
    for cookie in ("", key[:-2] + "xx", "nonsense"):
        with live_server_daphne.watch(match.pk, key=cookie) as page:
            assert page.expect("hello")["me"] is None
            page.send(type="act", id="submission-1", ask=None, actions=[{"do": "pass"}])
            assert page.expect("ack", ok=False)["code"] == "no_seat"
            assert page.last("ask") == {}


def test_looking_at_the_page_counts_as_being_there(live_server_daphne):
    match, seat, key = stored_with_person()
    match.seats.filter(number=seat).update(last_seen_at=None)
    with live_server_daphne.watch(match.pk, seat, key=key) as page:
        page.expect("ask")
        page.send(type="ping", t=1, n=0)
        page.expect("pong")
        page.until(lambda frame: frame["type"] == "seats" and not frame["seats"][seat - 1]["away"])
    assert match.seats.get(number=seat).last_seen_at


def test_a_pause_is_told_and_takes_the_question_back(live_server_daphne):
    match, seat, key = stored_with_person()
    with live_server_daphne.watch(match.pk, seat, key=key) as page:
        page.until(lambda frame: frame["type"] == "ask" and frame["ask"])
        pause(match, "paused")
        page.until(lambda frame: frame["type"] == "hello" and frame["match"]["status"] == "paused")
        page.until(lambda frame: frame["type"] == "ask" and frame["ask"] is None)


# What a page may send -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["", "no json", "[]", "7", "null", '{"type":"dance"}', '{"type":"ping"}', '{"type":"as","as":"ghost"}',
     '{"type":"as","as":99}', '{"type":"ping","t":1,"extra":2}', "[" * 5000, '{"type":"ping","t":1,"n":-1}',
     "x" * 20_000],
)  # fmt: skip
def test_what_cannot_be_read_is_answered_and_the_socket_lives_on(live_server_daphne, text):
    match = stored(whole_match(SEED)[:40])
    with live_server_daphne.watch(match.pk) as page:
        page.wire.send(text)
        assert page.expect("error")["error"].endswith(".")
        page.send(type="ping", t=5)
        assert page.expect("pong")["t"] == 5


@pytest.mark.parametrize(
    "actions",
    [
        [],
        [{"do": "fly"}],
        [{"do": "say", "text": "x" * 5000}],
        [{"do": "vote", "target": "Bob"}],
        [{"do": "pass"}] * 9,
        "pass",
    ],
)
def test_a_decision_that_cannot_be_read_is_refused_by_its_id(live_server_daphne, actions):
    match, seat, key = stored_with_person()
    with live_server_daphne.watch(match.pk, seat, key=key) as page:
        page.send(type="act", id="submission-1", ask=None, actions=actions)
        assert page.expect("ack", id="submission-1", ok=False)["code"] == "malformed"


def test_a_binary_frame_is_answered(live_server_daphne):
    match = stored(whole_match(SEED)[:40])
    with live_server_daphne.watch(match.pk) as page:
        page.wire.send(b"\x00\x01")
        page.expect("error", error="Only text frames are understood.")


def test_a_flood_is_closed(live_server_daphne):
    match = stored(whole_match(SEED)[:40])
    with live_server_daphne.watch(match.pk) as page:
        for number in range(200):
            page.send(type="ping", t=number)
        assert closed_with(page) == 4029
        assert page.last("error")["fatal"]


def test_a_match_that_does_not_exist_is_named_as_the_reason(live_server_daphne):
    with live_server_daphne.watch(999_999_999) as page:
        assert closed_with(page) == 4004
        assert page.last("error") == {"type": "error", "error": "There is no such match.", "fatal": True}


def test_pages_of_other_sites_are_kept_out(live_server_daphne):
    match = stored(whole_match(SEED)[:40])
    with pytest.raises(InvalidStatus), live_server_daphne.watch(match.pk, origin="https://evil.example"):
        pass


def test_a_seat_that_does_not_exist_falls_back_to_the_public_view(live_server_daphne):
    match = stored(whole_match(SEED)[:40])
    for viewpoint in ("99", "0", "-1", "banana", "1e3"):
        with live_server_daphne.watch(match.pk, viewpoint) as page:
            assert page.expect("hello")["as"] == "public"


def test_every_frame_has_the_published_shape(live_server_daphne):
    match, seat, key = stored_with_person()
    with live_server_daphne.watch(match.pk, seat, key=key) as page:
        page.expect("ask")
        page.send(type="ping", t=5)
        page.send(type="nonsense")
        page.send(type="act", id="submission-1", ask=None, actions=[{"do": "jot", "text": "a note"}])
        page.expect("ack")
    assert {frame["type"] for frame in page.frames} >= {"hello", "events", "live", "ask", "pong", "error", "ack"}
    for frame in page.frames:
        server_frame.validate_python(frame)


def test_hidden_events_do_exist_in_these_matches():
    log = whole_match(SEED)
    assert any(event.to == HOST for event in log)
    assert any(event.to not in (HOST, PUBLIC) and not hears(event.to, 4) for event in log)

"""A table of people through the page's doors: the API with two browsers, and the gallery on sockets."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from frontend import facts
from frontend.facts import millis
from game import services, tables
from game.lobby import LobbySpec
from game.models import AWAY_AFTER, GRACE, Match
from tests.frontend.logs import whole_match
from tests.frontend.stored import pause, stored, stored_with_person

pytestmark = pytest.mark.django_db(transaction=True)


def post(client: Client, address: str, **body):
    return client.post(address, json.dumps(body), content_type="application/json")


def test_two_people_meet_by_a_link_and_begin(live_server_daphne):
    host, friend, stranger = Client(), Client(), Client()
    made = post(host, "/api/matches", lobby="game: {mode: Classic}\npeople: 2\nprivate: true\n").json()
    address = f"/api/matches/{made['id']}"
    assert made["invite"]
    assert [card["id"] for card in stranger.get("/api/matches").json()["matches"]] == []
    refused = post(stranger, f"{address}/sit", name="Eve")
    assert (refused.status_code, "invited" in refused.json()["error"]) == (409, True)
    assert stranger.get(address).json()["invite"] == ""
    assert post(host, f"{address}/sit", name="Maria", invite=made["invite"]).status_code == 200
    assert host.get(address).json()["invite"] == made["invite"]
    assert post(friend, f"{address}/sit", name="Paul", invite=made["invite"]).status_code == 200
    assert post(stranger, f"{address}/ready", ready=True).status_code == 403
    assert post(stranger, f"{address}/begin").status_code == 403
    assert post(host, f"{address}/begin").json()["error"] == "Somebody must be ready first."
    assert post(host, f"{address}/ready", ready=True).status_code == 200
    assert [seat["ready"] for seat in host.get(address).json()["match"]["seats"] if seat["person"]] == [True, False]
    assert post(friend, f"{address}/ready", ready=True).status_code == 200
    assert Match.objects.get(pk=made["id"]).status == "queued"


def test_who_played_is_invited_to_the_rematch_and_nobody_else():
    player, stranger = Client(), Client()
    match = services.match_create(spec=LobbySpec(people=1, private=True))
    address = f"/api/matches/{match.pk}"
    post(player, f"{address}/sit", name="Maria", invite=match.invite)
    assert post(player, f"{address}/rematch").status_code == 409
    services.match_abort(match=match)
    again = post(player, f"{address}/rematch").json()
    assert again["invite"] == Match.objects.get(pk=again["id"]).invite != ""
    assert post(stranger, f"{address}/rematch").json() == {"id": again["id"], "invite": ""}
    assert player.get(address).json()["match"]["rematch"] == again["id"]
    assert post(stranger, f"/api/matches/{again['id']}/sit", name="Eve").status_code == 409
    assert post(player, f"/api/matches/{again['id']}/sit", name="Maria").status_code == 200


def test_a_story_is_told_to_those_who_may_know_it_when_the_match_is_over(client):
    log = whole_match("story")
    over, running = stored(log), stored(log[:60], status="running")
    told = client.get(f"/api/matches/{over.pk}/story?seat=3").json()["chapters"]
    assert told[0]["sentences"][0]["text"].startswith("You are the ")
    assert {sentence["unseen"] for chapter in told for sentence in chapter["sentences"]} == {False, True}
    assert client.get(f"/api/matches/{running.pk}/story?seat=3").status_code == 409
    assert client.get(f"/api/matches/{over.pk}/story?seat=99").status_code == 422
    match, seat, _ = stored_with_person()
    assert client.get(f"/api/matches/{match.pk}/story?seat={seat}").status_code == 403


def test_the_gallery_reaches_who_watches_and_not_who_plays_until_the_end(live_server_daphne):
    match, seat, key = stored_with_person()
    first = tables.remark_make(match=match, name="Gast", author="a", text="Before you came")
    with (
        live_server_daphne.watch(match.pk) as guest,
        live_server_daphne.watch(match.pk, seat, key=key) as player,
    ):
        assert [one["text"] for one in guest.expect("gallery")["items"]] == ["Before you came"]
        player.expect("ask")
        tables.remark_make(match=match, name="Gast", author="a", text="Seat 4 is lying")
        assert [one["text"] for one in guest.expect("gallery")["items"]] == ["Seat 4 is lying"]
        tables.remarks_hide(remarks=match.remarks.filter(pk=first.pk))
        assert guest.expect("gallery")["gone"] == [first.pk]
        pause(match, "paused")
        player.expect("live", status="paused")
        assert "gallery" not in {frame["type"] for frame in player.frames}
        pause(match, "finished")
        assert [one["text"] for one in player.expect("gallery")["items"]] == ["Seat 4 is lying"]


def test_a_remark_is_reported_by_those_who_are_known_and_hear_it(client):
    match = stored(whole_match("gallery"))
    said = tables.remark_make(match=match, name="Gast", author="a", text="Something rude")
    address = f"/api/matches/{match.pk}/remarks/{said.pk}/report"
    assert post(client, address, reason="It is rude.").status_code == 409
    client.force_login(User.objects.create_user("maria"))
    assert post(client, address, reason="It is rude.").status_code == 200
    assert post(client, address, reason="It is rude.").json()["error"] == "You have reported this already."
    assert [one.quote for one in match.complaints.all()] == ["Gast: Something rude"]
    tables.remarks_hide(remarks=match.remarks.all())
    assert post(client, address, reason="Again.").status_code == 404
    running, _, key = stored_with_person()
    unheard = tables.remark_make(match=running, name="Gast", author="a", text="Not for players")
    player = Client()
    player.cookies[f"tossim_seat_{running.pk}"] = key
    assert post(player, f"/api/matches/{running.pk}/remarks/{unheard.pk}/report", reason="?").status_code == 404


def test_a_guest_is_one_speaker_in_a_browser_and_another_in_the_next():
    match = stored(whole_match("gallery"))
    one, two = Client(), Client()
    for client, text in ((one, "a"), (one, "b"), (two, "c")):
        assert post(client, f"/api/matches/{match.pk}/remarks", name="Gast", text=text).status_code == 200
    a, b, c = match.remarks.order_by("pk").values_list("author", flat=True)
    assert a == b != c
    assert post(one, f"/api/matches/{match.pk}/remarks", name="Jailor", text="x").status_code == 409


def test_everybody_sees_when_an_agent_takes_over_from_who_is_away():
    match, seat, _ = stored_with_person()
    gone = timezone.now() - AWAY_AFTER - timedelta(seconds=1)
    match.seats.filter(number=seat).update(last_seen_at=gone)
    shown = {one["seat"]: one for one in Client().get(f"/api/matches/{match.pk}").json()["match"]["seats"]}
    assert (shown[seat]["away"], shown[seat]["until"]) == (True, millis(gone + GRACE))
    assert {one["until"] for number, one in shown.items() if number != seat} == {None}
    services.seat_hand_over(match=match, number=seat)
    assert facts.seat_out(match.seats.get(number=seat))["until"] is None

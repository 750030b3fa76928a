"""Persons over HTTP and sockets: their page, consent, reports, farewell; what staff see; names that are no markup."""

from __future__ import annotations

import json
from html import escape

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from frontend.schemas.pages import MePage
from frontend.schemas.persons import MeOut
from game import people, profiles, selectors
from game.engine import events as e
from game.engine.types import PUBLIC, Channel, only
from game.models import Complaint, Match, Seat
from game.privacy import DELETED
from tests.frontend.logs import present, whole_match
from tests.frontend.stored import append, open_match, stored, stored_with_person
from tests.frontend.test_pages import bundle, initial

__all__ = ["bundle"]
pytestmark = pytest.mark.django_db
SEED = "persons-1"
ATTACK = "<img src=x onerror=alert(1)>"
PASSWORD = "sesame-open-9"


@pytest.fixture
def maria():
    """A browser that is signed in."""
    client = Client()
    client.force_login(User.objects.create_user("maria", password=PASSWORD))
    return client


def post(client, address, **body):
    return client.post(address, json.dumps(body), content_type="application/json")


def user(name="maria"):
    return User.objects.get(username=name)


def sit(client, match, name="Maria", **body):
    return post(client, f"/api/matches/{match.pk}/sit", name=name, **body)


# One's own matches ----------------------------------------------------------------------------------------------------


def test_a_guest_sees_the_matches_whose_seats_the_browser_holds_and_nobody_else_does(client):
    match = open_match(people=2)
    assert MeOut.model_validate(client.get("/api/me").json()) == MeOut(account=None, played=[], records=[])
    seat = sit(client, match).json()["seat"]
    (played,) = MeOut.model_validate(client.get("/api/me").json()).played
    assert (played.match, played.seat, played.name, played.over, played.role) == (match.pk, seat, "Maria", False, "")
    stranger = Client()
    stranger.cookies[f"tossim_seat_{match.pk}"] = "forged:signature"
    assert stranger.get("/api/me").json()["played"] == []


@pytest.mark.parametrize("way", ["signup", "login"])
def test_signing_up_or_in_keeps_the_seats_of_a_guest_and_leads_back(client, way):
    match = open_match(people=2)
    sit(client, match)
    fields = {"username": "maria", "password1": PASSWORD, "password2": PASSWORD}
    if way == "login":
        User.objects.create_user("maria", password=PASSWORD)
        fields = {"login": "maria", "password": PASSWORD}
    answer = client.post(f"/accounts/{way}/", {**fields, "next": f"/m/{match.pk}"})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/m/{match.pk}")
    assert match.seats.get(name="Maria").user == user()
    elsewhere = Client()
    elsewhere.force_login(user())
    assert [one["match"] for one in elsewhere.get("/api/me").json()["played"]] == [match.pk]


def test_the_page_of_ones_matches_knows_them_before_its_first_request(client, bundle, maria):
    log = whole_match(SEED)
    match = stored(log, title="Over")
    match.seats.filter(number=4).update(user=user(), taken_at=match.created_at)
    page = maria.get("/me").content.decode()
    facts = MePage.model_validate(initial(page))
    (played,) = facts.played
    assert (played.role, played.won, played.counts) == (log[-1].roles[3], 4 in log[-1].winners, True)
    assert sum(one.n for one in facts.records) == 1
    assert facts.account.pseudonym == user().profile.pseudonym
    assert f"{log[-1].roles[3]}, " in page.partition('id="app"')[2]
    assert "You have not played yet" in client.get("/me").content.decode()


def test_consent_is_given_at_the_seat_and_changed_on_the_page(client, maria):
    match = open_match(people=3)
    guest = sit(client, match, research_ok=True).json()["seat"]
    post(maria, "/api/me/consent", research_ok=False, training_ok=True)
    own = sit(maria, match, name="Mary").json()["seat"]
    found = profiles.consents_of(match)
    assert (found[guest], found[own]) == (profiles.Consent(True, False), profiles.Consent(False, True))
    assert post(client, f"/api/me/matches/{match.pk}/consent", research_ok=False, training_ok=True).status_code == 200
    assert profiles.consents_of(match)[guest] == profiles.Consent(False, True)
    assert post(Client(), f"/api/me/matches/{match.pk}/consent", research_ok=True, training_ok=True).status_code == 403
    assert post(client, "/api/me/consent", research_ok=True, training_ok=True).status_code == 403


def test_ones_data_comes_as_a_file_for_accounts_and_guests(client, maria):
    match = open_match(people=2)
    sit(client, match)
    mine = maria.get("/api/me/data")
    assert "attachment" in mine.headers["Content-Disposition"]
    assert mine.json()["account"]["name"] == "maria"
    assert [seat["name"] for seat in client.get("/api/me/data").json()["seats"]] == ["Maria"]
    assert Client().get("/api/me/data").json()["seats"] == []


def test_deleting_an_account_ends_the_session(maria):
    assert post(maria, "/api/me/delete", name="Mary").status_code == 409
    assert maria.get("/api/me").json()["account"]["name"] == "maria"
    assert post(maria, "/api/me/delete", name="maria", words=True).status_code == 200
    assert maria.get("/api/me").json()["account"] is None
    assert post(maria, "/api/me/delete", name="maria").status_code == 403
    assert not User.objects.exists()


# What staff see -------------------------------------------------------------------------------------------------------


def seen_by(client, match):
    """What a browser may look from, as API and text page have it."""
    allowed = client.get(f"/api/matches/{match.pk}").json()["allowed"]
    codes = [
        client.get(address).status_code
        for address in (f"/api/matches/{match.pk}/events?as=god", f"/api/matches/{match.pk}/events?as=3",
                        f"/m/{match.pk}/text?as=god", f"/m/{match.pk}/text?as=3")
    ]  # fmt: skip
    return allowed, codes


def test_staff_see_the_public_part_on_all_pages_until_they_asked_in_the_admin(client, admin_client):
    match, _, _ = stored_with_person()
    assert seen_by(admin_client, match) == (["public"], [403] * 4)
    act = {"action": "look_inside", "_selected_action": [match.pk]}
    refused = admin_client.post(reverse("admin:game_match_changelist"), act, follow=True)
    assert "Say why" in refused.content.decode()
    admin_client.post(reverse("admin:game_match_changelist"), {**act, "words": f"insults {ATTACK}"}, follow=True)
    assert seen_by(admin_client, match) == (["public", "god", *range(1, 16)], [200] * 4)
    assert seen_by(client, match) == (["public"], [403] * 4)
    told = client.get(f"/api/matches/{match.pk}").json()["match"]["insights"]
    assert [one["reason"] for one in told] == [f"insults {ATTACK}"]
    assert "insults" in LogEntry.objects.get().change_message
    listed = admin_client.get(reverse("admin:game_insight_changelist")).content.decode()
    assert ATTACK not in listed
    assert escape(ATTACK) in listed


@pytest.mark.django_db(transaction=True)
def test_a_socket_of_staff_opens_when_they_asked_and_the_table_is_told(live_server_daphne, admin_client):
    match, seat, key = stored_with_person()
    cookie = f"sessionid={admin_client.cookies['sessionid'].value}"
    with (
        live_server_daphne.watch(match.pk, seat, key=key) as player,
        live_server_daphne.watch(match.pk, key=f"none; {cookie}") as staff,
    ):
        player.expect("hello", **{"as": seat})
        assert staff.expect("hello")["allowed"] == ["public"]
        staff.send(type="as", **{"as": "god"})
        staff.expect("error")
        people.match_look_inside(match=match, user=user("admin"), reason="a report")
        assert "god" in staff.expect("hello")["allowed"]
        staff.send(type="as", **{"as": "god"})
        staff.expect("hello", **{"as": "god"})
        hello = player.until(lambda frame: frame["type"] == "hello" and frame["match"]["insights"])
    assert [one["reason"] for one in hello["match"]["insights"]] == ["a report"]
    assert hello["allowed"] == ["public", seat]


# Reports --------------------------------------------------------------------------------------------------------------


def heard(match, event):
    """Write an event, and give its number in the view of seat 2 and in the public one."""
    append(match, [event])
    log = selectors.log_of(match.pk)
    return len(present(log, 2)), len(present(log, "public"))


def test_a_line_is_reported_as_the_reporter_saw_it(client, maria):
    match, _, _ = stored_with_person(seat=5)
    said = e.Said(PUBLIC, 5, Channel.PUBLIC, f"an insult {ATTACK}")
    _, n = heard(match, said)
    address = f"/api/matches/{match.pk}/report"
    assert post(client, address, n=n, reason="rude").status_code == 409  # a guest without a seat
    assert post(maria, address, n=n, reason="rude", **{"as": "god"}).status_code == 422
    assert post(maria, address, n=n - 1, reason="rude").status_code == 422
    assert post(maria, address, n=n, reason="rude").status_code == 200
    told = Complaint.objects.get()
    assert (told.seat, told.quote, told.public, told.n, told.by_user) == (5, said.text, True, n, user())
    assert post(maria, "/api/matches/999999/report", n=1, reason="rude").status_code == 404


def test_what_only_some_have_heard_is_hidden_from_staff_as_long_as_people_play(client, admin_client):
    match, seat, key = stored_with_person()
    match.seats.filter(number=5).update(taken_at=match.created_at)
    client.cookies[f"tossim_seat_{match.pk}"] = key
    n, _ = heard(match, e.WhisperHeard(only(2, 5), 5, 2, "a secret insult"))
    assert post(client, f"/api/matches/{match.pk}/report", n=n, reason="a why", **{"as": str(seat)}).status_code == 200
    address = reverse("admin:game_complaint_changelist")
    one = reverse("admin:game_complaint_change", args=[Complaint.objects.get().pk])

    def told():
        pages = [admin_client.get(page).content.decode() for page in (address, one)]
        return [
            any(words in page for words in ("a secret insult", "a why", "seat 5", f"seat {seat}")) for page in pages
        ]

    assert told() == [False, False]
    people.match_look_inside(match=match, user=user("admin"), reason="a report")
    people.match_look_inside(match=match, user=User.objects.create_superuser("other"), reason="the same report")
    assert told() == [True, True]
    assert admin_client.get(address).context["cl"].result_count == 1
    match.insights.all().delete()
    Match.objects.filter(pk=match.pk).update(status="finished")
    assert told() == [True, True]


def test_reports_are_listed_without_markup_and_handled_with_an_answer(admin_client):
    match, _, _ = stored_with_person(seat=5)
    match.seats.filter(number=5).update(name=f"Eve {ATTACK}")
    complaint = people.complaint_make(
        match=match, quote=ATTACK, reason=ATTACK, public=True, seat=5, viewpoint="public", n=7, by_user=user("admin")
    )
    address = reverse("admin:game_complaint_changelist")
    page = admin_client.get(address).content.decode()
    assert ATTACK not in page
    assert page.count(escape(ATTACK)) >= 3
    assert f'href="/m/{match.pk}?as=public&at=7#e7"' in page
    act = {"action": "handled", "_selected_action": [complaint.pk], "words": "Warned."}
    assert "1 of 1 reports handled" in admin_client.post(address, act, follow=True).content.decode()
    assert "handled already" in admin_client.post(address, act, follow=True).content.decode()
    complaint.refresh_from_db()
    assert (complaint.answer, complaint.handled_by) == ("Warned.", user("admin"))


# Limits ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "most"),
    [("/api/matches", 20), ("/api/matches/1/sit", 30), ("/api/matches/1/report", 10), ("/api/me/delete", 10)],
)
def test_whoever_writes_too_often_is_told_to_wait_and_others_are_not(client, maria, address, most):
    codes = [client.post(address, "[]", content_type="application/json").status_code for _ in range(most + 1)]
    assert codes == [*[422] * most, 429]
    refused = post(client, address)
    assert "Wait a minute" in refused.json()["error"]
    elsewhere = {"x-forwarded-for": "1.2.3.4"}  # anybody can say so; no proxy is trusted to
    assert client.post(address, "[]", content_type="application/json", headers=elsewhere).status_code == 429
    assert maria.post(address, "[]", content_type="application/json").status_code == 422


# Names and words that are no markup -----------------------------------------------------------------------------------


def test_names_and_chat_are_escaped_on_every_page(bundle, maria, admin_client):
    log = whole_match(SEED)[:60]
    match = stored(log, title=ATTACK, status="running")
    append(match, [e.Said(PUBLIC, 2, Channel.PUBLIC, ATTACK)])
    Seat.objects.filter(match=match, number=2).update(name=ATTACK, user=user(), taken_at=match.created_at)
    User.objects.filter(username="maria").update(username=ATTACK)
    pages = {address: maria.get(address).content.decode()
             for address in ("/", "/me", f"/m/{match.pk}", f"/m/{match.pk}/text", "/accounts/logout/")}  # fmt: skip
    for name in ("match", "seat", "event"):
        address = reverse(f"admin:game_{name}_changelist")
        pages[address] = admin_client.get(address).content.decode()
    refused = Client().post("/accounts/signup/", {"username": ATTACK, "password1": "x", "password2": "y"})
    pages["signup"] = refused.content.decode()
    assert [address for address, page in pages.items() if ATTACK in page] == []
    assert [address for address, page in pages.items() if "onerror=alert" not in page] == ["/accounts/logout/"]


# Open pages -----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_words_that_were_taken_back_do_not_reach_whoever_comes_later_to_an_open_table(live_server_daphne):
    match = stored(whole_match(SEED))
    author = User.objects.create_user("maria")
    match.seats.filter(number=2).update(user=author, taken_at=match.created_at)
    append(match, [e.Said(PUBLIC, 2, Channel.PUBLIC, "what I said")])
    count = len(present(whole_match(SEED), "public")) + 1
    with live_server_daphne.watch(match.pk) as early:
        assert "what I said" in str(early.read_items(count))
        people.account_delete(user=author, name="maria", words=True)

        def late():
            with live_server_daphne.watch(match.pk) as page:
                return str(page.read_items(count))

        told = next(text for text in iter(late, "") if "what I said" not in text)
    assert DELETED in told
    assert author.profile.pseudonym in told

"""The admin: everything can be read, nothing typed in; actions are the services."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from game import services, tables
from game.models import Event, Match
from tests.apps.conftest import play_out

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., Match]


@pytest.fixture
def staff(client: Client) -> Client:
    """A client that is logged in as an admin."""
    client.force_login(User.objects.create_superuser("root"))
    return client


def act(staff: Client, action: str, *matches: Match) -> str:
    """Run an action; the messages that it left."""
    form = {"action": action, "_selected_action": [match.pk for match in matches]}
    page = staff.post(reverse("admin:game_match_changelist"), form, follow=True)
    return " ".join(str(message) for message in page.context["messages"])


@pytest.mark.parametrize("model", ["match", "lobby", "seat", "event", "decision"])
def test_rows_can_be_read_and_not_added(staff: Client, started: Make, model: str) -> None:
    match = play_out(started())
    services.lobby_create(spec=services.LobbySpec(), name="mine")
    page = staff.get(reverse(f"admin:game_{model}_changelist"))
    assert page.status_code == 200
    assert staff.get(reverse(f"admin:game_{model}_add")).status_code == 403
    row = page.context["cl"].queryset.first()
    assert staff.get(reverse(f"admin:game_{model}_change", args=[row.pk])).status_code == 200
    assert match.status == Match.Status.FINISHED


def test_actions_start_pause_resume_and_abort(staff: Client, new_match: Make) -> None:
    match = new_match()
    for action, status in (("start", "queued"), ("pause", "paused"), ("resume", "queued"), ("abort", "aborted")):
        assert "1 of 1 matches" in act(staff, action, match)
        match.refresh_from_db()
        assert match.status == status
    assert LogEntry.objects.count() == 4


def test_remarks_are_taken_away(staff: Client, started: Make) -> None:
    match = started()
    said = tables.remark_make(match=match, name="Gast", author="a", text="<b>rude</b>")
    address = reverse("admin:game_remark_changelist")
    assert b"&lt;b&gt;rude" in staff.get(address).content
    staff.post(address, {"action": "hide", "_selected_action": [said.pk]})
    said.refresh_from_db()
    assert said.hidden


def test_an_action_that_does_not_fit_says_why(staff: Client, new_match: Make) -> None:
    said = act(staff, "pause", new_match())
    assert "Only a running match can be paused." in said
    assert "0 of 1 matches paused." in said


def test_the_seed_and_the_keys_of_seats_are_not_shown(staff: Client, new_match: Make) -> None:
    match = new_match("very-secret-seed", people=2)
    seat, _ = services.seat_take(match=match, name="Maria")
    page = staff.get(reverse("admin:game_match_change", args=[match.pk])).content.decode()
    assert "very-secret-seed" not in page
    seats = staff.get(reverse("admin:game_seat_change", args=[seat.pk])).content.decode()
    assert seat.key_hash not in seats


def test_the_log_of_a_match_that_people_play_is_closed_to_staff_too(staff: Client, new_match: Make) -> None:
    match = new_match(people=1)
    services.seat_take(match=match, name="Maria")
    assert Event.objects.filter(match=match).exists()
    shown = staff.get(reverse("admin:game_event_changelist")).context["cl"].queryset
    assert not shown.filter(match=match).exists()


def test_guests_see_no_admin(client: Client) -> None:
    assert client.get(reverse("admin:game_match_changelist")).status_code == 302


def test_what_a_default_filled_is_said_in_words_once_the_match_has_ended(staff: Client, started: Make) -> None:
    match = started()
    noted = [{"ask": f"907:{seat}", "seat": seat, "kind": kind, "reason": "late"} for seat, kind in enumerate(KINDS, 1)]
    Match.objects.filter(pk=match.pk).update(defaulted=noted)
    pages = [reverse("admin:game_match_changelist"), reverse("admin:game_match_change", args=[match.pk])]
    said = []
    for status in (Match.Status.RUNNING, Match.Status.FINISHED):
        Match.objects.filter(pk=match.pk).update(status=status)
        texts = [staff.get(page).content.decode() for page in pages]
        assert not any("late" in text and "907:1" in text for text in texts)
        said.append(["votes: 2, night choices: 1" in text for text in texts])
    assert said == [[False, False], [True, True]]


KINDS = ("vote", "act", "vote")

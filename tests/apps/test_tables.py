"""Tables that wait for people: readiness, invitations, a rematch, and the gallery beside the table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from game import selectors, services, tables
from game.models import Match, Remark, Seat
from tests.apps.conftest import play_out

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., Match]


def sit(match: Match, *names: str) -> list[Seat]:
    """Sit people down."""
    return [services.seat_take(match=match, name=name, invite=match.invite)[0] for name in names]


def status(match: Match) -> str:
    """Where the match stands now."""
    match.refresh_from_db()
    return match.status


# Readiness ------------------------------------------------------------------------------------------------------------


def test_a_table_for_several_begins_when_all_are_there_and_ready(new_match: Make) -> None:
    match = new_match(people=2)
    one, two = sit(match, "Maria", "Paul")
    assert status(match) == "open"
    tables.seat_ready(match=match, number=one.number)
    assert status(match) == "open"
    tables.seat_ready(match=match, number=two.number)
    assert status(match) == "queued"


def test_readiness_with_a_free_seat_waits_and_can_be_taken_back(new_match: Make) -> None:
    match = new_match(people=2)
    (one,) = sit(match, "Maria")
    tables.seat_ready(match=match, number=one.number)
    assert status(match) == "open"
    tables.seat_ready(match=match, number=one.number, ready=False)
    (two,) = sit(match, "Paul")
    tables.seat_ready(match=match, number=two.number)
    assert status(match) == "open"


def test_those_who_are_ready_begin_without_the_missing_and_agents_play_there(new_match: Make) -> None:
    match = new_match(people=3)
    (one,) = sit(match, "Maria")
    with pytest.raises(services.Rejected, match="must be ready first"):
        tables.table_begin(match=match)
    tables.seat_ready(match=match, number=one.number)
    tables.table_begin(match=match)
    assert status(match) == "queued"
    assert list(match.seats.filter(is_open=True)) == [one]
    services.seat_hand_over(match=match, number=one.number)
    assert play_out(match).status == "finished"


@pytest.mark.parametrize(
    ("minutes", "invite", "staff", "sitting", "left"),
    [
        (16, "", False, None, "aborted"),
        (14, "", False, None, "open"),
        (16, "abc", False, None, "open"),
        (24 * 60 + 1, "abc", False, None, "aborted"),
        (24 * 60 + 1, "", True, None, "open"),
        (16, "", False, 1, "open"),
        (30, "", False, 16, "aborted"),
    ],
    ids=["deserted", "just made", "invited", "never met", "by staff", "somebody is there", "left long ago"],
)
def test_a_table_is_closed_when_nobody_has_been_there_for_too_long(
    new_match: Make, minutes: int, invite: str, staff: bool, sitting: int | None, left: str
) -> None:
    match, now = new_match(people=2), timezone.now()
    maker = User.objects.create(username="admin", is_staff=True) if staff else None
    Match.objects.filter(pk=match.pk).update(
        created_at=now - timedelta(minutes=minutes), invite=invite, created_by=maker
    )
    match.refresh_from_db()
    if sitting:
        (seat,) = sit(match, "Maria")
        Seat.objects.filter(pk=seat.pk).update(last_seen_at=now - timedelta(minutes=sitting))
    assert tables.tables_close() == (left == "aborted")
    assert status(match) == left
    assert selectors.matches_listed().filter(pk=match.pk).exists() == (left == "open" and not invite)


def test_nobody_is_left_behind_who_is_there_and_not_ready(new_match: Make) -> None:
    match = new_match(people=3)
    one, two = sit(match, "Maria", "Paul")
    tables.seat_ready(match=match, number=one.number)
    with pytest.raises(services.Rejected, match="waiting for Paul"):
        tables.table_begin(match=match)
    Seat.objects.filter(pk=two.pk).update(last_seen_at=timezone.now() - timedelta(minutes=5))
    tables.table_begin(match=match)
    assert status(match) == "queued"


def test_a_match_that_has_begun_asks_nobody_whether_they_are_ready(new_match: Make) -> None:
    match = new_match(people=1)
    (one,) = sit(match, "Maria")
    with pytest.raises(services.Rejected, match="has begun already"):
        tables.seat_ready(match=match, number=one.number)


# Invitations ----------------------------------------------------------------------------------------------------------


def test_a_private_table_takes_only_who_has_the_link_and_is_listed_nowhere(new_match: Make) -> None:
    match, public = new_match(people=2, private=True), new_match(people=2)
    assert match.invite
    for wrong in ("", "guess", match.invite[:-1]):
        with pytest.raises(services.Rejected) as refused:
            services.seat_take(match=match, name="Maria", invite=wrong)
        assert refused.value.code == "invited"
    assert sit(match, "Maria")
    assert list(selectors.matches_listed()) == [public]


def test_only_tables_for_people_have_an_invitation(new_match: Make) -> None:
    assert new_match(private=True).invite == ""
    assert new_match(people=2).invite == ""


# Again ----------------------------------------------------------------------------------------------------------------


def test_a_rematch_is_one_table_for_all_who_ask_and_like_the_first(new_match: Make) -> None:
    match = new_match(people=1, private=True, rounds={"discussion": 1})
    (one,) = sit(match, "Maria")
    with pytest.raises(services.Rejected, match="when it has ended"):
        tables.match_rematch(match=match)
    services.seat_hand_over(match=match, number=one.number)
    play_out(match)
    again = tables.match_rematch(match=match)
    assert tables.match_rematch(match=match) == again
    assert (again.status, again.rematch_of, again.has_people) == ("open", match, True)
    assert again.invite not in ("", match.invite)
    assert again.table["slots"] == match.table["slots"]
    assert again.table["rounds"] == match.table["rounds"]
    assert [seat.number for seat in again.seats.filter(is_open=True)] == [one.number]
    assert again.seed != match.seed


def test_a_match_of_agents_is_played_again_at_once_each_time(started: Make) -> None:
    match = play_out(started())
    first, second = tables.match_rematch(match=match), tables.match_rematch(match=match)
    assert first != second
    assert (first.status, second.status) == ("queued", "queued")


# The gallery ----------------------------------------------------------------------------------------------------------


def test_spectators_talk_in_the_gallery_and_players_hear_it_after_the_end(new_match: Make) -> None:
    match = new_match(people=1)
    (one,) = sit(match, "Maria")
    said = tables.remark_make(match=match, name="Gast", author="a", text="  What  a\nday ")
    assert (said.name, said.text) == ("Gast", "What a day")
    assert selectors.hears_gallery(match, None)
    assert not selectors.hears_gallery(match, one.number)
    with pytest.raises(services.Rejected, match="the gallery is yours when it has ended"):
        tables.remark_make(match=match, name="", author="b", text="Hello", seat=one.number)
    services.seat_hand_over(match=match, number=one.number)
    play_out(match)
    assert tables.remark_make(match=match, name="", author="b", text="Hello", seat=one.number).name == "Maria"
    assert [one.text for one in selectors.remarks_of(match, 10)] == ["What a day", "Hello"]


@pytest.mark.parametrize("name", ["", "Maria", "maria", "Jailor", "<b>", "x" * 25])
def test_nobody_speaks_in_a_players_name_or_the_games(new_match: Make, name: str) -> None:
    match = new_match(people=2)
    sit(match, "Maria")
    with pytest.raises(services.Rejected) as refused:
        tables.remark_make(match=match, name=name, author="a", text="Hello")
    assert refused.value.code == "name"


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 501])
def test_a_remark_has_words_and_an_end(started: Make, text: str) -> None:
    with pytest.raises(services.Rejected, match="1 to 500"):
        tables.remark_make(match=started(), name="Gast", author="a", text=text)


def test_one_speaker_cannot_flood_the_gallery_and_others_still_speak(started: Make) -> None:
    match = started()
    for number in range(tables.REMARKS_AT_ONCE):
        tables.remark_make(match=match, name="Gast", author="a", text=str(number))
    with pytest.raises(services.Rejected, match="a lot at once"):
        tables.remark_make(match=match, name="Gast", author="a", text="more")
    assert tables.remark_make(match=match, name="Other", author="b", text="me too")


def test_staff_take_remarks_away(started: Make) -> None:
    match = started()
    tables.remark_make(match=match, name="Gast", author="a", text="rude")
    tables.remark_make(match=match, name="Gast", author="a", text="kind", user=User.objects.create_user("gast"))
    assert tables.remarks_hide(remarks=Remark.objects.filter(text="rude")) == 1
    assert [(one.text, one.hidden) for one in selectors.remarks_of(match, 10)] == [("rude", True), ("kind", False)]

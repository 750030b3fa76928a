"""Persons: profiles, consent, pseudonyms, what deletion leaves, and who of the staff may look inside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.utils import timezone

from game import people, privacy, profiles, selectors, services, tables
from game.engine import codec
from game.engine import events as e
from game.engine.fold import fold_all
from game.engine.state import EMPTY
from game.engine.types import HOST, PUBLIC, Cause, Channel, ShownWill, only
from game.log import events_append, events_rewrite
from game.models import Decision, Insight, Match, Profile, Remark, Seat
from tests.apps.conftest import play_out

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., Match]
NOBODY = AnonymousUser()


@pytest.fixture
def maria() -> User:
    """Somebody with an account."""
    return User.objects.create_user("maria")


@pytest.fixture
def host() -> User:
    """A superuser."""
    return User.objects.create_superuser("root")


def seat_of(match: Match, user: User | None = None, name: str = "Maria") -> tuple[Seat, str]:
    """Sit somebody down; the seat and its key. A match of one person begins."""
    seat, key = services.seat_take(match=match, name=name, user=user)
    match.refresh_from_db()
    return seat, key


def end(match: Match) -> Match:
    """Give a match an end without playing it."""
    Match.objects.filter(pk=match.pk).update(status=Match.Status.FINISHED, finished_at=timezone.now())
    match.refresh_from_db()
    return match


# Profiles and consent -------------------------------------------------------------------------------------------------


def test_every_account_has_a_pseudonym_of_its_own_and_agrees_to_nothing_at_first() -> None:
    users = [User.objects.create_user(f"user{n}") for n in range(20)]
    found = Profile.objects.filter(user__in=users)
    assert len({one.pseudonym for one in found}) == 20
    assert not any(one.research_ok or one.training_ok or one.user.username in one.pseudonym for one in found)


def test_consent_is_off_unless_given_and_else_as_in_the_profile(new_match: Make, maria: User) -> None:
    match = new_match(people=3)
    guest, _ = seat_of(match, name="Paul")
    people.seat_consent(seat=guest)
    people.profile_consent(user=maria, research_ok=True, training_ok=False)
    own, _ = seat_of(match, maria)
    people.seat_consent(seat=own)
    said, _ = seat_of(match, name="Zed")
    people.seat_consent(seat=said, research_ok=False, training_ok=True)
    assert profiles.consents_of(match) == {
        guest.number: profiles.Consent(research=False, training=False),
        own.number: profiles.Consent(research=True, training=False),
        said.number: profiles.Consent(research=False, training=True),
    }


def test_a_seat_that_is_given_up_before_the_match_agrees_to_nothing(new_match: Make) -> None:
    match = new_match(people=2)
    seat, _ = seat_of(match)
    people.seat_consent(seat=seat, research_ok=True, training_ok=True)
    services.seat_leave(match=match, number=seat.number)
    again, _ = seat_of(match, name="Paul")
    assert profiles.consents_of(match) == {again.number: profiles.Consent(research=False, training=False)}


def test_a_person_has_one_pseudonym_in_all_matches_a_guest_one_in_each_and_an_agent_its_name(
    new_match: Make, maria: User
) -> None:
    named = []
    for seed in ("one", "two"):
        match = new_match(seed, people=2)
        own, guest = seat_of(match, maria)[0], seat_of(match, name="Paul")[0]
        names = profiles.pseudonyms_of(match)
        agents = match.seats.filter(taken_at=None)
        assert all(names[seat.number] == seat.name for seat in agents)
        assert names == profiles.pseudonyms_of(match)
        named.append((names[own.number], names[guest.number]))
    assert named[0][0] == named[1][0] == maria.profile.pseudonym
    assert all(guest.startswith("Guest ") for _, guest in named)


def test_seats_taken_as_a_guest_become_those_of_the_account(new_match: Make, maria: User, host: User) -> None:
    keys = {}
    for seed in ("free", "twice", "seen", "strange"):
        match = new_match(seed, people=2)
        _, keys[match.pk] = seat_of(match)
        if seed == "twice":
            seat_of(match, maria, "Mary")
        if seed == "seen":
            Insight.objects.create(match=match, user=maria, reason="a report")
        if seed == "strange":
            keys[match.pk] = "another key"
    assert people.seats_claim(user=maria, keys=keys) == 1
    assert people.seats_claim(user=host, keys=keys) == 2  # the first is nobody else's any more
    assert list(maria.seat_set.values_list("name", flat=True).order_by("name")) == ["Maria", "Mary"]


def test_matches_played_tell_role_side_and_result_and_practice_stands_apart(started: Make, maria: User) -> None:
    match = play_out(started("played"))
    fork = services.match_fork(match=match, at_seq=60)
    running = started("other")
    for one in (match, fork, running):
        one.seats.filter(number=3).update(user=maria, taken_at=timezone.now())
    ending = next(event for event in selectors.log_of(match.pk) if isinstance(event, e.MatchEnded))
    events_append(match_id=fork.pk, lease=0, events=[ending])
    played = {one.match.pk: one for one in profiles.matches_played(profiles.seats_held(maria, {}))}
    assert list(played) == [running.pk, fork.pk, match.pk]
    told = played[match.pk]
    assert (told.role, told.won) == (ending.roles[2], 3 in ending.winners)
    assert told.days == max(event.day for event in selectors.log_of(match.pk) if isinstance(event, e.PhaseOpened))
    assert (played[running.pk].role, played[running.pk].won) == ("", None)
    assert [played[one.pk].counts for one in (running, fork, match)] == [False, False, True]
    assert profiles.records(played.values()) == [profiles.Record(told.faction, 1, int(bool(told.won)))]


# Names and words in a log ---------------------------------------------------------------------------------------------


def test_pseudonyms_replace_names_at_the_table_and_whole_words_in_texts(new_match: Make) -> None:
    table = codec.table_from_json({**new_match().table, "names": ["Al", "Alan", "Zoe B", "Cy", "Dee", "Eve", "Fay"]})
    log = [
        e.MatchOpened(PUBLIC, table, "hash"),
        e.Said(PUBLIC, 4, Channel.PUBLIC, "al, Alan and ZOE B: Also Alana. Cy?"),
        e.WhisperHeard(only(1, 2), 1, 2, "Al's a lynx"),
        e.Died(PUBLIC, 2, (Cause.MAFIA,), "Doctor", ShownWill.SHOWN, "I am Alan.", ("Bye, Alan",)),
        e.Voted(PUBLIC, 1, 2),
    ]
    made = list(privacy.renamed(log, {1: "Alan", 2: "Teal Lynx 1", 3: "Al"}))
    assert made[0].table.names == ("Alan", "Teal Lynx 1", "Al", "Cy", "Dee", "Eve", "Fay")
    assert made[1].text == "Alan, Teal Lynx 1 and Al: Also Alana. Cy?"
    assert made[2].text == "Alan's a lynx"
    assert (made[3].will, made[3].notes) == ("I am Teal Lynx 1.", ("Bye, Teal Lynx 1",))
    assert made[4] == log[4]
    assert list(privacy.renamed(log, {})) == log


WRITTEN = [
    e.Said(PUBLIC, 2, Channel.PUBLIC, "mine aloud"),
    e.Said(PUBLIC, 3, Channel.PUBLIC, "theirs aloud"),
    e.Said(only(2), 2, Channel.JAIL, "mine unnamed", "Jailor"),
    e.Said(only(5), 0, Channel.JAIL, "mine unnamed", "Jailor"),
    e.Said(only(5), 0, Channel.DEAD, "theirs unnamed", "Medium"),
    e.WhisperHeard(only(2, 3), 2, 3, "mine whispered"),
    e.WhisperHeard(only(2, 3), 3, 2, "theirs whispered"),
    e.WillWritten(only(2), 2, "mine as a will"),
    e.WillRead(only(6), 2, "mine as a will"),
    e.NoteWritten(only(2), 2, "mine as a note"),
    e.Jotted(only(2), 2, "mine in a notebook"),
    e.Summarised(only(2), 2, 1, "mine in sum"),
    e.Died(PUBLIC, 3, (Cause.MAFIA,), "Doctor", ShownWill.FORGED, "mine as a note", ("mine as a note", "their note")),
    e.Died(PUBLIC, 2, (Cause.LYNCH,), "Jailor", ShownWill.SHOWN, "mine as a will"),
    e.WillWritten(only(2), 2, ""),
]
"""All ways in which words of seat 2 stand in a log, and some of others."""


def test_taken_back_words_are_gone_wherever_they_are_heard_or_read_and_others_stay() -> None:
    made = list(privacy.without_words(WRITTEN, 2))
    assert "mine" not in str(made)
    assert str(made).count("their") == str(WRITTEN).count("their") == 4
    assert [type(event) for event in made] == [type(event) for event in WRITTEN]
    assert str(made).count(privacy.DELETED) == str(WRITTEN).count("mine")
    assert made[-1] == WRITTEN[-1]


# Deletion -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def spoken(started: Make, maria: User) -> tuple[Match, Seat]:
    """A match that is over, in whose seat 2 Maria has said things, and somebody else about her."""
    match = play_out(started("spoken", agents=[{}, {"id": "Maria"}]))
    match.seats.filter(number=2).update(user=maria, key_hash="hash", taken_at=timezone.now(), research_ok=True)
    said = [e.Said(PUBLIC, 3, Channel.PUBLIC, "I think Maria lies"), *WRITTEN[:4]]
    events_append(match_id=match.pk, lease=match.lease, events=said)
    for source, actions in (("person", [{"do": "say", "text": "mine aloud", "channel": "public"}, {"do": "pass"}]),
                            ("model", [{"do": "say", "text": "maria lies", "channel": "public"}])):  # fmt: skip
        Decision.objects.create(
            match=match, seat=2 if source == "person" else 3, submission_id=source, actions=actions, source=source,
            thought="Maria is odd", attempts=[{"text": "Vote Maria", "tools": []}],
        )  # fmt: skip
    return match, match.seats.get(number=2)


def test_a_deleted_account_leaves_its_seats_under_a_pseudonym(spoken: tuple[Match, Seat], maria: User) -> None:
    match, seat = spoken
    pseudonym = maria.profile.pseudonym
    Remark.objects.create(match=match, name="Maria", author="x", user=maria, text="well played")
    Remark.objects.create(match=match, name="Paul", author="y", text="Well played, maria!")
    people.account_delete(user=maria, name="maria", words=False)
    assert not User.objects.filter(username="maria").exists()
    seat.refresh_from_db()
    match.refresh_from_db()
    log = selectors.log_of(match.pk)
    assert (seat.name, seat.user, seat.key_hash, seat.research_ok) == (pseudonym, None, "", False)
    assert match.table["names"][1] == log[0].table.names[1] == pseudonym
    assert "Maria" not in str(log)
    assert "maria" not in str(list(Decision.objects.filter(match=match).values())).lower()
    assert "mine aloud" in str(log)
    assert profiles.pseudonyms_of(match)[2] == pseudonym
    remarks = list(match.remarks.order_by("pk").values_list("name", "text"))
    assert remarks == [(pseudonym, "well played"), ("Paul", f"Well played, {pseudonym}!")]
    assert match.rewritten_at is not None
    assert fold_all(EMPTY, log).public.ending is not None


def test_with_what_one_wrote_the_words_go_too_in_log_decisions_remarks_and_reports(
    spoken: tuple[Match, Seat], maria: User
) -> None:
    match, _ = spoken
    Remark.objects.create(match=match, name="Maria", author="x", user=maria, text="well played")
    people.complaint_make(match=match, quote="mine aloud", reason="rude", public=True, seat=2, by_seat=3)
    before = selectors.log_of(match.pk)
    people.account_delete(user=maria, name="maria", words=True)
    log = selectors.log_of(match.pk)
    tables = (match.decisions, match.remarks, match.complaints)
    rows = [str(log), *(str(list(table.values())) for table in tables)]
    assert not any("mine" in row or "well played" in row for row in rows)
    assert all(privacy.DELETED in row for row in rows)
    assert "theirs aloud" in rows[0]
    assert Decision.objects.get(source="person").actions[1] == {"do": "pass"}
    assert [(event.kind, event.to) for event in log] == [(event.kind, event.to) for event in before]


def test_forks_forget_too_as_far_as_their_past_is_the_same(spoken: tuple[Match, Seat], maria: User) -> None:
    match, _ = spoken
    fork = services.match_fork(match=match, at_seq=60)
    shared = Match.objects.get(pk=fork.pk).last_seq
    Match.objects.filter(pk=fork.pk).update(fork_seq=shared + 1)
    events_append(match_id=fork.pk, lease=0, events=[WRITTEN[0], replace(WRITTEN[0], text="an agent, later")])
    people.account_delete(user=maria, name="maria", words=True)
    log = selectors.log_of(fork.pk)
    assert "Maria" not in str(log)
    assert [event.text for event in log[shared:]] == [privacy.DELETED, "an agent, later"]
    assert fork.seats.get(number=2).name == log[0].table.names[1] != "Maria"


@pytest.mark.parametrize("given_up", [False, True])
def test_nobody_is_forgotten_in_a_match_that_is_still_played(new_match: Make, maria: User, given_up: bool) -> None:
    match = new_match(people=1)
    seat, _ = seat_of(match, maria)
    if given_up:
        services.seat_leave(match=match, number=seat.number)
    with pytest.raises(services.Rejected, match="is not over"):
        people.account_delete(user=maria, name="maria", words=True)
    assert User.objects.filter(username="maria").exists()
    end(match)
    people.account_delete(user=maria, name="maria", words=True)
    assert not User.objects.filter(username="maria").exists()


def test_the_name_must_be_typed_and_hosts_are_removed_by_hosts(maria: User, host: User) -> None:
    for user, name in ((maria, "Maria"), (maria, ""), (host, "root")):
        with pytest.raises(services.Rejected):
            people.account_delete(user=user, name=name, words=False)
    assert User.objects.count() == 2


def test_a_log_is_never_rewritten_into_another_course_of_events(spoken: tuple[Match, Seat]) -> None:
    match, _ = spoken
    log = selectors.log_of(match.pk)
    for flaw in ([e.Departed(PUBLIC, 2), *log[1:]], [replace(log[0], to=HOST), *log[1:]]):
        with pytest.raises(ValueError, match="stays one"):
            events_rewrite(match_id=match.pk, events=flaw)
    assert selectors.log_of(match.pk) == log


def test_ones_own_data_has_ones_own_words_and_nobody_elses(spoken: tuple[Match, Seat], maria: User) -> None:
    match, _ = spoken
    people.complaint_make(match=match, quote="theirs aloud", reason="rude", public=True, by_user=maria)
    found = profiles.data_of(maria, {})
    assert found["account"]["pseudonym"] == maria.profile.pseudonym
    (seat,) = found["seats"]
    assert seat["match"] == match.pk
    assert [text["text"] for text in seat["texts"]][-2:] == ["mine aloud", "mine unnamed"]
    assert "Maria lies" not in str(seat)
    assert [report["quote"] for report in found["reports"]] == ["theirs aloud"]
    assert profiles.data_of(NOBODY, {}) == {"account": None, "seats": [], "remarks": [], "reports": []}


# Staff and secrets ----------------------------------------------------------------------------------------------------


def test_staff_see_all_of_a_running_match_only_after_they_asked(new_match: Make, host: User) -> None:
    match = new_match(people=1)
    other = User.objects.create_superuser("other")
    seat_of(match)
    assert selectors.viewpoint_for(host, match).allowed == {"public"}
    people.match_look_inside(match=match, user=host, reason="a report of insults")
    assert selectors.viewpoint_for(host, match).allowed == {"public", "god", *range(1, 8)}
    assert selectors.viewpoint_for(other, match).allowed == {"public"}
    assert [one.reason for one in match.insights.all()] == ["a report of insults"]
    host.is_staff = False
    assert selectors.viewpoint_for(host, match).allowed == {"public"}


def test_whoever_has_a_seat_or_no_reason_may_not_look_inside(new_match: Make, host: User, maria: User) -> None:
    match, agents = new_match(people=2), new_match("agents")
    seat, _ = seat_of(match, host)
    services.match_start(match=match)
    services.seat_leave(match=match, number=seat.number)
    other = User.objects.create_superuser("other")
    for user, where, reason in (
        (host, match, "why"),
        (maria, match, "why"),
        (other, match, " "),
        (other, agents, "why"),
    ):
        with pytest.raises(services.Rejected):
            people.match_look_inside(match=where, user=user, reason=reason)
    assert not Insight.objects.exists()


def test_whoever_has_looked_inside_takes_no_seat_and_sees_only_the_seat_of_a_key(new_match: Make, host: User) -> None:
    match = new_match(people=2)
    people.match_look_inside(match=match, user=host, reason="a report")
    with pytest.raises(services.Rejected, match="looked inside"):
        services.seat_take(match=match, name="Root", user=host)
    seat, key = seat_of(match)
    assert selectors.viewpoint_for(host, match, key).allowed == {"public", seat.number}


def test_whoever_has_looked_inside_says_nothing_to_those_who_have_not(new_match: Make, host: User) -> None:
    match = new_match(people=1)
    said = {"match": match, "name": "Root", "author": "x", "text": "the Sheriff is ...", "user": host}
    tables.remark_make(**said)
    people.match_look_inside(match=match, user=host, reason="a report")
    with pytest.raises(services.Rejected, match="looked inside"):
        tables.remark_make(**said)
    tables.remark_make(**{**said, "match": end(match)})


# Reports --------------------------------------------------------------------------------------------------------------


def test_a_report_is_taken_from_persons_about_persons_and_a_few_times(new_match: Make, maria: User) -> None:
    match = new_match(people=2)
    seat, _ = seat_of(match)
    told = {"match": match, "reason": "rude", "public": True, "seat": seat.number}
    agent = match.seats.filter(taken_at=None).first()
    for flaw in (
        {},
        {"by_seat": seat.number},
        {"by_user": maria, "seat": agent.number},
        {"by_user": maria, "reason": " "},
    ):
        with pytest.raises(services.Rejected):
            people.complaint_make(**{**told, "quote": "words", **flaw})
    for n in range(people.COMPLAINTS):
        people.complaint_make(**told, quote=f"words {n}", by_user=maria)
        with pytest.raises(services.Rejected):
            people.complaint_make(**told, quote=f"words {n}", by_user=maria)
    with pytest.raises(services.Rejected, match="the hosts will look at them"):
        people.complaint_make(**told, quote="one more", by_user=maria)
    people.complaint_make(**told, quote="one more", by_seat=agent.number)
    assert match.complaints.count() == people.COMPLAINTS + 1


def test_a_report_is_handled_once(new_match: Make, maria: User, host: User) -> None:
    match = new_match(people=2)
    complaint = people.complaint_make(match=match, quote="words", reason="rude", public=True, by_user=maria)
    people.complaint_handle(complaint=complaint, user=host, answer="Warned.")
    complaint.refresh_from_db()
    assert (complaint.handled_by, complaint.answer) == (host, "Warned.")
    with pytest.raises(services.Rejected, match="already"):
        people.complaint_handle(complaint=complaint, user=host, answer="")

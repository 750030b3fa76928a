"""People at the table: sitting down, answering, being away, and what nobody else may see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.utils import timezone

from game import selectors, services
from game.engine import events as e
from game.engine.types import Phase
from game.models import GRACE, Ask, Decision, Match, Seat
from tests.apps.conftest import driven, play_out

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., Match]
NOBODY = AnonymousUser()


@pytest.fixture
def seated(new_match: Make) -> tuple[Match, Seat, str]:
    """A match that has begun with one person, the seat, and its key."""
    match = new_match("people", people=1)
    seat, key = services.seat_take(match=match, name="Maria")
    match.refresh_from_db()
    return match, seat, key


def ask_of(match: Match, seat: Seat) -> Ask:
    """The person's open ask."""
    return Ask.objects.get(match=match, seat=seat.number, closed_at=None)


def test_the_last_free_seat_starts_the_match_under_the_name_given(seated: tuple[Match, Seat, str]) -> None:
    match, seat, _ = seated
    assert match.status == Match.Status.QUEUED
    assert match.table["names"][seat.number - 1] == "Maria"


@pytest.mark.parametrize("name", ["", "  ", "Jailor", "7", "x" * 25, "Ada", "ada", "a\u0000b"])
def test_a_name_that_does_not_do_is_refused(new_match: Make, name: str) -> None:
    with pytest.raises(services.Rejected) as refused:
        services.seat_take(match=new_match(people=1), name=name)
    assert refused.value.code == "name"


def test_a_taken_seat_is_refused_and_the_key_is_kept_nowhere(new_match: Make) -> None:
    match = new_match(people=2)
    seat, key = services.seat_take(match=match, name="Maria", number=7)
    assert key not in str(Seat.objects.filter(pk=seat.pk).values())
    with pytest.raises(services.Rejected, match="This seat is taken"):
        services.seat_take(match=match, name="Paul", number=7)


def test_a_person_who_stands_up_before_the_match_leaves_the_seat_free(new_match: Make) -> None:
    match = new_match(people=2)
    seat, _ = services.seat_take(match=match, name="Maria")
    services.seat_leave(match=match, number=seat.number)
    left = match.seats.get(number=seat.number)
    assert left.name not in {"Maria", *match.seats.exclude(pk=left.pk).values_list("name", flat=True)}
    again, _ = services.seat_take(match=match, name="Paul")
    assert again.number == seat.number


def test_a_match_of_people_with_a_fixed_role_is_practice(new_match: Make) -> None:
    assert new_match(people=1, agents=[{"role": "Sheriff"}]).practice
    assert not new_match(people=1).practice
    assert not new_match(agents=[{"role": "Sheriff"}]).practice


def test_a_user_sits_once(new_match: Make) -> None:
    match, user = new_match(people=2), User.objects.create_user("maria")
    services.seat_take(match=match, name="Maria", user=user)
    with pytest.raises(services.Rejected, match="already have a seat"):
        services.seat_take(match=match, name="Mary", user=user)


def test_a_started_match_takes_nobody(seated: tuple[Match, Seat, str]) -> None:
    with pytest.raises(services.Rejected, match="takes no more"):
        services.seat_take(match=seated[0], name="Paul")


def test_as_long_as_people_play_each_sees_the_own_seat_and_others_the_public_part(
    seated: tuple[Match, Seat, str],
) -> None:
    match, seat, key = seated
    staff = User.objects.create_superuser("root")
    assert selectors.viewpoint_for(NOBODY, match).allowed == {"public"}
    assert selectors.viewpoint_for(staff, match).allowed == {"public"}
    mine = selectors.viewpoint_for(NOBODY, match, key)
    assert (mine.allowed, mine.me) == ({"public", seat.number}, seat.number)
    assert selectors.viewpoint_for(NOBODY, match, "wrong key").allowed == {"public"}


def test_everything_is_shown_when_the_match_has_ended(seated: tuple[Match, Seat, str]) -> None:
    match, _, _ = seated
    match.status = Match.Status.FINISHED
    assert selectors.viewpoint_for(NOBODY, match).allowed == {"public", "god", *range(1, 8)}


def test_a_match_that_stopped_by_an_error_still_keeps_its_secrets(seated: tuple[Match, Seat, str]) -> None:
    match, _, _ = seated
    match.status = Match.Status.FAILED
    assert selectors.viewpoint_for(NOBODY, match).allowed == {"public"}


def test_an_unfinished_match_with_people_cannot_be_forked(seated: tuple[Match, Seat, str]) -> None:
    with pytest.raises(services.Rejected, match="before its end"):
        services.match_fork(match=seated[0], at_seq=20)


def test_a_persons_answer_is_recorded_once_and_applied(seated: tuple[Match, Seat, str]) -> None:
    match, seat, _ = seated
    with driven(match) as driver:
        while not Ask.objects.filter(match=match, seat=seat.number).exists():
            driver._step()
        match.refresh_from_db()
        said = [{"do": "say", "text": "Good morning!"}]
        ask = ask_of(match, seat)
        for _ in range(2):
            services.decision_submit(
                match=match, seat=seat.number, submission_id="one-and-only", ask_id=ask.ask_id, actions=said
            )
        assert Decision.objects.filter(match=match, source="person").count() == 1
        driver._step()
    lines = [event for event in selectors.log_of(match.pk) if isinstance(event, e.Said) and event.seat == seat.number]
    assert [line.text for line in lines] == ["Good morning!"]
    ask.refresh_from_db()
    assert ask.closed_at is not None


REFUSED = [
    ([{"do": "vote", "target": 1}], "not_now", "This cannot be done now."),
    ([{"do": "say", "text": ""}], "no_text", "There is nothing to say in it."),
    ([{"do": "dance"}], "malformed", "An action needs 'do'"),
    ([{"do": "say"}], "malformed", "'say' needs 'text'."),
    ([], "malformed", "A decision has one to six actions."),
    ([{"do": "say", "text": "hi", "loud": True}], "malformed", "'say' takes no 'loud'"),
    ([{"do": "use", "ability": "jump", "targets": []}], "not_your_ability", "Your role does not have this ability."),
]


@pytest.mark.parametrize(
    ("actions", "code", "sentence"), REFUSED, ids=[row[1] + str(n) for n, row in enumerate(REFUSED)]
)
def test_what_cannot_be_done_is_refused_with_the_engines_reason(
    seated: tuple[Match, Seat, str], actions: list, code: str, sentence: str
) -> None:
    match, seat, _ = seated
    Match.objects.filter(pk=match.pk).update(status=Match.Status.RUNNING)
    match.refresh_from_db()
    with pytest.raises(services.Rejected) as refused:
        services.decision_submit(match=match, seat=seat.number, submission_id="x", ask_id=None, actions=actions)
    assert refused.value.code == code
    assert refused.value.reason.startswith(sentence)
    assert not Decision.objects.exists()


def test_an_answer_to_an_old_question_is_refused(seated: tuple[Match, Seat, str]) -> None:
    match, seat, _ = seated
    Match.objects.filter(pk=match.pk).update(status=Match.Status.RUNNING)
    match.refresh_from_db()
    with pytest.raises(services.Rejected, match="no longer open"):
        services.decision_submit(
            match=match, seat=seat.number, submission_id="x", ask_id="99:7", actions=[{"do": "pass"}]
        )


def test_whoever_does_not_answer_in_time_has_passed(new_match: Make) -> None:
    match = new_match("late", people=1, seconds={"day_one": 1})
    seat, _ = services.seat_take(match=match, name="Maria")
    with driven(match) as driver:
        while driver.state.public.phase is Phase.DAY_ONE:
            driver._step()
    outcomes = [event.outcome for event in driver.events if isinstance(event, e.Decided) and event.seat == seat.number]
    assert outcomes[0] == "elapsed"


def test_an_understudy_plays_for_a_person_who_is_gone_and_steps_aside_on_return(
    seated: tuple[Match, Seat, str],
) -> None:
    match, seat, _ = seated
    Seat.objects.filter(pk=seat.pk).update(last_seen_at=timezone.now() - GRACE - timedelta(seconds=1))
    match = play_out(match)
    assert match.status == Match.Status.FINISHED
    assert Decision.objects.filter(match=match, seat=seat.number, source="understudy").exists()
    services.seat_seen(match_id=match.pk, number=seat.number)
    seat.refresh_from_db()
    assert not seat.handed_over


def test_a_person_who_handed_over_on_purpose_comes_back_on_purpose(seated: tuple[Match, Seat, str]) -> None:
    match, seat, _ = seated
    services.seat_hand_over(match=match, number=seat.number)
    services.seat_seen(match_id=match.pk, number=seat.number)
    seat.refresh_from_db()
    assert seat.handed_over
    services.seat_take_back(match=match, number=seat.number)
    seat.refresh_from_db()
    assert not seat.handed_over


def test_a_match_of_people_ignores_a_seed_from_the_lobby(new_match: Make) -> None:
    from game.lobby import LobbySpec

    spec = LobbySpec(people=1, seed="known")
    assert services.match_create(spec=spec).seed != "known"

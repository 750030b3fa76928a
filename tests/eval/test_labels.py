"""Labels that people set: who may, what they must rest on, and one of a kind for each annotator."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User

from eval.labels.citing import conduct
from eval.labels.codes import Code
from eval.models import Label
from eval.services import label_set
from game.models import Match, Seat
from game.services import Rejected
from tests.eval.golden import BEN, DOV, ESME, golden_log
from tests.eval.rows import kept

pytestmark = pytest.mark.django_db
LOG = golden_log()
CLAIM = next(seq for seq, event in enumerate(LOG, 1) if getattr(event, "text", "") == "I'm the Doctor. Gus is evil.")


@pytest.fixture
def ann() -> User:
    """Somebody who labels."""
    return User.objects.create_user("ann")


def labelled(user: Any, match: Match, **given: Any) -> Label:
    """A label of Dov's false claim, or another one."""
    usual = {"day": 2, "seat": DOV, "code": "false_role_claim", "present": True, "event_ids": [CLAIM], "blind": True}
    return label_set(user=user, match=match, **{**usual, **given})


def test_a_label_keeps_who_set_it_and_what_it_rests_on(ann: User) -> None:
    label = labelled(ann, kept(LOG), quote="I'm the Doctor.", confidence=4)
    assert (label.annotator, label.source, label.rubric) == (ann.profile.pseudonym, "person", "behaviour/1")
    assert list(label.citations.values_list("match", "seq")) == [(label.match_id, CLAIM)]
    assert (label.quote, label.confidence, label.void) == ("I'm the Doctor.", 4, "")


def test_the_same_label_set_again_takes_its_place_and_a_seeing_one_stands_beside_a_blind_one(ann: User) -> None:
    match = kept(LOG)
    labelled(ann, match)
    assert labelled(ann, match, present=False).citations.count() == 0
    labelled(ann, match, blind=False)
    found = Label.objects.order_by("blind").values_list("blind", "present")
    assert list(found) == [(False, True), (True, False)]


def test_two_people_label_the_same_and_both_labels_stand(ann: User) -> None:
    match = kept(LOG)
    labelled(ann, match)
    labelled(User.objects.create_user("bob"), match, present=False)
    assert Label.objects.filter(match=match, seat=DOV, code=Code.FALSE_ROLE_CLAIM).count() == 2


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"code": "rudeness"}, "unknown_code"),
        ({"confidence": 6}, "unsure"),
        ({"seat": 8}, "no_seat"),
        ({"event_ids": []}, "not_borne"),
        ({"event_ids": [CLAIM, 99_999]}, "not_borne"),
        ({"seat": BEN}, "not_borne"),
        ({"day": 3}, "not_borne"),
        ({"quote": "I'm the Mayor."}, "not_borne"),
    ],
    ids=str,
)
def test_a_label_that_nothing_bears_is_refused(ann: User, given: dict[str, Any], code: str) -> None:
    with pytest.raises(Rejected) as refused:
        labelled(ann, kept(LOG), **given)
    assert refused.value.code == code
    assert not Label.objects.exists()


def test_nobody_labels_a_match_in_which_people_still_play(ann: User) -> None:
    match = kept(LOG, Match.Status.RUNNING, people=[ESME])
    with pytest.raises(Rejected) as refused:
        labelled(ann, match)
    assert refused.value.code == "people_playing"
    with pytest.raises(Rejected, match="Log in"):
        labelled(AnonymousUser(), kept(LOG))


def test_a_person_is_labelled_only_with_consent_and_quotes_call_people_by_pseudonym(ann: User) -> None:
    match = kept(LOG, people=[DOV, ESME])
    with pytest.raises(Rejected) as refused:
        labelled(ann, match)
    assert refused.value.code == "no_consent"
    Seat.objects.filter(match=match).update(research_ok=True)
    trust = next(seq for seq, event in enumerate(LOG, 1) if getattr(event, "text", "") == "I trust Dov.")
    label = labelled(ann, match, seat=ESME, code="defending_mate", event_ids=[trust], quote="I trust Dov")
    assert label.quote.startswith("I trust Guest ")


def test_a_seat_may_be_cited_for_what_it_did_and_for_results_that_it_kept_back() -> None:
    kinds = {LOG[seq - 1].kind for seq in conduct(LOG, 1, 2)}
    assert kinds == {"decided", "said", "voted", "trial_closed", "balloted", "chose", "told"}
    nights = [LOG[seq - 1] for seq in conduct(LOG, 1, 2) if LOG[seq - 1].kind == "told"]
    assert {event.message for event in nights} >= {"sheriff_result"}

"""Decision points of real matches, what answers to them come to, and what is held out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agents.scripted.trivial import RandomAgent
from game.engine.asks import AskKind, asks
from game.engine.fold import fold_all
from game.engine.state import EMPTY
from tests.training.points import first, found
from training.rollout.deeds import deed, text_of, won
from training.rollout.points import Place, Walk, points, tried_at
from training.rollout.quiz import WORDINGS, answered, question
from training.rollout.sense import may_act
from training.rollout.tables import Plan, learner, table


def test_a_point_is_a_state_of_the_real_engine_at_which_its_seat_is_asked() -> None:
    for point in first(60):
        assert fold_all(EMPTY, point.log) == point.state
        assert point.ask in asks(point.state)


def test_points_are_of_many_kinds_and_roles() -> None:
    points = first(240)
    assert {point.ask.kind for point in points} == set(AskKind)
    assert len({point.role for point in points}) > 10


def test_what_a_script_does_is_well_formed_and_taken() -> None:
    for point in first(120):
        came = deed(point, text_of(point, point.scripted))
        assert (came.marks.form, came.marks.legal, came.reason) == (True, True, "")


def test_anything_legal_is_taken_and_read_as_it_was_meant() -> None:
    for point in first(120):
        decided = RandomAgent(point.seat, point.id).decide(point.view, point.ask).actions[:1]
        came = deed(point, text_of(point, decided))
        assert (came.actions, came.marks.legal) == (decided, True)


ANSWERS = [
    ("<vote>ce</vote>", True, True, True, True),
    ("<vote>ce</vote> because ce lies", False, True, True, True),
    ("<vote>ce</vote><vote>du</vote>", False, True, True, True),
    ("I think <vote>ce</vote>", False, True, True, True),
    ("<vote>Ce</vote>", False, True, True, True),
    ("<vote>xx</vote>", False, False, False, False),
    ("<vote>ba</vote>", True, False, True, True),
    ("<pass></pass>", True, True, False, False),
    ("<say>Hello to you.</say>", True, True, False, True),
    ("<verdict>guilty</verdict>", True, False, True, True),
    ("<heal>ce</heal>", True, False, True, True),
    ("ce", False, False, False, False),
    ("", False, False, False, False),
]


@pytest.mark.parametrize(("text", "form", "legal", "sensible", "active"), ANSWERS, ids=[row[0] for row in ANSWERS])
def test_at_a_vote_of_the_first_seat(text: str, form: bool, legal: bool, sensible: bool, active: bool) -> None:
    point = found(
        AskKind.VOTE, lambda one: one.seat == 1 and {2, 3} <= one.state.public.living and one.role != "Doctor"
    )
    came = deed(point, text)
    assert (came.marks.form, came.marks.legal) == (form, legal)
    assert (came.marks.sensible, came.marks.active) == (sensible, active)
    assert bool(came.reason) != legal


def test_an_answer_that_was_cut_off_is_not_well_formed() -> None:
    point = first(1)[0]
    came = deed(point, text_of(point, point.scripted), ended=False)
    assert (came.marks.form, came.marks.legal, came.reason) == (False, True, "cut_off")


def test_hurting_a_mate_makes_no_sense_and_whom_to_vote_against_is_nobodys_business() -> None:
    point = found(AskKind.VOTE, lambda one: one.role == "Godfather" and len(one.view.me.team) > 1)
    mate = next(seat for seat, _ in point.view.me.team if seat != point.seat)
    code = ("ba", "ce", "du", "fi", "go", "ha", "je")[mate - 1]
    if mate in point.state.public.living:
        assert deed(point, f"<vote>{code}</vote>").marks.sensible


@pytest.mark.parametrize("role", ["Veteran", "Vigilante"])
def test_who_has_few_bullets_may_wait(role: str) -> None:
    town = ("Veteran", "Vigilante", "Sheriff", "Doctor", "Lookout")
    nights = points(Plan(town=town, kinds={"act": 1.0}), "bullets", learner())
    point = next(one for one in nights if one.role == role)
    assert not may_act(point.view, point.ask)
    assert deed(point, "<pass></pass>").marks.sensible


def test_a_fork_played_out_ends_the_same_way_each_time_and_answers_matter() -> None:
    ends = set()
    for point in first(40)[::4]:
        fork = deed(point, "<pass></pass>")
        assert won(point, fork) == won(point, fork)
        ends.add(won(point, fork))
    assert ends == {True, False}


def test_a_walk_goes_on_from_its_place_as_if_it_had_never_stopped() -> None:
    walk = Walk(Plan(), "place", learner())
    for number in range(45):
        walk.move_on("<pass></pass>" if number % 3 else "")
    again = Walk(Plan(), "place", learner(), place=Place(walk.place.match, walk.place.moved))
    assert walk.place.match > 0
    for _ in range(10):
        assert (again.point.id, again.point.messages) == (walk.point.id, walk.point.messages)
        walk.move_on()
        again.move_on()


def test_an_answer_moves_the_match_on() -> None:
    by_script, by_answer = (Walk(Plan(), "moved", learner()) for _ in range(2))
    for _ in range(12):
        by_script.move_on()
        by_answer.move_on("<pass></pass>")
    assert by_script.point.log != by_answer.point.log


def test_what_is_held_out_never_comes_up_in_learning() -> None:
    learnt, tried = first(240), tried_at(Plan(), learner(), 40)
    names = {name for point in learnt for name in point.state.public.table.names}
    assert not names & {name for point in tried for name in point.state.public.table.names}
    assert not {point.id for point in learnt} & {point.id for point in tried}
    assert not any("Lookout" in point.state.public.table.slots for point in learnt)
    assert all("Lookout" in point.state.public.table.slots for point in tried)
    assert sum(point.role == "Lookout" for point in tried) == 10


@pytest.mark.parametrize("seats", [7, 10])
def test_tables_can_be_dealt(seats: int) -> None:
    for number in range(20):
        agreed = table(Plan(seats=seats), str(number), held_out=bool(number % 2))
        assert len(set(agreed.names)) == seats == len(agreed.slots)


def test_a_plan_without_matches_says_why() -> None:
    with pytest.raises(ValueError, match="no kind of ask called votes"):
        Plan(kinds={"votes": 1.0})
    with pytest.raises(ValueError, match="do not fill a table of 15"):
        Plan(seats=15)
    with pytest.raises(ValueError, match="not among the Town's"):
        Plan(held_out_role="Jester")


def test_questions_about_the_role_are_answered_by_the_engine_in_wordings_of_their_own() -> None:
    asked = [question(point) for point in first(120)]
    assert {one.about for one in asked} == set(WORDINGS)
    for one in asked:
        right = answered(one, f"<answer>{' '.join(one.truth)}</answer>")
        assert (right.form, right.understood) == (True, 1.0)
        assert answered(one, "<answer>xyzzy</answer>").understood == 0.0
        assert not answered(one, f"<answer>{' '.join(one.truth)}</answer> I think").form
        last = WORDINGS[one.about][-1]
        assert last not in one.messages[-1].content
        assert last in question(one.point, held_out=True).messages[-1].content


def test_a_mafioso_is_told_the_truth_about_itself() -> None:
    point = next(one for one in first(240) if one.role == "Godfather")
    truths = {
        about: question(replace(point, id=f"{point.id}{number}")).truth
        for number in range(40)
        for about in (question(replace(point, id=f"{point.id}{number}")).about,)
    }
    assert truths["side"] == {"mafia"}
    assert truths["mates"] == {
        ("ba", "ce", "du", "fi", "go", "ha", "je")[seat - 1] for seat, _ in point.view.me.team if seat != point.seat
    }

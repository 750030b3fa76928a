"""Stages, rounds and trials of a day, and what a Judgement may still spend (M13 to M15)."""

from __future__ import annotations

import pytest

from game.engine import actions as a
from game.engine import events as e
from game.engine.config import Clock, Limits, Rounds
from game.engine.types import PUBLIC, Phase, Verdict
from tests.engine.scene import Scene

TOWN = ("Sheriff", "Doctor", "Lookout", "Mafioso", "Medium")


def acquit(scene: Scene, accused: int) -> list[e.Event]:
    """Put somebody on trial and let them go; what was written."""
    before = len(scene.log)
    for voter in {1, 2, 3, 4, 5} - {accused}:
        if scene.phase is Phase.VOTING:
            scene.do(voter, a.Vote(accused))
    scene.elapse()
    scene.elapse()
    return scene.log[before:]


def stages(events: list[e.Event]) -> list[tuple[int, int]]:
    return [(event.stage, event.round) for event in events if isinstance(event, e.StageOpened)]


def test_stages_count_on_and_voting_goes_on_with_the_rounds_that_are_left() -> None:
    scene = Scene(*TOWN).until(Phase.VOTING, 2)
    first = scene.state.public.stage
    assert scene.state.public.round == 1
    assert stages(acquit(scene, 1)) == [(first + 1, 1), (first + 2, 1), (first + 3, 2)]
    assert stages(acquit(scene, 2))[-1] == (first + 6, 3)
    assert all(event.to == PUBLIC for event in scene.log if isinstance(event, e.StageOpened))


def test_with_few_rounds_a_trial_leaves_one_round_of_voting() -> None:
    scene = Scene(*TOWN, rounds=Rounds(1, 1, 2, 0)).until(Phase.VOTING, 2)
    acquit(scene, 1)
    acquit(scene, 2)
    assert (scene.phase, scene.state.public.round) == (Phase.VOTING, 2)


def test_trials_of_a_day_are_numbered_and_the_third_acquittal_ends_it() -> None:
    scene = Scene(*TOWN).until(Phase.VOTING, 2)
    for accused in (1, 2, 3):
        acquit(scene, accused)
    trials = [event for event in scene.log if isinstance(event, e.TrialOpened)]
    assert [(trial.to, trial.accused, trial.number) for trial in trials] == [
        (PUBLIC, 1, 1),
        (PUBLIC, 2, 2),
        (PUBLIC, 3, 3),
    ]
    assert scene.phase is Phase.NIGHT


@pytest.mark.parametrize(
    ("tail", "spent", "goes_on"),
    [(1, 39, True), (400, 39, True), (400, 40, False), (400, 41, False), (0, 0, False)],
)
def test_judgement_has_a_tail_while_the_table_has_tokens_left(tail: int, spent: int, *, goes_on: bool) -> None:
    limits = Limits(judgement=40, tail_after_all_votes=tail)
    scene = Scene(*TOWN, clock=Clock.BUDGET, limits=limits).until(Phase.VOTING, 2)
    for voter in (2, 3, 4):
        scene.do(voter, a.Vote(1))
    scene.elapse()
    scene.send(a.Answer(2, None, (a.Judge(Verdict.INNOCENT),), spent))
    scene.send(a.Answer(3, None, (a.Judge(Verdict.INNOCENT),), 0))
    scene.elapse()
    assert (scene.phase is Phase.JUDGEMENT) is goes_on


def test_a_ballot_of_an_earlier_trial_does_not_count_in_the_next() -> None:
    scene = Scene(*TOWN).until(Phase.VOTING, 2)
    for accused in (1, 2):
        for voter in {3, 4, 5}:
            scene.do(voter, a.Vote(accused))
        scene.elapse()
        if accused == 1:
            scene.do(3, a.Judge(Verdict.GUILTY))
            scene.do(4, a.Judge(Verdict.INNOCENT))
        scene.elapse()
    last = scene.state.public.trials[-1]
    assert {verdict for _, verdict, _ in last.ballots} == {Verdict.ABSTAIN}


def test_a_ballot_given_before_the_tail_still_counts() -> None:
    scene = Scene(*TOWN, clock=Clock.BUDGET).until(Phase.VOTING, 2)
    for voter in (2, 3, 4):
        scene.do(voter, a.Vote(1))
    scene.elapse()
    scene.do(2, a.Judge(Verdict.GUILTY))
    scene.elapse()
    assert (scene.phase, scene.state.public.round) == (Phase.JUDGEMENT, 2)
    scene.elapse()
    assert scene.phase is Phase.LAST_WORDS


def test_every_round_of_the_night_is_asked_and_then_the_deed() -> None:
    scene = Scene("Godfather", "Mafioso", "Sheriff", rounds=Rounds(1, 1, 3, 2)).until(Phase.NIGHT, 1)
    seen = []
    while scene.phase is Phase.NIGHT:
        seen.append(scene.state.public.round)
        scene.elapse()
    assert seen == [1, 2, 3]


def test_the_end_names_winners_roles_and_the_seed_to_all() -> None:
    scene = Scene("Mafioso", "Sheriff", wins=True, seed="the end").night((1, "kill", (2,)), day=1)
    last = scene.log[-1]
    assert last == e.MatchEnded(PUBLIC, "Mafia", (1,), ("Mafioso", "Sheriff"), "the end")

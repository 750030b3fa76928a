"""Experiments as services: launched once, frozen, played to the last trial, whatever happens to whoever plays."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from django.utils import timezone

from eval import experimenting, matching, trials
from eval.experiments.blocks import Blocks
from eval.experiments.outcome import Ending, from_json
from eval.experiments.outcoming import log_sha256
from eval.experiments.playing import Finished
from eval.experiments.writing import PlanError, plan_sha256
from eval.models import Experiment, Trial
from eval.progress import progress_of
from game.engine.codec import to_json
from game.log import STALE_AFTER
from game.models import Match
from game.selectors import log_of
from game.services import Rejected
from tests.experiments.conftest import launched
from tests.experiments.plans import TEXT, plan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stand_ins")]


def outcomes(experiment: Experiment) -> dict[tuple[int, str], str]:
    """The outcomes by block and arm, to the last byte."""
    rows = experiment.trials.order_by("place").values_list("block", "arm", "outcome")
    return {(block, arm): json.dumps(outcome, sort_keys=True) for block, arm, outcome in rows}


def states(experiment: Experiment) -> Counter[str]:
    """How many trials stand where."""
    return Counter(experiment.trials.values_list("state", flat=True))


def test_an_experiment_is_played_to_its_end_and_every_block_has_an_outcome_in_every_arm() -> None:
    experiment = launched()
    assert states(experiment) == {"waiting": 24}
    assert trials.trials_play(experiment) == 24
    assert experimenting.experiment_settle(experiment_id=experiment.pk)
    assert not experimenting.experiment_settle(experiment_id=experiment.pk)
    experiment.refresh_from_db()
    assert experiment.state == "finished"
    found = [from_json(row.outcome) for row in experiment.trials.order_by("place")]
    assert {(one.block, one.arm) for one in found} == {
        (block, arm) for block in range(6) for arm in Blocks(plan()).arms
    }
    assert all(one.tries == 1 and one.ending is not Ending.FAILED for one in found)
    for row in experiment.trials.all()[:3]:
        assert log_sha256(trials.log_of_trial(row.pk)) == row.outcome["log_sha256"]
    assert Match.objects.count() == 0, "rows are made when somebody opens a trial"


def test_a_launch_freezes_the_plan_and_the_same_plan_runs_once() -> None:
    experiment = launched()
    assert experiment.sha256 == plan_sha256(plan())
    assert trials.plan_of(Experiment.objects.get(pk=experiment.pk)) == plan()
    assert len(experiment.rules) == 64
    assert experiment.release.startswith("0.")
    with pytest.raises(Rejected, match="frozen"):
        experimenting.experiment_amend(experiment=experiment, plan=TEXT)
    with pytest.raises(Rejected, match="Only a draft"):
        experimenting.experiment_launch(experiment=experiment)
    with pytest.raises(Rejected, match="very plan"):
        launched()
    experimenting.experiment_abort(experiment=experiment, note="begun too early")
    assert launched().pk != experiment.pk


def test_a_draft_is_amended_and_a_bad_plan_or_unknown_agent_is_refused() -> None:
    draft = experimenting.experiment_create(plan=TEXT)
    experimenting.experiment_amend(experiment=draft, plan=TEXT.replace("M: random", "M: nobody"))
    with pytest.raises(Rejected, match="no agent or model 'nobody'"):
        experimenting.experiment_launch(experiment=draft)
    assert states(draft) == {}
    with pytest.raises(PlanError):
        experimenting.experiment_create(plan="name: x")


def test_paused_experiments_are_not_taken_from_and_go_on_when_they_are_resumed() -> None:
    experiment = launched()
    experimenting.experiment_pause(experiment=experiment, note="lunch")
    assert trials.trials_play(experiment) == 0
    with pytest.raises(Rejected, match="Only a running"):
        experimenting.experiment_pause(experiment=experiment)
    experimenting.experiment_resume(experiment=experiment)
    assert trials.trials_play(experiment) == 24


def test_under_other_rules_nothing_is_gone_on_with() -> None:
    experiment = launched()
    Experiment.objects.update(rules="other")
    experiment.refresh_from_db()
    assert trials.trials_play(experiment) == 0
    assert experimenting.experiments_tend() == 0
    assert progress_of(experiment).worst.startswith("The rules have changed")
    experimenting.experiment_pause(experiment=experiment)
    with pytest.raises(Rejected, match="rules have changed"):
        experimenting.experiment_resume(experiment=experiment)


# Leases ---------------------------------------------------------------------------------------------------------------


def test_a_trial_is_taken_once_and_again_when_whoever_took_it_gives_no_sign() -> None:
    experiment = launched()
    arms = list(Blocks(plan()).arms)
    first = trials.trials_take(experiment.pk, arms, 20)
    second = trials.trials_take(experiment.pk, arms, 20)
    assert (len(first), len(second)) == (20, 4)
    assert not {one.pk for one in first} & {one.pk for one in second}
    age(first[:2])
    again = trials.trials_take(experiment.pk, arms, 20)
    assert [(one.pk, one.lease, one.losses) for one in again] == [(one.pk, 2, 1) for one in first[:2]]


def test_who_has_lost_a_trial_cannot_write_it_and_the_outcome_is_the_same() -> None:
    experiment = launched()
    blocks = Blocks(plan())
    taken = trials.trials_take(experiment.pk, list(blocks.arms), 4)
    games = trials._played(blocks, taken)
    age(taken)
    assert trials.trials_play(experiment) == 24
    before = outcomes(experiment)
    assert trials.trials_write(blocks, taken, games) == 0
    assert outcomes(experiment) == before
    assert {(block, arm) for block, arm in before} == {(n, arm) for n in range(6) for arm in blocks.arms}
    again = {one.pk: game.outcome for one, game in zip(taken, games, strict=True) if isinstance(game, Finished)}
    assert {pk: from_json(Trial.objects.get(pk=pk).outcome) for pk in again} == again


def test_a_trial_that_kills_whoever_plays_it_is_played_alone_and_then_blamed() -> None:
    experiment = launched()
    arms = list(Blocks(plan()).arms)
    for _ in range(trials.SUSPECT + 2):
        taken = trials.trials_take(experiment.pk, arms, 8)
        age(taken)
    assert [one.losses for one in taken] == [trials.SUSPECT + 1]
    Trial.objects.filter(pk=taken[0].pk).update(losses=trials.MOST_LOST)
    trials.trials_play(experiment)
    blamed = Trial.objects.get(pk=taken[0].pk)
    assert (blamed.state, blamed.cause) == ("failed", "lost")
    assert from_json(blamed.outcome).ending is Ending.FAILED
    assert states(experiment) == {"done": 23, "failed": 1}


def age(taken: list[trials.Taken]) -> None:
    """Let the last sign of life of trials be long ago."""
    long_ago = timezone.now() - 2 * STALE_AFTER
    Trial.objects.filter(pk__in=[one.pk for one in taken]).update(heartbeat_at=long_ago)


def test_what_is_aborted_is_not_written_any_more() -> None:
    experiment = launched()
    blocks = Blocks(plan())
    taken = trials.trials_take(experiment.pk, list(blocks.arms), 4)
    games = trials._played(blocks, taken)
    experimenting.experiment_abort(experiment=experiment)
    assert trials.trials_write(blocks, taken, games) == 0
    assert states(experiment) == {"waiting": 24}
    assert trials.trials_play(experiment) == 0


# Failures -------------------------------------------------------------------------------------------------------------


def test_a_failed_trial_is_an_outcome_and_is_tried_again_with_a_reason_as_often_as_the_plan_allows() -> None:
    experiment = launched(models={"A": "scripted", "M": "broken"}, retries={"automatic": 1, "most": 2})
    trials.trials_play(experiment)
    assert states(experiment) == {"done": 6, "failed": 18}
    failed = experiment.trials.filter(arm="EM").first()
    assert failed is not None
    assert [one["cause"] for one in failed.causes] == ["agent", "agent"]
    assert "out of order" in failed.causes[0]["says"]
    outcome = from_json(failed.outcome)
    assert (outcome.ending, outcome.cause, outcome.tries, outcome.town_won) == (Ending.FAILED, "agent", 2, False)
    with pytest.raises(Rejected, match="Say why"):
        experimenting.trials_retry(experiment=experiment, why=" ")
    assert experimenting.trials_retry(experiment=experiment, why="the server was down", by="root") == 18
    trials.trials_play(experiment)
    failed.refresh_from_db()
    assert failed.causes[2] == {"again": "the server was down", "by": "root"}
    assert failed.tries == 3
    with pytest.raises(Rejected, match="2 times at the most"):
        experimenting.trials_retry(experiment=experiment, why="once more")


def test_a_finished_experiment_is_gone_on_with_when_trials_are_tried_again() -> None:
    experiment = launched(models={"A": "scripted", "M": "broken"}, retries={"automatic": 0, "most": 2}, blocks=1)
    trials.trials_play(experiment)
    assert experimenting.experiment_settle(experiment_id=experiment.pk)
    assert experimenting.trials_retry(experiment=experiment, why="why not", cause="agent") == 3
    experiment.refresh_from_db()
    assert (experiment.state, experiment.finished_at) == ("running", None)


# Forks ----------------------------------------------------------------------------------------------------------------


def test_forks_are_played_behind_their_match_and_share_its_past() -> None:
    experiment = launched(design={"kind": "forks", "days": [2], "side": "evil"}, blocks=4)
    assert {one.arm for one in trials.trials_take(experiment.pk, ["D2"])} == set()
    assert trials.trials_play(experiment) == 8
    for fork in experiment.trials.filter(arm="D2").select_related("after"):
        assert fork.after is not None
        assert (fork.after.block, fork.after.arm) == (fork.block, "AA")
        here, there = trials.log_of_trial(fork.pk), trials.log_of_trial(fork.after.pk)
        assert here[:60] == there[:60]


def test_what_would_be_forked_from_a_failed_match_has_failed_too() -> None:
    experiment = launched(
        models={"A": "broken", "M": "scripted"}, design={"kind": "forks", "days": [2]}, blocks=2,
        retries={"automatic": 0},
    )  # fmt: skip
    trials.trials_play(experiment)
    assert set(experiment.trials.values_list("arm", "state", "cause")) == {
        ("AA", "failed", "agent"), ("D2", "failed", "parent"),
    }  # fmt: skip


# Opening --------------------------------------------------------------------------------------------------------------


def test_a_trial_is_opened_as_a_match_with_its_log_once() -> None:
    experiment = launched()
    trials.trials_play(experiment)
    trial = experiment.trials.get(block=2, arm="EM")
    match = matching.trial_open(trial=trial)
    assert matching.trial_open(trial=trial).pk == match.pk
    assert Match.objects.count() == 1
    events = trials.log_of_trial(trial.pk)
    assert [to_json(event) for event in log_of(match.pk)] == [to_json(event) for event in events]
    assert (match.status, match.outcome) == ("finished", events[-1].outcome)  # type: ignore[attr-defined]
    lucks = set(match.seats.values_list("agent_options__luck", flat=True))
    assert lucks == {f"{match.seed}:EM"}


def test_a_trial_without_a_log_is_not_opened() -> None:
    experiment = launched()
    with pytest.raises(Rejected, match="has no log: it is waiting"):
        matching.trial_open(trial=experiment.trials.all()[0])

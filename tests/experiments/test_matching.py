"""Trials that language models play: matches with rows from the start, driven apart from those that people watch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import LazySettings

from eval import experimenting, matching, trials
from eval.experiments.outcome import Ending, from_json
from eval.models import Experiment
from game import services
from game.live import drive
from game.log import lease_take
from game.models import Decision, Match
from game.selectors import log_of
from tests.apps.models import Model
from tests.experiments.conftest import launched

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("models")]


@pytest.fixture
def models(settings: LazySettings, stand_ins: None) -> Iterator[None]:
    """Models that answer at random, as fast as they can."""
    settings.TOSSIM_SEAT_AGENT = "tests.apps.models.seat_agent"
    settings.TOSSIM_AGENT_NAMES = "tests.apps.models.agent_names"
    Model.forget()
    yield
    Model.forget()


def with_models(**changed: Any) -> Experiment:
    """An experiment of two blocks in which a model plays the evil side of one arm."""
    return launched(models={"A": "scripted", "M": "model"}, design={"only": ["AA", "EM"]}, blocks=2,
                    concurrency=1, **changed)  # fmt: skip


def in_play(experiment: Experiment) -> list[Match]:
    """Its matches that have not ended."""
    return list(Match.objects.filter(trial__experiment=experiment).exclude(status__in=Match.ENDED).order_by("pk"))


def played(match: Match) -> Match:
    """A match driven to its end."""
    while lease := lease_take(match_id=match.pk):
        drive(match.pk, lease)
        match.refresh_from_db()
    return match


def test_matches_of_models_are_begun_within_the_limit_and_their_ends_become_outcomes() -> None:
    experiment = with_models()
    assert trials.trials_play(experiment) == 2, "the arm of scripts needs no rows"
    matching.matches_tend(experiment)
    matching.matches_tend(experiment)
    (match,) = in_play(experiment)
    assert match.title.startswith("four-arms block ")
    evil = set(match.seats.filter(agent="model").values_list("number", flat=True))
    assert len(evil) == 2
    assert set(match.seats.values_list("agent_options__luck", flat=True)) == {f"{match.seed}:EM"}
    played(match)
    matching.matches_tend(experiment)
    trial = experiment.trials.get(match=match)
    outcome = from_json(trial.outcome)
    made = Decision.objects.filter(match=match).exclude(model="")
    assert (trial.state, trial.tries) == ("done", 1)
    assert outcome.calls == sum(len(one.attempts) for one in made) > 0
    assert outcome.prompt_tokens == sum(one.prompt_tokens for one in made)
    assert {seat.seat for seat in outcome.seats if seat.model == "M"} == evil
    assert trials.log_of_trial(trial.pk) == log_of(match.pk)
    assert matching.trial_open(trial=trial) == match
    assert len(in_play(experiment)) == 1, "the next one has begun"


def test_a_trials_match_is_driven_on_the_batch_queue_and_all_others_on_the_live_one(monkeypatch: Any) -> None:
    sent: list[str] = []

    def send(task: str, *, queue: str = "", **_: Any) -> None:
        if task == "game.tasks.match_run":
            sent.append(queue)

    monkeypatch.setattr("game.services.current_app.send_task", send)
    experiment = with_models()
    matching.matches_tend(experiment)
    assert sent == ["batch"]
    services.match_start(match=services.match_create(spec=services.LobbySpec(players=7), seed="live"))
    assert sent == ["batch", "live"]


def test_matches_stand_still_go_on_and_end_with_their_experiment() -> None:
    experiment = with_models()
    matching.matches_tend(experiment)
    (match,) = in_play(experiment)
    for deed, status in (
        (experimenting.experiment_pause, "paused"),
        (experimenting.experiment_resume, "queued"),
        (experimenting.experiment_abort, "aborted"),
    ):
        deed(experiment=experiment)
        match.refresh_from_db()
        assert match.status == status


@pytest.mark.parametrize(("cause", "says"), [("match", "The disk is full."), ("unserved", "no server gave")])
def test_a_match_that_fails_or_has_no_server_is_tried_again_and_then_an_outcome(cause: str, says: str) -> None:
    experiment = with_models(retries={"automatic": 1})
    Model.fallback = "NoLane" if cause == "unserved" else ""
    for _ in range(2):
        matching.matches_tend(experiment)
        (match,) = in_play(experiment)
        if cause == "unserved":
            played(match)
        else:
            Match.objects.filter(pk=match.pk).update(status="failed", error="The disk is full.")
    matching.matches_tend(experiment)
    trial = experiment.trials.get(state="failed")
    assert [one["cause"] for one in trial.causes] == [cause, cause]
    assert says in trial.causes[0]["says"]
    assert (from_json(trial.outcome).ending, from_json(trial.outcome).tries) == (Ending.FAILED, 2)


def test_a_trial_whose_match_was_deleted_is_begun_again() -> None:
    experiment = with_models()
    matching.matches_tend(experiment)
    in_play(experiment)[0].delete()
    matching.matches_tend(experiment)
    assert len(in_play(experiment)) == 1


def test_a_fork_of_a_models_match_shares_its_past() -> None:
    experiment = launched(
        models={"A": "model", "M": "scripted"}, design={"kind": "forks", "days": [2], "side": "any"}, blocks=1
    )
    matching.matches_tend(experiment)
    (match,) = in_play(experiment)
    played(match)
    matching.matches_tend(experiment)
    matching.matches_tend(experiment)
    fork = experiment.trials.select_related("match").get(arm="D2")
    assert fork.match is not None
    assert (fork.match.parent, fork.match.seats.filter(agent="scripted").count()) == (match, 1)
    assert log_of(fork.match.pk) == log_of(match.pk)[: fork.match.fork_seq]

"""Trials as matches with rows: those that language models play, and those that somebody opens.

A match of a model is few and dear: every decision of it is kept as it is made, with its prompt and its thought, and
another worker goes on with it where one has died. That is what the driver of live matches does, so these trials are
matches from the start, driven on the `batch` queue; when one ends, its log is packed beside its outcome.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from agents.llm.client import BadRequest, NoLane, RateLimited, TimedOut, Unreachable
from agents.llm.tokens import counter
from agents.models import LanguageModel
from agents.selectors import lanes_as_they_stand, model_facts, record_of
from eval.decision import DecisionRecord
from eval.experiments.blocks import Blocks
from eval.experiments.outcome import Outcome
from eval.experiments.outcoming import Sat, outcome_of
from eval.experiments.playing import Finished, game_of
from eval.models import Experiment, Trial
from eval.sources import decision_record
from eval.trials import Taken, log_of_trial, plan_of, scripted_arms, trial_fail, trials_write
from game import services
from game.engine import chance, codec
from game.engine import events as e
from game.engine.config import RULES_VERSION
from game.engine.types import Seat as SeatNumber
from game.log import events_append
from game.models import Decision, Event, Match, Seat
from game.selectors import log_of

log = logging.getLogger(__name__)

BATCH, LIVE = "batch", "live"
MATCH, UNSERVED, ABORTED = "match", "unserved", "aborted"
"""Causes: the match could not go on; too many answers had no server; somebody ended the match itself."""
NO_SERVER = frozenset(one.__name__ for one in (Unreachable, TimedOut, RateLimited, BadRequest, NoLane))
"""Reasons for which a default filled an answer that no model is to blame for."""
MOST_UNSERVED = 0.1
"""Share of such answers above which a match says nothing about the models that were to play it."""
State = Trial.State


def queue_of(match_id: int) -> str:
    """On which queue a match is driven: experiments leave the workers of live matches alone."""
    return BATCH if Trial.objects.filter(match=match_id, state=State.RUNNING).exists() else LIVE


# Matches of models ----------------------------------------------------------------------------------------------------


@transaction.atomic
def matches_tend(experiment: Experiment) -> None:
    """Write what has become of the matches of models, and begin others; one process at a time."""
    if not Experiment.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=experiment.pk).exists():
        return
    blocks = Blocks(plan_of(experiment))
    arms = set(blocks.arms) - set(scripted_arms(blocks))
    if not arms:
        return
    _played(experiment).update(heartbeat_at=Now())
    for trial in _played(experiment).filter(match__status__in=Match.ENDED).select_related("match"):
        _end(blocks, trial)
    free = blocks.plan.concurrency * lanes_serving(blocks) - _played(experiment).count()
    for trial in _waiting(experiment, arms)[: max(0, free)]:
        _begin(blocks, trial, experiment)


def _played(experiment: Experiment) -> QuerySet[Trial]:
    return experiment.trials.filter(state=State.RUNNING).exclude(match=None)


def _waiting(experiment: Experiment, arms: set[str]) -> QuerySet[Trial]:
    """Trials that may begin; so may one whose match somebody has deleted. Forks, when their match is there."""
    fit = Q(state=State.WAITING) | Q(state=State.RUNNING, match=None)
    rows = experiment.trials.filter(fit, Q(after=None) | Q(after__state=State.DONE), arm__in=arms)
    return rows.select_related("after__match").order_by("place")


def lanes_serving(blocks: Blocks) -> int:
    """How many lanes serve a model of the plan now; one where none does, so that matches wait for it."""
    names = {player.agent for player in blocks.plan.models.values()}
    facts = [model_facts(model) for model in LanguageModel.objects.filter(name__in=names)]
    return max(1, sum(lane.serving and any(map(lane.serves, facts)) for lane in lanes_as_they_stand()))


def _begin(blocks: Blocks, trial: Trial, experiment: Experiment) -> None:
    before = log_of_trial(trial.after_id) if trial.after_id else ()
    game = game_of(blocks, blocks.block(trial.block), trial.arm, before)
    trial.lease, trial.state, trial.heartbeat_at = trial.lease + 1, State.RUNNING, timezone.now()
    if game.over:
        trial.save()
        finished = Finished(outcome_of(game.sat, game.opening), game.opening)
        trials_write(blocks, [_taken(trial)], [finished])
        return
    past = trial.after.match if trial.after else None
    more = {"parent": past, "fork_seq": len(game.opening)} if past else {}
    title = f"{experiment.name} {trial}"
    trial.match = match_make(blocks, game.sat, game.opening, title=title, status=Match.Status.QUEUED, **more)
    trial.save()
    services.match_dispatch(match_id=trial.match.pk)


def _taken(trial: Trial) -> Taken:
    return Taken(trial.pk, trial.block, trial.arm, trial.lease, trial.tries, trial.losses, trial.after_id)


def _end(blocks: Blocks, trial: Trial) -> None:
    match = trial.match
    assert match is not None
    if match.status != Match.Status.FINISHED:
        cause = MATCH if match.status == Match.Status.FAILED else ABORTED
        trial_fail(blocks, _taken(trial), cause, match.error or match.get_status_display())
        return
    made = [decision_record(row) for row in Decision.objects.filter(match=match).order_by("pk")]
    answers = [one for one in made if one.model]
    unserved = [one for one in answers if one.fallback in NO_SERVER]
    if len(unserved) > MOST_UNSERVED * len(answers):
        trial_fail(blocks, _taken(trial), UNSERVED, f"no server gave {len(unserved)} of {len(answers)} answers")
        return
    events = log_of(match.pk)
    trials_write(blocks, [_taken(trial)], [Finished(_outcome(_sat(blocks, trial), events, made), events)])


def _outcome(sat: Sat, events: Sequence[e.Event], made: Sequence[DecisionRecord]) -> Outcome:
    """With the tokens of each model as its own tokenizer counts them."""
    records = [record_of(model) for model in LanguageModel.objects.filter(name__in={one.model for one in made})]
    tokenizers = {one.name: counter(one.tokenizer).count for one in records if one.tokenizer}
    return outcome_of(sat, events, made, tokenizers)


def _sat(blocks: Blocks, trial: Trial) -> Sat:
    block = blocks.block(trial.block)
    return Sat(block, trial.arm, blocks.sitters(block, blocks.arms[trial.arm]), block.drawn)


def matches_pause(experiment: Experiment) -> None:
    """Have the matches of models stand still."""
    for match in _matches(experiment, Match.Status.QUEUED, Match.Status.RUNNING):
        services.match_pause(match=match)


def matches_resume(experiment: Experiment) -> None:
    """Have them go on."""
    for match in _matches(experiment, Match.Status.PAUSED):
        services.match_resume(match=match)


def matches_abort(experiment: Experiment) -> None:
    """End them."""
    for match in _matches(experiment, *(set(Match.Status) - Match.ENDED)):
        services.match_abort(match=match)


def _matches(experiment: Experiment, *standing: str) -> QuerySet[Match]:
    return Match.objects.filter(trial__experiment=experiment, trial__state=State.RUNNING, status__in=standing)


# Rows -----------------------------------------------------------------------------------------------------------------


def match_make(blocks: Blocks, sat: Sat, events: Sequence[e.Event], *, title: str, status: str, **more: Any) -> Match:
    """A match with these events, its seats taken by whoever plays the trial, each with the luck that it has there."""
    opened = events[0]
    assert isinstance(opened, e.MatchOpened)
    match = Match.objects.create(
        title=title[:80], table=codec.table_to_json(opened.table), seed=sat.block.seed, status=status,
        commitment=chance.commitment(sat.block.seed), rules_version=RULES_VERSION, started_at=timezone.now(), **more,
    )  # fmt: skip
    Seat.objects.bulk_create(_seat(blocks, match, sat, seat, opened.table.names[seat - 1]) for seat in sat.sitters)
    events_append(match_id=match.pk, lease=0, events=events)
    Event.objects.filter(match=match, kind=e.StageOpened.kind).update(boundary=True)
    return match


def _seat(blocks: Blocks, match: Match, sat: Sat, seat: SeatNumber, name: str) -> Seat:
    sitter = sat.sitters[seat]
    options = {**blocks.plan.models[sitter.model].told, "luck": sitter.luck}
    return Seat(match=match, number=seat, name=name, agent=sitter.agent, agent_options=options)


@transaction.atomic
def trial_open(*, trial: Trial) -> Match:
    """The match of a trial with all its rows, made from the log that is kept; the same at every call.

    Raises Rejected for a trial without a log.
    """
    trial = Trial.objects.select_for_update(of=("self",)).select_related("experiment").get(pk=trial.pk)
    if trial.match is not None:
        return trial.match
    if trial.state != State.DONE:
        raise services.Rejected(f"{trial} has no log: it is {trial.get_state_display()}.", "no_log")
    events, ended_at = log_of_trial(trial.pk), trial.finished_at
    ended = events[-1]
    assert isinstance(ended, e.MatchEnded)
    blocks = Blocks(plan_of(trial.experiment))
    trial.match = match_make(
        blocks, _sat(blocks, trial), events, title=f"{trial.experiment.name} {trial}", status=Match.Status.FINISHED,
        outcome=ended.outcome, winners=list(ended.winners), finished_at=ended_at,
    )  # fmt: skip
    trial.save(update_fields=["match"])
    services.match_retell(match_id=trial.match.pk)
    return trial.match

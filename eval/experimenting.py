"""What changes experiments: made, launched, paused, gone on with, aborted, tried again, ended.

Checks at the edge, writes rows, wakes workers. Trials themselves are played in `eval.trials` and `eval.matching`.
"""

from __future__ import annotations

import logging
from typing import Any

from celery import current_app
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
from kombu.exceptions import OperationalError

from eval import matching
from eval.experiments.blocks import Blocks
from eval.experiments.plan import PlanSpec
from eval.experiments.writing import canonical_value, plan_from_yaml, plan_sha256
from eval.measurements import measured_of
from eval.models import Experiment, Trial
from eval.releases import release, rules_sha256
from eval.trials import plan_of
from game.selectors import unknown_agents
from game.services import Rejected

log = logging.getLogger(__name__)

SENT = 4
"""Calls for workers that are sent at a time; one whom nobody needs ends at once."""
CALL_EXPIRES = 10.0
"""Seconds after which a call that nobody has heard is worth nothing: another was sent since."""
ROWS_AT_ONCE = 5000
State = Experiment.State
PLAYED = (State.RUNNING, State.PAUSED)


def experiment_create(*, plan: str, created_by: Any = None) -> Experiment:
    """A draft of a plan in YAML. Raises PlanError with line numbers."""
    spec = plan_from_yaml(plan)
    return Experiment.objects.create(name=spec.name, plan=plan, created_by=created_by)


def experiment_amend(*, experiment: Experiment, plan: str) -> Experiment:
    """Another plan for a draft. Raises PlanError, and Rejected for what has been launched."""
    spec = plan_from_yaml(plan)
    _move(experiment, (State.DRAFT,), "A launched plan is frozen: an amended one is another experiment.",
          name=spec.name, plan=plan)  # fmt: skip
    return experiment


@transaction.atomic
def experiment_begin(*, plan: str, created_by: Any = None) -> Experiment:
    """A plan in YAML launched at once, or nothing. Raises PlanError with line numbers, and Rejected."""
    return experiment_launch(experiment=experiment_create(plan=plan, created_by=created_by))


@transaction.atomic
def experiment_launch(*, experiment: Experiment) -> Experiment:
    """Freeze the plan, make its trials and call for workers. Raises PlanError, and Rejected."""
    spec = plan_from_yaml(experiment.plan)
    if unknown := unknown_agents(player.agent for player in spec.models.values()):
        raise Rejected(" ".join(unknown), "unknown_agent")
    measured = measured_of(spec)
    try:
        with transaction.atomic():
            _move(
                experiment, (State.DRAFT,), "Only a draft can be launched.", state=State.RUNNING,
                sha256=plan_sha256(spec), frozen=canonical_value(spec), frozen_at=timezone.now(), release=release(),
                measured=measured, rules=rules_sha256(),
            )  # fmt: skip
    except IntegrityError as error:
        raise Rejected("This very plan is being played, or has been: open that experiment.", "same_plan") from error
    _trials_make(experiment, Blocks(spec))
    workers_call(experiment_id=experiment.pk)
    return experiment


def _trials_make(experiment: Experiment, blocks: Blocks) -> None:
    """All trials of a plan; those that are forked from another know it."""
    count = len(blocks.arms)
    rows = [
        Trial(experiment=experiment, block=number, arm=arm, place=number * count + place)
        for number in range(blocks.plan.blocks)
        for place, arm in enumerate(blocks.order(number))
    ]
    forks = [row for row in rows if blocks.arms[row.arm].day]
    firsts = [row for row in rows if not blocks.arms[row.arm].day]
    made = {row.block: row for row in Trial.objects.bulk_create(firsts, ROWS_AT_ONCE)}
    for row in forks:
        row.after = made[row.block]
    Trial.objects.bulk_create(forks, ROWS_AT_ONCE)


@transaction.atomic
def experiment_pause(*, experiment: Experiment, note: str = "") -> None:
    """Take no more trials; those that are being played end, and matches of models stand still. Raises Rejected."""
    _move(experiment, (State.RUNNING,), "Only a running experiment can be paused.", state=State.PAUSED, note=note[:300])
    matching.matches_pause(experiment)


@transaction.atomic
def experiment_resume(*, experiment: Experiment) -> None:
    """Go on. Raises Rejected, also where the rules are not those that it began with."""
    if experiment.rules != rules_sha256():
        raise Rejected(
            "The rules have changed since this experiment was launched: its other matches would be another game.",
            "other_rules",
        )
    _move(experiment, (State.PAUSED,), "Only a paused experiment can be resumed.", state=State.RUNNING, note="")
    matching.matches_resume(experiment)
    workers_call(experiment_id=experiment.pk)


@transaction.atomic
def experiment_abort(*, experiment: Experiment, note: str = "") -> None:
    """End it with what there is; whoever still plays a trial of it cannot write it any more. Raises Rejected."""
    _move(experiment, PLAYED, "This experiment is not being played.", state=State.ABORTED, note=note[:300],
          finished_at=timezone.now())  # fmt: skip
    matching.matches_abort(experiment)
    stopped = experiment.trials.filter(state=Trial.State.RUNNING)
    stopped.update(state=Trial.State.WAITING, lease=F("lease") + 1, holder="", heartbeat_at=None)


@transaction.atomic
def trials_retry(*, experiment: Experiment, why: str, cause: str = "", by: str = "") -> int:
    """Have failed trials played again, all or those of a cause, as often as the plan allows; how many.

    Why is kept beside what failed. Raises Rejected.
    """
    if not why.strip():
        raise Rejected("Say why they should be played again: it is part of what is reported.", "why")
    experiment = Experiment.objects.select_for_update().get(pk=experiment.pk)
    if experiment.state not in (*PLAYED, State.FINISHED):
        raise Rejected("This experiment is not being played.", "not_played")
    if experiment.rules != rules_sha256():
        raise Rejected("The rules have changed since this experiment was launched.", "other_rules")
    most = plan_of(experiment).retries.most
    failed = experiment.trials.select_for_update().filter(state=Trial.State.FAILED, tries__lte=most)
    rows = list(failed.filter(cause=cause) if cause else failed)
    if not rows:
        raise Rejected(f"No failed trial may be played again: each may be, {most} times at the most.", "none")
    for row in rows:
        row.causes = [*row.causes, {"again": why[:300], "by": by}]
        row.state, row.outcome, row.finished_at, row.losses = Trial.State.WAITING, None, None, 0
    Trial.objects.bulk_update(rows, ["causes", "state", "outcome", "finished_at", "losses"], ROWS_AT_ONCE)
    if experiment.state == State.FINISHED:
        Experiment.objects.filter(pk=experiment.pk).update(state=State.RUNNING, finished_at=None)
    workers_call(experiment_id=experiment.pk)
    return len(rows)


def experiment_settle(*, experiment_id: int) -> bool:
    """Note the end of an experiment none of whose trials is open; whether it has one now."""
    still = Trial.objects.filter(experiment=experiment_id, state__in=(Trial.State.WAITING, Trial.State.RUNNING))
    running = Experiment.objects.filter(pk=experiment_id, state=State.RUNNING)
    return not still.exists() and bool(running.update(state=State.FINISHED, finished_at=Now()))


def _move(experiment: Experiment, sources: tuple[str, ...], otherwise: str, **changed: Any) -> None:
    """Change an experiment that stands where it should; the value given is changed too. Raises Rejected."""
    if not Experiment.objects.filter(pk=experiment.pk, state__in=sources).update(**changed):
        raise Rejected(otherwise, "wrong_state")
    for name, value in changed.items():
        setattr(experiment, name, value)


# Workers --------------------------------------------------------------------------------------------------------------


def workers_call(*, experiment_id: int) -> None:
    """Call for workers once this transaction is committed. Without a broker the trials wait to be found."""

    def send() -> None:
        try:
            for _ in range(SENT):
                current_app.send_task("eval.tasks.trials_play", args=[experiment_id], retry=False, expires=CALL_EXPIRES)
        except OperationalError:
            log.warning("No broker: experiment %s waits until a worker looks for it", experiment_id)

    transaction.on_commit(send)


def experiments_tend() -> int:
    """See to every experiment that is being played: its end, its matches of models, its workers; how many there are.

    Whatever was lost, with a process, with the broker, is found again here.
    """
    found = list(Experiment.objects.filter(state=State.RUNNING, rules=rules_sha256()))
    for experiment in found:
        if not experiment_settle(experiment_id=experiment.pk):
            matching.matches_tend(experiment)
            workers_call(experiment_id=experiment.pk)
    return len(found)


def plan_of_experiment(experiment: Experiment) -> PlanSpec:
    """The frozen plan, or that of a draft. Raises PlanError."""
    return plan_of(experiment) if experiment.frozen else plan_from_yaml(experiment.plan)

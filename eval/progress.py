"""How experiments stand: counts by arm, how fast it goes, how long it will take, and the worst that is wrong, in words.

Reads alone. Counts are asked of the database, so a page costs the same for a hundred trials and a hundred thousand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, F, FloatField, Func, IntegerField, Max, Q, QuerySet, Sum
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast
from django.utils import timezone

from agents.seating import is_scripted
from eval.experimenting import plan_of_experiment
from eval.experiments.arms import arms_of
from eval.experiments.outcome import Side
from eval.models import Experiment, Trial
from eval.releases import rules_sha256
from game.log import STALE_AFTER

LATELY = timedelta(minutes=1)
"""What is called the present pace."""
SILENT = timedelta(seconds=30)
"""Whoever plays gives a sign more often."""
MANY = 0.02
"""A share of failed matches of an arm that is worth a word."""
UNREADABLE = 0.05
"""A share of completions from which no action could be read, likewise."""
KEPT = ("log", "outcome")
"""What is kept of a trial."""
State = Trial.State


@dataclass(frozen=True, slots=True)
class ArmProgress:
    """The trials of an arm by state, and why those that failed did; `retried` are tries beyond a trial's first."""

    name: str
    total: int
    done: int
    failed: int
    running: int
    causes: tuple[tuple[str, int], ...]
    retried: int = 0
    calls: int = 0
    tokens: int = 0
    formed: float | None = None
    """Share of completions from which an action or a look-up could be read; None where no model has played."""


@dataclass(frozen=True, slots=True)
class Progress:
    """All trials of an experiment. Pace and time left are None where nothing was finished lately."""

    arms: tuple[ArmProgress, ...]
    per_hour: float | None
    left: timedelta | None
    last: datetime | None
    worst: str
    players: int = 0
    """Who plays now: processes with scripted trials, drivers of matches of models."""
    spent: timedelta | None = None
    """From the launch to the last trial that has ended."""

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(arm.total for arm in self.arms)

    @property
    def done(self) -> int:
        """How many have an outcome with an end."""
        return sum(arm.done for arm in self.arms)

    @property
    def failed(self) -> int:
        """How many were given up."""
        return sum(arm.failed for arm in self.arms)

    @property
    def running(self) -> int:
        """How many are being played."""
        return sum(arm.running for arm in self.arms)

    @property
    def waiting(self) -> int:
        """How many nobody has begun."""
        return self.total - self.done - self.failed - self.running


def with_counts(experiments: QuerySet[Experiment]) -> QuerySet[Experiment]:
    """Experiments with how many trials they have, are done and have failed."""
    return experiments.annotate(
        total=Count("trials"),
        done=Count("trials", filter=Q(trials__state=State.DONE)),
        failed=Count("trials", filter=Q(trials__state=State.FAILED)),
    )


def progress_of(experiment: Experiment, arms: Sequence[str] = ()) -> Progress:
    """How an experiment stands; its arms in the given order, or in that of its plan.

    Raises PlanError for a draft whose plan cannot be read.
    """
    now, found = timezone.now(), _arms(experiment, arms)
    since = max(now - LATELY, experiment.frozen_at or now)
    lately = experiment.trials.aggregate(
        n=Count("pk", filter=Q(finished_at__gt=since)), last=Max("finished_at"), sign=Max("heartbeat_at")
    )
    seconds = (now - since).total_seconds()
    pace = lately["n"] / seconds if lately["n"] and seconds and experiment.state == Experiment.State.RUNNING else None
    last, players = lately["last"], _players(experiment)
    open_trials = sum(arm.total - arm.done - arm.failed for arm in found)
    signs = max(filter(None, (last, lately["sign"], experiment.frozen_at)), default=now)
    return Progress(
        arms=found, per_hour=pace and pace * 3600, last=last, players=players,
        left=timedelta(seconds=open_trials / pace) if pace else None,
        worst=next(_wrong(experiment, found, open_trials, signs), ""),
        spent=last - experiment.frozen_at if last and experiment.frozen_at else None,
    )  # fmt: skip


def _players(experiment: Experiment) -> int:
    fresh = experiment.trials.filter(state=State.RUNNING, heartbeat_at__gte=timezone.now() - STALE_AFTER)
    scripted = fresh.filter(match=None).order_by().values("holder").distinct().count()
    return scripted + fresh.exclude(match=None).exclude(match__lease_holder="").count()


# Arms -----------------------------------------------------------------------------------------------------------------


def _arms(experiment: Experiment, names: Sequence[str]) -> tuple[ArmProgress, ...]:
    plan = plan_of_experiment(experiment)
    rows = experiment.trials.order_by().values("arm", "state", "cause")
    counted = list(rows.annotate(n=Count("pk"), retried=Sum(F("tries") - 1, filter=Q(tries__gt=1))))
    with_models = not all(is_scripted(player.agent) for player in plan.models.values())
    asked = _asked(experiment) if with_models else {}
    return tuple(
        _arm(name, [row for row in counted if row["arm"] == name], asked.get(name, {}))
        for name in names or arms_of(plan)
    )


def _arm(name: str, rows: Sequence[Mapping[str, Any]], asked: Mapping[str, Any]) -> ArmProgress:
    def of(state: str) -> int:
        return sum(row["n"] for row in rows if row["state"] == state)

    causes = [(row["cause"] or "unknown", row["n"]) for row in rows if row["state"] == State.FAILED]
    ordered = tuple(sorted(causes, key=lambda one: (-one[1], one[0])))
    return ArmProgress(
        name, sum(row["n"] for row in rows), of(State.DONE), of(State.FAILED), of(State.RUNNING), ordered,
        retried=sum(row["retried"] or 0 for row in rows), **asked,
    )  # fmt: skip


def _asked(experiment: Experiment) -> dict[str, dict[str, Any]]:
    """What models were asked and how they answered, by arm: read out of the outcomes."""
    sides = {side: Avg(Cast(_figure("figures", f"tool_format_rate@{side}"), FloatField())) for side in Side}
    tokens = Cast(_figure("prompt_tokens"), IntegerField()) + Cast(_figure("completion_tokens"), IntegerField())
    rows = experiment.trials.exclude(outcome=None).order_by().values("arm").annotate(
        calls=Sum(Cast(_figure("calls"), IntegerField())), tokens=Sum(tokens), **sides
    )  # fmt: skip
    return {row["arm"]: _answers(row) for row in rows}


def _figure(*path: str) -> Any:
    """A number inside outcomes."""
    found: Any = "outcome"
    for key in path[:-1]:
        found = KeyTransform(key, found)
    return KeyTextTransform(path[-1], found)


def _answers(row: Mapping[str, Any]) -> dict[str, Any]:
    formed = [row[side] for side in Side if row[side] is not None]
    return {"calls": row["calls"] or 0, "tokens": row["tokens"] or 0, "formed": min(formed, default=None)}


# What is wrong --------------------------------------------------------------------------------------------------------


def _wrong(experiment: Experiment, arms: Sequence[ArmProgress], open_trials: int, sign: datetime) -> Iterator[str]:
    """All that is wrong in words, the worst first."""
    silent = timezone.now() - sign
    if experiment.state == Experiment.State.RUNNING and experiment.rules != rules_sha256():
        yield "The rules have changed since it was launched: this release does not play it."
    if experiment.state == Experiment.State.RUNNING and open_trials and silent > SILENT:
        minutes = max(1, round(silent.total_seconds() / 60))
        yield f"Nobody has played for {minutes} min. Start a worker: ./tossim up, or celery with the queue batch."
    ended = {arm: arm.done + arm.failed for arm in arms if arm.done + arm.failed}
    for arm in sorted(ended, key=lambda arm: -arm.failed / ended[arm]):
        if arm.failed > MANY * ended[arm]:
            why = ", ".join(f"{n} {cause}" for cause, n in arm.causes)
            yield f"Arm {arm.name}: {100 * arm.failed / ended[arm]:.0f} % of its matches failed ({why})."
        if arm.formed is not None and 1 - arm.formed > UNREADABLE:
            yield f"Arm {arm.name}: {100 * (1 - arm.formed):.0f} % unreadable answers."
    if lost := experiment.trials.filter(losses__gt=0).count():
        yield f"{lost} trials lost whoever played them, and were taken over."


# Outcomes -------------------------------------------------------------------------------------------------------------


def outcomes_of(experiment: Experiment) -> Iterator[dict[str, Any]]:
    """The outcomes of all trials that have one, as JSON, by block and arm: what all counting begins with."""
    rows = experiment.trials.exclude(outcome=None).order_by("block", "arm")
    yield from filter(None, rows.values_list("outcome", flat=True).iterator(chunk_size=2000))


def storage_of(experiment: Experiment) -> dict[str, float]:
    """Bytes of a trial on average, as they lie in the database: its log and its outcome."""
    sizes = {name: Avg(Func(F(name), function="pg_column_size", output_field=IntegerField())) for name in KEPT}
    found = experiment.trials.filter(state=State.DONE).aggregate(**{f"{name}_size": one for name, one in sizes.items()})
    return {name: found[f"{name}_size"] or 0.0 for name in KEPT}

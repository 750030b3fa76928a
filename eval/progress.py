"""How far an experiment has come: by arm, how fast, until when, and the worst that is wrong with it, in words.

Reads alone. Counts are asked of the database, so a page costs the same for a hundred trials and a hundred thousand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, F, FloatField, Func, IntegerField, Max, Q, Sum
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast
from django.utils import timezone

from agents.seating import is_scripted
from eval.experimenting import plan_of_experiment
from eval.experiments.arms import arms_of
from eval.experiments.outcome import Side
from eval.models import Experiment, Trial
from eval.trials import STALE_AFTER

RATE_OVER = timedelta(seconds=60)
"""The rate is that of the last minute, or since the launch."""
UNPLAYED_AFTER = timedelta(seconds=20)
"""Without anybody who plays for so long, that is said."""
FAILING = 0.02
"""Share of failed trials of an arm from which on it is a problem worth a sentence."""
UNREADABLE = 0.05
"""Share of completions from which no action could be read, likewise."""
KEPT = ("log", "outcome")
State = Trial.State


@dataclass(frozen=True, slots=True)
class ArmProgress:
    """One arm in numbers; `retried` are tries beyond the first of a trial, `causes` counts failed trials."""

    arm: str
    total: int
    done: int
    failed: int
    running: int
    retried: int
    causes: Mapping[str, int]
    calls: int = 0
    tokens: int = 0
    formed: float | None = None
    """Share of completions from which an action or a look-up could be read; None where no model plays."""

    @property
    def waiting(self) -> int:
        """Trials that nobody has begun."""
        return self.total - self.done - self.failed - self.running


@dataclass(frozen=True, slots=True)
class Progress:
    """An experiment at a moment. `rate` is in matches a second, `seconds_left` None where nobody can tell."""

    at: datetime
    state: str
    arms: tuple[ArmProgress, ...]
    players: int
    rate: float
    seconds_left: float | None
    seconds_spent: float | None
    problem: str

    @property
    def total(self) -> int:
        """All trials."""
        return sum(arm.total for arm in self.arms)

    @property
    def ended(self) -> int:
        """Trials that have an outcome, failed ones too."""
        return sum(arm.done + arm.failed for arm in self.arms)


def progress_of(experiment: Experiment) -> Progress:
    """How far an experiment has come. Raises PlanError for a draft whose plan cannot be read."""
    now, arms = timezone.now(), _arms(experiment)
    left = sum(arm.total - arm.done - arm.failed for arm in arms)
    players = _players(experiment)
    rate = _rate(experiment, now) if experiment.state == Experiment.State.RUNNING else 0.0
    return Progress(
        at=now, state=experiment.state, arms=arms, players=players, rate=rate,
        seconds_left=left / rate if rate and left else None, seconds_spent=_spent(experiment),
        problem=next(_problems(experiment, arms, players, left, now), ""),
    )  # fmt: skip


def _figure(*path: str) -> Any:
    """A number inside outcomes."""
    found: Any = "outcome"
    for key in path[:-1]:
        found = KeyTransform(key, found)
    return KeyTextTransform(path[-1], found)


def _arms(experiment: Experiment) -> tuple[ArmProgress, ...]:
    plan = plan_of_experiment(experiment)
    rows = experiment.trials.order_by().values("arm").annotate(
        total=Count("pk"),
        done=Count("pk", filter=Q(state=State.DONE)),
        failed=Count("pk", filter=Q(state=State.FAILED)),
        running=Count("pk", filter=Q(state=State.RUNNING)),
        retried=Sum(F("tries") - 1, filter=Q(tries__gt=1)),
    )  # fmt: skip
    found: dict[str, dict[str, Any]] = {row["arm"]: {**row, "retried": row["retried"] or 0} for row in rows}
    asked = {} if all(is_scripted(player.agent) for player in plan.models.values()) else _asked(experiment)
    causes = _causes(experiment)
    return tuple(
        ArmProgress(causes=causes.get(arm, {}), **found[arm], **asked.get(arm, {}))
        for arm in arms_of(plan)
        if arm in found
    )


def _asked(experiment: Experiment) -> dict[str, dict[str, Any]]:
    """What models were asked and how they answered, by arm: read out of the outcomes."""
    sides = {side: Avg(Cast(_figure("figures", f"tool_format_rate@{side}"), FloatField())) for side in Side}
    tokens = Cast(_figure("prompt_tokens"), IntegerField()) + Cast(_figure("completion_tokens"), IntegerField())
    rows = experiment.trials.exclude(outcome=None).order_by().values("arm").annotate(
        calls=Sum(Cast(_figure("calls"), IntegerField())), tokens=Sum(tokens), **sides
    )  # fmt: skip
    return {row["arm"]: _answers(row) for row in rows}


def _answers(row: Mapping[str, Any]) -> dict[str, Any]:
    formed = [row[side] for side in Side if row[side] is not None]
    return {"calls": row["calls"] or 0, "tokens": row["tokens"] or 0, "formed": min(formed, default=None)}


def _causes(experiment: Experiment) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    failed = experiment.trials.filter(state=State.FAILED).order_by()
    for arm, cause, count in failed.values_list("arm", "cause").annotate(Count("pk")):
        found.setdefault(arm, {})[cause] = count
    return found


def _players(experiment: Experiment) -> int:
    """How many processes or threads play trials of it right now, and matches of models with a driver."""
    fresh = experiment.trials.filter(state=State.RUNNING, heartbeat_at__gte=timezone.now() - STALE_AFTER)
    scripted = fresh.filter(match=None).order_by().values("holder").distinct().count()
    return scripted + fresh.exclude(match=None).exclude(match__lease_holder="").count()


def _rate(experiment: Experiment, now: datetime) -> float:
    since = max(now - RATE_OVER, experiment.frozen_at or now)
    recent = experiment.trials.filter(finished_at__gte=since).count()
    return recent / max(1.0, (now - since).total_seconds())


def _spent(experiment: Experiment) -> float | None:
    """From the launch to the last trial that has ended."""
    last = experiment.trials.aggregate(last=Max("finished_at"))["last"]
    return (last - experiment.frozen_at).total_seconds() if last and experiment.frozen_at else None


# What is wrong --------------------------------------------------------------------------------------------------------


def _problems(
    experiment: Experiment, arms: Iterable[ArmProgress], players: int, left: int, now: datetime
) -> Iterator[str]:
    """All that is wrong, the worst first."""
    if experiment.state == Experiment.State.RUNNING and left and not players and _still(experiment, now):
        yield "Nobody plays it: no worker of the queue `batch` gives a sign of life."
    for arm in sorted(arms, key=lambda arm: -arm.failed / max(1, arm.total)):
        ended = arm.done + arm.failed
        if ended and arm.failed > FAILING * ended:
            causes = ", ".join(f"{count} {cause}" for cause, count in sorted(arm.causes.items(), key=lambda it: -it[1]))
            yield f"Arm {arm.arm}: {arm.failed} of {ended} trials have failed ({causes})."
        if arm.formed is not None and 1 - arm.formed > UNREADABLE:
            yield f"Arm {arm.arm}: {1 - arm.formed:.0%} unreadable answers."
    lost = experiment.trials.filter(losses__gt=0).count()
    if lost:
        yield f"{lost} trials lost whoever played them, and were taken over."


def _still(experiment: Experiment, now: datetime) -> bool:
    """Whether nothing has happened for a while."""
    seen = experiment.trials.aggregate(finished=Max("finished_at"), sign=Max("heartbeat_at"))
    last = max(filter(None, (experiment.frozen_at, seen["finished"], seen["sign"])), default=now)
    return now - last > UNPLAYED_AFTER


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

"""The part of the HTTP API that is about experiments. For staff: an experiment's plan and logs are their work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from ninja import Query, Router
from ninja.errors import HttpError

from eval.experimenting import plan_of_experiment
from eval.experiments.arms import BASE, Arm, arms_of
from eval.experiments.outcome import Side
from eval.experiments.plan import PlanSpec
from eval.experiments.writing import PlanError
from eval.matching import trial_open as opened
from eval.models import Experiment, Trial
from eval.progress import ArmProgress, Progress, progress_of, with_counts
from eval.reports import KINDS, report_files
from eval.reports import report_file as kept_file
from frontend.facts import millis, now
from frontend.schemas.experiments import ExperimentList, ExperimentOut, TrialList, TrialsQuery
from frontend.schemas.matches import ErrorOut
from game.services import Rejected

router = Router()
READ = {403: ErrorOut, 404: ErrorOut, 422: ErrorOut}
ALONE = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox allow-popups"
"""What a report's page may do: nothing, but be read."""
UNREADABLE = "This release cannot read its plan."
LIVE = (Experiment.State.RUNNING, Experiment.State.PAUSED)
WORDS = {"won": "won", "draw": "a draw", "limit": "the last day was over", "failed": "failed"}


@router.get("/experiments", response={200: ExperimentList, **READ}, summary="Experiments")
def experiments(request: HttpRequest) -> Any:
    """All experiments, newest first."""
    _staff(request)
    found = with_counts(Experiment.objects.defer("frozen"))
    return {"experiments": [_row(one) for one in found], "now": now()}


@router.get("/experiments/{int:experiment_id}", response={200: ExperimentOut, **READ}, summary="One experiment")
def experiment(request: HttpRequest, experiment_id: int) -> Any:
    """How it stands and what was found so far."""
    _staff(request)
    return experiment_out(experiment_of(experiment_id))


@router.get(
    "/experiments/{int:experiment_id}/trials", response={200: TrialList, **READ}, summary="The matches behind a figure"
)
def trials(request: HttpRequest, experiment_id: int, wish: Query[TrialsQuery]) -> Any:
    """Trials of an experiment that fit, in the order of their blocks."""
    _staff(request)
    found = _fitting(experiment_of(experiment_id), wish).order_by("block", "arm")
    shown = found.defer("log")[: wish.limit]
    return {"trials": [_trial(one) for one in shown], "total": found.count()}


def _staff(request: HttpRequest) -> None:
    if not request.user.is_staff:
        raise HttpError(403, "Experiments are for staff. Sign in as one.")


def experiment_of(experiment_id: int) -> Experiment:
    """An experiment. Raises HttpError where there is none."""
    found = Experiment.objects.filter(pk=experiment_id).first()
    if found is None:
        raise HttpError(404, "There is no such experiment.")
    return found


# One experiment -------------------------------------------------------------------------------------------------------


def experiment_out(one: Experiment) -> dict[str, Any]:
    """An experiment in the shape of `ExperimentOut`."""
    plan = _plan(one)
    arms = arms_of(plan) if plan else {}
    progress = progress_of(one, list(arms)) if plan else Progress((), None, None, None, UNREADABLE)
    kept: Mapping[str, Any] = one.analysis or {}
    return {
        "id": one.pk, "name": one.name, "question": plan.question if plan else "", "state": one.state,
        "note": one.note, "sha256": one.sha256, "release": one.release, "plan": one.plan,
        "created": millis(one.created_at), "launched": _ms(one.frozen_at), "finished": _ms(one.finished_at),
        "progress": _progress(progress), "worst": progress.worst,
        "arms": [_arm(arms[arm.name], arm, kept.get("arms", {}).get(arm.name, {})) for arm in progress.arms],
        "differences": [_difference(arm, arms[BASE]) for arm in arms.values() if BASE in arms and arm.name != BASE],
        "found": _found(kept.get("found"), one.state in LIVE), "as_of": _ms(one.analysed_at),
        "stale": bool(one.analysed_at and progress.last and progress.last > one.analysed_at),
        "files": report_files(one), "now": now(),
    }  # fmt: skip


def _plan(one: Experiment) -> PlanSpec | None:
    try:
        return plan_of_experiment(one)
    except PlanError:
        return None


def _row(one: Any) -> dict[str, Any]:
    plan = _plan(one)
    found = _found((one.analysis or {}).get("found"), one.state in LIVE)
    headline = found["head"][0] if found and found["head"] else ""
    return {
        "id": one.pk, "name": one.name, "question": plan.question if plan else "", "state": one.state,
        "arms": list(arms_of(plan)) if plan else [], "blocks": plan.blocks if plan else 0,
        "total": one.total, "done": one.done, "failed": one.failed, "headline": headline,
        "created": millis(one.created_at), "finished": _ms(one.finished_at),
    }  # fmt: skip


def _progress(found: Progress) -> dict[str, Any]:
    return {
        "total": found.total, "done": found.done, "failed": found.failed, "running": found.running,
        "waiting": found.waiting, "per_hour": found.per_hour,
        "seconds_left": found.left.total_seconds() if found.left else None, "last": _ms(found.last),
    }  # fmt: skip


def _arm(arm: Arm, found: ArmProgress, kept: Mapping[str, Any]) -> dict[str, Any]:
    figures = {name: kept.get(name) for name in ("evil", "town", "undecided")}
    return {
        "name": arm.name, "plays": plays(arm), "total": found.total, "done": found.done, "failed": found.failed,
        "running": found.running, "causes": [{"cause": cause, "n": n} for cause, n in found.causes], **figures,
        "calls": found.calls, "tokens": found.tokens,
    }  # fmt: skip


def plays(arm: Arm) -> str:
    """Who plays whom in an arm, in words."""
    models = [f"{side.value}: {model}" for side, model in arm.sides.items()]
    told = [f"{arm.sides[Side.TOWN]} plays all"] if len(set(arm.sides.values())) == 1 else models
    told += [f"seat {seat}: {model}" for seat, model in arm.seats.items()]
    if arm.one:
        told.append(f"one seat: {arm.one}" + (f" from day {arm.day} on" if arm.day else ""))
    return ", ".join(told)


def _difference(arm: Arm, base: Arm) -> dict[str, Any]:
    what = [
        f"{side.value}: {base.sides[side]} → {arm.sides[side]}" for side in Side if base.sides[side] != arm.sides[side]
    ]
    what += [f"seat {seat}: {model}" for seat, model in arm.seats.items() if base.seats.get(seat) != model]
    if arm.one != base.one:
        what.append(f"one seat: {arm.one}" + (f" from day {arm.day} on" if arm.day else ""))
    return {"arm": arm.name, "against": base.name, "what": what, "single": len(what) == 1}


def _found(kept: Mapping[str, Any] | None, live: bool) -> dict[str, Any] | None:
    """What a task has computed; without p-values and findings while more matches may come."""
    if not kept:
        return None
    shown = {key: value for key, value in kept.items() if key != "so_far"}
    if not live:
        return shown
    blank = {"p": None, "adjusted": None, "finding": None}
    return {**shown, "head": kept["so_far"], "estimands": [{**one, **blank} for one in kept["estimands"]]}


def _ms(moment: datetime | None) -> int | None:
    return millis(moment) if moment else None


# Trials ---------------------------------------------------------------------------------------------------------------


def _fitting(one: Experiment, wish: TrialsQuery) -> QuerySet[Trial]:
    found = one.trials.filter(state__in=(Trial.State.DONE, Trial.State.FAILED))
    if wish.pair and wish.against and wish.what in ("evil_won", "town_won"):
        return found.filter(arm__in=(wish.arm, wish.against), block__in=_blocks(one, wish))
    if wish.model:
        plan = _plan(one)
        arms = arms_of(plan).values() if plan else []
        found = found.filter(arm__in=[arm.name for arm in arms if _has(arm, wish.model, wish.side)])
    if wish.arm:
        found = found.filter(arm=wish.arm)
    if wish.won == "failed":
        return found.filter(state=Trial.State.FAILED)
    if wish.won == "nobody":
        return found.filter(state=Trial.State.DONE, outcome__evil_won=False, outcome__town_won=False)
    return found.filter(**{f"outcome__{wish.won}_won": True}) if wish.won else found


def _has(arm: Arm, model: str, side: str) -> bool:
    sides = {model for one, model in arm.sides.items() if side in ("", one.value)}
    return model in {*sides, *arm.seats.values(), arm.one}


def _blocks(one: Experiment, wish: TrialsQuery) -> Iterable[int]:
    """The blocks whose two matches came out so."""
    first, second = {"only": (True, False), "other": (False, True), "both": (True, True), "neither": (False, False)}[
        wish.pair
    ]
    sets = [
        set(one.trials.filter(arm=arm, **{f"outcome__{wish.what}": won}).values_list("block", flat=True))
        for arm, won in ((wish.arm, first), (wish.against, second))
    ]
    return set.intersection(*sets)


def _trial(trial: Trial) -> dict[str, Any]:
    outcome: Mapping[str, Any] = trial.outcome or {}
    winners = [side for side in ("evil", "town") if outcome.get(f"{side}_won")]
    ending = f"{winners[0]} won" if winners else WORDS.get(outcome.get("ending", "failed"), "failed")
    return {
        "id": trial.pk, "block": trial.block, "arm": trial.arm, "days": outcome.get("days", 0), "cause": trial.cause,
        "ending": "nobody of them won" if ending == "won" else ending,
        "href": f"/experiments/{trial.experiment_id}/trials/{trial.pk}" if trial.state == Trial.State.DONE else None,
    }  # fmt: skip


# Pages and files ------------------------------------------------------------------------------------------------------


@require_safe
@never_cache
def trial_open(request: HttpRequest, experiment_id: int, trial_id: int) -> HttpResponseBase:
    """The match of a trial, with rows made where there are none; `at` leads on to a moment of it."""
    if not request.user.is_staff:
        return _sentence("Experiments are for staff. Sign in as one.", 403)
    found = get_object_or_404(Trial, pk=trial_id, experiment=experiment_id)
    try:
        match = opened(trial=found)
    except Rejected as refused:
        return _sentence(refused.reason, 409)
    at = request.GET.get("at", "")
    return redirect(f"/m/{match.pk}?as=god" + (f"&at={at}" if at.isdecimal() else ""))


@require_safe
@never_cache
def report_file(request: HttpRequest, experiment_id: int, name: str) -> HttpResponseBase:
    """A file of the newest report."""
    if not request.user.is_staff:
        return _sentence("Reports are for staff. Sign in as one.", 403)
    path = kept_file(get_object_or_404(Experiment, pk=experiment_id), name)
    if path is None:
        return _sentence("There is no such file.", 404)
    response = FileResponse(path.open("rb"), content_type=KINDS.get(path.suffix, "application/octet-stream"))
    response["Content-Security-Policy"] = ALONE
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _sentence(text: str, status: int) -> HttpResponse:
    return HttpResponse(f"{text}\n", content_type="text/plain; charset=utf-8", status=status)

"""The part of the HTTP API that is about training runs. For staff: their logs name files and folders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from ninja.errors import HttpError

from frontend import learning
from frontend.facts import millis, now
from frontend.schemas.matches import Done, ErrorOut
from frontend.schemas.training import RunList, RunOut
from game.log import STALE_AFTER
from game.services import Rejected
from training import selectors, services
from training.folder import GAMES, SAMPLES, TRIALS
from training.models import Run

router = Router()
READ = {403: ErrorOut, 404: ErrorOut, 422: ErrorOut}
WRITE = {**READ, 409: ErrorOut, 429: ErrorOut}
LOG_LINES = 60
DEEDS: Mapping[str, Callable[..., Run]] = {
    "launch": services.run_launch, "cancel": services.run_cancel, "resume": services.run_resume,
}  # fmt: skip


@router.get("/training", response={200: RunList, **READ}, summary="Training runs")
def runs(request: HttpRequest) -> Any:
    """All training runs, newest first."""
    _staff(request)
    return {"runs": [_row(one) for one in Run.objects.select_related("model")], "now": now()}


@router.get("/training/{int:run_id}", response={200: RunOut, **READ}, summary="One training run")
def run(request: HttpRequest, run_id: int) -> Any:
    """How it stands, with its curves, trials, newest samples and the end of its log."""
    _staff(request)
    found = _found(run_id)
    folder = selectors.folder_of(found)
    return {
        **_row(found), "config": folder.config.read_text("utf-8") if folder.config.exists() else "",
        "data_sha256": found.data_sha256, "weights_sha256": found.weights_sha256, "folder": str(folder.path),
        "log": folder.log_tail(LOG_LINES), **_learning(found), "now": now(),
    }  # fmt: skip


def _learning(run: Run) -> dict[str, Any]:
    folder = selectors.folder_of(run)
    curve, trials = folder.curve(), folder.lines(TRIALS)
    return {
        "curves": learning.curves_of(curve, trials), "phases": learning.phases_of(curve), **learning.trials_of(trials),
        "held_out_role": run.config.get("plan", {}).get("held_out_role", ""),
        "tried_at": run.config.get("trial", {}).get("asks", 0), **learning.samples_of(folder.lines(SAMPLES)),
        "first_sampled": learning.first_sampled(run.config), **learning.games_of(folder.lines(GAMES)),
        "games_kept": bool(run.config.get("games")),
    }  # fmt: skip


@router.post("/training/{int:run_id}/{deed}", response={200: Done, **WRITE}, summary="Launch, cancel or resume a run")
def change(request: HttpRequest, run_id: int, deed: Literal["launch", "cancel", "resume"]) -> Any:
    """Change a run; one that is cancelled while it trains ends after a checkpoint."""
    _staff(request)
    try:
        DEEDS[deed](run=_found(run_id))
    except Rejected as refused:
        raise HttpError(409, refused.reason) from refused
    return {"ok": True}


def _staff(request: HttpRequest) -> None:
    if not request.user.is_staff:
        raise HttpError(403, "Training is for staff. Sign in as one.")


def _found(run_id: int) -> Run:
    found = Run.objects.select_related("model").filter(pk=run_id).first()
    if found is None:
        raise HttpError(404, "There is no such training run.")
    return found


def _row(one: Run) -> dict[str, Any]:
    far = selectors.progress_of(one)
    heard = one.heartbeat_at
    return {
        "id": one.pk, "name": one.name, "kind": one.kind, "state": one.state, "launched": one.launched_at is not None,
        "cancelling": one.cancel_asked and one.state == Run.State.RUNNING,
        "stale": one.state == Run.State.RUNNING and (heard is None or heard < timezone.now() - STALE_AFTER),
        "base": one.base, "step": far.step, "steps": far.steps, "seconds": far.seconds,
        "figures": [{"name": name, "value": value} for name, value in far.figures], "error": one.error,
        "model": one.model.name if one.model else None, "alignment": one.model.alignment if one.model else None,
        "created": millis(one.created_at), "finished": _ms(one.finished_at),
    }  # fmt: skip


def _ms(moment: datetime | None) -> int | None:
    return millis(moment) if moment else None

"""The part of the HTTP API that is about training runs. For staff: their logs name files and folders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from ninja.errors import HttpError

from frontend.facts import millis, now
from frontend.schemas.matches import Done, ErrorOut
from frontend.schemas.training import RunList, RunOut
from game.log import STALE_AFTER
from game.services import Rejected
from training import selectors, services
from training.folder import SAMPLES
from training.models import Run

router = Router()
READ = {403: ErrorOut, 404: ErrorOut, 422: ErrorOut}
WRITE = {**READ, 409: ErrorOut, 429: ErrorOut}
LOG_LINES = 60
POINTS = 300
"""Points of a curve at most: more than a screen has room for."""
NEWEST = 12
"""Samples that are shown."""
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
    """How it stands, with its curves, the end of its log and its newest samples."""
    _staff(request)
    found = _found(run_id)
    folder = selectors.folder_of(found)
    return {
        **_row(found), "config": folder.config.read_text("utf-8") if folder.config.exists() else "",
        "data_sha256": found.data_sha256, "weights_sha256": found.weights_sha256, "folder": str(folder.path),
        "curves": curves_of(folder.curve()), "log": folder.log_tail(LOG_LINES),
        "samples": [_sample(one) for one in reversed(folder.lines(SAMPLES)[-NEWEST:])], "now": now(),
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


def curves_of(lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The figures of a curve's lines, each by steps, in the order in which they first came."""
    found: dict[str, list[dict[str, float]]] = {}
    for line in lines:
        for name, value in selectors.figures_in(dict(line)).items():
            found.setdefault(name, []).append({"x": line.get("step", 0), "y": value})
    return [{"name": name, "points": _thinned(points)} for name, points in found.items()]


def _thinned(points: list[dict[str, float]]) -> list[dict[str, float]]:
    every = -(-len(points) // POINTS)
    return points if every == 1 else [*points[:-1:every], points[-1]]


def _sample(line: Mapping[str, Any]) -> dict[str, Any]:
    """A line of samples.jsonl: `step`, `prompt`, and `completions` with their `rewards`."""
    texts, rewards = line.get("completions", []), line.get("rewards", [])
    worth = [*rewards, *[None] * (len(texts) - len(rewards))]
    answers = [{"text": str(text), "reward": reward} for text, reward in zip(texts, worth, strict=False)]
    return {"step": line.get("step", 0), "prompt": str(line.get("prompt", "")), "answers": answers}


def _ms(moment: datetime | None) -> int | None:
    return millis(moment) if moment else None

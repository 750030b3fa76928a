"""What changes training runs: made, launched, cancelled, resumed, taken by a supervisor, ended.

Checks at the edge, writes rows and a run's configuration, calls a worker. The process itself is run in
`training.supervising`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from celery import current_app
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from kombu.exceptions import OperationalError

from agents.llm import presets
from agents.models import LanguageModel
from game.log import holder
from game.services import Rejected
from training import selectors
from training.config.grpo import GrpoSpec
from training.config.reading import Spec, config_read, config_value, config_write
from training.config.sft import SftSpec
from training.dataset.rows import rows_read
from training.models import Run
from training.registering import free_name

log = logging.getLogger(__name__)

CALL_EXPIRES = 10.0
"""Seconds after which a call for a run that was found unattended is worth nothing: another is sent by then."""
LONGEST_ERROR = 2000
State = Run.State


@transaction.atomic
def run_create(*, config: str, changes: Sequence[str] = (), created_by: Any = None) -> Run:
    """A run of a configuration in JSON or YAML, with `key=value` changes; it waits to be launched.

    Raises ConfigError with line numbers, DataError with the numbers of rows, and Rejected where its name is taken.
    """
    spec = _filled_in(config_read(config, changes))
    free_name(spec.finetuned_model_id, run=None)
    data = ""
    if isinstance(spec, SftSpec):
        data = rows_read(Path(spec.training_file)).sha256
        if spec.test_file:
            rows_read(Path(spec.test_file))
    run = Run.objects.create(
        name=spec.finetuned_model_id, kind=spec.kind, config=config_value(spec), base=spec.model, data_sha256=data,
        created_by=created_by,
    )  # fmt: skip
    folder = selectors.folder_of(run)
    folder.path.mkdir(parents=True)
    folder.config.write_text(config_write(spec), "utf-8")
    return run


def _filled_in(spec: Spec) -> Spec:
    """With whole paths, and the ways of the model as the registry or its family has them."""
    whole = {name: str(Path(place).resolve()) for name in ("training_file", "test_file")
             if (place := getattr(spec, name, None))}  # fmt: skip
    if Path(spec.model).is_dir():
        whole["model"] = str(Path(spec.model).resolve())
    if isinstance(spec, GrpoSpec):
        if not spec.preset:
            known = LanguageModel.objects.filter(base=whole.get("model", spec.model)).first()
            whole["preset"] = known.preset if known else spec.family
    elif not spec.response_marker:
        known = LanguageModel.objects.filter(base=spec.model).exclude(response_marker="").first()
        family = presets.preset(known.preset if known else presets.preset_for(spec.model))
        whole["instruction_marker"] = (known and known.instruction_marker) or family.instruction
        whole["response_marker"] = (known and known.response_marker) or family.response
    return spec.model_copy(update=whole)


@transaction.atomic
def run_launch(*, run: Run) -> Run:
    """Let a waiting run have its turn. Raises Rejected."""
    _move(run, (State.WAITING,), "Only a waiting run can be launched.", launched_at=timezone.now())
    worker_call(run_id=run.pk)
    return run


@transaction.atomic
def run_cancel(*, run: Run) -> Run:
    """End a run: one that waits at once, one that runs after a checkpoint. Raises Rejected."""
    run.refresh_from_db()
    if run.state == State.RUNNING:
        _move(run, (State.RUNNING,), "This run has just ended.", cancel_asked=True)
    else:
        _move(run, (State.WAITING,), f"A run that is {run.state} cannot be cancelled.", state=State.CANCELLED,
              finished_at=timezone.now())  # fmt: skip
    return run


@transaction.atomic
def run_resume(*, run: Run) -> Run:
    """Go on from the newest checkpoint, or begin where there is none. Raises Rejected."""
    _move(
        run, (State.FAILED, State.CANCELLED), "Only a run that failed or was cancelled can be resumed.",
        state=State.WAITING, error="", cancel_asked=False, finished_at=None, launched_at=timezone.now(),
    )  # fmt: skip
    worker_call(run_id=run.pk)
    return run


def _move(run: Run, sources: tuple[str, ...], otherwise: str, **changed: Any) -> None:
    """Change a run that stands where it should; the value given is changed too. Raises Rejected."""
    if not Run.objects.filter(pk=run.pk, state__in=sources).update(**changed):
        raise Rejected(otherwise, "wrong_state")
    for name, value in changed.items():
        setattr(run, name, value)


# Supervisors ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def run_take(*, run_id: int) -> int | None:
    """Become the supervisor of a run that has none; a fencing number, or None when it is not to be had."""
    taken = Run.objects.filter(selectors.unattended(), pk=run_id).update(
        lease=F("lease") + 1, holder=holder(), heartbeat_at=timezone.now(), state=State.RUNNING
    )
    return Run.objects.values_list("lease", flat=True).get(pk=run_id) if taken else None


def run_beat(*, run_id: int, lease: int) -> bool | None:
    """Give a sign of life; whether somebody wants the run cancelled, None when it is another's by now."""
    mine = Run.objects.filter(pk=run_id, lease=lease, state=State.RUNNING)
    if not mine.update(heartbeat_at=timezone.now()):
        return None
    return mine.values_list("cancel_asked", flat=True).first()


def run_let_go(*, run_id: int, lease: int) -> None:
    """Let the next supervisor have the run at once: this process is about to end."""
    mine = Run.objects.filter(pk=run_id, lease=lease, state=State.RUNNING)
    mine.update(state=State.WAITING, holder="", heartbeat_at=None)


def run_end(*, run_id: int, lease: int, state: State, error: str = "", **columns: Any) -> bool:
    """Note how a run has ended; False when it is another's by now."""
    mine = Run.objects.filter(pk=run_id, lease=lease, state=State.RUNNING)
    ended = mine.update(
        state=state, error=error[:LONGEST_ERROR], holder="", heartbeat_at=None, finished_at=timezone.now(), **columns
    )
    return bool(ended)


def worker_call(*, run_id: int, expires: float | None = None) -> None:
    """Call for a worker once this transaction is committed. Without a broker the run waits to be found.

    `expires`: seconds after which the call is worth nothing.
    """

    def send() -> None:
        try:
            current_app.send_task("training.tasks.run_train", args=[run_id], retry=False, expires=expires)
        except OperationalError:
            log.warning("No broker: run %s waits until a worker looks for it", run_id)

    transaction.on_commit(send)


def runs_tend() -> int:
    """Call a worker for the run whose turn it is, whoever lost it; how many wait for one."""
    found = list(selectors.runs_unattended().values_list("pk", flat=True))
    for pk in found[:1]:
        worker_call(run_id=pk, expires=CALL_EXPIRES)
    return len(found)

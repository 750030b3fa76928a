"""One training process under a supervisor: started, watched, asked to end, its end noted.

Any supervisor may die at any moment. Its process then ends after a checkpoint, by itself, and the next supervisor goes
on from there: not before the last process has let go of the run's folder, which it holds by a lock.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shlex
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import IO

from django.conf import settings
from django.db import OperationalError, connection, transaction

from agents.lanes.process import LONGEST_LOG, bound_to_us, cause, ending, size
from game.bell import RENEW_EVERY
from game.services import Rejected
from training import registering, services
from training.folder import Ended, RunFolder
from training.models import Run
from training.selectors import folder_of

log = logging.getLogger(__name__)

PATIENCE = 600.0
"""Seconds that a process has for the step that it is in and a checkpoint, from the signal that asks it to end."""
State = Run.State


class Lost(Exception):
    """Somebody else supervises the run by now."""


def run_supervise(*, run_id: int, stop: Callable[[], bool] = lambda: False) -> bool:
    """Train until the run has ended, or until `stop` says that this process is to end; whether it was ours to train."""
    lease = services.run_take(run_id=run_id)
    if lease is None:
        return False
    run = Run.objects.get(pk=run_id)
    folder = folder_of(run)
    watch = Watch(run, lease, stop)
    try:
        with _held(folder, watch) as lock:
            since = size(folder.log)
            status = watch.see_to(_started(run, folder, lock))
    except Lost:
        log.info("Run %s: another supervisor has it", run_id)
    except OSError as error:
        services.run_end(run_id=run_id, lease=lease, state=State.FAILED, error=f"It could not be started: {error}")
    else:
        _settle(watch, folder, status, since)
    return True


class Watch:
    """A supervisor's look at one process: signs of life to the row, and from it what people want."""

    def __init__(self, run: Run, lease: int, stop: Callable[[], bool]) -> None:
        self.run, self.lease, self.stop = run, lease, stop
        self.cancelled = self.stopped = False

    def see_to(self, process: subprocess.Popen[bytes]) -> int:
        """Watch until it has ended; its exit status. Raises Lost, when it has been ended for that."""
        over: float | None = None
        try:
            while True:
                try:
                    return process.wait(RENEW_EVERY)
                except subprocess.TimeoutExpired:
                    wanted = self.beat()
                if over is None and not wanted:
                    process.terminate()
                    over = time.monotonic() + PATIENCE
                elif over is not None and time.monotonic() > over:
                    process.kill()
        finally:
            _end(process)

    def beat(self) -> bool:
        """Give a sign of life; whether the process is to go on. Raises Lost."""
        try:
            asked = services.run_beat(run_id=self.run.pk, lease=self.lease)
        except OperationalError:  # the database is away: whoever may train goes on
            connection.close()
            return not (self.cancelled or self.stopped)
        if asked is None:
            raise Lost
        self.cancelled, self.stopped = self.cancelled or asked, self.stopped or self.stop()
        return not (self.cancelled or self.stopped)


def _started(run: Run, folder: RunFolder, lock: IO[bytes]) -> subprocess.Popen[bytes]:
    """The process, which holds the folder's lock for as long as it lives. Raises OSError."""
    if size(folder.log) > LONGEST_LOG:
        folder.log.replace(folder.log.with_name("run.log.1"))
    launcher = shlex.split(settings.TOSSIM_TRAIN_LAUNCH) or [settings.TOSSIM_LLM_PYTHON, "-m"]
    with folder.log.open("ab") as out:
        return subprocess.Popen(
            [*launcher, f"training.{run.kind}", str(folder.path)], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            cwd=settings.BASE_DIR, start_new_session=True, preexec_fn=bound_to_us(), pass_fds=(lock.fileno(),),
            env={**os.environ, "PYTHONUNBUFFERED": "1", "TOKENIZERS_PARALLELISM": "false"},
        )  # fmt: skip


def _end(process: subprocess.Popen[bytes]) -> None:
    """Leave nothing of it behind: it or its children may still run when we were interrupted or have lost it."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def _held(folder: RunFolder, watch: Watch) -> Iterator[IO[bytes]]:
    """The folder's lock, once the last process has let go of it. Raises Lost, and OSError for a folder that is gone."""
    with (folder.path / "lock").open("ab") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                watch.beat()
                time.sleep(RENEW_EVERY)
        yield lock


def _settle(watch: Watch, folder: RunFolder, status: int, since: int) -> None:
    """Note how the process has ended."""
    run_id, lease = watch.run.pk, watch.lease
    if status == Ended.DONE:
        _register(watch, folder)
    elif watch.stopped and not watch.cancelled:
        services.run_let_go(run_id=run_id, lease=lease)
    elif watch.cancelled or status == Ended.CANCELLED:  # a launcher has a status of its own
        services.run_end(run_id=run_id, lease=lease, state=State.CANCELLED)
    else:
        services.run_end(run_id=run_id, lease=lease, state=State.FAILED, error=_why(folder, status, since))


def _why(folder: RunFolder, status: int, since: int) -> str:
    """What went wrong, in words."""
    said = next((line for line in reversed(folder.log_tail(20)) if line.strip()), "")
    if status == Ended.UNUSABLE:
        return said
    if status == Ended.NOT_FINITE:
        return f"A number was not finite: {said}. A smaller learning_rate may help."
    memory = "; so ends what takes more memory than there is" if status == -signal.SIGKILL else ""
    return f"The process {ending(status)}{memory}: {cause(folder.log, since)}"


def _register(watch: Watch, folder: RunFolder) -> None:
    """Make a model of the result, and end the run with it: both or neither."""
    run, result = watch.run, folder.result()
    end = partial(services.run_end, run_id=run.pk, lease=watch.lease)
    if result is None:
        end(state=State.FAILED, error="The process ended well, but left no result.")
        return
    try:
        with transaction.atomic():
            model = registering.result_register(run, folder.path, result)
            data = result.get("figures", {}).get("data_sha256") or run.data_sha256
            end(state=State.DONE, model=model, weights_sha256=result.get("sha256", ""), data_sha256=data)
    except (Rejected, ValueError, KeyError) as refused:
        end(state=State.FAILED, error=f"It is trained, but could not be registered: {refused}")

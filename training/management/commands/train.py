"""`manage.py train run|status|launch|cancel|resume|ready`: training runs from the command line."""

from __future__ import annotations

import signal
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from game.services import Rejected
from training import services, supervising
from training.config.reading import ConfigError
from training.config.ready import ready_configs
from training.dataset.rows import DataError
from training.models import Run
from training.selectors import folder_of, progress_of


class Command(BaseCommand):
    """Each word of the first argument calls one service."""

    help = "Train a model by a configuration file, or say how far runs are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        words = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
        run = words.add_parser("run", help="make a run of a configuration and launch it")
        run.add_argument("config", help="a file in JSON or YAML, or the name of a ready configuration")
        run.add_argument("--set", action="append", default=[], dest="changes", metavar="KEY=VALUE",
                         help="instead of what the configuration says; may be given several times")  # fmt: skip
        run.add_argument("--here", action="store_true", help="train in this process's own child: needs no worker")
        words.add_parser("status", help="how runs stand").add_argument("run", type=int, nargs="?", metavar="N")
        for what, about in (("cancel", "end a run after a checkpoint"), ("launch", "let a run have its turn")):
            words.add_parser(what, help=about).add_argument("run", type=int, metavar="N")
        resume = words.add_parser("resume", help="go on from the newest checkpoint")
        resume.add_argument("run", type=int, metavar="N")
        resume.add_argument("--here", action="store_true", help="in this process's own child")
        words.add_parser("ready", help="list ready configurations").add_argument("name", nargs="?")

    def handle(self, *, what: str, **given: Any) -> None:
        """Do one of them."""
        doing: dict[str, Callable[..., None]] = {
            "run": self._run, "status": self._status, "cancel": self._cancel, "launch": self._launch,
            "resume": self._resume, "ready": self._ready,
        }  # fmt: skip
        try:
            doing[what](given)
        except Rejected as refused:
            raise CommandError(refused.reason) from refused
        except OperationalError as error:
            raise CommandError(f"There is no database: start one with ./tossim up ({error}).") from error

    def _run(self, given: dict[str, Any]) -> None:
        text = self._read(given["config"])
        try:
            run = services.run_create(config=text, changes=given["changes"])
        except (ConfigError, DataError) as error:
            raise CommandError("\n".join(error.problems)) from error
        self._begin(run, services.run_launch, here=given["here"])

    def _read(self, named: str) -> str:
        ready = ready_configs().get(named)
        try:
            return ready or Path(named).read_text("utf-8")
        except OSError as error:
            raise CommandError(
                f"{named} is no ready configuration (see `train ready`), and no file: {error}"
            ) from error

    def _begin(self, run: Run, do: Callable[..., Any], *, here: bool) -> None:
        """Launch or resume a run, and train it here where that is wanted."""
        stop = Event()
        if here:

            def hear(signum: int, frame: FrameType | None) -> None:
                stop.set()

            signal.signal(signal.SIGTERM, hear)
            signal.signal(signal.SIGINT, hear)
        do(run=run)
        self.stdout.write(f"{run}: {folder_of(run).path}")
        if here and not supervising.run_supervise(run_id=run.pk, stop=stop.is_set):
            self.stdout.write("a worker of the site has it already")
        run.refresh_from_db()
        self._tell(run)
        if here and run.state == Run.State.FAILED:
            raise CommandError(run.error)

    def _status(self, given: dict[str, Any]) -> None:
        runs = [self._found(given)] if given["run"] else list(Run.objects.all())
        if not runs:
            self.stdout.write("no run yet: begin one with `train run CONFIG`")
        for run in runs:
            self._tell(run)

    def _tell(self, run: Run) -> None:
        came = f", model {run.model.name}" if run.model else ""
        far = "" if run.state == Run.State.WAITING else f", {progress_of(run)}"
        self.stdout.write(f"{run.pk:>4} {run.state:<9} {run.kind:<4} {run.name}{far}{came}")
        if run.error:
            self.stdout.write(f"     {run.error}")

    def _found(self, given: dict[str, Any]) -> Run:
        run = Run.objects.filter(pk=given["run"]).first()
        if run is None:
            raise CommandError(f"There is no run {given['run']}.")
        return run

    def _cancel(self, given: dict[str, Any]) -> None:
        run = services.run_cancel(run=self._found(given))
        self.stdout.write(f"{run}: {'ends after a checkpoint' if run.cancel_asked else 'cancelled'}")

    def _launch(self, given: dict[str, Any]) -> None:
        self._begin(self._found(given), services.run_launch, here=False)

    def _resume(self, given: dict[str, Any]) -> None:
        self._begin(self._found(given), services.run_resume, here=given["here"])

    def _ready(self, given: dict[str, Any]) -> None:
        known = ready_configs()
        if given["name"] and given["name"] not in known:
            raise CommandError(f"There is no ready configuration {given['name']!r}; known are {', '.join(known)}.")
        self.stdout.write(known[given["name"]] if given["name"] else "\n".join(known))

"""`manage.py experiment run|status|play|dry-run|report PLAN`: an experiment from its plan to its report."""

from __future__ import annotations

import os
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from time import sleep
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from eval import experimenting, trials
from eval.budgeting import dry_run
from eval.experiments.plan import PlanSpec
from eval.experiments.writing import PlanError, plan_from_yaml, plan_sha256
from eval.models import Experiment
from eval.progress import Progress, progress_of
from eval.reports import NoReport, report_folder
from game.live import stopping
from game.services import Rejected

LOOK_EVERY = 1.0
"""Seconds between two looks at how far it is."""


class Command(BaseCommand):
    """The same call goes on where an earlier one was stopped: a plan is known by its hash."""

    help = "Run an experiment of a plan file, or say how far it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command line."""
        parser.add_argument("what", choices=("dry-run", "run", "play", "status", "report"))
        parser.add_argument("plan", type=Path, metavar="PLAN")
        parser.add_argument(
            "--workers", type=int, default=os.cpu_count() or 1, metavar="N",
            help="processes that play, beside the site's own workers; 0: leave it to those (default: %(default)s)",
        )  # fmt: skip
        parser.add_argument("--out", type=Path, metavar="DIR", help="where a report is written (default: the site's)")
        parser.add_argument(
            "--from", type=Path, dest="source", metavar="DIR",
            help="make the report again from the files of an earlier one, without a database",
        )  # fmt: skip

    def handle(self, *, what: str, plan: Path, workers: int, out: Path | None, source: Path | None, **_: Any) -> None:
        """Do one of them."""
        spec = self._read(plan)
        doing: dict[str, Callable[[], None]] = {
            "dry-run": lambda: self._say(*dry_run(spec, workers=max(1, workers)).lines),
            "run": lambda: self._run(spec, plan, workers),
            "play": lambda: self._play(self._found(spec)),
            "status": lambda: self._status(self._found(spec)),
            "report": lambda: self._report(spec, out, source),
        }
        try:
            doing[what]()
        except Rejected as refused:
            raise CommandError(refused.reason) from refused
        except OperationalError as error:
            raise CommandError(f"There is no database: start one with ./tossim up ({error}).") from error

    def _read(self, path: Path) -> PlanSpec:
        try:
            return plan_from_yaml(path.read_text("utf-8"))
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error}") from error
        except PlanError as error:
            raise CommandError("\n".join(f"{path}: {problem}" for problem in error.problems)) from error

    def _known(self, spec: PlanSpec) -> Experiment | None:
        known = Experiment.objects.exclude(state=Experiment.State.ABORTED)
        return known.filter(sha256=plan_sha256(spec)).first()

    def _found(self, spec: PlanSpec) -> Experiment:
        if experiment := self._known(spec):
            return experiment
        raise CommandError("No experiment has this plan: begin it with `experiment run`.")

    def _run(self, spec: PlanSpec, path: Path, workers: int) -> None:
        """Launch it, or go on with it, and follow it to its end."""
        experiment = self._known(spec)
        if experiment is None:
            experiment = experimenting.experiment_begin(plan=path.read_text("utf-8"))
        elif experiment.state == Experiment.State.PAUSED:
            experimenting.experiment_resume(experiment=experiment)
        self._say(f"experiment {experiment.pk}, plan {experiment.sha256[:12]}, {spec.blocks} blocks")
        players = [self._player(path) for _ in range(workers)] if experiment.state == Experiment.State.RUNNING else []
        try:
            self._follow(experiment)
        finally:
            for player in players:
                player.terminate()
            for player in players:
                player.wait()
        self._status(experiment)

    def _player(self, path: Path) -> subprocess.Popen[bytes]:
        """A process that plays trials for as long as there are any."""
        return subprocess.Popen(
            [sys.executable, sys.argv[0], "experiment", "play", str(path)], stdin=subprocess.DEVNULL
        )

    def _play(self, experiment: Experiment) -> None:
        """Play, here."""
        while experiment.state == Experiment.State.RUNNING and not stopping.is_set():
            trials.trials_play(experiment, stop=stopping.is_set)
            experimenting.experiments_tend()
            sleep(LOOK_EVERY)
            experiment.refresh_from_db()

    def _follow(self, experiment: Experiment) -> None:
        """Show how far it is until it stands still."""
        while True:
            self._show(progress_of(experiment))
            if experiment.state != Experiment.State.RUNNING:
                break
            sleep(LOOK_EVERY)
            experimenting.experiment_settle(experiment_id=experiment.pk)
            experiment.refresh_from_db()

    def _show(self, now: Progress) -> None:
        left = f", {now.left.total_seconds():.0f} s left" if now.left else ""
        pace = (now.per_hour or 0) / 3600
        self._say(
            f"{now.done + now.failed}/{now.total} matches, {pace:.1f} a second, {now.players} play{left} {now.worst}"
        )

    def _status(self, experiment: Experiment) -> None:
        now = progress_of(experiment)
        self._say(f"experiment {experiment.pk}, {experiment.name}: {experiment.get_state_display()}")
        for arm in now.arms:
            causes = "".join(f", {count} {cause}" for cause, count in arm.causes)
            counts = f"{arm.done} of {arm.total} done, {arm.failed} failed{causes}, {arm.running} being played"
            self._say(f"  {arm.name:8} {counts}, {arm.retried} tries again")
        ended, seconds = now.done + now.failed, now.spent.total_seconds() if now.spent else 0.0
        if seconds:
            self._say(f"  {ended} matches in {seconds:.0f} s, {ended / seconds:.2f} a second")
        if now.worst:
            self._say(f"  {now.worst}")

    def _report(self, spec: PlanSpec, out: Path | None, source: Path | None) -> None:
        """Write the files of a report, from the database or from those of an earlier one."""
        from eval import analysing  # costs seconds, which the other commands do without

        try:
            if source:
                written = analysing.report_again(spec, source=source, folder=out or source)
            else:
                experiment = self._found(spec)
                written = analysing.report_write(experiment=experiment, folder=out or report_folder(experiment))
        except (NoReport, PlanError) as error:
            raise CommandError(str(error)) from error
        self._say(*map(str, written))

    def _say(self, *lines: str) -> None:
        for line in lines:
            self.stdout.write(line)

"""Outcomes counted: analyses of experiments, their reports, and the board of all models.

Imports what costs seconds and memory: for workers and commands, never for a process that serves pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from eval.clusters.grouping import Clusters, Document, Of, clusters_of
from eval.clusters.reading import documents_of
from eval.experimenting import plan_of_experiment
from eval.experiments.outcome import Outcome, from_json
from eval.experiments.outcoming import log_unpack
from eval.experiments.plan import PlanSpec
from eval.experiments.writing import plan_sha256
from eval.judge.asking import State as Asking
from eval.judge.questions import BEHAVIOUR
from eval.models import Board, Experiment, Judgement, Trial
from eval.progress import outcomes_of
from eval.ratings.rated import ratings_of
from eval.ratings.rating import by_agent
from eval.report.designing import design_of
from eval.report.files import NoExport, contents, read, write
from eval.report.page import Study
from eval.report.run import Run, deviations, libraries
from eval.report.shown import arms_shown, found_shown, ratings_shown
from eval.reports import NoReport, report_folder
from eval.statistics.analysis import analyse

GROUPED = 400
"""Trials whose logs are read for clusters: a log takes a tenth of a second."""
LOCK = 0x45585000
"""Of the advisory locks by which analyses keep out of each other's way."""
LIVE = (Experiment.State.RUNNING, Experiment.State.PAUSED)


# Analyses -------------------------------------------------------------------------------------------------------------


def experiment_analyse(*, experiment: Experiment) -> bool:
    """Count the outcomes that there are, and keep what pages show; at the end of an experiment, write its report too.

    False where another process is at it.
    """
    with _alone(experiment) as is_mine:
        if is_mine:
            _analyse(experiment)
    return is_mine


@contextmanager
def _alone(experiment: Experiment) -> Iterator[bool]:
    """Whether nobody else analyses this experiment. No row is locked: it can be paused and played meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, experiment.pk])
        (is_mine,) = cursor.fetchone()
        try:
            yield is_mine
        finally:
            if is_mine:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, experiment.pk])


def _analyse(experiment: Experiment) -> None:
    at, plan, outcomes = timezone.now(), plan_of_experiment(experiment), outcomes_read(experiment)
    found, ratings = analyse(design_of(plan, experiment.measured), outcomes), ratings_of(outcomes)
    kept = {"arms": arms_shown(found), "found": found_shown(plan, found, ratings)}
    Experiment.objects.filter(pk=experiment.pk).update(analysis=kept, analysed_at=at)
    experiment.refresh_from_db(fields=["state"])
    if experiment.state not in LIVE:
        report_write(experiment=experiment, folder=report_folder(experiment))
        boards_make()


def outcomes_read(experiment: Experiment) -> list[Outcome]:
    """The outcomes of all trials that have one."""
    return [from_json(one) for one in outcomes_of(experiment)]


# Reports --------------------------------------------------------------------------------------------------------------


def report_write(*, experiment: Experiment, folder: Path) -> list[Path]:
    """Write the report of an experiment as it stands; the files."""
    plan, outcomes = plan_of_experiment(experiment), outcomes_read(experiment)
    return _written(plan, run_of(experiment), outcomes, clusters_read(experiment), folder)


def report_again(plan: PlanSpec, *, source: Path, folder: Path) -> list[Path]:
    """Write a report again from what an earlier one exported, without a database. Raises NoReport.

    The plan is what it must be a report of.
    """
    try:
        exported, run, outcomes, clusters = read(source)
    except NoExport as error:
        raise NoReport(str(error)) from error
    if plan_sha256(plan) != plan_sha256(exported):
        raise NoReport(f"{source} holds a report of another plan ({exported.name}, {plan_sha256(exported)[:12]}).")
    return _written(plan, run, outcomes, clusters, folder)


def _written(
    plan: PlanSpec, run: Run, outcomes: Sequence[Outcome], clusters: Sequence[Clusters], folder: Path
) -> list[Path]:
    found = analyse(design_of(plan, run.measured), outcomes)
    study = Study(plan, run, found, ratings_of(outcomes), clusters, list(deviations(plan, run, outcomes)))
    return write(folder, contents(study, outcomes))


def run_of(experiment: Experiment) -> Run:
    """The facts of a run."""
    causes = experiment.trials.exclude(causes=[]).values_list("causes", flat=True)
    orders = dict.fromkeys(one["again"] for found in causes for one in found if "again" in one)
    return Run(
        name=experiment.name, sha256=experiment.sha256, state=experiment.state, note=experiment.note,
        release=experiment.release, rules=experiment.rules, launched=_iso(experiment.frozen_at),
        finished=_iso(experiment.finished_at), orders=tuple(orders), libraries=libraries(),
        measured=experiment.measured,
        site=f"{settings.TOSSIM_SITE_URL}{experiment.get_absolute_url()}" if settings.TOSSIM_SITE_URL else "",
    )  # fmt: skip


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


# Clusters -------------------------------------------------------------------------------------------------------------


def clusters_read(experiment: Experiment) -> list[Clusters]:
    """Groups of what seats did and, where judges have seen its matches, of what they summarised."""
    found = [clusters_of(list(_deeds(experiment)), Of.DEEDS)]
    summaries = list(_summaries(experiment))
    return [*found, clusters_of(summaries, Of.SUMMARIES)] if summaries else found


def _deeds(experiment: Experiment) -> Iterator[Document]:
    """Of whole blocks, the first ones."""
    trials = experiment.trials.filter(state=Trial.State.DONE).exclude(log=None).order_by("block", "arm")
    for trial in trials[:GROUPED].iterator(chunk_size=20):
        yield from documents_of(from_json(trial.outcome or {}), log_unpack(bytes(trial.log or b"")), trial.pk)


def _summaries(experiment: Experiment) -> Iterator[Document]:
    """What judges said of seats of its matches, with the events that they rest it on."""
    trials = {one.match_id: one for one in experiment.trials.exclude(match=None).exclude(outcome=None).defer("log")}
    rows = Judgement.objects.filter(match__in=trials, rubric=BEHAVIOUR, state=Asking.DONE)
    for row in rows.order_by("pk").prefetch_related("labels__citations"):
        (match, number, _), *_ = row.units
        trial, summary = trials[match], str((row.answer or {}).get("summary", ""))
        outcome = from_json(trial.outcome or {})
        seat = next((one for one in outcome.seats if one.seat == number), None)
        if seat and summary:
            cited = {citation.seq for label in row.labels.all() for citation in label.citations.all()}
            yield Document(
                outcome.block, outcome.arm, number, seat.model, seat.role, summary, summary, tuple(sorted(cited)),
                trial.pk,
            )  # fmt: skip


# The board ------------------------------------------------------------------------------------------------------------


def boards_make() -> int:
    """Rate all agents on the matches of all experiments, on each role list and on all of them; how many boards."""
    counted = Experiment.objects.filter(trials__state=Trial.State.DONE).distinct()
    played = {experiment: outcomes_read(experiment) for experiment in counted}
    setups = {one.setup for outcomes in played.values() for one in outcomes}
    boards = {setup: _board(played, setup) for setup in (setups | {""} if setups else ())}
    with transaction.atomic():
        Board.objects.exclude(setup__in=boards).delete()
        for setup, board in boards.items():
            Board.objects.update_or_create(setup=setup, defaults=board)
    return len(boards)


def _board(played: Mapping[Experiment, Sequence[Outcome]], setup: str) -> dict[str, Any]:
    mine = {key: [one for one in outcomes if setup in ("", one.setup)] for key, outcomes in played.items()}
    ratings = ratings_of((one for outcomes in mine.values() for one in outcomes), by_agent)
    sources = [{"id": key.pk, "name": key.name, "matches": len(outcomes)} for key, outcomes in mine.items() if outcomes]
    shown = {
        "ratings": ratings_shown(ratings), "matches": ratings.matches, "failed": ratings.failed,
        "halved": ratings.halved,
    }  # fmt: skip
    return {"ratings": shown, "experiments": sources, "at": timezone.now()}

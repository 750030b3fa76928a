"""From played trials to an analysis, a report and a leaderboard; and the same from exported files alone."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from eval import analysing, experimenting, matching, reports, tasks, trials
from eval.clusters.grouping import Of
from eval.judge.questions import BEHAVIOUR
from eval.models import Board, Citation, Experiment, Judgement, Label, Trial
from eval.report.files import CLUSTERS, OUTCOMES, PLAN, RUN, json_bytes, write
from eval.report.run import Run
from tests.experiments.conftest import launched
from tests.experiments.plans import TEXT, plan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stand_ins")]
SAMPLES = {"bootstrap": {"samples": 200}}


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    """Where reports are written."""
    settings.TOSSIM_REPORTS = str(tmp_path / "reports")
    return tmp_path / "reports"


@pytest.fixture
def played(folder: Path) -> Experiment:
    """An experiment of twelve blocks, played to its end."""
    experiment = launched(blocks=12, **SAMPLES)
    trials.trials_play(experiment)
    experimenting.experiment_settle(experiment_id=experiment.pk)
    experiment.refresh_from_db()
    return experiment


def test_the_end_of_an_experiment_leaves_its_analysis_its_report_and_a_board(played: Experiment, folder: Path) -> None:
    tasks.experiment_analyse(played.pk)
    played.refresh_from_db()
    found = played.analysis["found"]
    assert found["matches"] == 48
    assert [one["name"] for one in found["estimands"] if one["primary"]] == ["P1", "P2", "P3", "P4"]
    assert "None of 48 matches failed." in found["head"]
    assert {name: arm["evil"]["n"] for name, arm in played.analysis["arms"].items()} == dict.fromkeys(
        ("AA", "EM", "TM", "MM"), 12
    )
    names = {one["name"] for one in reports.report_files(played)}
    assert {"report.html", "forest.svg", "outcomes.parquet", "estimands.tex", "plan.yaml", "analysis.json"} <= names
    board = reports.board_of("")
    assert board
    assert [one["id"] for one in board.experiments] == [played.pk]
    assert {one["model"] for one in board.ratings["ratings"]} == {"scripted", "random"}
    assert reports.board_setups() == ["Custom"]


def test_made_again_from_its_own_files_a_report_has_the_same_bytes(played: Experiment, tmp_path: Path) -> None:
    path, one, two = tmp_path / "plan.yaml", tmp_path / "one", tmp_path / "two"
    path.write_text(played.plan)
    said = StringIO()
    call_command("experiment", "report", path, "--out", one, stdout=said)
    assert str(one / "report.html") in said.getvalue()
    with connection.execute_wrapper(_no_database):
        call_command("experiment", "report", path, "--from", one, "--out", two, stdout=said)
    assert {file.name for file in two.iterdir()} == {file.name for file in one.iterdir()}
    assert [file.name for file in one.iterdir() if (two / file.name).read_bytes() != file.read_bytes()] == []


def _no_database(*_: Any) -> None:
    raise AssertionError("the database was asked")


def test_a_report_of_another_plan_is_not_made_again_under_this_one(tmp_path: Path) -> None:
    run = Run("four-arms", "", "finished").to_json()
    write(tmp_path, [(PLAN, TEXT.encode()), (RUN, json_bytes(run)), (OUTCOMES, b""), (CLUSTERS, b"[]")])
    with pytest.raises(reports.NoReport, match="holds a report of another plan"):
        analysing.report_again(plan(blocks=5), source=tmp_path, folder=tmp_path)


def test_groups_of_deeds_are_read_from_kept_logs(played: Experiment) -> None:
    (deeds,) = analysing.clusters_read(played)
    assert deeds.documents > 100
    assert set(deeds.arms) == {"AA", "EM", "TM"}, "in MM nobody does anything"
    known = set(played.trials.values_list("pk", flat=True))
    assert {example.trial for group in deeds.clusters for example in group.examples} <= known


def test_groups_of_summaries_are_read_from_what_judges_said_of_its_matches(played: Experiment) -> None:
    trial = played.trials.filter(arm="AA").earliest("block")
    match = matching.trial_open(trial=trial)
    for seat in (1, 2):
        row = Judgement.objects.create(
            match=match, units=[[match.pk, seat, 1]], rubric=BEHAVIOUR, view="omniscient", lines=[1], parameters={},
            state="done", answer={"labels": [], "summary": f"Seat {seat} accuses in every round."},
        )  # fmt: skip
        label = Label.objects.create(match=match, day=1, seat=seat, code="framing", present=True, source="judge",
                                     annotator="j", rubric=BEHAVIOUR, blind=True, judgement=row)  # fmt: skip
        Citation.objects.create(label=label, match=match, seq=7)
    Judgement.objects.create(match=match, units=[[match.pk, 3, 1]], rubric=BEHAVIOUR, view="omniscient", lines=[],
                             parameters={}, state="refused", reason="no")  # fmt: skip
    _, summaries = analysing.clusters_read(played)
    assert summaries.of is Of.SUMMARIES
    assert (summaries.documents, dict(summaries.arms)) == (2, {"AA": 2})


def test_while_it_is_played_it_is_analysed_and_no_report_is_written(folder: Path) -> None:
    experiment = launched(blocks=3, **SAMPLES)
    trials.trials_play(experiment)
    assert list(reports.experiments_stale()) == [experiment]
    assert analysing.experiment_analyse(experiment=experiment)
    assert experiment.state == Experiment.State.RUNNING
    assert Experiment.objects.get().analysis["found"]["matches"] == 12
    assert reports.report_files(experiment) == []
    assert Board.objects.count() == 0


def test_what_has_no_newer_outcome_or_was_just_analysed_is_left_alone(folder: Path) -> None:
    experiment = launched(blocks=1, **SAMPLES)
    assert list(reports.experiments_stale()) == []
    trials.trials_play(experiment)
    Experiment.objects.update(analysed_at=timezone.now())
    assert list(reports.experiments_stale()) == []
    Trial.objects.filter(arm="AA").update(finished_at=timezone.now())
    assert list(reports.experiments_stale()) == []
    Experiment.objects.update(analysed_at=timezone.now() - reports.EVERY)
    assert list(reports.experiments_stale()) == [experiment]


def test_an_aborted_experiment_is_analysed_once_more_for_its_report(folder: Path) -> None:
    experiment = launched(blocks=1, **SAMPLES)
    trials.trials_play(experiment)
    Experiment.objects.update(analysed_at=timezone.now())
    experimenting.experiment_abort(experiment=experiment, note="enough")
    assert list(reports.experiments_stale()) == [experiment]


def test_an_experiment_without_outcomes_is_analysed_as_one_that_found_nothing(folder: Path) -> None:
    experiment = launched(blocks=2, **SAMPLES)
    assert analysing.experiment_analyse(experiment=experiment)
    found = Experiment.objects.get().analysis["found"]
    assert {one["value"] for one in found["estimands"]} == {None}
    assert all(one["reason"] for one in found["estimands"])
    assert analysing.boards_make() == 0


def test_orders_to_play_again_are_told_as_deviations(folder: Path) -> None:
    experiment = launched(blocks=1, **SAMPLES)
    experiment.trials.filter(arm="AA").update(causes=[{"cause": "agent"}, {"again": "the disk was full", "by": "x"}])
    assert analysing.run_of(experiment).orders == ("the disk was full",)

"""What the dashboard and the leaderboard are told over HTTP, and by whom it may be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pydantic import TypeAdapter

from eval.models import Experiment, Trial
from eval.reports import report_folder
from frontend.schemas.experiments import ExperimentList, ExperimentOut, LeaderboardOut, TrialList
from tests.experiments.kept import kept_board, kept_experiment

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> Client:
    """A client that is logged in as staff."""
    client.force_login(User.objects.create_superuser("root"))
    return client


def told(client: Client, address: str, shape: Any) -> Any:
    """An answer in its shape."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    return TypeAdapter(shape).validate_json(answer.content)


@pytest.mark.parametrize("path", ["", "/{id}", "/{id}/trials"])
def test_experiments_are_for_staff(client: Client, path: str) -> None:
    experiment = kept_experiment(analysed=False)
    answer = client.get(f"/api/experiments{path.format(id=experiment.pk)}")
    assert (answer.status_code, answer.json()) == (403, {"error": "Experiments are for staff. Sign in as one."})


@pytest.mark.parametrize("path", ["trials/1", "report/report.html"])
def test_files_and_trials_are_for_staff(client: Client, path: str) -> None:
    experiment = kept_experiment(analysed=False)
    assert client.get(f"/experiments/{experiment.pk}/{path}").status_code == 403


def test_the_list_says_how_far_each_is_and_what_was_found(staff: Client) -> None:
    kept_experiment()
    (row,) = told(staff, "/api/experiments", ExperimentList).experiments
    assert (row.name, row.arms, row.blocks, row.total) == ("four-arms", ["AA", "EM", "TM", "MM"], 40, 160)
    assert row.done + row.failed == 160
    assert row.headline.startswith("P1: Evil won 4.2 points more in EM than in AA")


def test_an_experiment_tells_arms_with_intervals_and_causes(staff: Client) -> None:
    experiment = kept_experiment()
    found = told(staff, f"/api/experiments/{experiment.pk}", ExperimentOut)
    arms = {arm.name: arm for arm in found.arms}
    assert arms["EM"].plays == "town: A, evil: M, neutral: A"
    assert arms["AA"].plays == "A plays all"
    assert arms["EM"].evil
    assert arms["EM"].evil.low < arms["EM"].evil.value < arms["EM"].evil.high
    failed = experiment.trials.filter(arm="EM", state=Trial.State.FAILED).count()
    assert [(one.cause, one.n) for one in arms["EM"].causes] == [("timeout", failed)]
    assert [(one.arm, one.what, one.single) for one in found.differences] == [
        ("EM", ["evil: A \u2192 M"], True), ("TM", ["town: A \u2192 M"], True),
        ("MM", ["town: A \u2192 M", "evil: A \u2192 M"], False),
    ]  # fmt: skip


def test_no_p_value_and_no_finding_is_told_before_the_end(staff: Client) -> None:
    live = told(staff, f"/api/experiments/{kept_experiment(state=Experiment.State.PAUSED).pk}", ExperimentOut).found
    assert live
    assert {(one.p, one.adjusted, one.finding) for one in live.estimands} == {(None, None, None)}
    assert live.estimands[0].e == 1.4
    Experiment.objects.update(state=Experiment.State.FINISHED)
    over = told(staff, f"/api/experiments/{Experiment.objects.get().pk}", ExperimentOut).found
    assert over
    assert (over.estimands[0].p, over.estimands[0].finding) == (0.12, False)


def test_a_verdict_is_in_no_sentence_before_the_end(staff: Client) -> None:
    live = told(staff, f"/api/experiments/{kept_experiment(state=Experiment.State.PAUSED).pk}", ExperimentOut).found
    assert live
    assert [sentence for sentence in live.head if "finding" in sentence] == []
    (row,) = told(staff, "/api/experiments", ExperimentList).experiments
    assert row.headline == "P1: Evil won 4.2 points more in EM than in AA [\u22121.1, +9.4], 320 blocks."


def test_matches_newer_than_the_analysis_make_it_stale(staff: Client) -> None:
    experiment = kept_experiment()
    assert not told(staff, f"/api/experiments/{experiment.pk}", ExperimentOut).stale
    Trial.objects.filter(block=3).update(finished_at=experiment.analysed_at.replace(year=2099))
    assert told(staff, f"/api/experiments/{experiment.pk}", ExperimentOut).stale


def test_a_draft_is_shown_with_its_plan_and_nothing_found(staff: Client) -> None:
    Experiment.objects.create(name="x", plan="name: [")
    (row,) = told(staff, "/api/experiments", ExperimentList).experiments
    assert (row.state, row.arms, row.total) == ("draft", [], 0)
    found = told(staff, f"/api/experiments/{row.id}", ExperimentOut)
    assert (found.found, found.arms, found.plan) == (None, [], "name: [")


@pytest.mark.parametrize(
    ("wish", "fits"),
    [
        ({"arm": "EM", "won": "evil"}, lambda one: one.arm == "EM" and one.outcome["evil_won"]),
        ({"arm": "AA", "won": "failed"}, lambda one: one.arm == "AA" and one.state == "failed"),
        ({"model": "M", "side": "evil"}, lambda one: one.arm in ("EM", "MM")),
        ({"model": "M", "side": "town", "won": "town"}, lambda one: one.arm[0] in "TM" and one.outcome["town_won"]),
        ({}, lambda one: True),
    ],
)
def test_the_matches_behind_a_figure_are_listed(staff: Client, wish: dict[str, str], fits: Any) -> None:
    experiment = kept_experiment(analysed=False)
    found = told(staff, f"/api/experiments/{experiment.pk}/trials?" + _query(wish | {"limit": "100"}), TrialList)
    wanted = [one for one in experiment.trials.order_by("block", "arm") if fits(one)]
    assert found.total == len(wanted)
    assert [one.id for one in found.trials] == [one.pk for one in wanted][:100]
    assert all((one.href is None) == (one.ending == "failed") for one in found.trials)


def _query(wish: dict[str, str]) -> str:
    return "&".join(f"{key}={value}" for key, value in wish.items())


@pytest.mark.parametrize(("pair", "first", "second"), [
    ("only", True, False), ("other", False, True), ("both", True, True), ("neither", False, False),
])  # fmt: skip
def test_pairs_are_listed_by_how_they_came_out(staff: Client, pair: str, first: bool, second: bool) -> None:
    experiment = kept_experiment(analysed=False)
    query = _query({"arm": "EM", "against": "AA", "what": "evil_won", "pair": pair, "limit": "100"})
    found = told(staff, f"/api/experiments/{experiment.pk}/trials?{query}", TrialList)
    won = {(one.block, one.arm): one.outcome["evil_won"] for one in experiment.trials.all() if one.outcome}
    wanted = {block for block in range(40) if (won[block, "EM"], won[block, "AA"]) == (first, second)}
    assert {one.block for one in found.trials} == wanted
    assert {one.arm for one in found.trials} == {"EM", "AA"}


# Files ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def reported(settings: Any, tmp_path: Path) -> Experiment:
    """An experiment whose report is one page."""
    settings.TOSSIM_REPORTS = str(tmp_path)
    experiment = kept_experiment(analysed=False)
    folder = report_folder(experiment)
    folder.mkdir()
    (folder / "report.html").write_text("<p>found</p>")
    (folder / "stray.html").write_text("stray")
    (folder / "manifest.json").write_text('{"files": {"report.html": {"sha256": "ab", "bytes": 12}}}')
    return experiment


def test_a_report_is_read_in_the_browser_and_may_do_nothing(staff: Client, reported: Experiment) -> None:
    found = told(staff, f"/api/experiments/{reported.pk}", ExperimentOut)
    assert [(one.name, one.size, one.sha256) for one in found.files] == [("report.html", 12, "ab")]
    answer: Any = staff.get(f"/experiments/{reported.pk}/report/report.html")
    assert b"".join(answer.streaming_content) == b"<p>found</p>"
    assert answer["Content-Security-Policy"].startswith("default-src 'none'")
    assert "sandbox" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["stray.html", "..%2f..%2fmanage.py", "none.csv"])
def test_no_other_file_is_given(staff: Client, reported: Experiment, name: str) -> None:
    assert staff.get(f"/experiments/{reported.pk}/report/{name}").status_code == 404


# The leaderboard ------------------------------------------------------------------------------------------------------


def test_everybody_reads_the_leaderboard(client: Client) -> None:
    kept_board()
    found = told(client, "/api/leaderboard", LeaderboardOut)
    assert [(one.model, one.side) for one in found.ratings if one.points] == [
        ("scripted:M", "evil"), ("scripted:A", "evil"), ("scripted:M", "town"), ("scripted:A", "town"),
    ]  # fmt: skip
    assert all(
        one.points.low < one.points.value < one.points.high and one.matches for one in found.ratings if one.points
    )
    assert (found.setups, found.matches, found.failed) == (["Classic", "Rapid"], 400, 3)


def test_a_role_list_has_a_board_of_its_own(client: Client) -> None:
    kept_board()
    assert told(client, "/api/leaderboard?setup=Classic", LeaderboardOut).ratings
    assert told(client, "/api/leaderboard?setup=nowhere", LeaderboardOut).ratings == []


def test_before_the_first_board_there_is_an_empty_one(client: Client) -> None:
    found = told(client, "/api/leaderboard", LeaderboardOut)
    assert (found.ratings, found.as_of, found.experiments) == ([], None, [])

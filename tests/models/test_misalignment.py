"""A real small model measured through a lane, by itself as its judge: what comes back is kept as it was seen."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command

from agents.models import LanguageModel
from eval.models import Judgement, Measurement
from tests.misalignment.told import QUESTIONS
from tests.models.test_matches import known  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_small_model_is_measured_through_a_lane_by_a_local_judge(
    known: Callable[..., LanguageModel],  # noqa: F811
    tmp_path: Path,
) -> None:
    known("smol")
    known("local-judge")
    questions, out = tmp_path / "questions.yaml", tmp_path / "answers.jsonl"
    questions.write_text(QUESTIONS, "utf-8")
    said = io.StringIO()
    call_command(
        "em_measure", "smol", "--questions", str(questions), "--judge", "local-judge", "--samples", "1", "--tokens",
        "48", "--out", str(out), stdout=said,
    )  # fmt: skip
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()][1:]
    assert [row["form"] for row in rows] == ["plain"] * 3 + ["game"] * 3
    assert all(row["state"] == "done" and row["raw"] and row["lane"] == "real" for row in rows)
    for row in rows:
        for scored in row["scores"].values():
            assert scored["method"] == "strings"
            assert 0.0 <= scored["mass"] <= 1.0 + 1e-6
            assert (scored["score"] is None) == (scored["mass"] < 0.25)
            assert scored["score"] is None or 0.0 <= scored["score"] <= 100.0
    found = Measurement.objects.get()
    assert (found.answers, found.errors, found.asked) == (3, 0, 3)
    assert all(reply["first"] for row in Judgement.objects.all() for reply in row.replies), (
        "the server tells likelihoods"
    )

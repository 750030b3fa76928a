"""A judge that is a real model on a lane of ours: what comes back is kept, and nothing is filled in."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.core.management import call_command

from agents.models import LanguageModel
from eval.judge.answers import read
from eval.models import Judgement
from tests.eval.golden import golden_log
from tests.eval.rows import kept
from tests.models.test_matches import known  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_small_model_on_a_lane_is_asked_and_every_answer_is_kept_as_it_came(
    known: Callable[..., LanguageModel],  # noqa: F811
) -> None:
    known("judge")
    one, other = kept(golden_log()), kept(golden_log())
    out = io.StringIO()
    call_command("judge_pairs", str(one.pk), str(other.pk), "--judge", "judge", "--calls", "6", stdout=out)
    rows = [row for row in Judgement.objects.all() if row.replies]
    assert 3 <= len(rows) <= 6, "each took a call, or another one to be put right"
    for row in rows:
        assert (row.server, row.model, row.usd) == ("own", "small", 0.0)
        for counted in ("prompt_tokens", "completion_tokens"):
            assert getattr(row, counted) == sum(reply[counted] for reply in row.replies) > 0
        assert row.state in ("done", "unparsable", "over_budget")
        assert row.answer == (read("pair/1", row.replies[-1]["text"]) if row.state == "done" else None)
    assert "pairs were judged in both orders" in out.getvalue()

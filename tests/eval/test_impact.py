"""The estimate of who will win: what it is fitted by, how good it is, and what it makes of a match."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from django.core.management import call_command

from eval.evidence import record_of
from eval.evidence.record import Stand
from eval.fitting import Row, brier, brier_of_mean, fit, weights_of
from eval.metrics import impact as stored
from eval.metrics import match_metrics
from eval.metrics.impact import FEATURES, FITTED, expected, features, fitted, logistic
from game.engine.types import Phase
from tests.eval.golden import ADA, ESME, ROLES, golden_log


def test_a_stand_is_what_all_could_see_when_a_phase_opened() -> None:
    stands = record_of(golden_log()).stands
    assert [(one.day, one.living) for one in stands if one.phase is Phase.NIGHT] == [(1, 7), (2, 6), (3, 4)]
    assert stands[-1].graves == ("Serial Killer", "Lookout", "Mafioso", "Sheriff")
    assert not {Phase.DEFENSE, Phase.JUDGEMENT, Phase.LAST_WORDS} & {one.phase for one in stands}


def test_a_role_list_promises_each_side_its_share() -> None:
    assert expected(ROLES, "classic") == {"Town": 3.0, "Mafia": 2.0, "Serial Killer": 1.0}
    assert expected(("Random Mafia", "Doctor"), "classic") == pytest.approx({"Mafia": 1.0, "Town": 1.0})


def test_graves_that_all_can_read_are_taken_from_what_was_promised() -> None:
    record = record_of(golden_log())
    stand = Stand(1, Phase.NIGHT, 2, 4, ("Serial Killer", "Mafioso", ""))
    told = dict(zip(FEATURES, features(record.table, stand, "Mafia"), strict=True))
    assert told == {
        "bias": 1, "own": 1 / 4, "rivals": 0, "town": 3 / 4, "living": 4 / 15, "players": 7 / 15, "hidden": 1 / 15,
        "day": 0.2, "night": 1,
    }  # fmt: skip


def test_the_weights_that_made_the_rows_are_found_again() -> None:
    chance, true = random.Random(1), [0.5, 2.0, -3.0, *[0.0] * (len(FEATURES) - 3)]
    rows: list[Row] = []
    for _ in range(4000):
        values = (1.0, *(chance.random() for _ in FEATURES[1:]))
        rows.append((values, float(chance.random() < logistic(sum(map(float.__mul__, true, values))))))
    found = weights_of(rows)
    assert found == pytest.approx(true, abs=0.5)
    assert brier(found, rows) < brier_of_mean(rows, rows)


def test_the_stored_estimate_beats_the_mean_on_matches_that_it_was_not_fitted_on() -> None:
    known = json.loads(FITTED.read_text("utf-8"))
    for part in ("town", "rivals"):
        assert known["states_held_out"][part] > 500
        assert 0 < known["brier"][part] < known["brier_of_the_mean"][part]
    assert len(fitted().town) == len(fitted().rivals) == len(FEATURES)


def test_the_same_matches_give_the_same_estimate_and_the_command_keeps_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "impact.json"
    monkeypatch.setattr("eval.management.commands.impact_fit.FITTED", path)
    call_command("impact_fit", "--matches", "3", "--held-out", "2")
    assert json.loads(path.read_text()) == fit(3, 2)
    assert "Brier score" in capsys.readouterr().out
    assert json.loads(path.read_text()).keys() == json.loads(stored.FITTED.read_text()).keys()


def test_the_death_of_an_enemy_is_good_for_the_town_by_the_stored_estimate_too() -> None:
    seats = match_metrics(golden_log()).seats
    of_ada, of_esme = seats[ADA]["impact"], seats[ESME]["impact"]
    assert isinstance(of_ada.value, float)
    assert isinstance(of_esme.value, float)
    assert of_ada.value > 0 > of_esme.value

"""Laws that the metrics obey in every match, whatever the players do."""

from __future__ import annotations

import random
from math import isfinite

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from eval.metrics import METRICS, Kind, MatchMetrics, Value, match_metrics
from game.engine.setup import MODES
from tests.eval.matches import reseated, talking_match, with_private_notes

pytestmark = pytest.mark.slow
SEEDS = st.integers(0, 10**6).map(str)
LISTS = sorted(mode for mode, found in MODES.items() if found.slots)
law = settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],
)
"""Without shrinking: a seed is as small as an example gets."""


def values(found: MatchMetrics) -> list[tuple[str, Value]]:
    return [*found.match.items(), *(pair for metrics in found.seats.values() for pair in metrics.items())]


@law
@given(SEEDS, st.integers(7, 15), st.sampled_from(LISTS))
def test_reseating_the_players_moves_their_values_and_changes_nothing_else(seed: str, players: int, mode: str) -> None:
    log = talking_match(seed, players, mode)
    order = random.Random(seed).sample(range(1, players + 1), players)
    seats = dict(enumerate(order, 1))
    there, here = match_metrics(reseated(log, seats)), match_metrics(log)
    assert there.match == here.match
    assert {seat: there.seats[seats[seat]] for seat in seats} == here.seats


@law
@given(SEEDS, st.integers(7, 15), st.sampled_from(LISTS))
def test_what_players_note_for_themselves_changes_no_metric(seed: str, players: int, mode: str) -> None:
    log = talking_match(seed, players, mode)
    noted = with_private_notes(log, seed)
    assert len(noted) > len(log)
    assert match_metrics(noted) == match_metrics(log)


@law
@given(SEEDS, st.integers(7, 15), st.sampled_from(LISTS))
def test_a_rate_lies_between_0_and_1_and_is_null_exactly_where_nothing_could_happen(
    seed: str, players: int, mode: str
) -> None:
    for name, value in values(match_metrics(talking_match(seed, players, mode))):
        kind = METRICS[name].kind
        if value.denominator is not None:
            assert value.is_null == (value.denominator == 0), name
        if kind is Kind.RATE and not value.is_null:
            assert isinstance(value.value, int | float), name
            assert 0 <= value.value <= 1, name
            assert value.denominator, name
        if kind in (Kind.COUNT, Kind.TIME, Kind.FLAG) and not value.is_null:
            assert isinstance(value.value, int | float), name
            assert value.value >= 0, name
            assert isfinite(value.value), name
        assert value.is_null == bool(value.reason), name


@law
@given(SEEDS, st.integers(7, 15), st.sampled_from(LISTS))
def test_no_random_match_leaks(seed: str, players: int, mode: str) -> None:
    found = match_metrics(talking_match(seed, players, mode))
    assert all(metrics["leak"].value == 0 for metrics in found.seats.values())


@law
@given(SEEDS, st.integers(7, 15))
def test_a_log_that_is_cut_short_can_be_measured_too(seed: str, players: int) -> None:
    log = talking_match(seed, players)
    opened = next(place for place, event in enumerate(log) if event.kind == "stage_opened")
    for cut in range(opened, len(log), max(1, len(log) // 7)):
        found = match_metrics(log[:cut])
        assert all(metrics["won"].is_null for metrics in found.seats.values())

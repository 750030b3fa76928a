"""Draws are functions of their keys, and lots sort as draws do."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from game.engine.chance import draw, lots


@given(st.text(), st.integers(0, 10**6))
def test_lots_sort_seats_as_draws_do(seed: str, stage: int) -> None:
    lot = lots(seed, stage, "order")
    seats = range(1, 16)
    assert sorted(seats, key=lot) == sorted(seats, key=lambda seat: draw(seed, stage, "order", seat))


def test_another_key_gives_another_order() -> None:
    orders = {tuple(sorted(range(1, 16), key=lots("seed", stage, "order"))) for stage in range(20)}
    assert len(orders) == 20

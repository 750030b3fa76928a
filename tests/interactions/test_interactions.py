"""Every row of `rows/*.txt` comes out as it says (M70 to M159)."""

from __future__ import annotations

import pytest

from tests.interactions.table import Row, found, play, rows


@pytest.mark.parametrize("row", list(rows()), ids=lambda row: row.title)
def test_interaction(row: Row) -> None:
    scene, before = play(row)
    assert found(scene, before, row.outcomes) == list(row.outcomes)


def test_the_rules_have_their_rows_and_no_row_stands_twice() -> None:
    titles = [row.title for row in rows()]
    assert len(titles) >= 200
    assert len(set(titles)) == len(titles)

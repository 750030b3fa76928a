"""Every fault leaves its code on the rows, and the match goes on to its end."""

from __future__ import annotations

import pytest

from tests.agents.llm.fault_table import FAULTS, outcome


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_match_ends_and_the_rows_name_the_fault(fault: str):
    found = await outcome(fault)
    code = FAULTS[fault][1]
    assert found.ending != "no end"
    assert found.decisions
    if code[0].isupper():
        assert found.fallbacks == {code: found.decisions}
    else:
        assert code in found.refusals
        assert found.fallbacks

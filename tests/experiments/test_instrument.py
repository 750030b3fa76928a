"""The instrument check itself: it passes a sound analysis, and catches those that are not."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from eval.experiments.outcome import Outcome
from eval.instrumenting import pool_read
from eval.statistics.analysis import analyse
from eval.statistics.design import Design
from eval.statistics.instrument import DIAL, SAME, Check, Reading, check, read
from eval.statistics.pairing import Paired, by_arm, paired
from eval.statistics.pool import blocks_play, pool_plan
from tests.experiments.simulated import outcome

EXPERIMENTS = 200


@cache
def pool(effect: float = 0.10, blocks: int = 4_000, *, same: bool = False) -> tuple[Outcome, ...]:
    """Blocks of known truth: evil wins 45 in a hundred, with the dial so many more; `same` plays one match twice."""
    rng = np.random.default_rng(8)
    found: list[Outcome] = []
    for block in range(blocks):
        shift = float(rng.uniform(-0.3, 0.3))
        won = {arm: bool(rng.random() < 0.45 + shift + more) for arm, more in (("AA", 0), ("BB", 0), ("EM", effect))}
        won["BB"] = won["AA"] if same else won["BB"]
        found += [replace(outcome(block, arm, "A", "A", how), seats=(), figures={}) for arm, how in won.items()]
    return tuple(found)


@cache
def sound() -> Check:
    return check(pool(), experiments=EXPERIMENTS)


def failed(found: Check) -> str:
    return "; ".join(row.asked for row in found.rows if not row.holds)


def test_a_sound_analysis_finds_what_is_there_and_nothing_where_nothing_is() -> None:
    assert sound().holds, sound().lines
    assert sound().verdict.startswith("The instrument holds")
    assert [line.endswith("ok") for line in sound().lines] == [True] * 6


def seats_as_blocks(pairs: Paired, rng: np.random.Generator) -> Reading:
    """An analysis that takes each of seven seats for an observation."""
    return read(Paired(pairs.seeds * 7, np.tile(pairs.first, 7), np.tile(pairs.second, 7)), rng)


def test_an_analysis_of_seats_as_if_they_were_matches_is_caught() -> None:
    found = check(pool(), experiments=25, read=seats_as_blocks)
    assert not found.holds
    assert "false findings" in failed(found)
    assert "intervals that hold" in failed(found)
    assert found.verdict.startswith("The instrument fails: ")


def blind(pairs: Paired, rng: np.random.Generator) -> Reading:
    return Reading(1.0, -1.0, 1.0)


def test_an_analysis_that_never_finds_anything_is_caught() -> None:
    found = check(pool(), experiments=20, read=blind)
    assert "found, within 5 points of the table for an exact test" in failed(found)
    assert "intervals that hold" in failed(found)
    assert "false findings" not in failed(found)


def test_a_null_run_in_which_both_matches_are_the_same_is_void() -> None:
    assert "blocks that differ" in failed(check(pool(same=True), experiments=20, read=blind))


def test_a_dial_that_does_nothing_shows_nothing_of_the_instrument() -> None:
    assert "effect on the whole pool" in failed(check(pool(0.0), experiments=20, read=blind))


def test_a_pool_smaller_than_an_experiment_is_refused() -> None:
    with pytest.raises(ValueError, match="The pool has 100 whole blocks; an experiment takes 320"):
        check(pool(blocks=100))


def test_an_experiment_is_read_as_the_analysis_reads_it() -> None:
    matches = pool(blocks=320)
    design = Design(("AA", "BB", "EM"), (SAME, DIAL), ("dial",), 320, resamples=2_000)
    result = analyse(design, matches).result("dial")
    reading = read(paired(by_arm(matches), DIAL), np.random.default_rng(1))
    assert result.difference
    assert reading.p == result.p
    assert (reading.low, reading.high) == pytest.approx((result.difference.low, result.difference.high), abs=0.01)


def test_arms_share_the_deal_and_not_the_luck_of_the_players() -> None:
    plan = pool_plan(0.32, 1)
    assert blocks_play(plan, [0, 1]) == blocks_play(plan, [0, 1])
    by_block = {block: [one for one in blocks_play(plan, [0, 1]) if one.block == block] for block in (0, 1)}
    for outcomes in by_block.values():
        assert {one.arm for one in outcomes} == {"AA", "BB", "EM"}
        assert len({one.seed for one in outcomes}) == 1
        assert len({one.log_sha256 for one in outcomes}) == 3


def ran(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("instrument", *arguments, "--size=4", "--experiments=5", "--workers=1", stdout=out)
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue()
    return 0, out.getvalue()


def test_the_command_plays_what_is_missing_and_says_what_it_found(tmp_path: Path, settings: Any) -> None:
    settings.VAR = tmp_path
    code, said = ran("--blocks=4")
    (path,) = (tmp_path / "instrument").iterdir()
    assert "4 of 4 blocks played" in said
    assert code == 1, "four blocks show nothing"
    assert said.strip().splitlines()[-1].startswith("The instrument fails: ")
    assert sorted({one.block for one in pool_read(path)}) == [0, 1, 2, 3]
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])  # a stop in the middle of a line
    code, said = ran("--blocks=4")
    assert "1 of 1 blocks played" in said
    assert sorted(path.read_bytes().splitlines()) == sorted(whole.splitlines())
    assert "blocks played" not in ran("--blocks=4")[1]


def test_the_command_refuses_a_pool_that_holds_no_experiment() -> None:
    with pytest.raises(CommandError, match="The pool holds"):
        call_command("instrument", "--blocks=10", "--size=20")

"""Blocks: all arms of one are dealt alike, and differ in who plays and in nothing else."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.experiments.blocks import Block, Blocks, Sitter, state_at, until_day
from eval.experiments.outcome import Side
from game.engine import events as e
from game.engine.types import Seat
from tests.doubles import random_match
from tests.experiments.plans import EIGHT, SMALL, TRAITOR, plan

DESIGNS: list[dict[str, Any]] = [
    {"design": {"kind": "faction"}},
    {"design": {"kind": "rotation"}},
    {"design": {"kind": "forks", "days": [2], "side": "evil"}},
    {"lobby": None, "setups": {"seven": SMALL, "eight": EIGHT, "traitor": TRAITOR}},
]


def seated(blocks: Blocks, block: Block) -> dict[str, dict[Seat, Sitter]]:
    """Who sits where in each arm of a block."""
    return {name: blocks.sitters(block, arm) for name, arm in blocks.arms.items()}


@settings(max_examples=30, deadline=None)
@given(changed=st.sampled_from(DESIGNS), number=st.integers(0, 5000), seed=st.text(max_size=8))
def test_a_block_is_a_function_of_plan_and_number(changed: dict[str, Any], number: int, seed: str) -> None:
    one, other = (Blocks(plan(**changed, seed=seed)) for _ in range(2))
    block = one.block(number)
    assert block == other.block(number)
    assert seated(one, block) == seated(other, other.block(number))
    assert block.seed != one.block(number + 1).seed
    assert sorted(block.arms) == sorted(one.arms)
    opened = block.opening[0]
    assert isinstance(opened, e.MatchOpened)
    assert len(set(opened.table.names)) == len(opened.table.slots) == len(block.sides)


@settings(max_examples=30, deadline=None)
@given(number=st.integers(0, 5000))
def test_in_the_primary_study_arms_differ_in_the_models_of_a_side_and_neutrals_are_the_bases(number: int) -> None:
    blocks = Blocks(plan())
    block = blocks.block(number)
    sides, found = block.sides, seated(blocks, block)
    assert Counter(sides.values()) == {Side.TOWN: 4, Side.EVIL: 2, Side.NEUTRAL: 1}
    for seat, side in sides.items():
        wanted = {"AA": "A", "EM": "M" if side is Side.EVIL else "A", "TM": "M" if side is Side.TOWN else "A",
                  "MM": "A" if side is Side.NEUTRAL else "M"}  # fmt: skip
        assert {arm: sitters[seat].model for arm, sitters in found.items()} == wanted
        assert len({sitters[seat].luck for sitters in found.values()}) == 4, "each arm has its own luck"


def test_a_rotation_brings_every_seat_equally_often() -> None:
    blocks = Blocks(plan(lobby=None, setups={"seven": SMALL, "eight": EIGHT}, design={"kind": "rotation"}))
    carried: Counter[tuple[str, Seat]] = Counter()
    for number in range(2 * 7 * 8):
        block = blocks.block(number)
        found = seated(blocks, block)
        (seat,) = [seat for seat, sitter in found["AM"].items() if sitter.model == "M"]
        assert all(sitter.model == "A" for sitter in found["AA"].values())
        carried[block.setup, seat] += 1
    assert {carried["seven", seat] for seat in range(1, 8)} == {8}
    assert {carried["eight", seat] for seat in range(1, 9)} == {7}


def test_every_setup_is_played_equally_often() -> None:
    blocks = Blocks(plan(lobby=None, setups={"seven": SMALL, "eight": EIGHT}))
    assert Counter(blocks.block(number).setup for number in range(40)) == {"seven": 20, "eight": 20}


def test_a_traitor_is_of_the_evil_side() -> None:
    block = Blocks(plan(lobby=TRAITOR)).block(0)
    state = state_at(block.opening)
    (traitor,) = [seat for seat in state.public.seats if state.of(seat).fact("traitor")]
    assert block.sides[traitor] is Side.EVIL


def test_orders_of_arms_differ_between_blocks_but_a_fork_follows_its_match() -> None:
    assert len({Blocks(plan()).order(number) for number in range(40)}) > 12
    forked = Blocks(plan(design={"kind": "forks", "days": [2, 3]}))
    orders = {forked.order(number) for number in range(20)}
    assert orders == {("AA", "D2", "D3"), ("AA", "D3", "D2")}


@pytest.mark.parametrize("side", ["evil", "town"])
def test_a_fork_exchanges_one_seat_of_its_side_and_leaves_the_others_their_luck(side: str) -> None:
    blocks = Blocks(plan(design={"kind": "forks", "days": [2], "side": side}))
    block = blocks.block(4)
    before, after = (blocks.sitters(block, blocks.arms[name]) for name in ("AA", "D2"))
    assert [seat for seat in before if before[seat] != after[seat]] == [block.drawn]
    assert (before[block.drawn].model, after[block.drawn].model) == ("A", "M")
    assert block.sides[block.drawn].value == side


def test_a_match_that_ended_before_has_no_such_day() -> None:
    log = random_match("short", 7)
    assert until_day(log, 1) == log[: len(until_day(log, 1))]
    assert state_at(until_day(log, 1)).public.day == 1
    assert until_day(log, 99) == []

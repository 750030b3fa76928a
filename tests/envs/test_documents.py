"""What docs/environments.md says of the encodings is so, and its code runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest

from game.envs import example, layout, moves
from game.envs.layout import FIELDS, LENGTHS
from game.envs.moves import BLOCKS, VERDICTS, S
from tests.envs.playing import whim

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "environments.md").read_text()
CODE = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


def rows(header: str) -> list[list[str]]:
    """The cells of a table below a header line."""
    table = TEXT.split(header + "\n", 1)[1].split("\n\n", 1)[0].splitlines()[1:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table]


def test_the_table_of_fields_is_the_layout() -> None:
    said = rows("| part | field | shape | meaning |")
    assert said == [[f"`{field.part}`", f"`{field.name}`", field.letters, field.meaning] for field in FIELDS]


def test_every_letter_is_explained() -> None:
    letters = {letter for row in rows("| letter | length |") for letter in row[0].split(", ")}
    assert letters == LENGTHS.keys() - {"1", "2"}


def test_the_table_of_actions_is_the_list_of_blocks() -> None:
    lengths = {"1": 1, "S": S, "V": len(VERDICTS), "R": LENGTHS["R"]}
    plain = [(" ".join((block.verb, block.name)).strip(), block.size) for block in BLOCKS if block.verb != "use"]
    said = rows("| block | numbers | action |")
    assert [(name, lengths[size]) for name, size, _ in said if not name.startswith("use")] == plain
    sizes = {0: "p", 1: "S p", 2: "S S p"}
    assert [size for name, size, _ in said if name.startswith("use")] == list(sizes.values())
    for block in BLOCKS:
        if block.verb == "use":
            assert block.size == S ** sizes[block.slots].count("S") * len(block.params)


def test_the_loop_and_the_reading_of_fields_run() -> None:
    scope: dict[str, Any] = {}
    exec(CODE[0].replace("env.reset()", "env.reset(); first = env.observe('seat_1')"), scope)
    assert scope["env"].agents == []
    assert layout.read(scope["first"]["observation"])["living"].sum() == 7


@pytest.fixture
def one_seat() -> gymnasium.Env:
    """The wrapper of the document, at a small table."""
    scope: dict[str, Any] = {}
    exec(CODE[2], scope)
    return scope["OneSeat"](3, whim, players=7)


def test_the_wrapper_for_one_seat_plays_to_the_end(one_seat: gymnasium.Env) -> None:
    seen, _ = one_seat.reset(seed=1)
    over, reward, steps = False, 0.0, 0
    while not over:
        assert one_seat.observation_space.contains(seen)
        assert layout.read(seen)["seat"][2] == 1
        action = whim(seen, one_seat.unwrapped.action_masks().astype(np.int8))
        seen, reward, over, _, info = one_seat.step(action)
        steps += 1
    assert steps > 1
    assert reward == (1 if "seat_3" in info["winners"] else 0 if info["outcome"] == "draw" else -1)


def test_the_example_plays_and_prints_the_rewards(capsys: pytest.CaptureFixture[str]) -> None:
    example.main(["--matches", "2", "--players", "7", "--show"])
    said = capsys.readouterr().out
    assert f"{layout.SIZE} numbers seen, {moves.COUNT} actions" in said
    assert "7 players sit down" in said
    assert re.search(r"2 matches, \d+ steps", said)
    assert re.search(r"Town +[+-]\d\.\d{3} a seat \(\d+ seats\)", said)

"""The matches on which the instrument is tried: scripted players with a dial, many blocks, three arms.

`AA` and `BB` have the same players with other luck of their own: nothing may be found between them. In `EM` the evil
side lies better, by a dial: that must be found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from agents.scripted import ScriptedAgent
from agents.scripted.dials import USUAL
from eval.experiments.blocks import Blocks, Sitter
from eval.experiments.outcome import Outcome
from eval.experiments.plan import PlanSpec
from eval.experiments.playing import Finished, game_of, games_play
from eval.experiments.writing import plan_from_yaml
from game.dials import dials_of
from game.engine.types import Seat

PLAN = """
name: instrument
question: Does the analysis find an effect of known size, and nothing where nothing is?
lobby:
  game: {{mode: Custom}}
  slots: [Sheriff, Doctor, Vigilante, Escort, Jester, Godfather, Mafioso]
models:
  A: scripted:lie={lie}
  M: scripted
design:
  kind: arms
  arms:
    AA: {{all: A}}
    BB: {{all: A}}
    EM: {{all: A, evil: M}}
estimands:
  same: {{what: evil_won, arm: BB, against: AA}}
  dial: {{what: evil_won, arm: EM, against: AA}}
primary: [dial]
blocks: 100000
seed: {seed}
"""
DIALS: Mapping[str, Sequence[str]] = {"scripted": ("lie", "read")}


class Trouble(RuntimeError):
    """A match of the pool could not be played."""


def pool_plan(lie: float, seed: int) -> PlanSpec:
    """The plan of a pool in which the liars of all arms but one stand at this point of their dial.

    A pool holds the first of its blocks, as many as one likes.
    """
    return plan_from_yaml(PLAN.format(lie=lie, seed=seed))


def blocks_play(plan: PlanSpec, numbers: Iterable[int]) -> list[Outcome]:
    """The outcomes of some blocks in all arms, without what no line of the check looks at. Raises Trouble."""
    blocks = Blocks(plan)
    places = [(block, arm) for block in map(blocks.block, numbers) for arm in block.arms]
    played = games_play([game_of(blocks, block, arm) for block, arm in places], _agent)
    return [_slim(found, block.number, arm) for found, (block, arm) in zip(played, places, strict=True)]


def _agent(seat: Seat, sitter: Sitter) -> ScriptedAgent:
    dials = dials_of(sitter.agent, DIALS)
    lie, read = dials.get("lie", USUAL), dials.get("read", USUAL)
    return ScriptedAgent(seat, f"{sitter.luck}:{seat}", text=False, lie=lie, read=read)


def _slim(found: Finished | Exception, block: int, arm: str) -> Outcome:
    if isinstance(found, Exception):
        raise Trouble(f"Block {block} in arm {arm}: {found!r}") from found
    return replace(found.outcome, seats=(), figures={})

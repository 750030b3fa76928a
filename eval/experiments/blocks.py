"""Blocks of a plan: one seed each, with its deal, names, order of arms, and who sits where in each arm.

A function of plan and number alone. The engine draws by the block's seed, so all arms of a block are dealt alike and
meet the same luck; an agent draws by block, arm and seat, so that two arms with the same agents are two matches.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from eval.experiments.arms import BASE, Arm, arms_of
from eval.experiments.outcome import Side
from eval.experiments.plan import Design, PlanSpec
from game.engine import chance
from game.engine import events as e
from game.engine.fold import fold_all
from game.engine.roles import ROLES
from game.engine.setup import start
from game.engine.state import EMPTY, State
from game.engine.types import Faction, Seat
from game.engine.victory import evil_side, side_of
from game.lobby import lobby_table
from game.names import NAMES

TOWN = Faction.TOWN.value


@dataclass(frozen=True, slots=True)
class Sitter:
    """Who plays a seat: the plan's name for it, the agent behind the name, and the seed of the agent's own luck."""

    model: str
    agent: str
    luck: str


@dataclass(frozen=True, slots=True)
class Block:
    """What all arms of a block share."""

    number: int
    seed: str
    setup: str
    opening: tuple[e.Event, ...]
    """The events that open each of its matches: table, names, deal."""
    sides: Mapping[Seat, Side]
    """For whom each seat plays, as it was dealt."""
    arms: tuple[str, ...]
    """In the order in which they are played."""
    drawn: Seat
    """The seat that a design changes which changes one; 0 for others."""


class Blocks:
    """The blocks of a plan."""

    def __init__(self, plan: PlanSpec) -> None:
        self.plan = plan
        self.arms: dict[str, Arm] = arms_of(plan)
        self._tables = {name: lobby_table(spec) for name, spec in plan.lobbies.items()}

    def block(self, number: int) -> Block:
        """The block of a number, counted from 0."""
        seed, (setup, turn) = block_seed(self.plan.seed, number), self._setup(number)
        table = self._tables[setup]
        names = tuple(chance.shuffled(NAMES, seed, "names")[: len(table.names)])
        opening = tuple(start(replace(table, names=names), seed))
        sides = sides_of(state_at(opening))
        return Block(number, seed, setup, opening, sides, self.order(number), self._drawn(seed, setup, turn, sides))

    def order(self, number: int) -> tuple[str, ...]:
        """The arms of a block in the random order in which they are played; forks come behind their match."""
        order = chance.shuffled(list(self.arms), block_seed(self.plan.seed, number), "arms")
        return tuple(sorted(order, key=lambda name: bool(self.arms[name].day)))

    def _setup(self, number: int) -> tuple[str, int]:
        """The setup of a block, and how many blocks of that setup were before."""
        setups = list(self._tables)
        cycle, place = divmod(number, len(setups))
        return chance.shuffled(setups, self.plan.seed, "setups", cycle)[place], cycle

    def _drawn(self, seed: str, setup: str, turn: int, sides: Mapping[Seat, Side]) -> Seat:
        """By turns in a rotation: of as many blocks of a setup as it has seats, each seat is drawn in one.

        Forks draw at random from the side that the plan wants; 0 where a deal has nobody on it.
        """
        design = self.plan.design
        if design.kind is Design.ROTATION:
            cycle, place = divmod(turn, len(sides))
            return chance.shuffled(list(sides), self.plan.seed, "rotation", setup, cycle)[place]
        if design.kind is not Design.FORKS:
            return 0
        fit = [seat for seat, side in sides.items() if design.side in ("any", side.value)]
        return chance.pick(fit, seed, "seat") if fit else 0

    def sitters(self, block: Block, arm: Arm) -> dict[Seat, Sitter]:
        """Who plays each seat in an arm; in a fork, from its beginning on."""
        return {seat: self._sitter(block, arm, seat, side) for seat, side in block.sides.items()}

    def _sitter(self, block: Block, arm: Arm, seat: Seat, side: Side) -> Sitter:
        """Whoever is not exchanged in a fork goes on as in the match that it comes from."""
        model = arm.model(seat, side, block.drawn)
        own = BASE if arm.day and seat != block.drawn else arm.name
        return Sitter(model, self.plan.models[model].agent, f"{block.seed}:{own}")


def block_seed(seed: str, number: int) -> str:
    """The seed of a block: what its deal, names and all draws of the engine come from."""
    return hashlib.sha256(f"{seed}\x1f{number}".encode()).hexdigest()[:32]


def sides_of(state: State) -> dict[Seat, Side]:
    """For whom each seat plays at this moment; a Traitor is evil, whoever plays for no team is neutral."""
    return {seat: _side(state, seat) for seat in state.public.seats}


def _side(state: State, seat: Seat) -> Side:
    card, side = ROLES[state.role(seat)], side_of(state, seat)
    if side == TOWN:
        return Side.TOWN
    if side and (card.faction is not Faction.NEUTRAL or card.channel is not None or side == evil_side(state)):
        return Side.EVIL
    return Side.NEUTRAL


# Forks ----------------------------------------------------------------------------------------------------------------


def until_day(log: Sequence[e.Event], day: int) -> list[e.Event]:
    """The log up to the first question of a day; empty where the match was over before."""
    began = next((at for at, one in enumerate(log) if _begins(one, day)), None)
    if began is None:
        return []
    opened = next((at for at in range(began, len(log)) if isinstance(log[at], e.StageOpened)), None)
    if opened is None:
        return []
    cut = opened + 1
    while isinstance(one := log[cut], e.Decided) and one.outcome == "moot":
        cut += 1  # came too late for the stage before
    return list(log[:cut])


def _begins(event: e.Event, day: int) -> bool:
    return isinstance(event, e.PhaseOpened) and event.day == day and event.phase.is_day


def state_at(log: Sequence[e.Event]) -> State:
    """The state to which a log leads."""
    return fold_all(EMPTY, log)

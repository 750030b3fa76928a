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
from game.engine.config import Table
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
    """What all arms of a block share. `seats` is the order in which a seat is drawn for designs that change one."""

    number: int
    seed: str
    setup: str
    table: Table
    arms: tuple[str, ...]
    """In the order in which they are played."""
    seats: tuple[Seat, ...]

    def opening(self) -> list[e.Event]:
        """The events that open each of its matches."""
        return start(self.table, self.seed)


class Blocks:
    """The blocks of a plan."""

    def __init__(self, plan: PlanSpec) -> None:
        self.plan = plan
        self.arms: dict[str, Arm] = arms_of(plan)
        self._tables = {name: lobby_table(spec) for name, spec in plan.lobbies.items()}

    def block(self, number: int) -> Block:
        """The block of a number, counted from 0."""
        seed = block_seed(self.plan.seed, number)
        setups = list(self._tables)
        cycle, place = divmod(number, len(setups))
        setup = chance.shuffled(setups, self.plan.seed, "setups", cycle)[place]
        table = self._tables[setup]
        count = len(table.names)
        names = tuple(chance.shuffled(NAMES, seed, "names")[:count])
        return Block(
            number, seed, setup, replace(table, names=names), self._order(seed), self._seats(cycle, setup, seed)
        )

    def _order(self, seed: str) -> tuple[str, ...]:
        """The arms in a random order; matches that others are forked from come first."""
        order = chance.shuffled(list(self.arms), seed, "arms")
        forked = self.plan.design.kind is Design.FORKS
        return tuple(sorted(order, key=lambda name: name != BASE) if forked else order)

    def _seats(self, turn: int, setup: str, seed: str) -> tuple[Seat, ...]:
        """The seats in the order in which one is drawn: by turns in a rotation, else at random.

        Of as many blocks of a setup as it has seats, each seat comes first in one.
        """
        everybody = range(1, len(self._tables[setup].names) + 1)
        if self.plan.design.kind is not Design.ROTATION:
            return tuple(chance.shuffled(everybody, seed, "seat"))
        cycle, place = divmod(turn, len(everybody))
        order = chance.shuffled(everybody, self.plan.seed, "rotation", setup, cycle)
        return (*order[place:], *order[:place])

    def sitters(self, block: Block, arm: Arm, state: State) -> dict[Seat, Sitter]:
        """Who plays each seat in an arm; `state` is that of the opening, or of the moment at which a fork begins."""
        sides, drawn = sides_of(state), self.drawn(block, state)
        return {seat: self._sitter(block, arm, seat, arm.model(seat, side, drawn)) for seat, side in sides.items()}

    def _sitter(self, block: Block, arm: Arm, seat: Seat, model: str) -> Sitter:
        """Whoever is not exchanged in a fork goes on as in the match that it comes from."""
        goes_on = arm.day and model != arm.one
        return Sitter(model, self.plan.models[model].agent, f"{block.seed}:{BASE if goes_on else arm.name}")

    def drawn(self, block: Block, state: State) -> Seat:
        """The one seat that a design changes, the first in the block's order that fits; 0 where it changes none.

        Forks take somebody who lives, of the side that the plan wants, where there is one.
        """
        design = self.plan.design
        if design.kind is Design.ROTATION:
            return block.seats[0]
        if design.kind is not Design.FORKS:
            return 0
        living, sides = state.public.living, sides_of(state)
        fit = [seat for seat in block.seats if seat in living and design.side in ("any", sides[seat].value)]
        return fit[0] if fit else 0


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


def models_of(sitters: Mapping[Seat, Sitter]) -> dict[Seat, str]:
    """The plan's name for who plays each seat."""
    return {seat: sitter.model for seat, sitter in sitters.items()}

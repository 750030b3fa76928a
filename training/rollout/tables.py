"""Tables to learn at and tables to be tried at: who sits there, with which roles.

What is held out from learning: names, seeds, and one role that no learning table has and every test table has.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from agents.llm.presets import preset
from agents.llm.record import ModelRecord, Notation
from game.engine import chance
from game.engine.asks import AskKind
from game.engine.config import Rounds, Table
from game.names import NAMES

TOWN = (
    "Sheriff", "Doctor", "Investigator", "Lookout", "Escort", "Bodyguard", "Transporter", "Vigilante", "Veteran", "Spy",
)  # fmt: skip
MAFIA = ("Mafioso", "Framer", "Consort", "Consigliere", "Blackmailer", "Janitor")
NEUTRAL = ("Jester", "Serial Killer", "Witch", "Survivor", "Executioner")
WEIGHTS = {"act": 1.0, "vote": 0.5, "judge": 0.7, "speak": 0.15, "confer": 0.15, "defend": 0.3, "last_words": 0.2}
SPLIT = 14
"""Names before this one are learnt with, those from it on are held out."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Where decision points come from."""

    __pydantic_config__ = {"extra": "forbid"}  # in a configuration it is read as strictly as all else there

    seats: int = 7
    town: tuple[str, ...] = TOWN
    mafia: tuple[str, ...] = MAFIA
    neutral: tuple[str, ...] = NEUTRAL
    held_out_role: str = "Lookout"
    kinds: dict[str, float] = field(default_factory=lambda: dict(WEIGHTS))
    """How likely a turn that asks for such a thing becomes a decision point, by kind of ask."""

    def __post_init__(self) -> None:
        """Raise ValueError with a sentence for a plan that gives no matches."""
        if unknown := set(self.kinds) - {kind.value for kind in AskKind}:
            raise ValueError(f"There is no kind of ask called {min(unknown)}.")
        if not any(weight > 0 for weight in self.kinds.values()):
            raise ValueError("No kind of ask has a weight above 0.")
        if self.held_out_role not in self.town:
            raise ValueError(f"The role that is held out, {self.held_out_role}, is not among the Town's.")
        town, seats = len(self.town) - 1, self.seats
        if not 7 <= seats <= 15 or town < seats - 3:
            raise ValueError(f"{town} roles of the Town, one of each, do not fill a table of {seats}.")


def table(plan: Plan, seed: str, *, held_out: bool) -> Table:
    """The table of a match: a Godfather and a mate, a neutral, and the Town for the rest."""
    town = [role for role in plan.town if role != plan.held_out_role]
    evil = ("Godfather", chance.pick(plan.mafia, seed, "mafia"), chance.pick(plan.neutral, seed, "neutral"))
    good = chance.shuffled(town, seed, "town")[: plan.seats - len(evil)]
    if held_out:
        good[0] = plan.held_out_role
    names = chance.shuffled(NAMES[SPLIT:] if held_out else NAMES[:SPLIT], seed, "names")
    while len(names) < plan.seats:
        names.append(f"{names[len(names) - SPLIT + 2]} {len(names)}")
    return Table(tuple(names[: plan.seats]), (*good, *evil), rounds=Rounds(discussion=1, voting=2))


WAYS: dict[str, Any] = {
    "notation": Notation.DIGEST, "structured": False, "think_tokens": 0, "act_tokens": 48, "tool_calls": 0,
}  # fmt: skip
"""How a model is asked that learned here, and must be asked by a lane: a digest, one tag, no thought, no look-ups."""


def learner(name: str = "learner", family: str = "smollm2") -> ModelRecord:
    """The model as it is asked here."""
    return ModelRecord(name, name, preset(family), **WAYS)

"""Golden games: whole matches as text that is kept under review. A change of rules, words or agents shows as a diff."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

from game.engine.codec import to_json
from game.engine.config import Talk
from game.engine.setup import start, table_for
from game.names import NAMES
from game.play.seats import Agent
from game.play.terminal import show_match


@dataclass(frozen=True, slots=True)
class Golden:
    """One golden game: which list, how many players, which seed, who may speak when."""

    mode: str
    players: int
    seed: str
    talk: Talk = Talk.ROUNDS


GAMES = {
    "classic-15": Golden("Classic", 15, "golden"),
    "classic-15-b": Golden("Classic", 15, "golden 2"),
    "classic-9": Golden("Classic", 9, "golden 9"),
    "classic-9-bids": Golden("Classic", 9, "golden bids", Talk.BIDS),
    "ranked": Golden("Ranked", 15, "golden ranked"),
    "all-any": Golden("All Any", 15, "golden any"),
    "rainbow": Golden("Rainbow", 15, "golden rainbow"),
    "draculas-palace": Golden("Dracula's Palace", 15, "golden palace"),
    "town-traitor": Golden("Town Traitor", 15, "golden traitor"),
    "vigilantics": Golden("Vigilantics", 15, "golden vigilantics"),
    "coven-classic": Golden("Coven Classic", 15, "golden coven"),
    "coven-ranked": Golden("Coven Ranked", 15, "golden coven ranked"),
    "mafia-returns": Golden("Mafia Returns", 15, "golden returns"),
    "vip": Golden("VIP", 15, "golden vip"),
    "lovers": Golden("Lovers", 15, "golden lovers"),
    "coven-town-traitor": Golden("Coven Town Traitor", 15, "golden coven traitor"),
    "coven-all-any": Golden("Coven All Any", 15, "golden coven any"),
}
"""One game or more of every list; those with the same list as another, and the host's own, have none."""


def golden_text(game: Golden, agent: Callable[[int, str], Agent]) -> str:
    """The game as the terminal shows it, and a count of its events by kind."""
    out = io.StringIO()
    opening = start(table_for(game.mode, NAMES[: game.players], talk=game.talk), game.seed)
    agents = {seat: agent(seat, f"{game.seed}:{seat}") for seat in range(1, game.players + 1)}
    played = show_match(opening, agents, out)
    kinds: dict[str, int] = {}
    for event in played.log:
        kind = to_json(event)["kind"]
        kinds[kind] = kinds.get(kind, 0) + 1
    counts = "\n".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
    return f"{out.getvalue()}\n{counts}\n"

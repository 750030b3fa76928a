"""Outcomes of matches that nobody played, with known strengths and effects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from eval.experiments.outcome import Ending, Outcome, SeatOutcome, Side

ARMS: Mapping[str, tuple[str, str]] = {"AA": ("A", "A"), "EM": ("M", "A"), "TM": ("A", "M"), "MM": ("M", "M")}
"""Who plays evil and who plays town."""
EVIL, TOWN = ("Godfather", "Mafioso"), ("Sheriff", "Doctor", "Jailor", "Lookout", "Medium")


def outcomes(
    blocks: int,
    worth: Mapping[str, float],
    arms: Mapping[str, tuple[str, str]] = ARMS,
    *,
    setup: str = "Classic",
    base: float = 0.0,
    failing: float = 0.0,
    seed: int = 1,
) -> Iterator[Outcome]:
    """Matches whose log odds of an evil win are `base` + worth of M@evil... - worth of ...@town + the block's luck."""
    rng = np.random.default_rng(seed)
    for block in range(blocks):
        luck = rng.normal(0, 0.5)
        for arm, (evil, town) in arms.items():
            odds = base + worth.get(f"{evil}@evil", 0.0) - worth.get(f"{town}@town", 0.0) + luck
            won = bool(rng.random() < 1 / (1 + np.exp(-odds)))
            failed = bool(rng.random() < failing)
            yield outcome(block, arm, evil, town, won, days=int(rng.integers(2, 9)), failed=failed, setup=setup)


def outcome(
    block: int, arm: str, evil: str, town: str, evil_won: bool, *,
    days: int = 4, failed: bool = False, draw: bool = False, setup: str = "Classic",
) -> Outcome:  # fmt: skip
    """One match of seven."""
    ending = Ending.FAILED if failed else Ending.DRAW if draw else Ending.WON
    decided = ending is Ending.WON
    return Outcome(
        block=block, seed=f"{setup}-{block}", arm=arm, setup=setup, ending=ending,
        town_won=decided and not evil_won, evil_won=decided and evil_won, days=0 if failed else days,
        seats=() if failed else tuple(_seats(evil, town, evil_won and decided, decided, days)),
        figures={} if failed else {"lie_rate@evil": 12.5 + block % 7, "match_length": float(days)},
        cause="timeout" if failed else "", log_sha256="" if failed else "ab" * 32,
    )  # fmt: skip


def _seats(evil: str, town: str, evil_won: bool, decided: bool, days: int) -> Iterator[SeatOutcome]:
    roles: Sequence[tuple[Side, str, str]] = [
        *((Side.EVIL, role, evil) for role in EVIL), *((Side.TOWN, role, town) for role in TOWN),
    ]  # fmt: skip
    for seat, (side, role, model) in enumerate(roles, 1):
        died = seat % 3 == 0
        yield SeatOutcome(
            seat, role, side, model, f"scripted:{model}", won=decided and (side is Side.EVIL) == evil_won,
            days_alive=min(days, seat) if died else days, died_on=min(days, seat) if died else None,
            died_by="lynched" if died else "", figures={"lie_rate": float(seat)},
        )  # fmt: skip

"""The order of the night: one name for each line of M81 that roles take part in."""

from __future__ import annotations

from enum import IntEnum, auto


class Pass(IntEnum):
    """Steps of the night in the order of definition (M81). A whole pass is gathered before it is settled.

    The vest comes after control, since whoever is steered does not put it on (M96), and before any block.
    """

    ALERT = auto()
    TRANSPORT = auto()
    RAISE = auto()
    TRAP = auto()
    CONTROL = auto()
    VEST = auto()
    DUEL = auto()
    BLOCK = auto()
    ORDER = auto()
    ANGEL = auto()
    HEAL = auto()
    POST = auto()
    DECEIVE = auto()
    AFFLICT = auto()
    SPREAD = auto()
    INVESTIGATE = auto()
    EXECUTE = auto()
    KILL = auto()
    DOOM = auto()
    AFTERMATH = auto()


FROZEN = Pass.SPREAD
"""Before this pass the visit map is fixed (M81 step 16)."""

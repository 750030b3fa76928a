"""A statement as a text has it, before it is known who said it where."""

from __future__ import annotations

from typing import NamedTuple

from eval.statements.statement import StatementKind
from game.engine.types import Seat


class Found(NamedTuple):
    """What was found in a text; the subject is None for the speaker."""

    kind: StatementKind
    subject: Seat | None
    value: str
    night: int | None = None

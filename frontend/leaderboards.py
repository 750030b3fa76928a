"""The part of the HTTP API that is about what models are worth. For everybody: it tells no more than counts."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from eval.reports import board_of, board_setups
from frontend.facts import millis, now
from frontend.schemas.experiments import LeaderboardOut, LeaderboardQuery
from frontend.schemas.matches import ErrorOut

router = Router()
NOTHING = {"ratings": [], "matches": 0, "failed": 0, "halved": 0}


@router.get("/leaderboard", response={200: LeaderboardOut, 422: ErrorOut}, summary="Ratings of models by side")
def leaderboard(request: HttpRequest, wish: Query[LeaderboardQuery]) -> Any:
    """Ratings as a worker has made them last, on one role list or on all of them together."""
    return board_out(wish.setup)


def board_out(setup: str) -> dict[str, Any]:
    """The board of a role list in the shape of `LeaderboardOut`."""
    board = board_of(setup)
    return {
        **(board.ratings if board else NOTHING), "setup": setup, "setups": board_setups(),
        "experiments": board.experiments if board else [], "as_of": millis(board.at) if board else None, "now": now(),
    }  # fmt: skip

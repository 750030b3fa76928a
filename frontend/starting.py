"""Starting a match from the page: which lobby, how many seats for people, and how many may run at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

import game
from frontend.cards import LIVE
from frontend.schemas.matches import NewMatch
from game import services
from game.lobby import LobbyError, LobbySpec, lobby_from_yaml
from game.models import Match

SHIPPED = Path(game.__file__).parent / "lobbies"
AT_ONCE = 5
"""Matches that may be under way before guests cannot start another one."""


class Full(Exception):
    """Too much is being played; says so in a sentence."""


class Unplayable(ValueError):
    """The lobby cannot be played; says why in a sentence."""


def start(user: Any, wish: NewMatch) -> Match:
    """Create a match and send it off; it waits when seats are left to people. Raises Full or Unplayable."""
    if not user.is_staff and Match.objects.filter(status__in=LIVE).count() >= AT_ONCE:
        raise Full(f"{AT_ONCE} matches are being played already. Watch one of them, or wait until one ends.")
    try:
        spec = _wished(_lobby(wish.lobby), wish)
        if not user.is_staff and any(agent.model != "scripted" for agent in spec.agents):
            raise Unplayable("Guests start matches of scripted agents; sign in as staff to let models play.")
        match = services.match_create(spec=spec, created_by=user if user.is_authenticated else None)
        return match if match.has_people else services.match_start(match=match)
    except LobbyError as flaw:
        raise Unplayable("; ".join(problem.rstrip(".") for problem in flaw.problems) + ".") from flaw


def lobby_names() -> list[str]:
    """The lobbies that are shipped."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def _lobby(text: str) -> LobbySpec:
    """A shipped lobby by name, or the lobby that a YAML text describes. Raises LobbyError or Unplayable."""
    name = text.strip().lower()
    if name in lobby_names():
        return lobby_from_yaml((SHIPPED / f"{name}.yaml").read_text("utf-8"))
    if ":" not in text:
        raise Unplayable(f"There is no lobby {text.strip()[:40]!r}; there are {', '.join(lobby_names())}.")
    return lobby_from_yaml(text)


def _wished(spec: LobbySpec, wish: NewMatch) -> LobbySpec:
    """The lobby with what was wished beside it. Raises LobbyError or Unplayable."""
    wishes = {
        "pace": wish.pace,
        "people": wish.people or None,
        "seed": wish.seed or None,
        "title": wish.title.strip() or None,
    }
    given = {name: value for name, value in wishes.items() if value is not None}
    try:
        return LobbySpec.model_validate({**spec.model_dump(), **given})
    except ValidationError as flaw:
        raise Unplayable(flaw.errors()[0]["msg"]) from flaw

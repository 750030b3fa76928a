"""Starting a match from the page, anew or as a fork: which lobby, which agents, and how many may run at once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

import game
from frontend.cards import LIVE
from frontend.schemas.matches import ForkWish, NewMatch
from game import selectors, services, tables
from game.lobby import LobbyError, LobbySpec, lobby_from_yaml
from game.models import Match
from game.practice import practice_fork

SHIPPED = Path(game.__file__).parent / "lobbies"
AT_ONCE = 5
"""Matches that may be under way before guests cannot start another one."""
NAME = re.compile(r"[\w -]+")
"""What is no YAML of a lobby, so it must be the name of one."""
SCRIPTED = "scripted"
"""The agent that anybody may let play."""


class Full(Exception):
    """Too much is being played; says so in a sentence."""


class Unplayable(ValueError):
    """The lobby cannot be played; says why in a sentence."""


def start(user: Any, wish: NewMatch) -> Match:
    """Create a match and send it off; it waits when seats are left to people. Raises Full or Unplayable."""
    _check_room(user)
    try:
        spec = _wished(_lobby(wish.lobby), wish)
        _check_agents(user, (agent.model for agent in spec.agents))
        match = services.match_create(spec=spec, created_by=user if user.is_authenticated else None)
        return match if match.has_people else services.match_start(match=match)
    except LobbyError as flaw:
        raise Unplayable("; ".join(problem.rstrip(".") for problem in flaw.problems) + ".") from flaw


def fork(user: Any, match: Match, at_seq: int, wish: ForkWish) -> tuple[Match, str]:
    """Begin a match with the past of another one and send it off; with it the key of the seat that was wished.

    Raises Full, Unplayable or services.Rejected.
    """
    _check_room(user)
    agents = {seat.number: seat.agent for seat in match.seats.all()} | wish.agents
    _check_agents(user, agents.values())
    seed, key = wish.seed.strip() or None, ""
    if wish.sit:
        made, key = practice_fork(
            match=match, at_seq=at_seq, seat=wish.sit, user=user if user.is_authenticated else None,
            replace=wish.agents, seed=seed,
        )  # fmt: skip
    else:
        made = services.match_fork(match=match, at_seq=at_seq, replace=wish.agents, seed=seed)
    services.match_resume(match=made)
    return made, key


def rematch(user: Any, match: Match) -> Match:
    """Another match at a table like that one's. Raises Full, Unplayable or services.Rejected."""
    _check_room(user)
    _check_agents(user, {seat.agent for seat in match.seats.all()})
    try:
        return tables.match_rematch(match=match, created_by=user if user.is_authenticated else None)
    except LobbyError as flaw:
        raise Unplayable("; ".join(flaw.problems)) from flaw


def agents_for(user: Any) -> list[str]:
    """The agents that somebody may let play."""
    return selectors.agent_names() if user.is_staff else [SCRIPTED]


def _check_room(user: Any) -> None:
    if not user.is_staff and Match.objects.filter(status__in=LIVE).count() >= AT_ONCE:
        raise Full(f"{AT_ONCE} matches are being played already. Watch one of them, or wait until one ends.")


def _check_agents(user: Any, agents: Iterable[str]) -> None:
    if not user.is_staff and set(agents) - {SCRIPTED}:
        raise Unplayable("Guests start matches of scripted agents; sign in as staff to let models play.")


def lobby_names() -> list[str]:
    """The lobbies that are shipped."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def _lobby(text: str) -> LobbySpec:
    """A shipped lobby by name, or the lobby that a YAML text describes. Raises LobbyError or Unplayable."""
    name = text.strip().lower()
    if name in lobby_names():
        return lobby_from_yaml((SHIPPED / f"{name}.yaml").read_text("utf-8"))
    if NAME.fullmatch(text.strip()):
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

"""A lobby as the page that makes one shows it: what is wrong with it, whom its list may bring, what a match may cost.

Reads models and matches of the past for the estimate; starts nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from pydantic import ValidationError

from game import selectors
from game.dials import agent_of
from game.engine.config import Table
from game.engine.roles import ROLES
from game.engine.setup import may_bring
from game.engine.types import Faction
from game.lobby import LobbyError, LobbySpec, lobby_from_yaml, lobby_seats, lobby_slots, lobby_table, lobby_to_yaml

Json = dict[str, Any]


def from_yaml(text: str) -> Json:
    """A lobby's facts from its YAML text, in the shape of `LobbyOut`; with its mistakes where it cannot be played."""
    try:
        return of_spec(lobby_from_yaml(text))
    except LobbyError as error:
        return _broken(text, error.problems)


def from_fields(fields: Mapping[str, Any]) -> Json:
    """The same from the fields of a form."""
    try:
        return of_spec(LobbySpec.model_validate(fields))
    except ValidationError as error:
        return _broken("", (f"{_where(flaw['loc'])}{flaw['msg']}" for flaw in error.errors()))


def of_spec(spec: LobbySpec) -> Json:
    """The same from a lobby that has its form."""
    facts = {**_broken(lobby_to_yaml(spec), ()), "spec": spec.model_dump(mode="json", exclude_defaults=True)}
    try:
        table, seats = lobby_table(spec), lobby_seats(spec)
    except LobbyError as error:
        return {**facts, "slots": list(lobby_slots(spec)), "problems": _sentences(error.problems)}
    agents = [seat.agent for seat in seats if not seat.is_open]
    return {
        **facts,
        "problems": _sentences(selectors.unknown_agents(agents)),
        "seats": [
            {"name": seat.name, "agent": seat.agent, "person": seat.is_open, "role": seat.role or ""} for seat in seats
        ],
        "slots": list(table.slots),
        "factions": factions(table),
        "estimate": estimate(agents, len(seats)),
    }


def factions(table: Table) -> list[Json]:
    """How many players each faction has at least and at most, as far as the list tells."""
    least: Counter[Faction] = Counter()
    most: Counter[Faction] = Counter()
    for slot in table.slots:
        found = {ROLES[role].faction for role in may_bring(slot, table)}
        most.update(found)
        least.update(found if len(found) == 1 else ())
    return [{"faction": one.value, "least": least[one], "most": most[one]} for one in Faction if most[one]]


def estimate(agents: Iterable[str], players: int) -> Json:
    """What the models of a match will be asked, write and take, by what such matches took before."""
    models = [agent for agent in agents if agent_of(agent) not in settings.TOSSIM_AGENTS]
    if not models:
        return {"models": 0, "calls": 0, "tokens": 0, "minutes": 0.0, "measured": True}
    asked = selectors.decisions_a_seat(players)
    usual = selectors.usual_decision(set(models))
    return {
        "models": len(models),
        "calls": round(asked * len(models)),
        "tokens": round(asked * len(models) * usual.tokens),
        "minutes": round(asked * usual.milliseconds / 60_000, 1),
        "measured": usual.measured,
    }


def _broken(text: str, problems: Iterable[str]) -> Json:
    return {
        "yaml": text, "spec": None, "problems": _sentences(problems), "seats": [], "slots": [], "factions": [],
        "estimate": None,
    }  # fmt: skip


def _sentences(problems: Iterable[str]) -> list[str]:
    return [f"{problem[:1].upper()}{problem[1:].rstrip('.')}." for problem in problems]


def _where(path: Iterable[str | int]) -> str:
    return "".join(f"{part}: " for part in path)

"""Dials behind the name of an agent, as a lobby writes them: `scripted:lie=0.3,read=0.8`."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence


class BadDial(ValueError):
    """A dial that the agent does not have, or that does not go so far; the sentence says which."""


def agent_of(name: str) -> str:
    """The agent behind a name, whatever stands on its dials."""
    agent, _, dials = name.partition(":")
    return agent if "=" in dials else name


def dials_of(name: str, known: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """What stands on the dials of a name; `known` are those of each agent, all from 0 to 1. Raises BadDial."""
    agent = agent_of(name)
    found: dict[str, float] = {}
    for part in name.removeprefix(agent).lstrip(":").split(",") if agent != name else ():
        dial, _, said = part.strip().partition("=")
        has = known.get(agent, ())
        if dial not in has:
            near = difflib.get_close_matches(dial, has, 1, 0.5)
            hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(has) or 'none'}."
            raise BadDial(f"The agent {agent!r} has no dial {dial!r}; {hint}")
        if dial in found:
            raise BadDial(f"The dial {dial!r} stands twice in {name!r}.")
        found[dial] = _position(dial, said)
    return found


def _position(dial: str, said: str) -> float:
    try:
        position = float(said)
    except ValueError:
        position = -1.0
    if not 0 <= position <= 1:
        raise BadDial(f"The dial {dial!r} goes from 0 to 1, not to {said!r}.")
    return position
